"""A channel or its portal goes out of order and comes back: what waits crosses in order afterwards."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.faults.hands import acquaint, injected, message_of, unsettled
from tests.system.house import LINE, PHONE, PORTAL, House

pytestmark = [pytest.mark.requirement("R2.1-b"), pytest.mark.requirement("R2.5-a")]


def _channel(house: House) -> dict[str, Any]:
    return house.administrator.channel(house.channel_id)


def _is(house: House, state: str) -> bool:
    return bool(_channel(house)["state"] == state)


def _ask(house: House, event: str) -> None:
    house.administrator.api("POST", f"/api/v1/channels/{house.channel_id}/{event}")


def _app(house: House) -> dict[str, Any]:
    """The channel's Gupshup app as the sandbox knows it, with its key."""
    apps: list[dict[str, Any]] = house.sandbox.get("/sandbox/gupshup/apps").json()
    return next(app for app in apps if app["phone"] == PHONE)


def _knobs(house: House, **knobs: Any) -> None:
    house.sandbox.put(f"/sandbox/gupshup/apps/{PHONE}", json=knobs).raise_for_status()


def _portal_control(house: House, what: str, body: dict[str, Any] | None = None) -> httpx.Response:
    answer = house.sandbox.post(f"/sandbox/bitrix24/portals/{PORTAL}/{what}", json=body or {})
    return answer.raise_for_status()


def test_a_refused_key_stops_the_channel_until_it_is_mended_and_nothing_is_lost(house: House) -> None:
    phone = "5215557000001"
    (chat_id,) = acquaint(house, phone)
    _knobs(house, key_revoked=True)
    house.operator_writes(chat_id, "uno")
    house.until("the channel needs attention", lambda: _is(house, "attention"))
    house.until("a check sees why", lambda: _channel(house)["check_report"].get("failure"))
    house.operator_writes(chat_id, "dos")
    house.customer_writes(phone, "yo sí llego")
    house.until("what comes in still crosses", lambda: "yo sí llego" in house.in_the_chat(phone, "client"))
    assert "repair" == _channel(house)["next_action"]
    house.until("both wait", lambda: message_of(house, "dos")[1] == message_of(house, "uno")[1] == "queued")

    _knobs(house, key_revoked=False)
    _ask(house, "check")
    house.until("the channel is active", lambda: _is(house, "active"))
    house.until("what waited arrived", lambda: len(house.received_by(phone)) == 2)
    assert ["uno", "dos"] == house.received_by(phone)


def test_a_line_taken_away_in_the_portal_keeps_what_customers_write_for_its_return(house: House) -> None:
    phone = "5215557000002"
    acquaint(house, phone)
    _portal_control(house, f"lines/{LINE}/disconnect")
    house.until("the channel is disconnected", lambda: _is(house, "disconnected"))
    assert ("connect", "line_removed") == (_channel(house)["next_action"], _channel(house)["state_reason"])
    route, header = house.webhook_secrets()
    for n in ("uno", "dos"):
        answer = house.call_back(_callback_of(phone, f"wamid.{phone}.{n}", n))
        assert 200 == answer.status_code, (route, header)
    house.until("it is kept", lambda: unsettled(house, "in") == 2)

    _ask(house, "connect")
    house.until("the channel is active", lambda: _is(house, "active"))
    house.until("what waited arrived", lambda: len(house.in_the_chat(phone, "client")) == 3)
    assert ["hola", "uno", "dos"] == house.in_the_chat(phone, "client")


def test_an_uninstalled_portal_is_left_alone_and_goes_on_when_it_installs_again(house: House) -> None:
    phone = "5215557000003"
    acquaint(house, phone)
    _portal_control(house, "uninstall")
    house.until("our webhook is removed", lambda: _app(house)["subscriptions"] == [])
    assert 200 == house.call_back(_callback_of(phone, f"wamid.{phone}.1", "¿se fueron?")).status_code
    house.until("it is kept", lambda: unsettled(house, "in") == 1)
    ((state,),) = house.query("select state from tenancy.portal")
    assert "uninstalled" == state

    house.administrator.install()
    house.until("the channel is active", lambda: _is(house, "active"))
    house.until("our webhook is back", lambda: len(_app(house)["subscriptions"]) == 1)
    house.until("what waited arrived", lambda: "¿se fueron?" in house.in_the_chat(phone, "client"))
    house.customer_writes(phone, "¡volvieron!")
    house.until("the next one, too", lambda: "¡volvieron!" in house.in_the_chat(phone, "client"))


def test_a_webhook_deleted_at_gupshup_is_restored_by_the_reconciler(house: House) -> None:
    phone = "5215557000004"
    acquaint(house, phone)
    app = _app(house)
    removed = house.sandbox.delete(
        f"/gupshup/wa/app/{app['app_id']}/subscription", headers={"apikey": app["key"]}
    )
    assert ([], True) == (_app(house)["subscriptions"], removed.is_success)
    house.query("update tenancy.channel set check_at = now() returning channel_id")
    house.until("it is back", lambda: len(_app(house)["subscriptions"]) == 1)
    house.customer_writes(phone, "de nuevo")
    house.until("callbacks come again", lambda: "de nuevo" in house.in_the_chat(phone, "client"))
    assert _is(house, "active")


def test_too_many_requests_at_gupshup_are_slower_and_not_lost(house: House) -> None:
    phone = "5215557000005"
    (chat_id,) = acquaint(house, phone)
    _knobs(house, sends_per_second=1)
    said = [f"despacio {n}" for n in range(5)]
    for words in said:
        house.operator_writes(chat_id, words)
    house.until("all arrived", lambda: len(house.received_by(phone)) == len(said))
    _knobs(house, sends_per_second=20)
    assert said == house.received_by(phone)
    rows = house.query("select from messaging.attempt where outcome = 'retry' and code = 'http_429'")
    assert [] != rows


def test_too_many_requests_at_the_portal_are_slower_and_not_lost(house: House) -> None:
    phones = [f"521555710000{n}" for n in range(4)]
    acquaint(house, *phones)
    house.faults(bitrix24={"http_503": 1.0})
    for phone in phones:
        house.customer_writes(phone, "con calma")
    house.until("the portal said it is too much", lambda: injected(house, "bitrix24", "http_503") >= 2)
    assert unsettled(house, "in") == len(phones)
    house.faults()
    house.until(
        "all arrived",
        lambda: all(["hola", "con calma"] == house.in_the_chat(phone, "client") for phone in phones),
    )


def _callback_of(phone: str, message_id: str, text: str) -> dict[str, Any]:
    """A customer's message as Gupshup posts it (gupshup.md §4.1)."""
    return {
        "app": "VentasDemo",
        "timestamp": 1_700_000_000_000,
        "version": 2,
        "type": "message",
        "payload": {
            "id": message_id,
            "source": phone,
            "type": "text",
            "payload": {"text": text},
            "sender": {"phone": phone, "name": "Cliente", "country_code": "52", "dial_code": phone[2:]},
        },
    }
