"""Subscriptions: begun on a page, renewed by the clock or on demand, paused, ended (§1.4, §1.6)."""

from __future__ import annotations

from sandbox.stripe import shapes
from sandbox.stripe.party import StripeSandbox
from sandbox.stripe.refusal import Refusal, missing
from sandbox.stripe.state import Card, Json

_SECONDS = {"day": 86_400, "week": 7 * 86_400, "month": 30 * 86_400, "year": 365 * 86_400}


def begin(stripe: StripeSandbox, session: Json, card: Card) -> str:
    """The payer agrees and pays the first period: only now does the subscription exist (§1.3)."""
    lines = stripe.state.lines[session["id"]]
    data = stripe.get("sandbox.page", f"{session['id']}:data")["subscription_data"]
    now = stripe.now()
    ends = now + _SECONDS[lines[0]["recurring"]["interval"]]
    subscription = shapes.subscription(data, lines, session["customer"], now, ends)
    method = stripe.new_method(card, session["customer"])
    invoice, paid = _bill(stripe, subscription, method, "subscription_create")
    if not paid:
        return "declined"
    subscription.update(status="active", default_payment_method=method["id"], latest_invoice=invoice["id"])
    stripe.keep(subscription)
    session.update(
        status="complete",
        payment_status="paid",
        url=None,
        subscription=subscription["id"],
        invoice=invoice["id"],
    )
    stripe.emit("customer.subscription.created", subscription)
    stripe.emit("checkout.session.completed", session)
    return "paid"


def renew(stripe: StripeSandbox, subscription_id: str) -> Json:
    """The next period is due: an invoice, paid with the saved card or not."""
    subscription = stripe.get("subscription", subscription_id)
    if subscription["status"] not in ("active", "past_due"):
        raise Refusal(400, f"a subscription that is {subscription['status']} does not renew")
    if subscription["cancel_at_period_end"]:
        return end(stripe, subscription_id)
    method = stripe.get("payment_method", subscription["default_payment_method"])
    invoice, paid = _bill(stripe, subscription, method, "subscription_cycle")
    subscription["latest_invoice"] = invoice["id"]
    subscription["status"] = "active" if paid else "past_due"
    for item in subscription["items"]["data"]:
        length = _SECONDS[item["price"]["recurring"]["interval"]]
        item["current_period_start"] = item["current_period_end"]
        item["current_period_end"] += length
    stripe.emit("customer.subscription.updated", subscription)
    return invoice


def change(stripe: StripeSandbox, subscription_id: str, params: Json) -> Json:
    """Our side changes it: only the end with the period is simulated."""
    subscription = living(stripe, subscription_id)
    if "cancel_at_period_end" in params:
        ends = max(item["current_period_end"] for item in subscription["items"]["data"])
        subscription["cancel_at_period_end"] = params["cancel_at_period_end"]
        subscription["cancel_at"] = ends if params["cancel_at_period_end"] else None
    if "metadata" in params:
        subscription["metadata"] = {**subscription["metadata"], **params["metadata"]}
    stripe.emit("customer.subscription.updated", subscription)
    return subscription


def end(stripe: StripeSandbox, subscription_id: str) -> Json:
    """It ends now; one that ended is not found any more, as at Stripe."""
    subscription = living(stripe, subscription_id)
    subscription.update(status="canceled", canceled_at=stripe.now())
    stripe.emit("customer.subscription.deleted", subscription)
    return subscription


def pause(stripe: StripeSandbox, subscription_id: str) -> Json:
    """No more invoices until it is resumed."""
    subscription = living(stripe, subscription_id)
    if subscription["status"] == "paused":
        raise Refusal(400, "This subscription is already paused.")
    subscription["status"] = "paused"
    stripe.emit("customer.subscription.paused", subscription)
    return subscription


def resume(stripe: StripeSandbox, subscription_id: str) -> Json:
    """It goes on."""
    subscription = living(stripe, subscription_id)
    if subscription["status"] != "paused":
        raise Refusal(400, "This subscription is not paused.")
    subscription["status"] = "active"
    stripe.emit("customer.subscription.resumed", subscription)
    return subscription


def living(stripe: StripeSandbox, subscription_id: str) -> Json:
    """A subscription that has not ended. Raises Refusal 404."""
    subscription = stripe.get("subscription", subscription_id)
    if subscription["status"] == "canceled":
        raise missing("subscription", subscription_id)
    return subscription


def _bill(stripe: StripeSandbox, subscription: Json, method: Json, reason: str) -> tuple[Json, bool]:
    items = subscription["items"]["data"]
    amount = sum(item["price"]["unit_amount"] * item["quantity"] for item in items)
    now = stripe.now()
    invoice = shapes.invoice(subscription, reason, amount, stripe.base_url, now)
    wanted = {"amount": amount, "currency": subscription["currency"], "customer": subscription["customer"]}
    intent = stripe.keep(shapes.payment_intent(wanted, now))
    first = reason == "subscription_create"
    paid = stripe.attempt(intent, method, authenticated=first)
    if not paid and first:
        return invoice, False
    stripe.keep(invoice)
    link = stripe.keep(shapes.invoice_payment(invoice, intent, now, paid=paid))
    invoice.update(attempted=True, attempt_count=1)
    if paid:
        invoice.update(status="paid", amount_paid=amount, amount_remaining=0)
        invoice["status_transitions"]["paid_at"] = now
    else:
        invoice["next_payment_attempt"] = now + 3 * 86_400
    stripe.emit("invoice.finalized", invoice)
    if paid:
        stripe.emit("invoice.paid", invoice)
        stripe.emit("invoice_payment.paid", link)
        stripe.emit("invoice.payment_succeeded", invoice)
    else:
        stripe.emit("invoice.payment_failed", invoice)
    return invoice, paid
