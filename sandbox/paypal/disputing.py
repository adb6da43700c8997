"""Disputes of the simulated PayPal: a case, the reversal of its money, its end (contract §2.8, §4.5)."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from sandbox.misuse import Misuse
from sandbox.paypal.orders import tell_refund
from sandbox.paypal.party import PayPalSandbox, new_id
from sandbox.paypal.state import Dispute, Refund

Outcome = Literal[
    "RESOLVED_BUYER_FAVOUR", "RESOLVED_SELLER_FAVOUR", "RESOLVED_WITH_PAYOUT", "CANCELED_BY_BUYER"
]
_DAYS_TO_ANSWER = 10


def open_case(paypal: PayPalSandbox, payment: str, *, reverse: bool, reason: str) -> Dispute:
    """The payer disputes a capture or a sale; with `reverse` his bank takes the money back at once."""
    capture, sale = paypal.state.captures.get(payment), paypal.state.sales.get(payment)
    paid = capture or sale
    if paid is None:
        raise Misuse(404, f"no payment {payment!r}", "name a capture or a sale")
    now = paypal.clock.now()
    dispute = Dispute(
        id=f"PP-R-{new_id(3)}-{new_id(9)}",
        payment=payment,
        value=paid.value,
        currency=paid.currency,
        reason=reason,
        created=paypal.now_text(),
        updated=paypal.now_text(),
        due=(now + timedelta(days=_DAYS_TO_ANSWER)).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        status="WAITING_FOR_SELLER_RESPONSE",
        stage="CHARGEBACK" if reverse else "INQUIRY",
    )
    paypal.state.disputes[dispute.id] = dispute
    _tell(paypal, dispute, "CREATED")
    if reverse:
        reversal = Refund(
            id=new_id(),
            of=payment,
            value=paid.value,
            currency=paid.currency,
            status="COMPLETED",
            created=paypal.now_text(),
            note="Buyer's bank reversed the payment",
            is_reversal=True,
        )
        paypal.state.refunds[reversal.id] = reversal
        dispute.reversal_id = reversal.id
        tell_refund(paypal, reversal, f"PAYMENT.{'CAPTURE' if capture else 'SALE'}.REVERSED")
    return dispute


def close_case(paypal: PayPalSandbox, dispute_id: str, outcome: Outcome) -> Dispute:
    """The case ends; where the seller wins, its reversal is cancelled and no event says so."""
    dispute = paypal.state.disputes.get(dispute_id)
    if dispute is None:
        raise Misuse(404, f"no dispute {dispute_id!r}", "open one first")
    dispute.status, dispute.outcome, dispute.updated = "RESOLVED", outcome, paypal.now_text()
    if dispute.reversal_id and outcome in ("RESOLVED_SELLER_FAVOUR", "CANCELED_BY_BUYER"):
        paypal.state.refunds[dispute.reversal_id].status = "CANCELLED"
    _tell(paypal, dispute, "RESOLVED")
    return dispute


def _tell(paypal: PayPalSandbox, dispute: Dispute, what: str) -> None:
    shown = paypal.answers.dispute(dispute)
    paypal.sending.tell(f"CUSTOMER.DISPUTE.{what}", "dispute", shown, f"A dispute was {what.lower()}")
