"""What PayPal takes: bodies as its published specification has them (contract §2.4 to §2.8).

A field that is not named here is ignored, as PayPal ignores it. The tests hold every published example of a
request against these shapes.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from sandbox.paypal.refusal import Refusal, unprocessable

_CURRENCIES = """
AUD BRL CAD CNY CZK DKK EUR HKD HUF ILS JPY MYR MXN TWD NZD NOK PHP PLN GBP SGD SEK CHF THB USD
"""
CURRENCIES = frozenset(_CURRENCIES.split())
WHOLE_ONLY = frozenset({"HUF", "JPY", "TWD"})
_LARGEST = Decimal("999999999999999.99")

Locale = Annotated[
    str, Meta(max_length=10, pattern=r"^[a-z]{2}(?:-[A-Z][a-z]{3})?(?:-(?:[A-Z]{2}|[0-9]{3}))?$")
]
Text127 = Annotated[str, Meta(min_length=1, max_length=127)]
Url = Annotated[str, Meta(pattern=r"^https?://", min_length=10, max_length=4000)]


class Money(msgspec.Struct):
    """An amount of v2."""

    currency_code: Annotated[str, Meta(min_length=3, max_length=3)]
    value: Annotated[str, Meta(max_length=32, pattern=r"^(-?[0-9]+(\.[0-9]*)?|-?\.[0-9]+)$")]


class V1Money(msgspec.Struct):
    """An amount of v1."""

    total: Annotated[str, Meta(max_length=10)]
    currency: Annotated[str, Meta(min_length=3, max_length=3)]


class Breakdown(msgspec.Struct):
    """How an amount is made up."""

    item_total: Money | None = None
    tax_total: Money | None = None
    shipping: Money | None = None
    handling: Money | None = None
    insurance: Money | None = None
    shipping_discount: Money | None = None
    discount: Money | None = None


class UnitAmount(Money):
    """The amount of a purchase unit."""

    breakdown: Breakdown | None = None


class Item(msgspec.Struct):
    """What is bought."""

    name: Text127
    quantity: Annotated[str, Meta(max_length=10, pattern=r"^[1-9][0-9]{0,9}$")]
    unit_amount: Money
    category: Literal["DIGITAL_GOODS", "PHYSICAL_GOODS", "DONATION"] | None = None


class PurchaseUnit(msgspec.Struct):
    """One of an order."""

    amount: UnitAmount
    reference_id: Annotated[str, Meta(min_length=1, max_length=256)] | None = None
    description: Text127 | None = None
    custom_id: Text127 | None = None
    invoice_id: Text127 | None = None
    soft_descriptor: Annotated[str, Meta(min_length=1, max_length=22)] | None = None
    items: list[Item] | None = None


class Experience(msgspec.Struct):
    """How the payer's page looks and where it leads."""

    return_url: Url | None = None
    cancel_url: Url | None = None
    brand_name: Text127 | None = None
    locale: Locale | None = None
    landing_page: Literal["LOGIN", "GUEST_CHECKOUT", "NO_PREFERENCE", "BILLING"] | None = None
    shipping_preference: Literal["GET_FROM_FILE", "NO_SHIPPING", "SET_PROVIDED_ADDRESS"] | None = None
    user_action: Literal["CONTINUE", "PAY_NOW"] | None = None
    payment_method_preference: Literal["UNRESTRICTED", "IMMEDIATE_PAYMENT_REQUIRED"] | None = None


class PayPalSource(msgspec.Struct):
    """`payment_source.paypal`."""

    experience_context: Experience | None = None
    vault_id: str | None = None


class PaymentSource(msgspec.Struct):
    """How it is paid."""

    paypal: PayPalSource | None = None
    card: dict[str, object] | None = None


class NewOrder(msgspec.Struct):
    """`POST /v2/checkout/orders`."""

    intent: Literal["CAPTURE", "AUTHORIZE"]
    purchase_units: Annotated[list[PurchaseUnit], Meta(min_length=1, max_length=10)]
    payment_source: PaymentSource | None = None


class NewRefund(msgspec.Struct):
    """`POST /v2/payments/captures/{id}/refund`."""

    amount: Money | None = None
    invoice_id: Text127 | None = None
    custom_id: Text127 | None = None
    note_to_payer: Annotated[str, Meta(min_length=1, max_length=255)] | None = None


class NewSaleRefund(msgspec.Struct):
    """`POST /v1/payments/sale/{id}/refund`."""

    amount: V1Money | None = None
    invoice_number: Text127 | None = None
    description: Annotated[str, Meta(max_length=255)] | None = None


class NewProduct(msgspec.Struct):
    """`POST /v1/catalogs/products`."""

    name: Text127
    type: Literal["PHYSICAL", "DIGITAL", "SERVICE"]
    description: Annotated[str, Meta(min_length=1, max_length=256)] | None = None
    category: str | None = None


class Frequency(msgspec.Struct):
    """How often."""

    interval_unit: Literal["DAY", "WEEK", "MONTH", "YEAR"]
    interval_count: Annotated[int, Meta(ge=1, le=365)] = 1


class PricingScheme(msgspec.Struct):
    """How much."""

    fixed_price: Money | None = None


class BillingCycle(msgspec.Struct):
    """A trial or the regular payments."""

    frequency: Frequency
    tenure_type: Literal["REGULAR", "TRIAL"]
    sequence: Annotated[int, Meta(ge=1, le=99)]
    total_cycles: Annotated[int, Meta(ge=0, le=999)] = 1
    pricing_scheme: PricingScheme | None = None


class PaymentPreferences(msgspec.Struct):
    """What happens when a payment fails."""

    auto_bill_outstanding: bool = True
    setup_fee: Money | None = None
    setup_fee_failure_action: Literal["CONTINUE", "CANCEL"] = "CANCEL"
    payment_failure_threshold: Annotated[int, Meta(ge=0, le=999)] = 0


class NewPlan(msgspec.Struct):
    """`POST /v1/billing/plans`."""

    product_id: Annotated[str, Meta(min_length=6, max_length=50)]
    name: Text127
    billing_cycles: Annotated[list[BillingCycle], Meta(min_length=1, max_length=12)]
    payment_preferences: PaymentPreferences
    status: Literal["CREATED", "INACTIVE", "ACTIVE"] = "ACTIVE"
    description: Text127 | None = None


class SubscriptionContext(msgspec.Struct):
    """`application_context` of a subscription: both addresses are needed."""

    return_url: Url
    cancel_url: Url
    brand_name: Text127 | None = None
    locale: str | None = None
    shipping_preference: Literal["GET_FROM_FILE", "NO_SHIPPING", "SET_PROVIDED_ADDRESS"] | None = None
    user_action: Literal["CONTINUE", "SUBSCRIBE_NOW"] | None = None


class NewSubscription(msgspec.Struct):
    """`POST /v1/billing/subscriptions`."""

    plan_id: Annotated[str, Meta(min_length=3, max_length=50)]
    application_context: SubscriptionContext | None = None
    custom_id: Annotated[str, Meta(min_length=1, max_length=127, pattern=r"^[\x20-\x7E]+$")] | None = None
    quantity: str | None = None


class Reason(msgspec.Struct):
    """The body of cancel, suspend; activate may leave the reason out."""

    reason: Annotated[str, Meta(min_length=1, max_length=128)]


class EventType(msgspec.Struct):
    """One kind of event."""

    name: str


class NewWebhook(msgspec.Struct):
    """`POST /v1/notifications/webhooks`."""

    url: Annotated[str, Meta(max_length=2048, pattern=r"^https?://")]
    event_types: Annotated[list[EventType], Meta(min_length=1, max_length=500)]


class Verify(msgspec.Struct):
    """`POST /v1/notifications/verify-webhook-signature`; the event is compared as it came."""

    auth_algo: Annotated[str, Meta(max_length=100)]
    cert_url: Annotated[str, Meta(max_length=500)]
    transmission_id: Annotated[str, Meta(max_length=50)]
    transmission_sig: Annotated[str, Meta(max_length=500)]
    transmission_time: Annotated[str, Meta(max_length=100)]
    webhook_id: Annotated[str, Meta(max_length=50)]
    webhook_event: msgspec.Raw


def check_order(wanted: NewOrder) -> None:
    """Raise Refusal 422 for amounts that PayPal would not take (contract §2.2)."""
    invoices = [unit.invoice_id for unit in wanted.purchase_units if unit.invoice_id]
    if len(invoices) != len(set(invoices)):
        raise unprocessable("DUPLICATE_INVOICE_ID", "two units have one invoice_id")
    for number, unit in enumerate(wanted.purchase_units):
        where = f"/purchase_units/{number}/amount"
        total = amount_of(unit.amount, where)
        made_up = unit.amount.breakdown
        if made_up is None:
            if unit.items:
                raise Refusal(400, "MISSING_REQUIRED_PARAMETER", "items need a breakdown", field=where)
            continue
        _check_breakdown(made_up, unit, total, where)


def _check_breakdown(made_up: Breakdown, unit: PurchaseUnit, total: Decimal, where: str) -> None:
    parts = {name: getattr(made_up, name) for name in made_up.__struct_fields__ if getattr(made_up, name)}
    for part in parts.values():
        if part.currency_code != unit.amount.currency_code:
            raise unprocessable("CURRENCY_MISMATCH", "one currency for a purchase unit", where)
        amount_of(part, where, may_be_zero=True)
    less = {"shipping_discount", "discount"}
    sums = sum(Decimal(part.value) * (-1 if name in less else 1) for name, part in parts.items())
    if sums != total:
        raise unprocessable("AMOUNT_MISMATCH", "amount is not the sum of its breakdown", where)
    if unit.items:
        items = sum(Decimal(item.unit_amount.value) * int(item.quantity) for item in unit.items)
        if made_up.item_total is None or Decimal(made_up.item_total.value) != items:
            raise unprocessable("ITEM_TOTAL_MISMATCH", "item_total is not the sum of the items", where)


def amount_of(money: Money, where: str, *, may_be_zero: bool = False) -> Decimal:
    """The amount, if PayPal takes it; raises Refusal 422."""
    if money.currency_code not in CURRENCIES:
        raise unprocessable("INVALID_CURRENCY_CODE", f"{money.currency_code} is not supported", where)
    try:
        value = Decimal(money.value)
    except InvalidOperation:
        raise Refusal(400, "INVALID_PARAMETER_SYNTAX", "not a decimal", field=where) from None
    decimals = len(money.value.partition(".")[2])
    if money.currency_code in WHOLE_ONLY and decimals:
        raise unprocessable("DECIMALS_NOT_SUPPORTED", f"{money.currency_code} has no decimals", where)
    if decimals > 2:
        raise unprocessable("DECIMAL_PRECISION", "at most two decimals", where)
    if value < 0 or (value == 0 and not may_be_zero):
        raise unprocessable("CANNOT_BE_ZERO_OR_NEGATIVE", "must be greater than zero", where)
    if value > _LARGEST:
        raise unprocessable("MAX_VALUE_EXCEEDED", "too large", where)
    return value


def written(value: Decimal, currency: str) -> str:
    """An amount as v2 answers it."""
    return f"{value:.0f}" if currency in WHOLE_ONLY else f"{value:.2f}"
