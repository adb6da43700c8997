"""What the simulated Stripe remembers: its objects as it answers them, keys, deliveries, complaints."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

Json = dict[str, Any]

Card = Literal["ok", "declined", "insufficient_funds", "expired", "authentication"]

CARDS: dict[Card, tuple[str, str, str | None]] = {
    "ok": ("visa", "4242", None),
    "declined": ("visa", "0002", "generic_decline"),
    "insufficient_funds": ("visa", "9995", "insufficient_funds"),
    "expired": ("visa", "0069", "expired_card"),
    "authentication": ("visa", "3155", None),
}
"""Brand, last four digits, decline code; `authentication` wants the payer himself, each time."""


class Endpoint(msgspec.Struct, kw_only=True):
    """A webhook: where events go, and the secrets that sign them (several while they are rolled)."""

    url: str
    secrets: list[str]


class Replay(msgspec.Struct, kw_only=True):
    """What was answered to an idempotency key."""

    fingerprint: str
    at: float
    status: int = 0
    body: str = ""
    """Empty while the first request is under way."""


class Delivery(msgspec.Struct, kw_only=True):
    """An event on its way to the endpoint."""

    id: int
    event_id: str
    body: str
    attempts: int = 0
    last_answer: str = ""


class Complaint(msgspec.Struct, frozen=True):
    """A request of ours that Stripe would have refused."""

    party: str
    at: str
    operation: str
    status: int
    complaint: str
    request: Any


class Knobs(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """How this Stripe behaves."""

    think_ms: int = 0
    """A write takes this long: a second one with the same key meets 409."""
    fee_later: bool = False
    """The balance transaction of a charge comes later, with `charge.updated`."""
    silent: bool = False
    """No webhook is sent; events are still listed."""
    refunds_pend: bool = False
    """A refund is `pending` until it is settled or failed."""


class StripeState(msgspec.Struct, kw_only=True):
    """All of it; a snapshot is this as JSON."""

    objects: dict[str, Json] = {}
    events: list[str] = []
    """Ids in order; the events are objects."""
    lines: dict[str, list[Json]] = {}
    """What a payment page sells, by its id."""
    cards: dict[str, Card] = {}
    """How a payment method behaves."""
    replays: dict[str, Replay] = {}
    endpoint: Endpoint | None = None
    deliveries: dict[int, Delivery] = {}
    given_up: list[Delivery] = []
    next_delivery: int = 1
    complaints: list[Complaint] = []
    knobs: Knobs = msgspec.field(default_factory=Knobs)
