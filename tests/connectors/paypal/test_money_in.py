"""The contract suite for both transports: what comes in, goes back and is disputed, against the simulator."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from connectors.outside import Failure, Policy
from connectors.payment_commands import SubscribeCmd
from connectors.payment_evidence import EvidenceKind
from connectors.payments import (
    Cap,
    DisputeSnapshot,
    PaymentProvider,
    PaymentSnapshot,
    PaymentState,
    Redirect,
    RefundSnapshot,
    SubSnapshot,
    SubState,
)
from tests.connectors.paypal.conftest import House, failed, refund, topup

pytestmark = [pytest.mark.requirement("R4-c"), pytest.mark.asyncio(loop_scope="module")]


def _booked(snapshot: object) -> list[tuple[str, str, int, int]]:
    evidence = getattr(snapshot, "evidence", ())
    return [(one.kind.value, one.business_key, one.amount, one.tax) for one in evidence]


async def test_the_connector_is_the_port_and_offers_only_what_paypal_can(house: House) -> None:
    provider: PaymentProvider = house.paypal
    assert provider.name == "paypal"
    assert provider.capabilities == {Cap.TOPUP, Cap.SUBSCRIPTION, Cap.PARTIAL_REFUND, Cap.PAUSE}


async def test_a_top_up_is_opened_once_paid_and_captured_once(house: House) -> None:
    opened = await house.opened()
    again = await house.opened()
    assert again == opened
    assert opened.url == f"{house.base}/paypal/checkoutnow?token={opened.provider_ref}"

    waiting = await house.paypal.confirm(opened.provider_ref)
    assert isinstance(waiting, PaymentSnapshot)
    assert (waiting.state, waiting.evidence, waiting.url) == (PaymentState.OPEN, (), opened.url)

    await house.control(f"orders/{opened.provider_ref}/approve")
    both = await asyncio.gather(*(house.paypal.confirm(opened.provider_ref) for _ in range(5)))
    later = await house.paypal.confirm(opened.provider_ref)
    capture = next(iter(house.party.state.captures.values()))
    key = f"paypal:capture:{capture.id}"
    for snapshot in (*both, later):
        assert isinstance(snapshot, PaymentSnapshot), snapshot
        assert snapshot.state is PaymentState.SUCCEEDED
        assert _booked(snapshot) == [("topup", key, 20_000_000, 0), ("fee", f"{key}:fee", 1_380_000, 0)]
        assert snapshot.ids.payment_id == topup().payment_id
    assert len(house.party.state.captures) == 1
    assert house.party.state.complaints == []


async def test_tax_is_carried_beside_the_amount_and_comes_back_as_evidence(house: House) -> None:
    paid = await house.paid(tax=3_200_000)
    assert _booked(paid)[0][2:] == (23_200_000, 3_200_000)


async def test_the_event_the_return_page_and_the_order_tell_the_same_evidence(house: House) -> None:
    paid = await house.paid(tax=3_200_000)
    raw, headers = await house.delivered("PAYMENT.CAPTURE.COMPLETED")
    (fact,) = house.paypal.interpret(await house.paypal.verify_webhook(raw, headers))
    assert fact.business_key == paid.evidence[0].business_key
    fetched = await house.paypal.fetch(fact)
    assert isinstance(fetched, tuple)
    assert fetched[0].evidence == paid.evidence


async def test_a_declined_card_sends_the_payer_back_and_his_next_try_pays(house: House) -> None:
    opened = await house.opened()
    await house.control(f"orders/{opened.provider_ref}/approve", {"persona": "declined"})
    declined = await house.paypal.confirm(opened.provider_ref)
    assert isinstance(declined, PaymentSnapshot)
    assert (declined.state, declined.reason) == (PaymentState.NEEDS_ACTION, "INSTRUMENT_DECLINED")
    assert declined.url == opened.url
    await house.control(f"orders/{opened.provider_ref}/approve")
    paid = await house.paypal.confirm(opened.provider_ref)
    assert isinstance(paid, PaymentSnapshot)
    assert paid.state is PaymentState.SUCCEEDED


async def test_a_refused_order_is_failed_and_books_nothing(house: House) -> None:
    opened = await house.opened()
    await house.control(f"orders/{opened.provider_ref}/approve", {"persona": "refused"})
    refused = await house.paypal.confirm(opened.provider_ref)
    assert isinstance(refused, PaymentSnapshot)
    assert (refused.state, refused.reason) == (PaymentState.FAILED, "TRANSACTION_REFUSED")
    assert refused.evidence == ()


@pytest.mark.parametrize("outcome", ["COMPLETED", "DECLINED"])
async def test_a_pending_capture_is_no_money_until_it_settles(house: House, outcome: str) -> None:
    opened = await house.opened()
    await house.control(f"orders/{opened.provider_ref}/approve", {"persona": "pending"})
    pending = await house.paypal.confirm(opened.provider_ref)
    assert isinstance(pending, PaymentSnapshot)
    assert (pending.state, pending.reason) == (PaymentState.PROCESSING, "ECHECK")
    assert pending.evidence == ()
    await house.control(f"captures/{pending.ids.payment}/settle", {"outcome": outcome})
    settled = await house.paypal.confirm(opened.provider_ref)
    assert isinstance(settled, PaymentSnapshot)
    kind = {"COMPLETED": EvidenceKind.TOPUP, "DECLINED": EvidenceKind.DECLINED}[outcome]
    assert settled.evidence[0].kind is kind


async def test_an_order_that_died_is_expired_and_a_second_order_for_the_same_intent_never_charges_twice(
    house: House,
) -> None:
    opened = await house.opened()
    house.party.clock.advance(timedelta(hours=7))
    expired = await house.paypal.confirm(opened.provider_ref)
    assert isinstance(expired, PaymentSnapshot)
    assert expired.state is PaymentState.EXPIRED
    second, third = await house.opened(), await house.opened(tax=1_000_000)
    assert second.provider_ref == third.provider_ref != opened.provider_ref
    await house.control(f"orders/{second.provider_ref}/approve")
    assert isinstance(await house.paypal.confirm(second.provider_ref), PaymentSnapshot)
    house.party.clock.advance(timedelta(hours=7))
    fourth = await house.opened()
    await house.control(f"orders/{fourth.provider_ref}/approve")
    refused = await house.paypal.confirm(fourth.provider_ref)
    assert isinstance(refused, PaymentSnapshot)
    assert (refused.state, refused.reason) == (PaymentState.FAILED, "DUPLICATE_INVOICE_ID")
    assert len(house.party.state.captures) == 1


async def test_a_page_that_nobody_paid_is_cancelled_and_one_that_was_paid_is_told(house: House) -> None:
    opened = await house.opened()
    cancelled = await house.paypal.cancel_topup(opened.provider_ref)
    assert isinstance(cancelled, PaymentSnapshot)
    assert cancelled.state is PaymentState.CANCELLED
    paid = await house.paid()
    assert await house.paypal.cancel_topup(paid.provider_ref) == paid


async def test_a_payment_is_refunded_to_the_cent_and_never_by_more_than_is_left(house: House) -> None:
    paid = await house.paid()
    capture = paid.ids.payment or ""
    first = await house.paypal.refund(refund(capture, amount=10_000))
    assert isinstance(first, RefundSnapshot)
    assert (first.state, first.amount, first.ids.payment) == ("succeeded", 10_000, capture)
    assert first.ids.refund_id == refund(capture).refund_id
    assert _booked(first) == [("refund", f"paypal:refund:{first.provider_ref}", 10_000, 0)]
    assert await house.paypal.refund(refund(capture, amount=10_000)) == first

    too_much = failed(await house.paypal.refund(refund(capture, refund_id="r2", amount=20_000_000)))
    assert (too_much.policy, too_much.code) == (Policy.NEVER, "REFUND_AMOUNT_EXCEEDED")
    rest = await house.paypal.refund(refund(capture, refund_id="r3", note="Gracias"))
    assert isinstance(rest, RefundSnapshot)
    assert rest.amount == 19_990_000
    nothing = failed(await house.paypal.refund(refund(capture, refund_id="r4")))
    assert nothing.code == "CAPTURE_FULLY_REFUNDED"
    still = await house.paypal.confirm(paid.provider_ref)
    assert isinstance(still, PaymentSnapshot)
    assert still.evidence == paid.evidence


async def test_a_refund_repeated_after_paypal_forgot_it_is_found_not_made(house: House) -> None:
    paid = await house.paid()
    made = await house.paypal.refund(refund(paid.ids.payment or "", amount=5_000_000))
    house.party.state.replays.clear()
    again = await house.paypal.refund(refund(paid.ids.payment or "", amount=5_000_000))
    assert isinstance(again, RefundSnapshot)
    assert again == made
    assert len(house.party.state.refunds) == 1


async def test_a_refund_that_fails_later_is_told_with_its_reversal(house: House) -> None:
    paid = await house.paid()
    made = await house.paypal.refund(refund(paid.ids.payment or ""))
    assert isinstance(made, RefundSnapshot)
    await house.control(f"refunds/{made.provider_ref}/end", {"status": "FAILED"})
    (fact,) = house.paypal.interpret(
        await house.paypal.verify_webhook(*await house.delivered("PAYMENT.REFUND.FAILED"))
    )
    fetched = await house.paypal.fetch(fact)
    assert isinstance(fetched, tuple)
    key = f"paypal:refund:{made.provider_ref}"
    assert _booked(fetched[0]) == [
        ("refund", key, 20_000_000, 0),
        ("refund_failed", f"{key}:failed", 20_000_000, 0),
    ]


async def test_a_dispute_takes_the_money_and_gives_it_back_when_it_is_won(house: House) -> None:
    paid = await house.paid()
    case = await house.control("disputes", {"payment": paid.ids.payment, "reverse": True})
    opened_event = await house.delivered("CUSTOMER.DISPUTE.CREATED")
    (opened_fact,) = house.paypal.interpret(await house.paypal.verify_webhook(*opened_event))
    opened = await house.paypal.fetch(opened_fact)
    assert isinstance(opened, tuple)
    dispute_id = case["dispute_id"]
    assert _booked(opened[0]) == [("dispute_opened", f"paypal:dispute:{dispute_id}:opened", 20_000_000, 0)]
    assert isinstance(opened[0], DisputeSnapshot)
    assert opened[0].due_by is not None
    assert opened[0].ids.payment == paid.ids.payment

    reversed_event = await house.delivered("PAYMENT.CAPTURE.REVERSED")
    (reversal,) = house.paypal.interpret(await house.paypal.verify_webhook(*reversed_event))
    key = f"paypal:reversal:{reversal.object_id}"
    assert reversal.business_key == key
    taken = await house.paypal.fetch(reversal)
    assert isinstance(taken, tuple)
    assert _booked(taken[0]) == [("dispute_withdrawn", key, 20_000_000, 0)]

    await house.control(f"disputes/{dispute_id}/resolve", {"outcome": "RESOLVED_SELLER_FAVOUR"})
    won = await house.paypal.fetch(opened_fact)
    assert isinstance(won, tuple)
    assert [one.status for one in won[0].evidence] == ["RESOLVED", "won"]
    assert _booked(won[1]) == [
        ("dispute_withdrawn", key, 20_000_000, 0),
        ("dispute_reinstated", f"{key}:reinstated", 20_000_000, 0),
    ]


async def test_a_lost_dispute_gives_nothing_back(house: House) -> None:
    paid = await house.paid()
    case = await house.control("disputes", {"payment": paid.ids.payment, "reverse": True})
    await house.control(f"disputes/{case['dispute_id']}/resolve", {"outcome": "RESOLVED_BUYER_FAVOUR"})
    event = await house.paypal.verify_webhook(*await house.delivered("CUSTOMER.DISPUTE.RESOLVED"))
    fetched = await house.paypal.fetch(house.paypal.interpret(event)[0])
    assert isinstance(fetched, tuple)
    assert [one.kind for one in fetched[0].evidence] == [
        EvidenceKind.DISPUTE_OPENED,
        EvidenceKind.DISPUTE_CLOSED,
    ]
    assert len(fetched) == 1


def _every_month(payment_id: str = "0192f0c1-0000-7000-8000-0000000000b1") -> SubscribeCmd:
    return SubscribeCmd(
        payment_id=payment_id,
        portal_id="0192f0c1-0000-7000-8000-0000000000aa",
        amount=50_000_000,
        currency="MXN",
        tax=8_000_000,
        description="Recarga mensual",
        return_url="https://app.example.com/pay/return/n0nce",
        cancel_url="https://app.example.com/pay/cancel/n0nce",
    )


async def test_a_scheduled_top_up_is_agreed_to_paid_refunded_paused_and_ended(house: House) -> None:
    await house.turn(double_sales=True)
    opened = await house.paypal.create_subscription(_every_month())
    assert isinstance(opened, Redirect), opened
    assert await house.paypal.create_subscription(_every_month()) == opened
    ref = opened.provider_ref
    await house.control(f"subscriptions/{ref}/agree")
    active = await house.paypal.get_subscription(ref)
    assert isinstance(active, SubSnapshot)
    assert (active.state, active.amount, active.currency) == (SubState.ACTIVE, 58_000_000, "MXN")
    assert active.paid_until is not None
    assert active.paid_until > datetime.now(UTC)

    sale_event = await house.delivered("PAYMENT.SALE.COMPLETED")
    (fact,) = house.paypal.interpret(await house.paypal.verify_webhook(*sale_event))
    paid = await house.paypal.fetch(fact)
    assert isinstance(paid, tuple)
    key = f"paypal:sale:{fact.object_id}"
    assert _booked(paid[0]) == [
        ("topup", key, 58_000_000, 8_000_000),
        ("fee", f"{key}:fee", 3_430_000, 0),
    ]
    assert paid[0].ids.payment_id == _every_month().payment_id
    hour = timedelta(hours=1)
    listed = await house.paypal.subscription_payments(ref, datetime.now(UTC) - hour, datetime.now(UTC) + hour)
    assert listed == list(paid)

    given_back = await house.paypal.refund(
        refund(fact.object_id, recurring=True, currency="MXN", amount=1_010_000)
    )
    assert isinstance(given_back, RefundSnapshot)
    assert (given_back.state, given_back.amount) == ("succeeded", 1_010_000)
    refunded = await house.paypal.verify_webhook(*await house.delivered("PAYMENT.SALE.REFUNDED"))
    fetched = await house.paypal.fetch(house.paypal.interpret(refunded)[0])
    assert isinstance(fetched, tuple)
    assert fetched[0].evidence == given_back.evidence

    for change, state in (
        (house.paypal.pause_subscription(ref), SubState.PAUSED),
        (house.paypal.pause_subscription(ref), SubState.PAUSED),
        (house.paypal.resume_subscription(ref), SubState.ACTIVE),
        (house.paypal.cancel_subscription(ref, at_period_end=True), SubState.CANCELLED),
        (house.paypal.cancel_subscription(ref, at_period_end=False), SubState.CANCELLED),
    ):
        after = await change
        assert isinstance(after, SubSnapshot), after
        assert after.state is state
    assert failed(await house.paypal.resume_subscription(ref)).code == "SUBSCRIPTION_STATUS_INVALID"
    ended = await house.paypal.get_subscription(ref)
    assert isinstance(ended, SubSnapshot)
    assert ended.paid_until is None
    assert house.party.state.complaints == []


async def test_the_plan_of_an_amount_is_made_once_also_by_a_process_that_knows_nothing(house: House) -> None:
    for number in range(3):
        house.paypal._subscriptions._plan_ids.clear()
        house.paypal._subscriptions._product_id = None
        house.party.state.replays.clear()
        opened = await house.paypal.create_subscription(_every_month(f"payment-{number}"))
        assert isinstance(opened, Redirect), opened
    assert (len(house.party.state.products), len(house.party.state.plans)) == (1, 1)


async def test_what_no_webhook_told_the_reconciler_finds(house: House) -> None:
    await house.turn(webhooks="hold")
    before = datetime.now(UTC)
    paid = await house.paid(tax=1_000_000)
    made = await house.paypal.refund(refund(paid.ids.payment or "", amount=1_000_000))
    found = [one async for one in house.paypal.list_since(before)]
    assert house.inbox.all == []
    assert [one for one in found if isinstance(one, Failure)] == []
    assert paid in found
    assert made in found
    assert len(found) == 3  # the order, its capture, the refund


async def test_currencies_without_decimals_are_whole_at_paypal(house: House) -> None:
    for currency in ("HUF", "TWD", "JPY"):
        paid = await house.paid(payment_id=f"payment-{currency}", currency=currency, amount=1_500_000_000)
        assert _booked(paid)[0][2] == 1_500_000_000
        assert house.party.state.captures[paid.ids.payment or ""].value == "1500"
        fraction = failed(await house.paypal.create_topup(topup(currency=currency, amount=1_500_500_000)))
        assert (fraction.policy, fraction.code) == (Policy.NEVER, "amount_not_payable")


async def test_a_currency_that_paypal_cannot_take_is_refused_before_it_is_asked(house: House) -> None:
    for currency in ("CLP", "PYG", "ISK", "UGX", "ARS", "COP", "PEN"):
        refused = failed(await house.paypal.create_topup(topup(currency=currency)))
        assert (refused.policy, refused.code) == (Policy.NEVER, "amount_not_payable")
    assert house.journal.exchanges == []
