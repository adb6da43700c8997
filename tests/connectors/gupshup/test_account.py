"""What Gupshup tells of a number, its account and its wallet (gupshup.md §1.4), read tolerantly."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from connectors.gupshup.account import health_of, waba_of, wallet_of
from connectors.gupshup.client import App, Gupshup, Health, UsageDay, Waba, Wallet
from connectors.outside import Failure, Policy

pytestmark = [pytest.mark.requirement("R2.2-c"), pytest.mark.requirement("R2.1-d")]

_INFO = {
    "accountStatus": "ACTIVE",
    "dockerStatus": "CONNECTED",
    "messagingLimit": "TIER_1K",
    "phone": "+52 1 555 000 1111",
    "phoneQuality": "green",
    "verifiedName": "Acme",
    "wabaId": 104996122399160,
    "canSendMessage": "LIMITED",
    "errors": [{"error_code": 141006, "error_description": "Payment", "possible_solution": "Pay"}],
}


async def test_each_is_read_with_the_applications_own_key(gupshup: Gupshup, host: Any, app: App) -> None:
    host.will(200, json.dumps({"status": "success", "wabaInfo": _INFO}))
    host.will(200, '{"status":"success","walletResponse":{"currency":"USD","currentBalance":1.787}}')
    host.will(200, '{"status":"success","healthy":"true"}')
    assert isinstance(await gupshup.waba(app), Waba)
    assert Wallet(amount=Decimal("1.787"), currency="USD") == await gupshup.wallet(app)
    assert Health(healthy=True) == await gupshup.health(app)
    assert [
        ("GET", "/wa/app/b1c2-id/business/profile/waba"),
        ("GET", "/wa/app/b1c2-id/wallet/balance"),
        ("GET", "/wa/app/b1c2-id/health"),
    ] == [(asked.verb, asked.path) for asked in host.asked]
    assert {"sk_the_application_key"} == {asked.headers["apikey"] for asked in host.asked}


_DAY = {
    "date": "2026-11-21",
    "service": 40,
    "marketing": "3",
    "internationalAuthentication": 2,
    "gsFees": 0.091,
    "waFees": 1.4,
    "totalFees": 1.491,
    "currency": "USD",
}


async def test_the_usage_of_days_is_read_for_the_days_asked_for(
    gupshup: Gupshup, host: Any, app: App
) -> None:
    host.will(200, json.dumps({"status": "success", "partnerAppUsageList": [_DAY, {**_DAY, "date": "x"}, 7]}))
    host.will(401, '{"status":"error","message":"Authentication Failed"}')
    (day,) = await _usage(gupshup, app)
    assert (
        UsageDay(
            day=date(2026, 11, 21),
            marketing=3,
            utility=0,
            authentication=0,
            authentication_international=2,
            service=40,
            fees=Decimal("1.491"),
            currency="USD",
        )
        == day
    )
    refused = await _usage(gupshup, app)
    assert ("not_offered", Policy.NEVER) == (refused.code, refused.policy)
    assert ["/wa/app/b1c2-id/usage"] * 2 == [asked.path.partition("?")[0] for asked in host.asked]


async def _usage(gupshup: Gupshup, app: App) -> Any:
    return await gupshup.usage(app, date(2026, 11, 18), date(2026, 11, 21))


def test_the_business_account_is_read_whatever_the_types_and_the_case() -> None:
    expected = Waba(
        waba_id="104996122399160",
        phone="+52 1 555 000 1111",
        display_name="Acme",
        quality="GREEN",
        messaging_limit="TIER_1K",
        account="ACTIVE",
        number="CONNECTED",
        can_send="LIMITED",
        error="Payment Pay",
    )
    assert expected == waba_of({"wabaInfo": _INFO})
    assert expected == waba_of(_INFO)
    bare = waba_of({"wabaInfo": {"wabaId": "1"}})
    assert bare is not None
    assert (None, None, None) == (bare.quality, bare.account, bare.error)


@pytest.mark.parametrize(
    "body", [None, [], {}, {"status": "success"}, {"status": "error", "wabaInfo": _INFO}]
)
def test_what_is_no_business_account_is_none(body: Any) -> None:
    assert waba_of(body) is None


@pytest.mark.parametrize(
    ("balance", "amount"), [(1.787, "1.787"), ("-20.5", "-20.5"), (0, "0"), (25.0, "25"), (1e-7, "1E-7")]
)
def test_a_balance_is_a_decimal_number_however_it_is_written(balance: Any, amount: str) -> None:
    found = wallet_of({"walletResponse": {"currency": "EUR", "currentBalance": balance}})
    assert Wallet(amount=Decimal(amount), currency="EUR") == found


@pytest.mark.parametrize("balance", [None, "", "plenty", "NaN", True, []])
def test_a_balance_that_is_no_number_is_no_wallet(balance: Any) -> None:
    assert wallet_of({"walletResponse": {"currentBalance": balance}}) is None


@pytest.mark.parametrize(
    ("said", "healthy"), [("true", True), ("false", False), (True, True), ("TRUE", True)]
)
def test_health_comes_as_a_text(said: Any, healthy: bool) -> None:
    assert Health(healthy=healthy) == health_of({"status": "success", "healthy": said})
    assert health_of({"status": "success"}) is None


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405])
async def test_a_refusal_says_nothing_about_the_channel(
    status: int, gupshup: Gupshup, host: Any, app: App
) -> None:
    for ask in (gupshup.waba, gupshup.wallet, gupshup.health):
        host.will(status, '{"status":"error","message":"Authentication Failed"}')
        outcome = await ask(app)
        assert isinstance(outcome, Failure)
        assert ("not_offered", Policy.NEVER) == (outcome.code, outcome.policy)


async def test_a_silence_is_a_silence(gupshup: Gupshup, host: Any, app: App) -> None:
    host.will(503, "")
    outcome = await gupshup.wallet(app)
    assert isinstance(outcome, Failure)
    assert ("http_503", Policy.RETRY) == (outcome.code, outcome.policy)
