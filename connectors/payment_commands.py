"""What is asked of a payment provider, in words of ours; `connectors.payments` is the port that takes it.

Amounts are `int` millionths with the ISO currency beside them. Every command carries the id that makes it
idempotent; the same command again never moves money twice.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec


class TopupCmd(msgspec.Struct, frozen=True, kw_only=True):
    """Open a payment page for one top-up. `payment_id` makes it idempotent."""

    payment_id: str
    portal_id: str
    amount: int
    """Millionths; net of tax."""
    currency: str
    description: str
    """What the payer reads beside the amount, in his language, at most 127 characters."""
    return_url: str
    """https; carries an opaque id only."""
    cancel_url: str
    locale: Literal["es", "en", "pt"] = "es"
    tax: int = 0
    """Millionths on top of `amount`, by our own rates."""
    tax_label: str | None = None
    customer: str | None = None
    """The provider's customer of this portal if known; else one is made and returned (`Redirect.ids`)."""
    email: str | None = None
    save_method: bool = False
    """Keep the card for auto-recharge: only with the consent that is recorded beside the intent."""
    expires_at: datetime
    """Until when the page stays open, 30 minutes to 24 hours away; kept with the intent, so that a repeated
    command is the same command (PayPal has its own times)."""


class SubscribeCmd(msgspec.Struct, frozen=True, kw_only=True):
    """Open a page for a scheduled top-up: the same amount every `every`."""

    payment_id: str
    """The intent; it comes back in the metadata of the subscription and of every period."""
    portal_id: str
    amount: int
    currency: str
    description: str
    return_url: str
    cancel_url: str
    every: Literal["week", "month", "year"] = "month"
    locale: Literal["es", "en", "pt"] = "es"
    tax: int = 0
    """Millionths on top of `amount`, each time."""
    tax_label: str | None = None
    customer: str | None = None
    email: str | None = None


class SaveMethodCmd(msgspec.Struct, frozen=True, kw_only=True):
    """Open a page that saves a method without a payment."""

    payment_id: str
    portal_id: str
    currency: str
    return_url: str
    cancel_url: str
    locale: Literal["es", "en", "pt"] = "es"
    customer: str | None = None
    email: str | None = None


class RechargeCmd(msgspec.Struct, frozen=True, kw_only=True):
    """Charge a saved method while nobody is there. The same `payment_id` and `attempt` never charge twice."""

    payment_id: str
    portal_id: str
    attempt: int
    amount: int
    currency: str
    description: str
    customer: str
    method: str
    begun_at: datetime
    """When the intent was written: from there on the provider's list is searched after a silence."""


class RefundCmd(msgspec.Struct, frozen=True, kw_only=True):
    """Give money back. `refund_id` makes it idempotent."""

    refund_id: str
    payment_id: str
    portal_id: str
    payment: str
    """`Ids.payment` of what is refunded."""
    recurring: bool = False
    """The payment was a period of a scheduled top-up (PayPal: a v1 sale)."""
    amount: int | None
    """Millionths; None for all that is left."""
    currency: str
    reason: Literal["duplicate", "fraudulent", "requested_by_customer"] = "requested_by_customer"
    note: str = ""
    """What the payer may read, at most 255 characters (PayPal only)."""
