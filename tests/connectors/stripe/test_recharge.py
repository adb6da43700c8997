"""Charging a saved card while nobody is there: every outcome, never twice (contracts/payments.md §1.4)."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import msgspec
import pytest

from connectors.money import MICROS
from connectors.outside import Failure, Policy
from connectors.payment_commands import RechargeCmd, SaveMethodCmd
from connectors.payment_evidence import EvidenceKind
from connectors.payments import (
    Declined,
    MethodSnapshot,
    NeedsAction,
    PaymentSnapshot,
    Redirect,
    Succeeded,
    Unknown,
)
from connectors.stripe.client import Stripe
from tests.connectors.payments_contract import moved, topup
from tests.connectors.stripe.stage import StripeStage

pytestmark = [pytest.mark.requirement("R4-c"), pytest.mark.asyncio(loop_scope="module")]


async def saved(stage: StripeStage, card: str = "ok") -> RechargeCmd:
    """A card was saved with a top-up; the command that charges it."""
    page = await stage.provider.create_topup(topup("p-0", stage.now(), save_method=True))
    assert isinstance(page, Redirect)
    await stage.pays(page)
    snapshot = await stage.provider.confirm(page.provider_ref)
    assert isinstance(snapshot, PaymentSnapshot)
    customer, method = snapshot.ids.customer or "", snapshot.ids.method or ""
    await stage.control(f"/methods/{method}", {"card": card}, put=True)
    return RechargeCmd(
        payment_id="p-1",
        portal_id="portal-1",
        attempt=1,
        amount=50 * MICROS,
        currency="USD",
        description="Recarga automática",
        customer=customer,
        method=method,
        begun_at=stage.now(),
    )


def charges(stage: StripeStage) -> int:
    """How often the card was really charged, the first top-up aside."""
    return sum(one["paid"] for one in stage.sandbox.all("charge")) - 1


async def test_a_saved_card_is_charged_once_however_often_the_same_attempt_is_made(
    stage: StripeStage,
) -> None:
    command = await saved(stage)
    for _ in range(3):
        outcome = await stage.provider.charge_saved(command)
        assert isinstance(outcome, Succeeded)
        assert 50 * MICROS == moved(outcome.snapshot.evidence)
        assert "visa •••• 4242, 12/2034" == outcome.snapshot.method_label
    assert 1 == charges(stage)


@pytest.mark.parametrize(
    ("card", "code", "retry"),
    [
        ("declined", "generic_decline", "later"),
        ("insufficient_funds", "insufficient_funds", "later"),
        ("expired", "expired_card", "never"),
    ],
)
async def test_a_decline_says_why_and_whether_to_try_again(
    stage: StripeStage, card: str, code: str, retry: str
) -> None:
    outcome = await stage.provider.charge_saved(await saved(stage, card))
    assert isinstance(outcome, Declined)
    assert (code, retry) == (outcome.code, outcome.retry)
    assert outcome.snapshot is not None
    (evidence,) = outcome.snapshot.evidence
    assert (EvidenceKind.DECLINED, code, retry) == (evidence.kind, evidence.reason, evidence.retry)
    assert evidence.business_key.startswith(f"stripe:pi:{outcome.snapshot.ids.payment}:declined:ch_")
    assert 0 == charges(stage)


async def test_a_bank_that_wants_the_payer_himself_is_asked_once_and_not_again(stage: StripeStage) -> None:
    command = await saved(stage, "authentication")
    outcome = await stage.provider.charge_saved(command)
    assert isinstance(outcome, NeedsAction)
    assert "authentication_required" == outcome.snapshot.reason
    found = await stage.provider.find_charge(command)
    assert isinstance(found, NeedsAction)


async def test_a_card_that_was_removed_is_a_decline_and_not_our_mistake(stage: StripeStage) -> None:
    command = await saved(stage)
    await stage.control(f"/methods/{command.method}/detach")
    gone = msgspec.structs.replace(command, payment_id="p-2", method="pm_that_never_was")
    for one in (command, gone):
        outcome = await stage.provider.charge_saved(one)
        assert isinstance(outcome, Declined), outcome
        assert ("payment_method_missing", "never") == (outcome.code, outcome.retry)


async def test_a_charge_whose_answer_was_lost_is_unknown_then_found_and_never_made_twice(
    stage: StripeStage,
) -> None:
    command = await saved(stage)
    await stage.faults(drop_response=1)
    lost = await stage.provider.charge_saved(command)
    assert isinstance(lost, Unknown)
    assert Policy.UNKNOWN == lost.failure.policy
    await stage.faults()
    found = await stage.provider.find_charge(command)
    assert isinstance(found, Succeeded)
    assert 50 * MICROS == moved(found.snapshot.evidence)
    assert isinstance(await stage.provider.charge_saved(command), Succeeded)
    assert 1 == charges(stage)


async def test_an_answer_that_outlasts_our_patience_is_unknown_then_found(stage: StripeStage) -> None:
    command = await saved(stage)
    await stage.control("/knobs", {"think_ms": 400}, put=True)
    hasty = Stripe(
        stage.http,
        msgspec.structs.replace(stage.config, answer_within_s=0.15),
        stage.journal,
        clock=lambda: stage.now().timestamp(),
    )
    lost = await hasty.charge_saved(command)
    assert isinstance(lost, Unknown)
    assert "timeout" == lost.failure.code
    await hasty.close()
    twin = await stage.provider.charge_saved(command)
    assert isinstance(twin, Unknown | Succeeded)
    for _ in range(100):
        found = await stage.provider.find_charge(command)
        if isinstance(found, Succeeded):
            break
        await asyncio.sleep(0.05)
    assert isinstance(found, Succeeded)
    assert 1 == charges(stage)


async def test_what_is_not_listed_yet_is_unknown_and_later_certainly_not_charged(stage: StripeStage) -> None:
    command = await saved(stage)
    await stage.faults(drop_request=1)
    assert isinstance(await stage.provider.charge_saved(command), Unknown)
    await stage.faults()
    early = await stage.provider.find_charge(command)
    assert isinstance(early, Unknown)
    assert "not_found_yet" == early.failure.code
    await stage.advance(180)
    later = await stage.provider.find_charge(command)
    assert isinstance(later, Declined)
    assert "not_charged" == later.code


async def test_a_command_of_yesterday_is_looked_up_and_never_sent_again(stage: StripeStage) -> None:
    command = await saved(stage)
    old = msgspec.structs.replace(command, begun_at=stage.now() - timedelta(hours=21))
    outcome = await stage.provider.charge_saved(old)
    assert isinstance(outcome, Declined)
    assert "not_charged" == outcome.code
    assert 0 == charges(stage)


async def test_a_stripe_that_errs_after_it_began_is_unknown_and_one_that_says_later_is_not(
    stage: StripeStage,
) -> None:
    command = await saved(stage)
    await stage.faults(http_500=1)
    assert isinstance(await stage.provider.charge_saved(command), Unknown)
    await stage.faults(html_502=1)
    assert isinstance(await stage.provider.charge_saved(command), Unknown)


async def test_an_amount_below_the_minimum_is_a_failure_and_nothing_was_charged(stage: StripeStage) -> None:
    command = msgspec.structs.replace(await saved(stage), amount=5 * MICROS, currency="MXN")
    outcome = await stage.provider.charge_saved(command)
    assert isinstance(outcome, Failure)
    assert ("amount_too_small", Policy.NEVER) == (outcome.code, outcome.policy)
    assert 0 == charges(stage)


@pytest.mark.parametrize(
    ("currency", "units", "minor"),
    [
        ("CLP", 900, 900),
        ("PYG", 9_000, 9_000),
        ("JPY", 90, 90),
        ("HUF", 900, 90_000),
        ("TWD", 90, 9_000),
        ("ISK", 90, 9_000),
        ("UGX", 900, 90_000),
        ("MXN", 10, 1_000),
    ],
)
async def test_every_currency_arrives_in_its_own_minor_units_and_returns_as_it_was(
    stage: StripeStage, currency: str, units: int, minor: int
) -> None:
    command = msgspec.structs.replace(await saved(stage), amount=units * MICROS, currency=currency)
    outcome = await stage.provider.charge_saved(command)
    assert isinstance(outcome, Succeeded), outcome
    assert minor == stage.sandbox.all("payment_intent")[0]["amount"]
    assert units * MICROS == moved(outcome.snapshot.evidence)
    assert {currency} == {one.currency for one in outcome.snapshot.evidence}


async def test_a_card_can_be_saved_without_a_payment(stage: StripeStage) -> None:
    page = await stage.provider.save_method(
        SaveMethodCmd(
            payment_id="p-1",
            portal_id="portal-1",
            currency="USD",
            return_url="https://app.example.com/r",
            cancel_url="https://app.example.com/c",
        )
    )
    assert isinstance(page, Redirect), page
    await stage.pays(page)
    found: list[MethodSnapshot] = []
    async for one in stage.provider.list_since(stage.now() - timedelta(minutes=1)):
        assert not isinstance(one, Failure), one
        found += [one] if isinstance(one, MethodSnapshot) else []
    assert {(True, "2034-12")} == {(one.usable, one.expires) for one in found}
    assert "portal-1" in {one.ids.portal_id for one in found}


async def test_the_fee_that_comes_later_is_booked_by_itself(stage: StripeStage) -> None:
    await stage.control("/knobs", {"fee_later": True}, put=True)
    command = await saved(stage)
    first = await stage.provider.charge_saved(command)
    assert isinstance(first, Succeeded)
    assert {EvidenceKind.TOPUP} == {one.kind for one in first.snapshot.evidence}
    await stage.control("/fees")
    later = await stage.provider.confirm(first.snapshot.provider_ref)
    assert isinstance(later, PaymentSnapshot)
    (fee,) = (one for one in later.evidence if one.kind is EvidenceKind.FEE)
    assert (1_750_000, f"{first.snapshot.evidence[0].business_key}:fee") == (fee.amount, fee.business_key)


async def test_the_customers_own_page_uses_one_configuration_of_ours(stage: StripeStage) -> None:
    command = await saved(stage)
    pages = [
        await stage.provider.open_portal(command.customer, "https://app.example.com/back", "pt")
        for _ in range(2)
    ]
    await stage.provider.close()
    another = Stripe(stage.http, stage.config, stage.journal)
    pages.append(await another.open_portal(command.customer, "https://app.example.com/back", "es"))
    await another.close()
    assert all(isinstance(page, Redirect) for page in pages), pages
    assert 1 == len(stage.sandbox.all("billing_portal.configuration"))


async def test_nobody_is_sent_to_a_page_that_is_not_stripes(stage: StripeStage) -> None:
    config = msgspec.structs.replace(stage.config, page_origins=("https://checkout.stripe.com",))
    strict = Stripe(stage.http, config, stage.journal)
    refused = await strict.create_topup(topup("p-1", stage.now()))
    await strict.close()
    assert isinstance(refused, Failure)
    assert ("foreign_page", Policy.FIX) == (refused.code, refused.policy)
