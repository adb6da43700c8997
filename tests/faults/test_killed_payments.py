"""Payments while the API and workers are killed at random moments: each is in the balance once."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import httpx
import pytest

from tests.faults.hands import strike
from tests.servers import TestDatabase
from tests.system.house import House, open_house
from tests.system.paypal_beside import PayPalBeside, paypal_beside
from tests.system.stripe_beside import StripeBeside, stripe_beside

pytestmark = [
    pytest.mark.requirement("R4-c"),
    pytest.mark.requirement("R2.2-b"),
    pytest.mark.long,
    pytest.mark.timeout(900),
]
USD = 1_000_000
_PAYMENTS = 12


@pytest.fixture(scope="module")
def stripe() -> Iterator[StripeBeside]:
    with stripe_beside() as beside:
        yield beside


@pytest.fixture(scope="module")
def paypal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PayPalBeside]:
    with paypal_beside(tmp_path_factory.mktemp("paypal")) as beside:
        yield beside


@pytest.fixture(scope="module")
def till(
    database: TestDatabase,
    tmp_path_factory: pytest.TempPathFactory,
    stripe: StripeBeside,
    paypal: PayPalBeside,
) -> Iterator[House]:
    """A house of its own with two workers and both providers."""
    accounts = {**stripe.settings, **paypal.settings}
    home = tmp_path_factory.mktemp("till")
    with open_house(database, home, workers=2, settings=accounts) as opened:
        stripe.tells(opened.api_url)
        paypal.tells(opened.api_url)
        yield opened


@pytest.mark.parametrize("seed", range(1, 6))
def test_whatever_dies_every_payment_is_in_the_balance_once(
    till: House, stripe: StripeBeside, paypal: PayPalBeside, seed: int
) -> None:
    drawn = Random(seed)
    an_hour_passed = "update billing.payment set opened_at = opened_at - interval '1 hour' returning 1"
    till.query(an_hour_passed)  # a person opens twenty in an hour at most
    before, captured = _balance(till), len(paypal.known("captures"))
    providers = [drawn.choice(["stripe", "paypal"]) for _ in range(_PAYMENTS)]
    paypal.takes(60)

    def pay() -> None:
        for number, provider in enumerate(providers):
            paypal.silent(drawn.random() < 0.3)
            opened = _opened(till, f"{seed}-{number}", provider)
            if provider == "stripe":
                stripe.pays()
            else:
                httpx.post(opened["url"], data={"act": "ok"}, trust_env=False)

    strike(till, "api", "worker1", "worker2", seed=seed, meanwhile=pay)
    paypal.takes(0)
    paypal.silent(False)
    ask = "update billing.payment set ask_at = least(ask_at, now()) where ask_at < 'infinity' returning 1"

    def is_home() -> bool:
        till.query(ask)
        return _balance(till) >= before + _PAYMENTS * 7 * USD

    till.until("all the money is there", is_home)
    for event in paypal.known("events"):
        paypal.post(f"events/{event['id']}/send")
    waiting = "select count(*) from billing.provider_event where state = 'new'"
    till.until("everything is told", lambda: paypal.known("deliveries") == [])
    till.until("every event is worked on", lambda: till.query(waiting) == [(0,)])
    assert before + _PAYMENTS * 7 * USD == _balance(till)
    assert captured + providers.count("paypal") == len(paypal.known("captures"))
    assert [(0,)] == till.query("select billing.prove_books()")


def _opened(till: House, key: str, provider: str) -> dict[str, Any]:
    """A payment of 7 USD whose page is known, by a customer who tries until the API answers."""
    order = {"provider": provider, "amount": 7 * USD, "currency": "USD", "key": key}
    found: dict[str, Any] = {}

    def is_open() -> bool:
        try:
            answer = till.api.post("/api/v1/payments", json=order, headers=till.bearer())
        except httpx.HTTPError:
            return False
        found.update(answer.json() if answer.is_success else {})
        return bool(found.get("url"))

    till.until("the page is open", is_open)
    return found


def _balance(till: House) -> int:
    rows = till.query("select balance from billing.wallet")
    return int(rows[0][0]) if rows else 0
