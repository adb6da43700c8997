"""The JSON of PayPal as far as we read it (contracts/payments.md §2.4 to §2.8); what is not named is ignored.

Everything that PayPal leaves out somewhere, or spells otherwise in an older version, has a default: a shape
that lacks what a reading needs is refused by the reading, never by a crash.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")


class Link(msgspec.Struct, frozen=True):
    """Where to go from an object."""

    href: str = ""
    rel: str = ""


class Money(msgspec.Struct, frozen=True):
    """v2's `value` and `currency_code`, v1's `total` and `currency`; v1 refunds are negative."""

    value: str = ""
    currency_code: str = ""
    total: str = ""
    currency: str = ""


class StatusDetails(msgspec.Struct, frozen=True):
    """Why a capture or refund is in its state."""

    reason: str | None = None


class Related(msgspec.Struct, frozen=True):
    """`supplementary_data.related_ids`."""

    order_id: str | None = None


class Supplementary(msgspec.Struct, frozen=True):
    """What a capture belongs to."""

    related_ids: Related = Related()


class Receivable(msgspec.Struct, frozen=True):
    """What of a capture is ours; absent while it is pending."""

    paypal_fee: Money | None = None


class Capture(msgspec.Struct, frozen=True):
    """Money of an order (§2.4)."""

    id: str
    status: str
    amount: Money
    create_time: str = ""
    custom_id: str | None = None
    status_details: StatusDetails = StatusDetails()
    seller_receivable_breakdown: Receivable = Receivable()
    supplementary_data: Supplementary = Supplementary()
    links: list[Link] = []


class Refund(msgspec.Struct, frozen=True):
    """A v2 refund, also the shape of a reversal (§2.5)."""

    id: str
    status: str
    amount: Money
    create_time: str = ""
    custom_id: str | None = None
    invoice_id: str | None = None
    status_details: StatusDetails = StatusDetails()
    links: list[Link] = []


class Breakdown(msgspec.Struct, frozen=True):
    """How the amount of an order is made up."""

    tax_total: Money | None = None


class UnitAmount(msgspec.Struct, frozen=True):
    """The amount of a purchase unit."""

    value: str = ""
    currency_code: str = ""
    breakdown: Breakdown = Breakdown()


class Payments(msgspec.Struct, frozen=True):
    """What became of a purchase unit."""

    captures: list[Capture] = []
    refunds: list[Refund] = []


class PurchaseUnit(msgspec.Struct, frozen=True):
    """Our orders have one."""

    amount: UnitAmount = UnitAmount()
    custom_id: str | None = None
    payments: Payments = Payments()


class Order(msgspec.Struct, frozen=True):
    """An order (§2.4)."""

    id: str
    status: str
    create_time: str = ""
    update_time: str = ""
    purchase_units: list[PurchaseUnit] = []
    links: list[Link] = []


class Sale(msgspec.Struct, frozen=True):
    """A payment of a subscription, v1 (§2.8)."""

    id: str
    state: str
    amount: Money
    create_time: str = ""
    transaction_fee: Money | None = None
    billing_agreement_id: str | None = None
    custom: str | None = None
    reason_code: str | None = None


class SaleRefund(msgspec.Struct, frozen=True):
    """A refund of a sale, v1."""

    id: str
    state: str
    amount: Money
    create_time: str = ""
    sale_id: str | None = None
    custom: str | None = None
    invoice_number: str | None = None
    reason_code: str | None = None


class LastPayment(msgspec.Struct, frozen=True):
    """The last payment of a subscription."""

    amount: Money = Money()


class BillingInfo(msgspec.Struct, frozen=True):
    """Where a subscription's payments are; `next_billing_time` is absent once it was cancelled."""

    next_billing_time: str | None = None
    failed_payments_count: int = 0
    last_payment: LastPayment = LastPayment()


class Subscription(msgspec.Struct, frozen=True):
    """A subscription (§2.6)."""

    id: str
    status: str
    custom_id: str | None = None
    create_time: str = ""
    billing_info: BillingInfo = BillingInfo()
    links: list[Link] = []


class Transaction(msgspec.Struct, frozen=True):
    """A line of a subscription's list; its id is the sale's."""

    id: str
    status: str = ""


class Transactions(msgspec.Struct, frozen=True):
    """`GET …/transactions`."""

    transactions: list[Transaction] = []


class Named(msgspec.Struct, frozen=True):
    """A product, plan or webhook in a list."""

    id: str
    name: str = ""
    status: str = ""
    url: str = ""


class Products(msgspec.Struct, frozen=True):
    """`GET /v1/catalogs/products`."""

    products: list[Named] = []


class Plans(msgspec.Struct, frozen=True):
    """`GET /v1/billing/plans`."""

    plans: list[Named] = []


class Webhooks(msgspec.Struct, frozen=True):
    """`GET /v1/notifications/webhooks`."""

    webhooks: list[Named] = []


class DisputedTransaction(msgspec.Struct, frozen=True):
    """What a dispute is about; it carries no id of ours."""

    seller_transaction_id: str | None = None


class DisputeOutcome(msgspec.Struct, frozen=True):
    """How a dispute ended."""

    outcome_code: str | None = None


class Dispute(msgspec.Struct, frozen=True):
    """A dispute (§2.8)."""

    dispute_id: str
    status: str
    dispute_amount: Money
    create_time: str = ""
    update_time: str = ""
    reason: str | None = None
    seller_response_due_date: str | None = None
    dispute_life_cycle_stage: str | None = None
    dispute_outcome: DisputeOutcome = DisputeOutcome()
    disputed_transactions: list[DisputedTransaction] = []


class Events(msgspec.Struct, frozen=True):
    """`GET /v1/notifications/webhooks-events`; an event is kept as it is."""

    events: list[dict[str, Any]] = []
    links: list[Link] = []


class Verification(msgspec.Struct, frozen=True):
    """`POST /v1/notifications/verify-webhook-signature`."""

    verification_status: str


def shaped(body: Any, shape: type[T]) -> T | None:
    """`body` as `shape`, or None when it is something else."""
    try:
        return msgspec.convert(body, shape)
    except msgspec.ValidationError:
        return None


def instant(text: object) -> datetime | None:
    """A time of PayPal as UTC, or None: vault times, such as `…18:25:57.449PDT`, are not ISO (§2.8)."""
    if not isinstance(text, str) or len(text) > 40:
        return None
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError):
        return None


def link(links: list[Link], *rels: str) -> str | None:
    """The address of the first link with one of these relations."""
    return next((one.href for rel in rels for one in links if one.rel == rel and one.href), None)


def last_part(address: str | None) -> str | None:
    """The id at the end of a link such as `…/v2/payments/captures/3C679366HH908993F`."""
    found = (address or "").rstrip("/").rpartition("/")[2]
    return found or None
