"""What the simulated PayPal remembers. Plain structs, so a snapshot is `msgspec.to_builtins(state)`.

Amounts are decimal texts as PayPal writes them.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from sandbox.paypal.signing import Keys

Persona = Literal["ok", "declined", "pending", "refused"]
"""How the payer's money behaves at the capture."""


class Knobs(msgspec.Struct, forbid_unknown_fields=True):
    """How PayPal behaves; set with `PUT /sandbox/paypal/knobs`."""

    token_life_s: int = 32_400
    old_links: bool = False
    """Orders answer CREATED with rel `approve`, as without a payment source."""
    double_sales: bool = False
    """PAYMENT.SALE.COMPLETED comes twice, with and without `invoice_number`, as two events."""
    certificates_down: bool = False
    """The certificate is answered 503: whoever verifies must ask."""
    webhooks: Literal["send", "hold"] = "send"
    """`hold`: events are kept in the list and never sent, as if all were lost."""


class Refund(msgspec.Struct):
    """A refund of a capture or a sale, or a reversal."""

    id: str
    of: str
    value: str
    currency: str
    status: Literal["COMPLETED", "PENDING", "FAILED", "CANCELLED"]
    created: str
    custom_id: str | None = None
    invoice_id: str | None = None
    note: str | None = None
    is_reversal: bool = False


class Capture(msgspec.Struct):
    """Money of an order."""

    id: str
    order_id: str
    value: str
    currency: str
    fee: str
    status: Literal["COMPLETED", "PENDING", "DECLINED"]
    created: str
    custom_id: str | None = None
    invoice_id: str | None = None
    reason: str | None = None


class Order(msgspec.Struct):
    """An order, with the request that made it."""

    id: str
    status: Literal["CREATED", "PAYER_ACTION_REQUIRED", "APPROVED", "COMPLETED", "VOIDED"]
    units: list[dict[str, Any]]
    created: str
    updated: str
    expires_ms: int
    return_url: str
    cancel_url: str
    brand: str = ""
    locale: str = "es"
    persona: Persona = "ok"
    capture_id: str | None = None


class Named(msgspec.Struct):
    """A product."""

    id: str
    name: str
    created: str


class Plan(msgspec.Struct):
    """A plan; only its regular cycle is played."""

    id: str
    product_id: str
    name: str
    value: str
    currency: str
    unit: str
    count: int
    threshold: int
    created: str
    status: str = "ACTIVE"


class Subscription(msgspec.Struct):
    """A scheduled payment."""

    id: str
    plan_id: str
    status: Literal["APPROVAL_PENDING", "ACTIVE", "SUSPENDED", "CANCELLED", "EXPIRED"]
    created: str
    token: str
    return_url: str
    cancel_url: str
    brand: str = ""
    locale: str = "es"
    custom_id: str | None = None
    next_billing: str | None = None
    failed: int = 0
    sales: list[str] = []


class Sale(msgspec.Struct):
    """A payment of a subscription."""

    id: str
    subscription_id: str
    value: str
    currency: str
    fee: str
    created: str
    custom: str | None = None


class Dispute(msgspec.Struct):
    """A case about a capture or sale."""

    id: str
    payment: str
    value: str
    currency: str
    reason: str
    created: str
    updated: str
    due: str
    status: str = "OPEN"
    stage: str = "INQUIRY"
    outcome: str | None = None
    reversal_id: str | None = None


class Webhook(msgspec.Struct):
    """An address that events are sent to."""

    id: str
    url: str
    event_types: list[str]


class Event(msgspec.Struct):
    """An event; its bytes never change, however often it is sent."""

    id: str
    type: str
    created: str
    body: str


class Delivery(msgspec.Struct):
    """An event on its way to one webhook."""

    id: int
    event_id: str
    webhook_id: str
    transmission_id: str
    attempts: int = 0
    last_answer: str = ""


class Replay(msgspec.Struct):
    """What a PayPal-Request-Id made."""

    object_id: str
    expires_ms: int


class Complaint(msgspec.Struct):
    """Something our side sent that the real service would have refused."""

    party: str
    at: str
    operation: str
    status: int
    complaint: str
    request: Any


class PayPalState(msgspec.Struct):
    """All of it, as it is kept in a snapshot."""

    keys: Keys
    knobs: Knobs = msgspec.field(default_factory=Knobs)
    tokens: dict[str, int] = {}
    """Access token → when it ends, in milliseconds."""
    tokens_given: int = 0
    orders: dict[str, Order] = {}
    captures: dict[str, Capture] = {}
    refunds: dict[str, Refund] = {}
    products: dict[str, Named] = {}
    plans: dict[str, Plan] = {}
    subscriptions: dict[str, Subscription] = {}
    sales: dict[str, Sale] = {}
    disputes: dict[str, Dispute] = {}
    webhooks: dict[str, Webhook] = {}
    events: dict[str, Event] = {}
    deliveries: dict[int, Delivery] = {}
    given_up: list[Delivery] = []
    replays: dict[str, Replay] = {}
    complaints: list[Complaint] = []
    next_delivery: int = 1
