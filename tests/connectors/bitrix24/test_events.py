"""Events of a portal, each body as it comes over the wire."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from connectors.bitrix24.events import (
    AppInstalled,
    AppUninstalled,
    AppUpdated,
    ConnectorRemoved,
    DialogStarted,
    EventError,
    LineRemoved,
    OperatorFile,
    OperatorMessage,
    Unknown,
    Unreadable,
    UserReady,
    parse_event,
)
from connectors.bitrix24.form import parse_form
from connectors.redaction import Secret

pytestmark = pytest.mark.requirement("R2.5-a")

Body = Callable[[str], bytes]
AUTH = {"member_id": "bac1cd5c", "application_token": "831c76b0"}


def test_the_documented_operator_message_is_read_whole(event_body: Body) -> None:
    envelope = parse_event(parse_form(event_body("operator_message_with_file")))
    file = OperatorFile(
        name="spec.pdf", type=None, mime=None, link="https://portal.bitrix24.com/~AbC12", size=None
    )
    message = OperatorMessage(
        connector="wab24",
        line="107",
        chat_key="919876543210",
        chat_id="1807",
        message_id="86497",
        user_id="27",
        text="[b]Klaus Weber:[/b] [br]Guten Tag!",
        files=[file],
        at="2026-03-17T14:52:41.000Z",
    )
    assert [message] == envelope.facts
    assert ("bac1cd5c", Secret("831c76b0"), Secret("c978"), None, "27", 1_773_759_161, "555") == (
        envelope.member_id,
        envelope.application_token,
        envelope.access_token,
        envelope.refresh_token,
        envelope.user_id,
        envelope.ts,
        envelope.handler_id,
    )


def test_a_fact_carries_its_name_for_sql(event_body: Body) -> None:
    envelope = parse_event(parse_form(event_body("welcome_message_without_tokens")))
    fact = msgspec.to_builtins(envelope.facts[0])
    assert (fact["fact"], fact["user_id"], envelope.access_token) == ("operator_message", None, None)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "dialog_started",
            DialogStarted(
                connector="wab24", line="107", chat_key="919876543210", chat_id="1807", session_id="323"
            ),
        ),
        ("connector_removed_in_lower_case", ConnectorRemoved(connector="wab24", line="107")),
        ("line_removed_as_a_scalar", LineRemoved(line="107")),
        ("uninstalled_and_wiped", AppUninstalled(clean=True)),
        ("installed", AppInstalled(version="1", language="la")),
        ("updated", AppUpdated(version="2", previous_version="1")),
        (
            "system_user_ready",
            UserReady(
                user_id="901",
                access_token=Secret("sys-a"),
                refresh_token=Secret("sys-r"),
                expires_in_s=3_600,
            ),
        ),
    ],
)
def test_each_event_becomes_its_fact(event_body: Body, name: str, expected: object) -> None:
    assert [expected] == parse_event(parse_form(event_body(name))).facts


def test_a_dialog_without_its_ids_says_nothing() -> None:
    dialog = {"connector": {"connector_id": "wab24", "line_id": "107", "chat_id": "5"}, "chat": {"id": "0"}}
    event = {"event": "ONIMCONNECTORDIALOGSTART", "data": {"DATA": [dialog, {}]}, "auth": AUTH}
    assert [] == parse_event(event).facts


def test_an_event_that_we_do_not_use_is_named() -> None:
    assert [Unknown(event="ONAPPPAYMENT")] == parse_event({"event": "OnAppPayment", "auth": AUTH}).facts


def test_one_unreadable_message_does_not_take_its_siblings_with_it() -> None:
    good = {"im": {"chat_id": "1", "message_id": "2"}, "message": {"text": "hi"}, "chat": {"id": "5"}}
    empty = {**good, "message": {"user_id": "3"}}
    lost = {**good, "im": {"chat_id": "1"}}
    no_link = {**good, "message": {"files": [{"name": "a.pdf"}]}}
    envelope = parse_event(_message_event([lost, good, empty, no_link]))
    kinds = [type(fact) for fact in envelope.facts]
    assert [Unreadable, OperatorMessage, Unreadable, Unreadable] == kinds


def _message_event(messages: Any) -> dict[str, Any]:
    inside = {"CONNECTOR": "wab24", "LINE": "107", "MESSAGES": messages}
    return {"event": "ONIMCONNECTORMESSAGEADD", "data": inside, "auth": AUTH}


@pytest.mark.parametrize(
    ("form", "reason"),
    [
        ({}, "event is missing"),
        ({"event": ["x"], "auth": AUTH}, "event is missing"),
        ({"event": "ONAPPINSTALL"}, "auth.member_id is missing"),
        ({"event": "ONAPPINSTALL", "auth": {**AUTH, "member_id": "a' or 1"}}, "auth.member_id is missing"),
        ({"event": "ONAPPINSTALL", "auth": {"member_id": "a"}}, "auth.application_token is missing"),
        (_message_event([]), "data.MESSAGES has no readable message"),
        ({"event": "ONIMCONNECTORMESSAGEADD", "auth": AUTH}, "data.CONNECTOR or data.LINE is missing"),
        ({"event": "ONIMCONNECTORLINEDELETE", "auth": AUTH}, "data is not a line"),
        ({"event": "ONAPPUSERREADY", "auth": AUTH}, "data of the system user is incomplete"),
    ],
)
def test_a_broken_event_says_what_is_missing(form: dict[str, Any], reason: str) -> None:
    with pytest.raises(EventError) as refused:
        parse_event(form)
    assert reason == refused.value.reason


def test_tokens_of_an_event_do_not_print(event_body: Body) -> None:
    shown = repr(parse_event(parse_form(event_body("system_user_ready"))))
    assert ["831c76b0" in shown, "sys-a" in shown, "sys-r" in shown] == [False, False, False]
