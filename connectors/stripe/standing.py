"""How a scheduled top-up and a saved card stand at Stripe: pure, from `shapes` to the port's snapshots."""

from __future__ import annotations

from typing import Any, Final

from connectors.payment_evidence import Ids
from connectors.payments import MethodSnapshot, SubSnapshot, SubState
from connectors.stripe.shapes import PaymentMethod, Subscription
from connectors.stripe.values import instant, label_of, micros, ours

_SUB_STATES: Final = {
    "incomplete": SubState.PENDING,
    "trialing": SubState.ACTIVE,
    "active": SubState.ACTIVE,
    "past_due": SubState.PAST_DUE,
    "unpaid": SubState.PAST_DUE,
    "paused": SubState.PAUSED,
    "canceled": SubState.CANCELLED,
    "incomplete_expired": SubState.CANCELLED,
}


def subscription_of(subscription: Subscription) -> SubSnapshot:
    """A scheduled top-up; its amount is what every period takes."""
    meta = ours(subscription.metadata)
    items = subscription.items.data
    currency = items[0].price.currency if items else ""
    total = sum((item.price.unit_amount or 0) * (item.quantity or 1) for item in items)
    ends = [item.current_period_end for item in items if item.current_period_end]
    state = _SUB_STATES.get(subscription.status, SubState.PENDING)
    if subscription.pause_collection and state is not SubState.CANCELLED:
        state = SubState.PAUSED
    return SubSnapshot(
        provider_ref=subscription.id,
        state=state,
        ids=Ids(
            payment_id=meta.get("payment_id"),
            portal_id=meta.get("portal_id"),
            subscription=subscription.id,
            customer=subscription.customer,
        ),
        amount=micros(total, currency) if currency else None,
        currency=currency.upper() or None,
        paid_until=instant(max(ends)) if ends else None,
        cancels_at=instant(subscription.cancel_at) if subscription.cancel_at else None,
    )


def method_of(method: PaymentMethod, metadata: dict[str, Any] | None = None) -> MethodSnapshot:
    """A saved card; it is usable while it is attached to a customer."""
    meta = ours(metadata)
    card = method.card
    expires = f"{card.exp_year}-{card.exp_month:02}" if card and card.exp_year and card.exp_month else None
    return MethodSnapshot(
        provider_ref=method.id,
        ids=Ids(
            payment_id=meta.get("payment_id"),
            portal_id=meta.get("portal_id"),
            customer=method.customer,
            method=method.id,
        ),
        usable=method.customer is not None,
        label=label_of(card),
        expires=expires,
    )
