"""PayPal's objects as snapshots of the port (contracts/payments.md §2.4 to §2.8, §4.3, §4.4).

A reading returns None when the object lacks what it needs. The evidence of one thing is the same by whichever
way it was read: a capture's always comes from its order, because only the order knows the tax.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

import msgspec

from connectors.money import AmountError, from_text
from connectors.payment_evidence import Evidence, EvidenceKind, Ids
from connectors.payments import (
    DisputeSnapshot,
    PaymentSnapshot,
    PaymentState,
    RefundSnapshot,
    SubSnapshot,
    SubState,
)
from connectors.paypal.bodies import claim_of
from connectors.paypal.shapes import (
    Capture,
    Dispute,
    Money,
    Order,
    Refund,
    Sale,
    SaleRefund,
    Subscription,
    instant,
    last_part,
    link,
)

_ORDER_STATES: Final = {
    "CREATED": PaymentState.OPEN,
    "SAVED": PaymentState.OPEN,
    "PAYER_ACTION_REQUIRED": PaymentState.OPEN,
    "APPROVED": PaymentState.APPROVED,
    "VOIDED": PaymentState.CANCELLED,
    "COMPLETED": PaymentState.PROCESSING,
}
_ARRIVED: Final = frozenset({"COMPLETED", "PARTIALLY_REFUNDED", "REFUNDED"})
_SALE_ARRIVED: Final = frozenset({"completed", "partially_refunded", "refunded"})
_SUB_STATES: Final = {
    "APPROVAL_PENDING": SubState.PENDING,
    "APPROVED": SubState.PENDING,
    "ACTIVE": SubState.ACTIVE,
    "SUSPENDED": SubState.PAUSED,
    "CANCELLED": SubState.CANCELLED,
    "EXPIRED": SubState.CANCELLED,
}
RefundState = Literal["pending", "succeeded", "failed", "cancelled"]
_REFUND_STATES: Final[dict[str, RefundState]] = {
    "pending": "pending",
    "completed": "succeeded",
    "failed": "failed",
    "cancelled": "cancelled",
}
WON: Final = frozenset({"RESOLVED_SELLER_FAVOUR", "CANCELED_BY_BUYER", "DENIED"})
_LOST: Final = frozenset({"RESOLVED_BUYER_FAVOUR", "ACCEPTED"})


def order_snapshot(order: Order, *, livemode: bool) -> PaymentSnapshot | None:
    """An order as it is: money only where a capture is completed (§2.4)."""
    state = _ORDER_STATES.get(order.status)
    unit = order.purchase_units[0] if order.purchase_units else None
    if state is None:
        return None
    claim = claim_of(unit.custom_id if unit else None)
    ids = Ids(payment_id=claim.payment_id, portal_id=claim.portal_id, checkout=order.id)
    capture = _telling(unit.payments.captures) if unit else None
    if unit is None or capture is None:
        return PaymentSnapshot(
            provider_ref=order.id,
            state=state,
            ids=ids,
            url=link(order.links, "payer-action", "approve"),
        )
    ids = msgspec.structs.replace(ids, payment=capture.id)
    tax = unit.amount.breakdown.tax_total
    return _captured(order.id, capture, tax, ids, livemode=livemode)


def _telling(captures: list[Capture]) -> Capture | None:
    """The capture that brought money, else the latest attempt."""
    return next((one for one in captures if one.status in _ARRIVED), captures[-1] if captures else None)


def _captured(
    order_id: str, capture: Capture, tax: Money | None, ids: Ids, *, livemode: bool
) -> PaymentSnapshot | None:
    amount, at = _amount(capture.amount), instant(capture.create_time)
    taxed = _amount(tax) if tax else 0
    if amount is None or at is None or taxed is None:
        return None
    key = f"paypal:capture:{capture.id}"
    evidence = Evidence(
        provider="paypal",
        business_key=key,
        kind=EvidenceKind.TOPUP,
        amount=amount,
        tax=taxed,
        currency=_currency(capture.amount),
        ids=ids,
        at=at,
        livemode=livemode,
    )
    reason = capture.status_details.reason
    if capture.status in _ARRIVED:
        fee = capture.seller_receivable_breakdown.paypal_fee
        return PaymentSnapshot(
            provider_ref=order_id,
            state=PaymentState.SUCCEEDED,
            ids=ids,
            evidence=(evidence, *_fee(evidence, fee)),
        )
    state = PaymentState.PROCESSING
    found: tuple[Evidence, ...] = ()
    if capture.status in {"DECLINED", "FAILED"}:
        state, found = PaymentState.FAILED, (_declined(evidence, capture.id, reason or capture.status),)
    return PaymentSnapshot(provider_ref=order_id, state=state, ids=ids, evidence=found, reason=reason)


def refused_order(order_id: str, ids: Ids, code: str) -> PaymentSnapshot:
    """An order whose capture PayPal refused for good. Nothing is booked by it: no money was asked for yet."""
    return PaymentSnapshot(provider_ref=order_id, state=PaymentState.FAILED, ids=ids, reason=code)


def sale_snapshot(sale: Sale, *, livemode: bool) -> PaymentSnapshot | None:
    """A period of a scheduled top-up: v1 writes states in small letters."""
    amount, at = _amount(sale.amount), instant(sale.create_time)
    claim = claim_of(sale.custom)
    if amount is None or at is None or claim.tax >= max(amount, 1):
        return None
    ids = Ids(
        payment_id=claim.payment_id,
        portal_id=claim.portal_id,
        payment=sale.id,
        subscription=sale.billing_agreement_id,
    )
    evidence = Evidence(
        provider="paypal",
        business_key=f"paypal:sale:{sale.id}",
        kind=EvidenceKind.TOPUP,
        amount=amount,
        tax=claim.tax,
        currency=_currency(sale.amount),
        ids=ids,
        at=at,
        livemode=livemode,
    )
    state = PaymentState.PROCESSING
    found: tuple[Evidence, ...] = ()
    if sale.state.lower() in _SALE_ARRIVED:
        state, found = PaymentState.SUCCEEDED, (evidence, *_fee(evidence, sale.transaction_fee))
    elif sale.state.lower() == "denied":
        state, found = PaymentState.FAILED, (_declined(evidence, sale.id, sale.reason_code or "denied"),)
    return PaymentSnapshot(
        provider_ref=sale.id, state=state, ids=ids, evidence=found, reason=sale.reason_code
    )


def refund_snapshot(refund: Refund, capture_id: str | None, *, livemode: bool) -> RefundSnapshot | None:
    """A refund of a capture; `capture_id` where the refund's links do not say it."""
    payment = last_part(link(refund.links, "up")) or capture_id
    ids = Ids(refund_id=claim_of(refund.custom_id).refund_id, payment=payment, refund=refund.id)
    return _refunded(refund, ids, refund.status, refund.status_details.reason, livemode=livemode)


def sale_refund_snapshot(refund: SaleRefund, sale_id: str | None, *, livemode: bool) -> RefundSnapshot | None:
    """A refund of a sale. v1 totals of refunds are negative in events (§2.8)."""
    ids = Ids(refund_id=refund.invoice_number, payment=refund.sale_id or sale_id, refund=refund.id)
    return _refunded(refund, ids, refund.state, refund.reason_code, livemode=livemode)


def _refunded(
    refund: Refund | SaleRefund, ids: Ids, status: str, reason: str | None, *, livemode: bool
) -> RefundSnapshot | None:
    """A refund that failed may have been booked while it was held to be done: both facts are told."""
    amount, at = _amount(refund.amount), instant(refund.create_time)
    state = _REFUND_STATES.get(status.lower())
    if amount is None or at is None or state is None:
        return None
    done = Evidence(
        provider="paypal",
        business_key=f"paypal:refund:{refund.id}",
        kind=EvidenceKind.REFUND,
        amount=amount,
        currency=_currency(refund.amount),
        ids=ids,
        at=at,
        livemode=livemode,
    )
    undone = msgspec.structs.replace(
        done,
        kind=EvidenceKind.REFUND_FAILED,
        business_key=f"{done.business_key}:failed",
        reason=reason or status,
    )
    told: dict[RefundState, tuple[Evidence, ...]] = {
        "pending": (),
        "succeeded": (done,),
        "failed": (done, undone),
        "cancelled": (done, undone),
    }
    return RefundSnapshot(
        provider_ref=refund.id,
        state=state,
        ids=ids,
        amount=amount,
        currency=done.currency,
        evidence=told[state],
        reason=reason,
    )


def reversal_snapshot(refund: RefundSnapshot) -> DisputeSnapshot:
    """A reversal, which PayPal shapes as a refund: money taken from us, given back when it is cancelled."""
    key = f"paypal:reversal:{refund.provider_ref}"
    ids = msgspec.structs.replace(refund.ids, refund_id=None, refund=None, dispute=refund.provider_ref)
    kinds = {
        EvidenceKind.REFUND: (EvidenceKind.DISPUTE_WITHDRAWN, key),
        EvidenceKind.REFUND_FAILED: (EvidenceKind.DISPUTE_REINSTATED, f"{key}:reinstated"),
    }
    evidence = tuple(
        msgspec.structs.replace(one, kind=kinds[one.kind][0], business_key=kinds[one.kind][1], ids=ids)
        for one in refund.evidence
    )
    return DisputeSnapshot(
        provider_ref=refund.provider_ref,
        status=refund.state,
        ids=ids,
        amount=refund.amount,
        currency=refund.currency,
        evidence=evidence,
        reason=refund.reason,
    )


def dispute_snapshot(dispute: Dispute, *, livemode: bool) -> DisputeSnapshot | None:
    """A case: it moves no money by itself, reversals do."""
    amount, opened_at = _amount(dispute.dispute_amount), instant(dispute.create_time)
    if amount is None or opened_at is None:
        return None
    payment = (
        dispute.disputed_transactions[0].seller_transaction_id if dispute.disputed_transactions else None
    )
    due_by = instant(dispute.seller_response_due_date)
    opened = Evidence(
        provider="paypal",
        business_key=f"paypal:dispute:{dispute.dispute_id}:opened",
        kind=EvidenceKind.DISPUTE_OPENED,
        amount=amount,
        currency=_currency(dispute.dispute_amount),
        ids=Ids(payment=payment, dispute=dispute.dispute_id),
        at=opened_at,
        livemode=livemode,
        reason=dispute.reason,
        status=dispute.status,
        due_by=due_by,
    )
    evidence: Sequence[Evidence] = (opened,)
    if dispute.status == "RESOLVED":
        closed = msgspec.structs.replace(
            opened,
            business_key=f"paypal:dispute:{dispute.dispute_id}:closed",
            kind=EvidenceKind.DISPUTE_CLOSED,
            at=instant(dispute.update_time) or opened_at,
            status=_outcome(dispute.dispute_outcome.outcome_code),
            due_by=None,
        )
        evidence = (opened, closed)
    return DisputeSnapshot(
        provider_ref=dispute.dispute_id,
        status=dispute.status,
        ids=opened.ids,
        amount=amount,
        currency=opened.currency,
        evidence=tuple(evidence),
        reason=dispute.reason,
        due_by=due_by,
    )


def subscription_snapshot(subscription: Subscription) -> SubSnapshot | None:
    """A scheduled top-up; its amount is that of the last payment, None before the first."""
    state = _SUB_STATES.get(subscription.status)
    if state is None:
        return None
    billing = subscription.billing_info
    if state is SubState.ACTIVE and billing.failed_payments_count:
        state = SubState.PAST_DUE
    last, claim = billing.last_payment.amount, claim_of(subscription.custom_id)
    return SubSnapshot(
        provider_ref=subscription.id,
        state=state,
        ids=Ids(payment_id=claim.payment_id, portal_id=claim.portal_id, subscription=subscription.id),
        amount=_amount(last),
        currency=_currency(last) or None,
        paid_until=instant(billing.next_billing_time),
    )


def _fee(payment: Evidence, fee: Money | None) -> tuple[Evidence, ...]:
    """PayPal's fee as evidence of its own; it may be in another currency (§4.3)."""
    amount = _amount(fee) if fee else None
    if fee is None or not amount:
        return ()
    return (
        msgspec.structs.replace(
            payment,
            business_key=f"{payment.business_key}:fee",
            kind=EvidenceKind.FEE,
            amount=amount,
            tax=0,
            currency=_currency(fee),
        ),
    )


def _declined(payment: Evidence, attempt: str, reason: str) -> Evidence:
    return msgspec.structs.replace(
        payment,
        business_key=f"{payment.business_key}:declined:{attempt}",
        kind=EvidenceKind.DECLINED,
        tax=0,
        reason=reason,
        retry="never",
    )


def _amount(money: Money) -> int | None:
    """Millionths without a sign, or None."""
    try:
        return abs(from_text(money.value or money.total))
    except AmountError:
        return None


def _currency(money: Money) -> str:
    return (money.currency_code or money.currency).upper()


def _outcome(code: str | None) -> str:
    return "won" if code in WON else "lost" if code in _LOST else "closed"
