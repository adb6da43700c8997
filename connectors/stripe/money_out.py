"""What Stripe's refunds and disputes say about money: pure, from `shapes` to the port's snapshots.

Raises AmountError for a currency that is not in the table.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Final, Literal

from connectors.payment_evidence import Evidence, EvidenceKind, Ids
from connectors.payments import DisputeSnapshot, RefundSnapshot
from connectors.stripe.shapes import Dispute, PaymentIntent, Refund, id_of
from connectors.stripe.values import instant, micros, ours

RefundState = Literal["pending", "succeeded", "failed", "cancelled"]
_REFUND_STATES: Final[dict[str, RefundState]] = {
    "succeeded": "succeeded",
    "failed": "failed",
    "canceled": "cancelled",
}
_CLOSED: Final = {"won": "won", "lost": "lost", "prevented": "prevented", "warning_closed": "closed"}


def refund_of(refund: Refund, *, livemode: bool) -> RefundSnapshot:
    """A refund. One that failed after it had moved money is told as both, which leaves nothing moved."""
    intent = refund.payment_intent if isinstance(refund.payment_intent, PaymentIntent) else None
    meta = {**ours(intent.metadata if intent else None), **ours(refund.metadata)}
    ids = Ids(
        payment_id=meta.get("payment_id"),
        portal_id=meta.get("portal_id"),
        refund_id=meta.get("refund_id"),
        payment=id_of(refund.payment_intent),
        charge=refund.charge,
        customer=intent.customer if intent else None,
        refund=refund.id,
    )
    state: RefundState = _REFUND_STATES.get(refund.status or "", "pending")
    amount, key = micros(refund.amount, refund.currency), f"stripe:re:{refund.id}"

    def told(kind: EvidenceKind, business_key: str) -> Evidence:
        return Evidence(
            provider="stripe",
            business_key=business_key,
            kind=kind,
            amount=amount,
            currency=refund.currency.upper(),
            ids=ids,
            at=instant(refund.created),
            livemode=livemode,
            reason=refund.failure_reason,
        )

    evidence: tuple[Evidence, ...] = ()
    if state == "succeeded":
        evidence = (told(EvidenceKind.REFUND, key),)
    elif state in ("failed", "cancelled") and refund.balance_transaction:
        evidence = (told(EvidenceKind.REFUND, key), told(EvidenceKind.REFUND_FAILED, f"{key}:failed"))
    return RefundSnapshot(
        provider_ref=refund.id,
        state=state,
        ids=ids,
        amount=amount,
        currency=refund.currency.upper(),
        evidence=evidence,
        reason=refund.failure_reason,
    )


def dispute_of(dispute: Dispute) -> DisputeSnapshot:
    """A dispute: its balance transactions say what moved, its status only how it stands (§1.4)."""
    intent = dispute.payment_intent if isinstance(dispute.payment_intent, PaymentIntent) else None
    meta = ours(intent.metadata if intent else None)
    due_by = instant(dispute.evidence_details.due_by) if dispute.evidence_details.due_by else None
    ids = Ids(
        payment_id=meta.get("payment_id"),
        portal_id=meta.get("portal_id"),
        payment=id_of(dispute.payment_intent),
        charge=dispute.charge,
        customer=intent.customer if intent else None,
        dispute=dispute.id,
    )
    amount = micros(dispute.amount, dispute.currency)
    return DisputeSnapshot(
        provider_ref=dispute.id,
        status=dispute.status,
        ids=ids,
        amount=amount,
        currency=dispute.currency.upper(),
        evidence=tuple(_of_dispute(dispute, ids, due_by)),
        reason=dispute.reason,
        due_by=due_by,
    )


def _of_dispute(dispute: Dispute, ids: Ids, due_by: datetime | None) -> Iterator[Evidence]:
    key, currency = f"stripe:dp:{dispute.id}", dispute.currency

    def told(
        kind: EvidenceKind, suffix: str, at: int, *, amount: int, fee: int = 0, of: str = currency
    ) -> Evidence:
        return Evidence(
            provider="stripe",
            business_key=f"{key}:{suffix}",
            kind=kind,
            amount=micros(amount, of),
            fee=micros(fee, of),
            currency=of.upper(),
            ids=ids,
            at=instant(at),
            livemode=dispute.livemode,
            reason=dispute.reason,
            status=_CLOSED.get(dispute.status, dispute.status),
            due_by=due_by,
        )

    yield told(EvidenceKind.DISPUTE_OPENED, "opened", dispute.created, amount=dispute.amount)
    told_before: Counter[str] = Counter()
    for moved in sorted(dispute.balance_transactions, key=lambda one: one.created):
        out = moved.amount < 0
        kind, suffix = (
            (EvidenceKind.DISPUTE_WITHDRAWN, "withdrawn")
            if out
            else (EvidenceKind.DISPUTE_REINSTATED, "reinstated")
        )
        told_before[suffix] += 1
        if told_before[suffix] > 1:  # an appeal: withdrawn, given back, withdrawn again
            suffix = f"{suffix}:{told_before[suffix]}"
        same = moved.currency == currency
        amount, fee = (abs(moved.amount), abs(moved.fee)) if same else (dispute.amount, 0)
        yield told(kind, suffix, moved.created or dispute.created, amount=amount, fee=fee)
        if not same and out and moved.fee > 0:
            yield told(EvidenceKind.FEE, f"{suffix}:fee", moved.created, amount=moved.fee, of=moved.currency)
    if dispute.status in _CLOSED:
        yield told(EvidenceKind.DISPUTE_CLOSED, "closed", dispute.created, amount=dispute.amount)
