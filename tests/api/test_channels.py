"""Channels over the API, against running processes: what a panel shows of them and does with them."""

from __future__ import annotations

import itertools
from typing import Any

import httpx
import pytest

from cli.doctor import line_of
from runtime.diagnosis import connections
from tests.system.house import PHONE, House

pytestmark = [pytest.mark.requirement("R2.1-b"), pytest.mark.requirement("R2.5-b")]
CUSTOMER = "5215551230001"
_numbers = itertools.count(1)
TESTS = [
    "install_finished",
    "token",
    "events_bound",
    "connector_active",
    "callback_ours",
    "gupshup_app",
    "gupshup_wallet",
    "round_trip",
]


def _call(house: House, method: str, path: str, user: str = "1", **options: Any) -> httpx.Response:
    return house.api.request(method, f"/api/v1{path}", headers=house.bearer(user), **options)


def _channel(house: House, **_: Any) -> dict[str, Any]:
    return dict(_call(house, "GET", f"/channels/{house.channel_id}").json())


def _outcomes(house: House) -> dict[str, tuple[str, str | None]]:
    return {test["name"]: (test["outcome"], test["action"]) for test in _channel(house)["tests"]}


def _checked(house: House) -> dict[str, Any]:
    """Test the connection and wait for what is found."""
    before = _channel(house)["checked_at"]
    assert 200 == _call(house, "POST", f"/channels/{house.channel_id}/check").status_code
    house.until("the check is done", lambda: _channel(house)["checked_at"] != before)
    return _channel(house)


def _round_trip(house: House) -> None:
    """A customer writes, an operator answers, and both have arrived."""
    number = next(_numbers)
    house.customer_writes(CUSTOMER, f"Hola {number}")
    house.until("it is in the chat", lambda: f"Hola {number}" in house.in_the_chat(CUSTOMER))
    house.operator_writes(house.chat_id(CUSTOMER), f"Buenas {number}")
    house.until(
        "the answer was read",
        lambda: house.query(
            "select 1 from messaging.message where text = %s and state = 'read'", f"Buenas {number}"
        ),
    )
    house.until("nothing waits", lambda: house.query("select 1 from messaging.queue") == [])


def test_a_new_channel_waits_for_nothing_but_a_message_each_way(house: House) -> None:
    shown = _call(house, "GET", "/channels").json()[0]
    assert TESTS == [test["name"] for test in shown["tests"]]
    assert {"round_trip": ("waiting", "write_to_number")} == {
        name: found for name, found in _outcomes(house).items() if found[0] != "ok"
    }
    waiting = shown["tests"][-1]["explanation"]
    assert waiting["what"]
    assert waiting["todo"]
    assert ("active", "write", True, True) == (
        shown["state"],
        shown["next_action"],
        shown["sends"],
        shown["receives"],
    )
    assert (shown["explanation"], shown["state_reason"]) == (None, None)


def test_messages_of_today_are_counted_and_close_the_round_trip(house: House) -> None:
    before = _channel(house)
    _round_trip(house)
    house.until("the round trip is seen", lambda: ("ok", None) == _outcomes(house)["round_trip"])
    shown = _channel(house)
    assert (1, 1, 0) == tuple(
        shown[name] - before[name] for name in ("today_in", "today_out", "today_failed")
    )


def test_the_number_says_what_gupshup_knows_of_it_and_follows_its_events(house: House) -> None:
    number = _channel(house)["number"]
    assert ("GREEN", "TIER_1K", "ACTIVE", "healthy", "set") == tuple(
        number[name]["value"]
        for name in ("quality", "messaging_limit", "account_status", "health", "callback")
    )
    assert ("25", "USD") == (number["wallet"]["value"], number["wallet"]["currency"])
    assert number["phone"] == PHONE
    assert all(number[name]["refreshed_at"] for name in ("waba_id", "display_name", "business"))
    house.gupshup_knobs(messaging_limit="TIER_10K")
    house.until(
        "the new tier is known without asking",
        lambda: _channel(house)["number"]["messaging_limit"]["value"] == "TIER_10K",
    )


def test_an_empty_wallet_is_one_red_line_that_says_what_to_do(house: House) -> None:
    house.gupshup_knobs(wallet_balance=-0.5)
    house.query("update tenancy.channel_fact set asked_at = asked_at - interval '1 hour' returning 1")
    wallet = next(test for test in _checked(house)["tests"] if test["name"] == "gupshup_wallet")
    assert ("fail", "top_up_gupshup", "-0.5 USD") == (wallet["outcome"], wallet["action"], wallet["detail"])
    assert "1003" == wallet["explanation"]["code"]
    lines = [line_of(test) for test in connections(house.database.url)]
    assert any(line.startswith("gupshup_wallet: ") and "→ top_up_gupshup" in line for line in lines)
    house.gupshup_knobs(wallet_balance=25.0)


def test_what_the_key_may_not_read_stays_unknown_and_spoils_nothing(house: House) -> None:
    house.query("delete from tenancy.channel_fact returning 1")
    house.gupshup_knobs(partner_only=True)
    shown = _checked(house)
    assert "active" == shown["state"]
    number = shown["number"]
    assert (None, "not_offered") == (number["quality"]["value"], number["quality"]["code"])
    assert number["quality"]["explanation"]["what"]
    assert set(_outcomes(house).values()) == {("ok", None)}
    house.gupshup_knobs(partner_only=False)


def test_a_wrong_key_is_one_red_line_and_the_rest_of_gupshup_waits(house: House) -> None:
    house.gupshup_knobs(key_revoked=True)
    shown = _checked(house)
    assert ("attention", "http_401") == (shown["state"], shown["state_reason"])
    assert shown["explanation"]["what"]
    assert shown["explanation"]["who"] == "administrator"
    outcomes = _outcomes(house)
    assert ("fail", "check_key") == outcomes["gupshup_app"]
    assert ["gupshup_app"] == [name for name, found in outcomes.items() if found[0] == "fail"]
    house.until("the administrator is told", lambda: any("VentasDemo" in text for text in house.told(1)))
    house.gupshup_knobs(key_revoked=False)
    assert 200 == _call(house, "POST", f"/channels/{house.channel_id}/repair").status_code
    house.until("it is active", lambda: _channel(house)["state"] == "active")
    house.until(
        "and told that it works again", lambda: any("funciona de nuevo" in text for text in house.told(1))
    )


def test_a_test_message_goes_only_where_whatsapp_lets_us_write(house: House) -> None:
    path = f"/channels/{house.channel_id}/test-message"
    refused = _call(house, "POST", path, json={"phone": "+52 1 555 999 0000"})
    assert (409, "write_first") == (refused.status_code, refused.json()["reason"])
    _round_trip(house)
    sent = _call(house, "POST", path, json={"phone": f"+{CUSTOMER}"})
    assert 201 == sent.status_code
    house.until(
        "it arrived",
        lambda: any(
            "Mensaje de prueba del canal «VentasDemo»" in text for text in house.received_by(CUSTOMER)
        ),
    )
    assert ("out", "panel") == house.query(
        "select direction, source from messaging.message where message_id = %s", sent.json()["message_id"]
    )[0]


def test_a_paused_channel_keeps_everything_and_hands_it_over(house: House) -> None:
    _round_trip(house)
    events = f"/channels/{house.channel_id}"
    assert {"state": "paused"} == _call(house, "POST", f"{events}/pause").json()
    house.customer_writes(CUSTOMER, "¿Siguen ahí?")
    house.operator_writes(house.chat_id(CUSTOMER), "Un momento")
    house.until(
        "both wait",
        lambda: (1, 1) == (_channel(house)["waiting_in"], _channel(house)["waiting_out"]),
    )
    assert ("unpause", "administrator", False, False) == tuple(
        _channel(house)[name] for name in ("next_action", "who_acts", "sends", "receives")
    )
    assert "¿Siguen ahí?" not in house.in_the_chat(CUSTOMER)
    _call(house, "POST", f"{events}/unpause")
    house.until("the operator sees it", lambda: "¿Siguen ahí?" in house.in_the_chat(CUSTOMER))
    house.until("the customer has the answer", lambda: "Un momento" in house.received_by(CUSTOMER))
    history = [change["event"] for change in _channel(house)["history"]]
    assert ["connected", "unpause", "pause"] == history[:3]


def test_a_renamed_channel_is_renamed_in_the_portal_and_says_who_did_it(house: House) -> None:
    path = f"/channels/{house.channel_id}"
    renamed = _call(house, "PATCH", path, json={"name": "Ventas Lima", "tick_at": "delivered"})
    assert ("Ventas Lima", "delivered") == (renamed.json()["name"], renamed.json()["tick_at"])

    house.until("the portal shows it", lambda: f"+{PHONE} Ventas Lima" in str(house.remembered()["bitrix24"]))
    change = next(one for one in _channel(house)["history"] if one["event"] == "configure")
    assert ("1", "name: VentasDemo → Ventas Lima, tick_at: sent → delivered") == (
        change["actor"],
        change["reason"],
    )
    refused = _call(house, "PATCH", path, json={"tick_at": "read"})
    assert 400 == refused.status_code


def test_a_key_that_gupshup_refuses_is_replaced_without_adding_the_channel_again(house: House) -> None:
    path = f"/channels/{house.channel_id}"
    key = next(
        app["key"] for app in house.sandbox.get("/sandbox/gupshup/apps").json() if app["phone"] == PHONE
    )
    assert 200 == _call(house, "PATCH", path, json={"app_key": "sk_of_somebody_else"}).status_code
    house.until("it is tried and refused", lambda: _channel(house)["state"] == "attention")
    assert ("fail", "check_key") == _outcomes(house)["gupshup_app"]

    assert "connecting" == _call(house, "PATCH", path, json={"app_key": key}).json()["state"]
    house.until("it works with the right one", lambda: _channel(house)["state"] == "active")
    reasons = [change["reason"] for change in _channel(house)["history"] if change["event"] == "configure"]
    assert ["app_key", "app_key"] == reasons[:2]
    problem = next(one for one in _channel(house)["history"] if one["event"] == "problem")
    assert ("http_401", True) == (problem["reason"], bool(problem["explanation"]["what"]))
    assert [] == house.query("select 1 from trace.log where request::text ~ %s", f"somebody_else|{key}")


def test_who_may_not_is_refused_and_offered_nothing(house: House) -> None:
    path = f"/channels/{house.channel_id}"
    assert ["channel.view"] == [
        may for may in _call(house, "GET", path, user="77").json()["may"] if may.startswith("channel.")
    ]
    for method, tail, body in (
        ("PATCH", "", {"name": "x"}),
        ("POST", "/pause", None),
        ("POST", "/repair", None),
        ("POST", "/test-message", {"phone": CUSTOMER}),
        ("DELETE", "?history=erase", None),
    ):
        refused = _call(house, method, f"{path}{tail}", user="77", json=body)
        assert (403, "permission") == (refused.status_code, refused.json()["reason"]), tail
    unknown = _call(house, "GET", "/channels/019aa000-0000-7000-8000-000000000000")
    assert (404, "unknown_channel") == (unknown.status_code, unknown.json()["reason"])


def test_a_removed_channel_is_erased_where_that_is_asked_for(house: House) -> None:
    house.administrator.connect("SoporteDemo", "5215550002222", "2")
    second = next(
        one["channel_id"] for one in _call(house, "GET", "/channels").json() if one["line_id"] == "2"
    )
    house.customer_writes("5215551239999", "palabras", channel="5215550002222")
    house.until("it is kept", lambda: house.query("select 1 from messaging.message where text = 'palabras'"))
    path = f"/channels/{second}"
    refused = _call(house, "DELETE", f"{path}?history=erase")
    assert (409, "channel_state") == (refused.status_code, refused.json()["reason"])
    _call(house, "POST", f"{path}/disconnect")
    assert {"state": "removed"} == _call(house, "DELETE", f"{path}?history=erase").json()
    house.until("it is erased", lambda: house.query("select done_at from tenancy.erasure")[0][0])
    assert second not in [one["channel_id"] for one in _call(house, "GET", "/channels").json()]
    assert [] == house.query("select 1 from messaging.message where text = 'palabras'")
    assert [] == house.query("select 1 from trace.log where request::text like '%%palabras%%'")
    house.assert_conserved()
