"""The part of Stripe's objects that we read, in the pinned API version (contracts/payments.md §1.3, §1.4).

Unknown fields are ignored, missing ones have defaults: a shape of an older version is read as far as it goes
and yields no money where a field that decides about money is absent.
"""

from __future__ import annotations

from typing import Any

import msgspec


class _Object(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    created: int = 0
    livemode: bool = False
    metadata: dict[str, Any] | None = None


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """What is printed on a card that a person may see again."""

    brand: str | None = None
    last4: str | None = None
    exp_month: int | None = None
    exp_year: int | None = None


class PaymentMethod(_Object, frozen=True, kw_only=True):
    """`pm_…`."""

    type: str = ""
    card: Card | None = None
    customer: str | None = None


class BalanceTransaction(_Object, frozen=True, kw_only=True):
    """`txn_…`: amounts in minor units of `currency`, which is the account's, not always the payment's."""

    amount: int
    currency: str
    fee: int = 0


class ChargeDetails(msgspec.Struct, frozen=True, kw_only=True):
    """`payment_method_details`."""

    type: str = ""
    card: Card | None = None


class Charge(_Object, frozen=True, kw_only=True):
    """`ch_…` or `py_…`."""

    balance_transaction: str | BalanceTransaction | None = None
    payment_intent: str | None = None
    payment_method_details: ChargeDetails | None = None
    receipt_url: str | None = None


class PaymentError(msgspec.Struct, frozen=True, kw_only=True):
    """`last_payment_error`."""

    code: str | None = None
    decline_code: str | None = None
    advice_code: str | None = None
    charge: str | None = None


class RedirectTo(msgspec.Struct, frozen=True, kw_only=True):
    """`next_action.redirect_to_url`."""

    url: str | None = None


class NextAction(msgspec.Struct, frozen=True, kw_only=True):
    """What the payer must do himself."""

    redirect_to_url: RedirectTo | None = None


class PaymentIntent(_Object, frozen=True, kw_only=True):
    """`pi_…`, amounts in minor units."""

    status: str
    amount: int
    currency: str
    amount_received: int = 0
    customer: str | None = None
    payment_method: str | PaymentMethod | None = None
    latest_charge: str | Charge | None = None
    last_payment_error: PaymentError | None = None
    next_action: NextAction | None = None
    setup_future_usage: str | None = None


class SetupIntent(_Object, frozen=True, kw_only=True):
    """`seti_…`."""

    status: str
    customer: str | None = None
    payment_method: str | PaymentMethod | None = None


class Session(_Object, frozen=True, kw_only=True):
    """`cs_…`, a payment page."""

    mode: str
    status: str | None = None
    payment_status: str | None = None
    currency: str | None = None
    url: str | None = None
    expires_at: int | None = None
    customer: str | None = None
    payment_intent: str | PaymentIntent | None = None
    setup_intent: str | SetupIntent | None = None
    subscription: str | None = None
    invoice: str | None = None


class SubscriptionDetails(msgspec.Struct, frozen=True, kw_only=True):
    """`parent.subscription_details` of an invoice."""

    subscription: str | None = None
    metadata: dict[str, Any] | None = None


class InvoiceParent(msgspec.Struct, frozen=True, kw_only=True):
    """Where an invoice comes from; absent before 2025-03-31.basil."""

    subscription_details: SubscriptionDetails | None = None


class StatusTransitions(msgspec.Struct, frozen=True, kw_only=True):
    """When an invoice became what it is."""

    paid_at: int | None = None


class TotalTax(msgspec.Struct, frozen=True, kw_only=True):
    """One of `total_taxes`."""

    amount: int = 0


class Invoice(_Object, frozen=True, kw_only=True):
    """`in_…`, a period of a scheduled top-up."""

    status: str | None = None
    amount_due: int = 0
    amount_paid: int = 0
    currency: str
    attempt_count: int = 0
    attempted: bool = False
    next_payment_attempt: int | None = None
    billing_reason: str | None = None
    customer: str | None = None
    hosted_invoice_url: str | None = None
    parent: InvoiceParent | None = None
    status_transitions: StatusTransitions = StatusTransitions()
    total_taxes: list[TotalTax] | None = None


class InvoicePaymentOf(msgspec.Struct, frozen=True, kw_only=True):
    """`payment` of an invoice payment."""

    type: str = ""
    payment_intent: str | None = None


class InvoicePayment(_Object, frozen=True, kw_only=True):
    """`inpay_…`: the only link between an invoice and its payment."""

    invoice: str
    status: str = ""
    payment: InvoicePaymentOf = InvoicePaymentOf()


class Refund(_Object, frozen=True, kw_only=True):
    """`re_…`; it has no `livemode` of its own."""

    status: str | None = None
    amount: int
    currency: str
    charge: str | None = None
    payment_intent: str | PaymentIntent | None = None
    balance_transaction: str | None = None
    failure_reason: str | None = None


class EvidenceDetails(msgspec.Struct, frozen=True, kw_only=True):
    """Until when a dispute may be answered."""

    due_by: int | None = None


class Dispute(_Object, frozen=True, kw_only=True):
    """`dp_…` or `du_…`."""

    status: str
    amount: int
    currency: str
    reason: str | None = None
    charge: str | None = None
    payment_intent: str | PaymentIntent | None = None
    balance_transactions: list[BalanceTransaction] = []
    evidence_details: EvidenceDetails = EvidenceDetails()


class Price(msgspec.Struct, frozen=True, kw_only=True):
    """The price of a subscription's item."""

    unit_amount: int | None = None
    currency: str = ""


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """`si_…`; the period stands here since 2025-03-31.basil."""

    price: Price = Price()
    quantity: int | None = None
    current_period_end: int | None = None


class Items(msgspec.Struct, frozen=True, kw_only=True):
    """The list of a subscription's items."""

    data: list[Item] = []


class Subscription(_Object, frozen=True, kw_only=True):
    """`sub_…`, a scheduled top-up."""

    status: str
    customer: str | None = None
    items: Items = Items()
    cancel_at: int | None = None
    pause_collection: Any = None


def id_of(value: str | _Object | None) -> str | None:
    """The id of a field that may or may not be expanded."""
    return value if isinstance(value, str) or value is None else value.id
