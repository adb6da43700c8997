"""The form with which a portal opens a page of ours."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.bitrix24.frames import FrameError, parse_frame
from connectors.redaction import Secret

pytestmark = pytest.mark.requirement("R2.5-d")

QUERY = {"DOMAIN": "portal.bitrix24.com", "PROTOCOL": "1", "LANG": "la", "APP_SID": "f" * 32}
FORM = {
    "AUTH_ID": "access",
    "AUTH_EXPIRES": "3600",
    "REFRESH_ID": "refresh",
    "SERVER_ENDPOINT": "https://oauth.bitrix.info/rest/",
    "APPLICATION_TOKEN": "app-token",
    "member_id": "a223c6b3710f85df22e9377d6c4f7553",
    "status": "F",
    "PLACEMENT": "SETTING_CONNECTOR",
    "PLACEMENT_OPTIONS": '{"CONNECTOR":"wab24","LINE":"3","STATUS":false}',
}


def test_a_settings_page_knows_its_line_and_its_user() -> None:
    frame = parse_frame(QUERY, FORM)
    assert ("https", "SETTING_CONNECTOR", "3", Secret("access"), 3_600) == (
        frame.protocol,
        frame.placement,
        frame.placement_options["LINE"],
        frame.auth_id,
        frame.expires_s,
    )


def test_an_old_portal_sends_less() -> None:
    form = {key: FORM[key] for key in ("AUTH_ID", "AUTH_EXPIRES", "REFRESH_ID", "member_id")}
    frame = parse_frame(QUERY, form)
    assert (
        frame.placement,
        frame.placement_options,
        frame.application_token,
        frame.server_endpoint,
    ) == ("DEFAULT", {}, None, None)


@pytest.mark.parametrize("options", ["[]", "", "null"])
def test_php_writes_no_options_in_many_ways(options: str) -> None:
    assert parse_frame(QUERY, {**FORM, "PLACEMENT_OPTIONS": options}).placement_options == {}


@pytest.mark.parametrize(
    ("query", "form", "reason"),
    [
        ({"DOMAIN": ""}, {}, "DOMAIN is missing"),
        ({"DOMAIN": "evil.com/path"}, {}, "DOMAIN has a wrong form"),
        ({"DOMAIN": "a" * 300}, {}, "DOMAIN has a wrong form"),
        ({"PROTOCOL": "javascript"}, {}, "PROTOCOL is neither 0 nor 1"),
        ({"LANG": "<script>"}, {}, "LANG has a wrong form"),
        ({"APP_SID": "a b"}, {}, "APP_SID has a wrong form"),
        ({}, {"AUTH_ID": {"a": "b"}}, "AUTH_ID is missing"),
        ({}, {"AUTH_ID": "x" * 513}, "AUTH_ID has a wrong form"),
        ({}, {"AUTH_EXPIRES": "-1"}, "AUTH_EXPIRES has a wrong form"),
        ({}, {"member_id": ["a"]}, "member_id is missing"),
        ({}, {"SERVER_ENDPOINT": "file:///etc/passwd"}, "SERVER_ENDPOINT has a wrong form"),
        ({}, {"PLACEMENT": "a-b"}, "PLACEMENT has a wrong form"),
        ({}, {"PLACEMENT_OPTIONS": "{"}, "PLACEMENT_OPTIONS is not JSON"),
        ({}, {"PLACEMENT_OPTIONS": "[" * 60_000}, "PLACEMENT_OPTIONS is not JSON"),
        ({}, {"PLACEMENT_OPTIONS": "[1]"}, "PLACEMENT_OPTIONS is not a map"),
        ({}, {"PLACEMENT_OPTIONS": ["x"]}, "PLACEMENT_OPTIONS has a wrong form"),
        ({}, {"PLACEMENT_OPTIONS": '"' + "x" * 70_000 + '"'}, "PLACEMENT_OPTIONS has a wrong form"),
    ],
)
def test_a_frame_of_another_shape_is_refused(
    query: dict[str, str], form: dict[str, Any], reason: str
) -> None:
    with pytest.raises(FrameError) as refused:
        parse_frame({**QUERY, **query}, {**FORM, **form})
    assert reason == refused.value.reason


def test_tokens_of_a_frame_do_not_print() -> None:
    shown = repr(parse_frame(QUERY, FORM))
    assert [f"'{name}'" in shown for name in ("access", "refresh", "app-token")] == [False, False, False]
