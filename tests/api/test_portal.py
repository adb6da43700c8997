"""A portal's settings, its people and its open lines over the API, against running processes."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.system.house import LINE, House

pytestmark = [pytest.mark.requirement("R2.1-d"), pytest.mark.requirement("R2.1-c")]


def _call(house: House, method: str, path: str, user: str = "1", **options: Any) -> httpx.Response:
    return house.api.request(method, f"/api/v1{path}", headers=house.bearer(user), **options)


def test_the_portal_says_who_looks_at_it_and_what_he_may_do(house: House) -> None:
    portal = _call(house, "GET", "/portal").json()
    assert (portal["app_name"], ["1"]) == (portal["connector_name"], portal["notify"])
    assert ("1", True) == (portal["user"]["user_id"], portal["user"]["is_admin"])
    assert {"portal.configure", "channel.connect", "user.roles"} <= set(portal["may"])
    stranger = _call(house, "GET", "/portal", user="77").json()
    assert ([], False) == (stranger["may"], stranger["user"]["is_admin"])


def test_the_connector_gets_another_name_in_bitrix24(house: House) -> None:
    changed = _call(house, "PATCH", "/portal", json={"connector_name": "WhatsApp Acme"})
    assert "WhatsApp Acme" == changed.json()["connector_name"]
    house.until("the sandbox has written down what it knows", (house.home / "sandbox.json").exists)
    house.until("it is registered", lambda: "WhatsApp Acme" in str(house.remembered()["bitrix24"]))
    house.until("the channel still works", lambda: _call(house, "GET", "/channels").json()[0]["sends"])


def test_people_are_chosen_who_hear_of_channels(house: House) -> None:
    people = _call(house, "GET", "/users").json()
    assert {"1": True} == {one["user_id"]: one["is_notified"] for one in people if one["is_notified"]}
    assert all(one["name"] for one in people)
    others = [one["user_id"] for one in people if one["user_id"] != "1"]
    changed = _call(house, "PATCH", "/portal", json={"notify": others[:1], "language": "pt"}).json()
    assert (others[:1], "pt") == (changed["notify"], changed["language"])

    house.gupshup_knobs(key_revoked=True)
    _call(house, "POST", f"/channels/{house.channel_id}/check")
    person = int(others[0])
    house.until(
        "he is told in the portal's language",
        lambda: any("precisa de atenção" in text for text in house.told(person)),
    )
    assert [] == [text for text in house.told(1) if "VentasDemo" in text]
    house.gupshup_knobs(key_revoked=False)


def test_a_line_says_which_channel_takes_it(house: House) -> None:
    lines = _call(house, "GET", "/lines").json()
    taken = {one["line"]: (one["channel_id"], one["channel_name"]) for one in lines}
    assert (house.channel_id, "VentasDemo") == taken.pop(LINE)
    assert {(None, None)} == set(taken.values())


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "reason"),
    [
        ("PATCH", "/portal", {"language": "en"}, 403, "permission"),
        ("GET", "/users", None, 403, "permission"),
    ],
)
def test_who_may_not_is_refused(
    method: str, path: str, body: Any, status: int, reason: str, house: House
) -> None:
    refused = _call(house, method, path, user="77", json=body)
    assert (status, reason) == (refused.status_code, refused.json()["reason"])


def test_a_setting_that_is_none_is_refused(house: House) -> None:
    assert 400 == _call(house, "PATCH", "/portal", json={"language": "fr"}).status_code
    refused = _call(house, "PATCH", "/portal", json={"notify": ["admin"]})
    assert (400, "notify") == (refused.status_code, refused.json()["facts"]["field"])
