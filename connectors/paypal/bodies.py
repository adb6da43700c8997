"""What we send to PayPal (contracts/payments.md §2.4 to §2.6); AmountError for what PayPal cannot take."""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec

from connectors.money import AmountError, to_text
from connectors.payment_commands import RefundCmd, SubscribeCmd, TopupCmd

_LOCALES: Final = {"es": "es-MX", "en": "en-US", "pt": "pt-BR"}
_UNITS: Final = {"week": "WEEK", "month": "MONTH", "year": "YEAR"}
_REFUND: Final = "refund"
_FAILURES_BEFORE_SUSPENSION: Final = 2
_BRAND_LONGEST: Final = 127

PRODUCT_NAME: Final = "WhatsAppB24 balance"


def order(cmd: TopupCmd, brand: str) -> dict[str, Any]:
    """An order of one item. The tax is ours, on top of the item; PayPal adds nothing."""
    net = _money(cmd.amount, cmd.currency)
    breakdown = {"item_total": net}
    if cmd.tax:
        breakdown["tax_total"] = _money(cmd.tax, cmd.currency)
    unit = {
        "reference_id": "default",
        "custom_id": _joined(cmd.payment_id, cmd.portal_id),
        "invoice_id": cmd.payment_id,
        "description": cmd.description[:127],
        "amount": {**_money(cmd.amount + cmd.tax, cmd.currency), "breakdown": breakdown},
        "items": [
            {
                "name": cmd.description[:127],
                "quantity": "1",
                "unit_amount": net,
                "category": "DIGITAL_GOODS",
            }
        ],
    }
    experience = {
        "brand_name": brand[:_BRAND_LONGEST],
        "locale": _LOCALES[cmd.locale],
        "shipping_preference": "NO_SHIPPING",
        "user_action": "PAY_NOW",
        "landing_page": "NO_PREFERENCE",
        "payment_method_preference": "IMMEDIATE_PAYMENT_REQUIRED",
        "return_url": cmd.return_url,
        "cancel_url": cmd.cancel_url,
    }
    return {
        "intent": "CAPTURE",
        "purchase_units": [unit],
        "payment_source": {"paypal": {"experience_context": experience}},
    }


def refund(cmd: RefundCmd) -> dict[str, Any]:
    """A refund of a capture; without an amount it is all that is left."""
    body: dict[str, Any] = {"invoice_id": cmd.refund_id, "custom_id": _joined(_REFUND, cmd.refund_id)}
    if cmd.amount is not None:
        body["amount"] = _money(cmd.amount, cmd.currency)
    if cmd.note:
        body["note_to_payer"] = cmd.note[:255]
    return body


def sale_refund(cmd: RefundCmd) -> dict[str, Any]:
    """A refund of a sale, in v1's words."""
    body: dict[str, Any] = {"invoice_number": cmd.refund_id}
    if cmd.amount is not None:
        body["amount"] = {"total": to_text("paypal", cmd.amount, cmd.currency), "currency": cmd.currency}
    if cmd.note:
        body["description"] = cmd.note[:255]
    return body


class Claim(msgspec.Struct, frozen=True):
    """What our `custom_id` says when it comes back: a claim, until SQL has compared it with the intent."""

    payment_id: str | None = None
    portal_id: str | None = None
    tax: int = 0
    """Millionths of each payment that are tax: a sale has no breakdown that would tell."""
    refund_id: str | None = None


def claim_of(custom_id: str | None) -> Claim:
    """Read a `custom_id`; what is not ours claims nothing. A refund made elsewhere inherits its payment's."""
    parts = (custom_id or "").split("|")
    match parts:
        case ["refund", refund_id]:
            return Claim(refund_id=refund_id)
        case [payment_id, portal_id]:
            return Claim(payment_id=payment_id, portal_id=portal_id)
        case [payment_id, portal_id, tax] if tax.isascii() and tax.isdigit() and len(tax) <= 18:
            return Claim(payment_id=payment_id, portal_id=portal_id, tax=int(tax))
        case _:
            return Claim()


def _joined(*parts: str) -> str:
    """A `custom_id`: at most 127 printable ASCII characters."""
    joined = "|".join(parts)
    if len(joined) > 127 or not (joined.isascii() and joined.isprintable()):
        raise AmountError("the ids are no ids of ours")
    return joined


def product() -> dict[str, Any]:
    """The product of all our plans."""
    return {"name": PRODUCT_NAME, "type": "SERVICE", "category": "SOFTWARE"}


def plan_name(cmd: SubscribeCmd) -> str:
    """Names the plan of an amount, currency and interval: the same command finds the same plan."""
    return f"{to_text('paypal', cmd.amount + cmd.tax, cmd.currency)} {cmd.currency} every {cmd.every}"


def plan(cmd: SubscribeCmd, product_id: str) -> dict[str, Any]:
    """A plan without end, without trial: a scheduled top-up is the same amount every time."""
    cycle = {
        "frequency": {"interval_unit": _UNITS[cmd.every], "interval_count": 1},
        "tenure_type": "REGULAR",
        "sequence": 1,
        "total_cycles": 0,
        "pricing_scheme": {"fixed_price": _money(cmd.amount + cmd.tax, cmd.currency)},
    }
    return {
        "product_id": product_id,
        "name": plan_name(cmd),
        "status": "ACTIVE",
        "billing_cycles": [cycle],
        # a missed top-up is not owed: nothing was delivered for it
        "payment_preferences": {
            "auto_bill_outstanding": False,
            "payment_failure_threshold": _FAILURES_BEFORE_SUSPENSION,
        },
    }


def subscription(cmd: SubscribeCmd, plan_id: str, brand: str) -> dict[str, Any]:
    """A subscription that waits for its payer's agreement."""
    return {
        "plan_id": plan_id,
        "custom_id": _joined(cmd.payment_id, cmd.portal_id, str(cmd.tax)),
        "application_context": {
            "brand_name": brand[:_BRAND_LONGEST],
            "locale": _LOCALES[cmd.locale],
            "shipping_preference": "NO_SHIPPING",
            "user_action": "SUBSCRIBE_NOW",
            "payment_method": {"payee_preferred": "IMMEDIATE_PAYMENT_REQUIRED"},
            "return_url": cmd.return_url,
            "cancel_url": cmd.cancel_url,
        },
    }


def request_id(operation: str, *parts: str) -> str:
    """PayPal-Request-Id of at most 108 characters (§2.3): deterministic, so a repeat is the same request."""
    return re.sub(r"[^A-Za-z0-9:._-]", "-", ":".join((operation, *parts)))[:108]


def _money(micros: int, currency: str) -> dict[str, Any]:
    if micros <= 0:
        raise AmountError("an amount to pay is positive")
    return {"currency_code": currency, "value": to_text("paypal", micros, currency)}
