"""The check of a channel: what it sets right, what it reads, and what it reports of both."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web

from adapters.desired import EVENTS, Addresses
from adapters.webhook_secrets import WebhookSecrets
from connectors.gupshup.subscriptions import MODES, SECRET_HEADER
from tests.worker.conftest import BOX, House, Owner
from worker.checks import Checks

pytestmark = [pytest.mark.requirement("R2.5-b"), pytest.mark.requirement("R2.5-a")]
PUBLIC_URL = "https://app.example"
ADDRESSES = Addresses(PUBLIC_URL)
READS = ["GET business", "GET business/profile/waba", "GET health", "GET usage", "GET wallet/balance"]


def _says(value: Any) -> Callable[[dict[str, Any]], Any]:
    async def answer(_: dict[str, Any]) -> Any:
        return value

    return answer


def _refuses(status: int, message: str) -> Callable[[dict[str, Any]], Any]:
    async def answer(_: dict[str, Any]) -> web.Response:
        return web.json_response({"status": "error", "message": message}, status=status)

    return answer


@pytest.fixture
async def standing(house: House, owner: Owner) -> House:
    """Everything outside is as it must be."""
    secrets = WebhookSecrets.new()
    owner.rows("update tenancy.channel set check_at = 'infinity'")
    owner.rows(
        "update tenancy.channel set secrets_sealed = %s, check_at = now() where channel_id = %s",
        bytes.fromhex(secrets.facts(BOX)["secrets_sealed"]),
        house.channel,
    )
    ours = {
        "id": "1",
        "tag": f"whatsappb24-{house.channel.replace('-', '')[-12:]}",
        "url": ADDRESSES.webhook(secrets.route),
        "version": 2,
        "active": True,
        "modes": list(MODES),
        "meta": json.dumps({"headers": {SECRET_HEADER: secrets.header}}),
    }
    house.outside.answers |= {
        "GET subscription": _says({"status": "success", "subscriptions": [ours]}),
        "GET business": _says({"status": "success", "business": {"name": "Acme"}}),
        "GET health": _says({"status": "success", "healthy": "true"}),
        "GET wallet/balance": _says(
            {"status": "success", "walletResponse": {"currency": "USD", "currentBalance": 12.25}}
        ),
        "GET business/profile/waba": _says(
            {"wabaInfo": {"wabaId": "99", "phoneQuality": "GREEN", "accountStatus": "ACTIVE"}}
        ),
        "GET usage": _says({"partnerAppUsageList": [{"date": "2026-11-20", "service": 2, "totalFees": 0.5}]}),
        "imconnector.status": _says({"CONFIGURED": True, "STATUS": True, "ERROR": False}),
        "event.get": _says(
            [{"event": name, "handler": ADDRESSES.events, "auth_type": "0", "offline": 0} for name in EVENTS]
        ),
    }
    return house


async def _check(house: House) -> dict[str, Any]:
    """Run what is due; the channel afterwards."""
    checks = Checks(house.database, house.gupshup, house.portals, BOX, ADDRESSES)
    async with checks._errands:
        await checks._round()
    query = (
        "select state, state_reason, check_report, check_failures from tenancy.channel where channel_id = %s"
    )
    return dict(house.owner.rows(query, house.channel)[0])


def _facts(house: House) -> dict[str, Any]:
    rows = house.owner.rows(
        "select fact, value, failure ->> 'code' as code from tenancy.channel_fact where channel_id = %s",
        house.channel,
    )
    return {row["fact"]: row["value"] if row["code"] is None else row["code"] for row in rows}


def _verdicts(house: House) -> dict[str, str]:
    rows = house.owner.rows(
        "select test, concat_ws(' ', outcome, action) as verdict"
        " from tenancy.connection_tests(%s::uuid, %s::uuid)",
        house.portal,
        house.channel,
    )
    return {row["test"]: row["verdict"] for row in rows}


async def test_what_is_right_is_left_alone_and_everything_is_read_once(standing: House) -> None:
    standing.owner.rows('update tenancy.channel set check_report = \'{"shown_name": "Ventas 1"}\'')
    channel = await _check(standing)
    assert {"subscription": "set", "line": "works", "shown_name": "Ventas 1"} == channel["check_report"]
    calls = sorted([*READS, "GET subscription", "event.get", "imconnector.status"])
    assert calls == sorted(standing.outside.names())
    facts = _facts(standing)
    assert {"amount": "12.25", "currency": "USD"} == facts["wallet"]
    assert ({"text": "GREEN"}, {"account": "ACTIVE"}) == (facts["quality"], facts["account_status"])
    assert {"missing": []} == facts["events"]
    (day,) = standing.owner.rows("select day::text, said, fees::int, currency from billing.usage")
    assert {"day": "2026-11-20", "said": {"service": 2}, "fees": 500_000, "currency": "USD"} == day
    assert {"ok"} == {verdict for test, verdict in _verdicts(standing).items() if test != "round_trip"}


async def test_what_was_read_just_now_is_not_read_again(standing: House) -> None:
    await _check(standing)
    standing.outside.asked.clear()
    standing.owner.rows("update tenancy.channel set check_at = now() where channel_id = %s", standing.channel)
    await _check(standing)
    assert [] == [name for name in standing.outside.names() if name in READS]


async def test_a_new_name_is_shown_on_the_line(standing: House) -> None:
    standing.owner.rows('update tenancy.channel set check_report = \'{"shown_name": "Antes"}\'')
    await _check(standing)
    (described,) = [body for name, body in standing.outside.asked if name == "imconnector.connector.data.set"]
    assert described["DATA"]["NAME"].endswith(" Ventas 1")


async def test_events_that_the_portal_lost_are_a_red_line_and_its_repair_is_due(
    standing: House, owner: Owner
) -> None:
    standing.outside.answers["event.get"] = _says([])
    owner.rows("update tenancy.portal set repair_at = 'infinity' where portal_id = %s", standing.portal)
    channel = await _check(standing)
    assert "active" == channel["state"]
    assert "fail repair" == _verdicts(standing)["events_bound"]
    due = "select repair_at <= now() from tenancy.portal where portal_id = %s"
    assert owner.value(due, standing.portal) is True


async def test_a_refused_key_is_reported_and_the_line_only_looked_at(standing: House) -> None:
    standing.outside.answers["GET subscription"] = _refuses(401, "Authentication Failed")
    standing.outside.answers["imconnector.status"] = _says({"CONFIGURED": False, "STATUS": False})
    channel = await _check(standing)
    assert ("attention", "http_401") == (channel["state"], channel["state_reason"])
    assert "imconnector.activate" not in standing.outside.names()
    verdicts = _verdicts(standing)
    assert ("fail check_key", "waiting") == (verdicts["gupshup_app"], verdicts["callback_ours"])
    assert [] == [name for name in standing.outside.names() if name in READS]


async def test_what_the_number_does_not_tell_is_no_trouble_of_the_channel(standing: House) -> None:
    for name in READS:
        standing.outside.answers[name] = _refuses(403, "Forbidden")
    channel = await _check(standing)
    assert ("active", 0) == (channel["state"], channel["check_failures"])
    facts = _facts(standing)
    assert {"not_offered"} == {facts[name] for name in ("health", "usage", "wallet", "waba_id", "quality")}
    assert "ok" == _verdicts(standing)["gupshup_app"]


async def test_a_line_that_is_gone_is_a_trouble_of_the_channel(standing: House) -> None:
    async def gone(_: dict[str, Any]) -> web.Response:
        body = {"error": "NOT_ACTIVE_LINE", "error_description": "The line is inactive"}
        return web.json_response(body, status=400)

    standing.outside.answers["imconnector.status"] = gone
    standing.outside.answers["imconnector.activate"] = gone
    channel = await _check(standing)
    assert ("attention", "NOT_ACTIVE_LINE") == (channel["state"], channel["state_reason"])
    assert "fail check_line" == _verdicts(standing)["connector_active"]


async def test_a_channel_that_is_off_is_taken_off_and_not_read(standing: House, owner: Owner) -> None:
    owner.rows("select tenancy.change_channel(%s, %s, 'disconnect')", standing.portal, standing.channel)
    standing.outside.answers["DELETE subscription/1"] = _says({"status": "success"})
    channel = await _check(standing)
    assert {"subscription": "removed", "line": "freed"} == channel["check_report"]
    assert [] == [name for name in standing.outside.names() if name in READS]
