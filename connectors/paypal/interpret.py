"""Which objects an event of PayPal is about (contracts/payments.md §2.8): pure, and not money yet.

`Ids.charge` holds the sale's id where the object is of v1 (a payment of a subscription, or a refund of one):
`fetch` reads those at other addresses.
"""

from __future__ import annotations

import re
from typing import Any, Final

from msgspec.structs import replace

from connectors.payment_evidence import Ids
from connectors.payments import Fact, FactKind, VerifiedEvent
from connectors.paypal.bodies import claim_of
from connectors.paypal.shapes import Link, last_part, link, shaped

_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)

_KINDS: Final[dict[str, FactKind]] = {
    "CHECKOUT.ORDER.APPROVED": FactKind.CHECKOUT,
    "CHECKOUT.ORDER.COMPLETED": FactKind.CHECKOUT,
    "CHECKOUT.ORDER.VOIDED": FactKind.CHECKOUT,
    "CHECKOUT.PAYMENT-APPROVAL.REVERSED": FactKind.CHECKOUT,
    "PAYMENT.CAPTURE.COMPLETED": FactKind.PAYMENT,
    "PAYMENT.CAPTURE.PENDING": FactKind.PAYMENT,
    "PAYMENT.CAPTURE.DECLINED": FactKind.PAYMENT,
    "PAYMENT.CAPTURE.DENIED": FactKind.PAYMENT,
    "PAYMENT.CAPTURE.REFUNDED": FactKind.REFUND,
    "PAYMENT.CAPTURE.REVERSED": FactKind.REVERSAL,
    "PAYMENT.REFUND.PENDING": FactKind.REFUND,
    "PAYMENT.REFUND.FAILED": FactKind.REFUND,
    "PAYMENT.SALE.COMPLETED": FactKind.RECURRING,
    "PAYMENT.SALE.PENDING": FactKind.RECURRING,
    "PAYMENT.SALE.DENIED": FactKind.RECURRING,
    "PAYMENT.SALE.REFUNDED": FactKind.REFUND,
    "PAYMENT.SALE.REVERSED": FactKind.REVERSAL,
    "CUSTOMER.DISPUTE.CREATED": FactKind.DISPUTE,
    "CUSTOMER.DISPUTE.UPDATED": FactKind.DISPUTE,
    "CUSTOMER.DISPUTE.RESOLVED": FactKind.DISPUTE,
    **{
        f"BILLING.SUBSCRIPTION.{what}": FactKind.SUBSCRIPTION
        for what in (
            "CREATED",
            "ACTIVATED",
            "UPDATED",
            "SUSPENDED",
            "CANCELLED",
            "EXPIRED",
            "RE-ACTIVATED",
            "PAYMENT.FAILED",
        )
    },
}
EVENT_TYPES: Final = tuple(_KINDS)
"""What our webhook subscribes to."""


def interpret(event: VerifiedEvent) -> list[Fact]:
    """The object of an event; [] for a kind that does not concern us or a shape that names no object."""
    kind = _KINDS.get(event.type)
    resource = event.body.get("resource") if isinstance(event.body, dict) else None
    if kind is None or not isinstance(resource, dict):
        return []
    is_sale = event.type.startswith("PAYMENT.SALE.")
    object_id = _object_id(kind, resource)
    if object_id is None:
        return []
    return [
        Fact(
            kind=kind,
            object_id=object_id,
            business_key=_key(kind, object_id),
            ids=_ids(kind, object_id, resource, is_sale=is_sale),
            livemode=event.livemode,
        )
    ]


def _object_id(kind: FactKind, resource: dict[str, Any]) -> str | None:
    if kind is FactKind.DISPUTE:
        return _id(resource.get("dispute_id"))
    if kind is FactKind.CHECKOUT:
        return _id(resource.get("id")) or _id(resource.get("order_id"))
    return _id(resource.get("id"))


def _key(kind: FactKind, object_id: str) -> str:
    word = {
        FactKind.CHECKOUT: "order",
        FactKind.PAYMENT: "capture",
        FactKind.RECURRING: "sale",
    }.get(kind, kind.value)
    return f"paypal:{word}:{object_id}"


def _ids(kind: FactKind, object_id: str, resource: dict[str, Any], *, is_sale: bool) -> Ids:
    custom = resource.get("custom_id") or resource.get("custom") or _unit_custom(resource)
    claim = claim_of(custom if isinstance(custom, str) else None)
    ours = Ids(payment_id=claim.payment_id, portal_id=claim.portal_id)
    match kind:
        case FactKind.CHECKOUT:
            return replace(ours, checkout=object_id)
        case FactKind.PAYMENT:
            return replace(ours, checkout=_order_id(resource), payment=object_id)
        case FactKind.RECURRING:
            subscription = _id(resource.get("billing_agreement_id"))
            return replace(ours, payment=object_id, charge=object_id, subscription=subscription)
        case FactKind.REFUND | FactKind.REVERSAL:
            return _refund_ids(object_id, resource, claim.refund_id, is_sale=is_sale)
        case FactKind.DISPUTE:
            return Ids(dispute=object_id, payment=_disputed(resource))
        case _:
            return replace(ours, subscription=object_id)


def _refund_ids(object_id: str, resource: dict[str, Any], ours: str | None, *, is_sale: bool) -> Ids:
    if is_sale:
        sale = _id(resource.get("sale_id")) or object_id
        return Ids(refund=object_id, payment=sale, charge=sale)
    links = shaped(resource.get("links"), list[Link]) or []
    return Ids(refund=object_id, payment=_id(last_part(link(links, "up"))), refund_id=ours)


def _order_id(resource: dict[str, Any]) -> str | None:
    supplementary = resource.get("supplementary_data")
    related = supplementary.get("related_ids") if isinstance(supplementary, dict) else None
    return _id(related.get("order_id")) if isinstance(related, dict) else None


def _unit_custom(resource: dict[str, Any]) -> object:
    units = resource.get("purchase_units")
    first = units[0] if isinstance(units, list) and units else None
    return first.get("custom_id") if isinstance(first, dict) else None


def _disputed(resource: dict[str, Any]) -> str | None:
    transactions = resource.get("disputed_transactions")
    first = transactions[0] if isinstance(transactions, list) and transactions else None
    return _id(first.get("seller_transaction_id")) if isinstance(first, dict) else None


def _id(value: object) -> str | None:
    return value if isinstance(value, str) and _ID.fullmatch(value) else None
