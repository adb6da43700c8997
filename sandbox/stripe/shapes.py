"""Stripe's objects as the pinned version shows them: the fields that matter, held to the SDK by test."""

from __future__ import annotations

from secrets import token_hex
from typing import Any

from sandbox.stripe.state import CARDS, Card, Json

API_VERSION = "2026-10-28.endive"
_FEE_PERCENT, _FEE_FIXED = 29, 30
"""Thousandths of the amount, and minor units: what Stripe keeps of a payment."""


def new_id(prefix: str) -> str:
    """An id as Stripe makes them; opaque."""
    return f"{prefix}_{token_hex(12)}"


def customer(params: Json, now: int) -> Json:
    """`cus_…`."""
    return {
        "id": new_id("cus"),
        "object": "customer",
        "created": now,
        "livemode": False,
        "email": params.get("email"),
        "name": params.get("name"),
        "metadata": params.get("metadata", {}),
        "preferred_locales": params.get("preferred_locales", []),
        "invoice_settings": {"default_payment_method": None},
    }


def payment_method(card: Card, customer_id: str | None, now: int) -> Json:
    """`pm_…`, a card."""
    brand, last4, _ = CARDS[card]
    shown = {
        "brand": brand,
        "last4": last4,
        "exp_month": 12,
        "exp_year": 2034,
        "country": "MX",
        "funding": "credit",
    }
    return {
        "id": new_id("pm"),
        "object": "payment_method",
        "created": now,
        "livemode": False,
        "type": "card",
        "card": shown,
        "customer": customer_id,
        "metadata": {},
        "billing_details": {"email": None, "name": "A. Pérez", "phone": None, "address": None},
    }


def session(params: Json, base_url: str, now: int) -> Json:
    """`cs_test_…`; the amounts are filled in by who knows the lines."""
    object_id = new_id("cs_test")
    return {
        "id": object_id,
        "object": "checkout.session",
        "created": now,
        "livemode": False,
        "mode": params["mode"],
        "status": "open",
        "payment_status": "no_payment_required" if params["mode"] == "setup" else "unpaid",
        "url": f"{base_url}/pay/{object_id}",
        "expires_at": params.get("expires_at", now + 86_400),
        "success_url": params.get("success_url"),
        "cancel_url": params.get("cancel_url"),
        "client_reference_id": params.get("client_reference_id"),
        "customer": params.get("customer"),
        "metadata": params.get("metadata", {}),
        "locale": params.get("locale"),
        "currency": params.get("currency"),
        "amount_subtotal": None,
        "amount_total": None,
        "total_details": None,
        "payment_intent": None,
        "setup_intent": None,
        "subscription": None,
        "invoice": None,
        "submit_type": params.get("submit_type"),
        "adaptive_pricing": params.get("adaptive_pricing"),
    }


def payment_intent(params: Json, now: int) -> Json:
    """`pi_…`, before anybody paid."""
    object_id = new_id("pi")
    return {
        "id": object_id,
        "object": "payment_intent",
        "created": now,
        "livemode": False,
        "amount": params["amount"],
        "amount_received": 0,
        "currency": params["currency"].lower(),
        "customer": params.get("customer"),
        "description": params.get("description"),
        "metadata": params.get("metadata", {}),
        "payment_method": None,
        "payment_method_types": ["card"],
        "receipt_email": params.get("receipt_email"),
        "setup_future_usage": params.get("setup_future_usage"),
        "status": "requires_payment_method",
        "client_secret": f"{object_id}_secret_{token_hex(12)}",
        "latest_charge": None,
        "last_payment_error": None,
        "next_action": None,
        "canceled_at": None,
    }


def charge(intent: Json, method: Json, base_url: str, now: int, *, paid: bool) -> Json:
    """`ch_…`, one attempt of a payment."""
    object_id = new_id("ch")
    return {
        "id": object_id,
        "object": "charge",
        "created": now,
        "livemode": False,
        "amount": intent["amount"],
        "amount_captured": intent["amount"] if paid else 0,
        "amount_refunded": 0,
        "balance_transaction": None,
        "captured": paid,
        "currency": intent["currency"],
        "customer": intent["customer"],
        "disputed": False,
        "metadata": intent["metadata"],
        "paid": paid,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": {"type": "card", "card": method["card"]},
        "receipt_url": f"{base_url}/receipts/{object_id}" if paid else None,
        "refunded": False,
        "status": "succeeded" if paid else "failed",
    }


def balance_transaction(source: str, amount: int, fee: int, currency: str, kind: str, now: int) -> Json:
    """`txn_…`, what really moved on the account."""
    return {
        "id": new_id("txn"),
        "object": "balance_transaction",
        "created": now,
        "amount": amount,
        "currency": currency,
        "exchange_rate": None,
        "fee": fee,
        "fee_details": [],
        "net": amount - fee,
        "source": source,
        "status": "pending",
        "type": kind,
    }


def fee_of(amount: int) -> int:
    """Stripe's usual fee for a payment of `amount` minor units."""
    return min(amount, amount * _FEE_PERCENT // 1000 + _FEE_FIXED)


def setup_intent(params: Json, customer_id: str | None, now: int) -> Json:
    """`seti_…`."""
    return {
        "id": new_id("seti"),
        "object": "setup_intent",
        "created": now,
        "livemode": False,
        "customer": customer_id,
        "metadata": params.get("metadata", {}),
        "payment_method": None,
        "status": "requires_payment_method",
        "usage": "off_session",
    }


def refund(params: Json, charged: Json, amount: int, now: int, *, status: str) -> Json:
    """`re_…`; it has no `livemode`."""
    return {
        "id": new_id("re"),
        "object": "refund",
        "created": now,
        "amount": amount,
        "currency": charged["currency"],
        "charge": charged["id"],
        "payment_intent": charged["payment_intent"],
        "metadata": params.get("metadata", {}),
        "reason": params.get("reason"),
        "status": status,
        "balance_transaction": None,
    }


def dispute(charged: Json, amount: int, status: str, reason: str, now: int) -> Json:
    """`du_…`."""
    return {
        "id": new_id("du"),
        "object": "dispute",
        "created": now,
        "livemode": False,
        "amount": amount,
        "currency": charged["currency"],
        "charge": charged["id"],
        "payment_intent": charged["payment_intent"],
        "balance_transactions": [],
        "evidence_details": {
            "due_by": now + 7 * 86_400,
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": status.startswith("warning"),
        "metadata": {},
        "reason": reason,
        "status": status,
    }


def subscription(params: Json, lines: list[Json], customer_id: str, now: int, ends: int) -> Json:
    """`sub_…`; the period stands on its items."""
    object_id = new_id("sub")
    items = [
        {
            "id": new_id("si"),
            "object": "subscription_item",
            "created": now,
            "current_period_start": now,
            "current_period_end": ends,
            "metadata": {},
            "quantity": line["quantity"],
            "subscription": object_id,
            "price": {
                "id": new_id("price"),
                "object": "price",
                "currency": line["currency"],
                "unit_amount": line["amount"],
                "recurring": line["recurring"],
                "type": "recurring",
            },
        }
        for line in lines
    ]
    return {
        "id": object_id,
        "object": "subscription",
        "created": now,
        "livemode": False,
        "cancel_at": None,
        "cancel_at_period_end": False,
        "canceled_at": None,
        "currency": lines[0]["currency"],
        "customer": customer_id,
        "default_payment_method": None,
        "description": params.get("description"),
        "items": {
            "object": "list",
            "data": items,
            "has_more": False,
            "url": f"/v1/subscription_items?subscription={object_id}",
        },
        "latest_invoice": None,
        "metadata": params.get("metadata", {}),
        "pause_collection": None,
        "status": "incomplete",
    }


def invoice(of: Json, reason: str, amount: int, base_url: str, now: int) -> Json:
    """`in_…`, a period of the subscription `of`: its metadata comes along by `parent` (§1.3)."""
    object_id = new_id("in")
    return {
        "id": object_id,
        "object": "invoice",
        "created": now,
        "livemode": False,
        "amount_due": amount,
        "amount_paid": 0,
        "amount_remaining": amount,
        "attempt_count": 0,
        "attempted": False,
        "billing_reason": reason,
        "currency": of["currency"],
        "customer": of["customer"],
        "hosted_invoice_url": f"{base_url}/receipts/{object_id}",
        "invoice_pdf": None,
        "metadata": {},
        "next_payment_attempt": None,
        "number": f"SIM-{object_id[-6:].upper()}",
        "parent": {
            "type": "subscription_details",
            "quote_details": None,
            "subscription_details": {"subscription": of["id"], "metadata": of["metadata"]},
        },
        "status": "open",
        "status_transitions": {
            "finalized_at": now,
            "marked_uncollectible_at": None,
            "paid_at": None,
            "voided_at": None,
        },
        "subtotal": amount,
        "total": amount,
        "total_taxes": [],
    }


def invoice_payment(invoiced: Json, intent: Json, now: int, *, paid: bool) -> Json:
    """`inpay_…`, the link between an invoice and its payment."""
    return {
        "id": new_id("inpay"),
        "object": "invoice_payment",
        "created": now,
        "livemode": False,
        "amount_paid": intent["amount"] if paid else None,
        "amount_requested": intent["amount"],
        "currency": intent["currency"],
        "invoice": invoiced["id"],
        "is_default": True,
        "payment": {"type": "payment_intent", "payment_intent": intent["id"]},
        "status": "paid" if paid else "open",
        "status_transitions": {"canceled_at": None, "paid_at": now if paid else None},
    }


def event(kind: str, found: Json, now: int, key: str | None) -> Json:
    """`evt_…`: the object as it is at this moment."""
    return {
        "id": new_id("evt"),
        "object": "event",
        "api_version": API_VERSION,
        "created": now,
        "data": {"object": found},
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": key},
        "type": kind,
    }


def listed(items: list[Any], url: str, *, more: bool) -> Json:
    """A page of a list."""
    return {"object": "list", "data": items, "has_more": more, "url": url}
