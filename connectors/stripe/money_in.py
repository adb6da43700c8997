"""What Stripe's payments say about money: pure, from `connectors.stripe.shapes` to the port's snapshots.

Only payments that carry our own metadata are money of ours; a period of a scheduled top-up carries it by its
subscription. Raises AmountError for a currency that is not in the table.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from connectors.payment_evidence import Evidence, EvidenceKind, Ids
from connectors.payments import PaymentSnapshot, PaymentState
from connectors.stripe.shapes import (
    BalanceTransaction,
    Card,
    Charge,
    Invoice,
    PaymentIntent,
    PaymentMethod,
    Session,
    id_of,
)
from connectors.stripe.values import decline_code, instant, label_of, micros, ours, retry_after

KINDS: Final = frozenset({"topup", "auto_recharge"})
"""`metadata.kind` of payments that are money of ours by themselves."""
_PAYMENT_STATES: Final = {
    "succeeded": PaymentState.SUCCEEDED,
    "processing": PaymentState.PROCESSING,
    "requires_capture": PaymentState.PROCESSING,
    "requires_action": PaymentState.NEEDS_ACTION,
    "canceled": PaymentState.CANCELLED,
}


def payment_of(intent: PaymentIntent, session: Session | None = None) -> PaymentSnapshot:
    """A top-up or recharge, also by the page it was paid on."""
    meta = ours(intent.metadata)
    state = _state_of(intent, meta, session)
    charge = intent.latest_charge if isinstance(intent.latest_charge, Charge) else None
    ids = payment_ids(intent, session)
    is_ours = meta.get("kind") in KINDS and ids.payment_id is not None
    key = f"stripe:pi:{intent.id}"
    evidence = (*_arrived(intent, charge, key, ids), *_declined(intent, state, key, ids)) if is_ours else ()
    action = intent.next_action.redirect_to_url if intent.next_action else None
    return PaymentSnapshot(
        provider_ref=session.id if session else intent.id,
        state=state,
        ids=ids,
        evidence=evidence,
        reason=decline_code(intent.last_payment_error),
        url=session.url if session and session.url else action.url if action else None,
        receipt_url=charge.receipt_url if charge else None,
        method_label=label_of(_card_of(intent, charge)),
    )


def page_of(session: Session) -> PaymentSnapshot:
    """A page without a payment: nobody began to pay, or a scheduled top-up, whose periods are the money."""
    if session.status == "expired":
        state = PaymentState.EXPIRED
    elif session.status == "complete":
        state = PaymentState.PROCESSING if session.payment_status == "unpaid" else PaymentState.SUCCEEDED
    else:
        state = PaymentState.OPEN
    meta = ours(session.metadata)
    ids = Ids(
        payment_id=meta.get("payment_id"),
        portal_id=meta.get("portal_id"),
        checkout=session.id,
        subscription=session.subscription,
        invoice=session.invoice,
        customer=session.customer,
    )
    return PaymentSnapshot(provider_ref=session.id, state=state, ids=ids, url=session.url)


def recurring_of(invoice: Invoice, intent: PaymentIntent | None) -> PaymentSnapshot:
    """A period of a scheduled top-up; without evidence when the invoice belongs to no subscription."""
    details = invoice.parent.subscription_details if invoice.parent else None
    subscription = details.subscription if details else None
    meta = ours(details.metadata) if details else {}
    charge = intent.latest_charge if intent and isinstance(intent.latest_charge, Charge) else None
    ids = Ids(
        payment_id=meta.get("payment_id"),
        portal_id=meta.get("portal_id"),
        payment=intent.id if intent else None,
        charge=id_of(intent.latest_charge) if intent else None,
        invoice=invoice.id,
        subscription=subscription,
        customer=invoice.customer,
    )
    state = _invoice_state(invoice)
    reason = decline_code(intent.last_payment_error) if intent else None
    return PaymentSnapshot(
        provider_ref=invoice.id,
        state=state,
        ids=ids,
        evidence=tuple(_of_period(invoice, charge, meta, ids, state, reason)) if subscription else (),
        reason=reason,
        receipt_url=charge.receipt_url if charge else None,
        invoice_url=invoice.hosted_invoice_url,
        method_label=label_of(_card_of(intent, charge)) if intent else None,
    )


def payment_ids(intent: PaymentIntent, session: Session | None = None) -> Ids:
    """All ids around one payment."""
    meta = ours(intent.metadata)
    return Ids(
        payment_id=meta.get("payment_id"),
        portal_id=meta.get("portal_id"),
        checkout=session.id if session else None,
        payment=intent.id,
        charge=id_of(intent.latest_charge),
        customer=intent.customer,
        method=id_of(intent.payment_method) if _keeps_method(intent) else None,
    )


def _keeps_method(intent: PaymentIntent) -> bool:
    return intent.setup_future_usage == "off_session" or ours(intent.metadata).get("kind") == "auto_recharge"


def _state_of(intent: PaymentIntent, meta: dict[str, str], session: Session | None) -> PaymentState:
    known = _PAYMENT_STATES.get(intent.status)
    if known is not None:
        return known
    if session is not None and session.status == "expired":
        return PaymentState.EXPIRED
    over = meta.get("kind") == "auto_recharge" or (session is not None and session.status == "complete")
    if not over or intent.last_payment_error is None:
        return PaymentState.OPEN
    needs_payer = decline_code(intent.last_payment_error) == "authentication_required"
    return PaymentState.NEEDS_ACTION if needs_payer else PaymentState.FAILED


def _arrived(intent: PaymentIntent, charge: Charge | None, key: str, ids: Ids) -> Iterator[Evidence]:
    if intent.status != "succeeded" or intent.amount_received <= 0:
        return
    at = instant(charge.created if charge else intent.created)
    yield Evidence(
        provider="stripe",
        business_key=key,
        kind=EvidenceKind.TOPUP,
        amount=micros(intent.amount_received, intent.currency),
        tax=_tax(ours(intent.metadata), intent.amount_received, intent.currency),
        currency=intent.currency.upper(),
        ids=ids,
        at=at,
        livemode=intent.livemode,
    )
    yield from _fee(charge, key, ids, at, livemode=intent.livemode)


def _declined(intent: PaymentIntent, state: PaymentState, key: str, ids: Ids) -> Iterator[Evidence]:
    error = intent.last_payment_error
    if error is None or state not in (PaymentState.FAILED, PaymentState.NEEDS_ACTION):
        return
    yield Evidence(
        provider="stripe",
        business_key=f"{key}:declined:{error.charge or '0'}",
        kind=EvidenceKind.DECLINED,
        amount=micros(intent.amount, intent.currency),
        currency=intent.currency.upper(),
        ids=ids,
        at=instant(intent.created),
        livemode=intent.livemode,
        reason=decline_code(error),
        retry=retry_after(error),
    )


def _of_period(
    invoice: Invoice,
    charge: Charge | None,
    meta: dict[str, str],
    ids: Ids,
    state: PaymentState,
    reason: str | None,
) -> Iterator[Evidence]:
    key, currency = f"stripe:in:{invoice.id}", invoice.currency
    at = instant(invoice.status_transitions.paid_at or invoice.created)

    def told(kind: EvidenceKind, business_key: str, minor: int, tax: int = 0) -> Evidence:
        declined = kind is EvidenceKind.DECLINED
        return Evidence(
            provider="stripe",
            business_key=business_key,
            kind=kind,
            amount=micros(minor, currency),
            tax=tax,
            currency=currency.upper(),
            ids=ids,
            at=at,
            livemode=invoice.livemode,
            reason=reason if declined else None,
            retry=("later" if invoice.next_payment_attempt else "never") if declined else None,
        )

    if state is PaymentState.SUCCEEDED and invoice.amount_paid > 0:
        own = sum(tax.amount for tax in invoice.total_taxes or [])
        tax = micros(own, currency) if own else _tax(meta, invoice.amount_paid, currency)
        yield told(EvidenceKind.TOPUP, key, invoice.amount_paid, tax)
        yield from _fee(charge, key, ids, at, livemode=invoice.livemode)
    elif state is PaymentState.FAILED:
        yield told(EvidenceKind.DECLINED, f"{key}:declined:{invoice.attempt_count}", invoice.amount_due)


def _fee(charge: Charge | None, key: str, ids: Ids, at: datetime, *, livemode: bool) -> Iterator[Evidence]:
    """Stripe's fee, once its balance transaction exists: it may come later than the payment."""
    moved = charge.balance_transaction if charge else None
    if isinstance(moved, BalanceTransaction) and moved.fee > 0:
        yield Evidence(
            provider="stripe",
            business_key=f"{key}:fee",
            kind=EvidenceKind.FEE,
            amount=micros(moved.fee, moved.currency),
            currency=moved.currency.upper(),
            ids=ids,
            at=at,
            livemode=livemode,
        )


def _invoice_state(invoice: Invoice) -> PaymentState:
    if invoice.status == "paid":
        return PaymentState.SUCCEEDED
    if invoice.status in ("void", "uncollectible"):
        return PaymentState.CANCELLED
    return (
        PaymentState.FAILED if invoice.status == "open" and invoice.attempt_count else PaymentState.PROCESSING
    )


def _tax(meta: dict[str, str], paid: int, currency: str) -> int:
    """The tax that we put on top ourselves, kept in the metadata so that every view of the payment has it."""
    text = meta.get("tax_minor", "")
    tax = int(text) if text.isascii() and text.isdigit() and len(text) < 13 else 0
    return micros(tax, currency) if tax < paid else 0


def _card_of(intent: PaymentIntent, charge: Charge | None) -> Card | None:
    if charge and charge.payment_method_details and charge.payment_method_details.card:
        return charge.payment_method_details.card
    return intent.payment_method.card if isinstance(intent.payment_method, PaymentMethod) else None
