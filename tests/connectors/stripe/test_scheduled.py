"""Scheduled top-ups: periods are the money, in any order of events (contracts/payments.md §1.4 to §1.6)."""

from __future__ import annotations

import random

import pytest

from connectors.money import MICROS
from connectors.outside import Failure
from connectors.payment_commands import RefundCmd, SubscribeCmd
from connectors.payment_evidence import EvidenceKind
from connectors.payments import Redirect, RefundSnapshot, SubSnapshot, SubState
from tests.connectors.payments_contract import arrived, booked, moved, told
from tests.connectors.stripe.stage import StripeStage

pytestmark = [pytest.mark.requirement("R4-c"), pytest.mark.asyncio(loop_scope="module")]


async def subscribed(stage: StripeStage) -> SubSnapshot:
    page = await stage.provider.create_subscription(
        SubscribeCmd(
            payment_id="s-1",
            portal_id="portal-1",
            amount=30 * MICROS,
            tax=4_800_000,
            currency="USD",
            description="Recarga mensual",
            return_url="https://app.example.com/r",
            cancel_url="https://app.example.com/c",
        )
    )
    assert isinstance(page, Redirect), page
    pending = await stage.provider.get_subscription(page.provider_ref)
    assert isinstance(pending, Failure)
    assert "not_subscribed" == pending.code
    await stage.pays(page)
    agreed = await stage.provider.get_subscription(page.provider_ref)
    assert isinstance(agreed, SubSnapshot), agreed
    return agreed


async def test_a_period_is_one_topup_whatever_order_its_ten_events_come_in(stage: StripeStage) -> None:
    agreed = await subscribed(stage)
    assert (SubState.ACTIVE, 34_800_000, "USD") == (agreed.state, agreed.amount, agreed.currency)
    assert ("s-1", "portal-1") == (agreed.ids.payment_id, agreed.ids.portal_id)
    deliveries = await arrived(stage, 8)
    for seed in range(2):
        order = deliveries * 2
        random.Random(seed).shuffle(order)
        evidence = await told(stage, order)
        assert 34_800_000 == moved(evidence)
        (arrival,) = {one.business_key for one in evidence if one.kind is EvidenceKind.TOPUP}
        assert arrival.startswith("stripe:in:in_")
        assert {4_800_000} == {one.tax for one in evidence if one.kind is EvidenceKind.TOPUP}
        assert {"portal-1"} == {one.ids.portal_id for one in evidence}


async def test_a_period_is_found_by_its_payment_alone_and_has_the_same_key(stage: StripeStage) -> None:
    await subscribed(stage)
    deliveries = await arrived(stage, 8)
    by_payment = [one for one in deliveries if b'"payment_intent.succeeded"' in one.body]
    evidence = await told(stage, by_payment)
    assert 34_800_000 == moved(evidence)
    assert booked(evidence) == booked(await told(stage, deliveries))


async def test_each_renewal_is_another_topup_and_a_refused_card_is_none(stage: StripeStage) -> None:
    agreed = await subscribed(stage)
    await stage.control(f"/subscriptions/{agreed.provider_ref}/renew")
    assert 69_600_000 == moved(await told(stage, await arrived(stage, 12)))
    (method,) = stage.sandbox.all("payment_method")
    await stage.control(f"/methods/{method['id']}", {"card": "insufficient_funds"}, put=True)
    stage.inbox.all.clear()
    await stage.control(f"/subscriptions/{agreed.provider_ref}/renew")
    evidence = await told(stage, await arrived(stage, 3))
    assert 0 == moved(evidence)
    (declined,) = {(one.kind, one.reason, one.retry) for one in evidence}
    assert (EvidenceKind.DECLINED, "insufficient_funds", "later") == declined
    late = await stage.provider.get_subscription(agreed.provider_ref)
    assert isinstance(late, SubSnapshot)
    assert SubState.PAST_DUE == late.state


async def test_pausing_resuming_and_ending_hold_also_when_they_are_repeated(stage: StripeStage) -> None:
    ref = (await subscribed(stage)).provider_ref
    for act, state in (
        (stage.provider.pause_subscription, SubState.PAUSED),
        (stage.provider.resume_subscription, SubState.ACTIVE),
    ):
        for _ in range(2):
            now = await act(ref)
            assert isinstance(now, SubSnapshot), now
            assert state == now.state
    leaving = await stage.provider.cancel_subscription(ref, at_period_end=True)
    assert isinstance(leaving, SubSnapshot)
    assert (SubState.ACTIVE, leaving.paid_until) == (leaving.state, leaving.cancels_at)
    for _ in range(2):
        ended = await stage.provider.cancel_subscription(ref, at_period_end=False)
        assert isinstance(ended, SubSnapshot), ended
        assert SubState.CANCELLED == ended.state


async def test_a_refund_of_a_period_names_the_payment_that_the_period_is_known_by(stage: StripeStage) -> None:
    await subscribed(stage)
    evidence = await told(stage, await arrived(stage, 8))
    (payment,) = {one.ids.payment for one in evidence if one.kind is EvidenceKind.TOPUP}
    made = await stage.provider.refund(
        RefundCmd(
            refund_id="r-1",
            payment_id="s-1",
            portal_id="portal-1",
            payment=payment or "",
            recurring=True,
            amount=10 * MICROS,
            currency="USD",
        )
    )
    assert isinstance(made, RefundSnapshot), made
    assert payment == made.ids.payment
    assert 24_800_000 == moved([*evidence, *made.evidence])
    assert len(booked(made.evidence)) == 1
