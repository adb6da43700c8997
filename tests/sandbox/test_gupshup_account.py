"""The simulated account behind a number: business account, wallet, health, what is told of changes (§1.4)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.sandbox.conftest import Stage
from tests.sandbox.serving import until

pytestmark = pytest.mark.requirement("R2.2-b")


TODAY = datetime.now(UTC).date()
USAGE = f"/usage?from={TODAY - timedelta(days=1)}&to={TODAY + timedelta(days=1)}"


async def _asked(stage: Stage, path: str, key: str | None = None) -> Any:
    return await stage.http.get(stage.url(path), headers={"apikey": key or stage.app["key"]})


async def _turn(stage: Stage, **knobs: Any) -> None:
    answer = await stage.put(f"/sandbox/gupshup/apps/{stage.app['app_id']}", knobs)
    assert 200 == answer.status_code, answer.text


async def test_the_account_has_the_documented_shapes_and_follows_its_knobs(stage: Stage) -> None:
    await _turn(stage, quality="YELLOW", messaging_limit="TIER_10K", wallet_balance=1.5, healthy=False)
    waba = (await _asked(stage, "/business/profile/waba")).json()["wabaInfo"]
    assert {
        *("accountStatus", "dockerStatus", "messagingLimit", "mmLiteStatus", "ownershipType", "phone"),
        *("phoneQuality", "throughput", "verifiedName", "wabaId", "canSendMessage", "errors"),
        "additionalInfo",
    } == set(waba)
    assert ("YELLOW", "TIER_10K") == (waba["phoneQuality"], waba["messagingLimit"])
    wallet = (await _asked(stage, "/wallet/balance")).json()
    assert {"currency": "USD", "currentBalance": 1.5, "overDraftLimit": 0.0} == wallet["walletResponse"]
    assert {"status": "success", "healthy": "false"} == (await _asked(stage, "/health")).json()


async def test_an_empty_wallet_shows_it_and_fails_messages(stage: Stage) -> None:
    await stage.writes()
    await _turn(stage, wallet_balance=0)
    await stage.send({"type": "text", "text": "hola"})
    (event,) = await until(lambda: stage.receiver.of_type("message-event", "failed"))
    assert 1003 == event["payload"]["payload"]["code"]
    await _turn(stage, wallet_balance=9, wallet_empty=True)
    wallet = (await _asked(stage, "/wallet/balance")).json()
    assert 0 == wallet["walletResponse"]["currentBalance"]


@pytest.mark.parametrize("path", ["/business/profile/waba", "/wallet/balance", "/health", USAGE])
async def test_a_wrong_key_and_a_partners_call_are_refused(path: str, stage: Stage) -> None:
    assert 401 == (await _asked(stage, path, "another")).status_code
    before = len(await stage.get("/sandbox/complaints"))
    await _turn(stage, partner_only=True)
    assert 401 == (await _asked(stage, path)).status_code
    assert before == len(await stage.get("/sandbox/complaints")), "nobody can know that beforehand"
    assert 200 == (await _asked(stage, "/business")).status_code


async def test_usage_counts_the_messages_of_each_day_and_what_they_cost(stage: Stage) -> None:
    await stage.writes()
    await stage.send({"type": "text", "text": "hola"})
    await until(lambda: stage.receiver.of_type("message-event", "delivered"))
    days = (await _asked(stage, USAGE)).json()["partnerAppUsageList"]
    assert 3 == len(days)
    (day,) = [day for day in days if day["totalMsg"]]
    assert (1, 1, 1, 0) == (day["incomingMsg"], day["outgoingMsg"], day["service"], day["marketing"])
    assert (0.002, 0.01, 0.012, "USD") == (day["gsFees"], day["waFees"], day["totalFees"], day["currency"])
    assert {"templateMsg", "internationalAuthentication", "fep", "ftc", "gsCap", "cumulativeBill"} < set(day)


async def test_the_wallet_may_be_asked_ten_times_a_second(stage: Stage) -> None:
    statuses = [(await _asked(stage, "/wallet/balance")).status_code for _ in range(30)]
    assert 429 in statuses
    assert [200] * 10 == statuses[:10]


@pytest.mark.parametrize(
    ("knobs", "what", "told"),
    [
        ({"messaging_limit": "TIER_10K"}, "tier-event", {"event": "UPGRADE", "newTier": "TIER_10K"}),
        ({"messaging_limit": "TIER_50"}, "tier-event", {"event": "DOWNGRADE", "oldLimit": "TIER_1K"}),
        ({"quality": "RED"}, "tier-event", {"event": "FLAGGED", "newTier": "TIER_1K"}),
        ({"account_status": "BANNED"}, "status-event", {"status": "ACCOUNT_DISABLE"}),
        ({"display_name": "Acme"}, "pndn-event", {"displayName": "Acme", "status": "APPROVED"}),
    ],
)
async def test_a_change_is_told_as_an_account_event(
    knobs: dict[str, Any], what: str, told: dict[str, Any], stage: Stage
) -> None:
    await _turn(stage, **knobs)
    (event,) = await until(lambda: stage.receiver.of_type("account-event", what))
    assert told == {name: event["payload"]["payload"][name] for name in told}


async def test_what_is_no_account_knob_tells_nothing(stage: Stage) -> None:
    await _turn(stage, wallet_balance=3.0)
    await _turn(stage, display_name="Acme")
    await until(lambda: stage.receiver.of_type("account-event", "pndn-event"))
    assert 1 == len(stage.receiver.of_type("account-event"))
