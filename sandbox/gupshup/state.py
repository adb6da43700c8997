"""What the simulated Gupshup remembers: apps, phones, conversations, callbacks under way.

Everything is a plain struct, so a snapshot of the demo is `msgspec.to_builtins(state)`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

Direction = Literal["in", "out"]
OutState = Literal["submitted", "enqueued", "sent", "delivered", "read", "failed"]
Milliseconds = Annotated[int, msgspec.Meta(ge=0, le=60_000)]

WINDOW_MS = 24 * 3600 * 1000
MEDIA_LIFE_MS = 7 * WINDOW_MS
MONTH_MS = 30 * WINDOW_MS
"""How long customers without a number are parked, and how long a message takes reactions."""


class Subscription(msgspec.Struct):
    """One webhook of an app (contract §1.5)."""

    id: str
    url: str
    tag: str
    modes: list[str]
    created_on: int
    modified_on: int
    headers: dict[str, str] = {}
    """Replayed on every callback."""
    meta: str = ""
    """The JSON string `headers` came in, answered as it was sent."""
    active: bool = True
    show_on_ui: bool = False


class Knobs(msgspec.Struct, forbid_unknown_fields=True):
    """How one app behaves; set with `PUT /sandbox/gupshup/apps/{app_id}`."""

    key_revoked: bool = False
    """Calls with the app's key are answered 401, as after its owner made a new one."""
    wallet_empty: bool = False
    """The balance is zero whatever `wallet_balance` says, and messages fail with 1003."""
    wallet_balance: float = 25.0
    """Prepaid credit; at or below zero messages fail with 1003, too."""
    wallet_currency: str = "USD"
    healthy: bool = True
    """Gupshup's verdict (§1.4)."""
    quality: Literal["GREEN", "YELLOW", "RED", "UNKNOWN"] = "GREEN"
    messaging_limit: Literal[
        "TIER_50", "TIER_250", "TIER_1K", "TIER_10K", "TIER_100K", "NOT_SET", "UNLIMITED"
    ] = "TIER_1K"
    account_status: Literal["ACTIVE", "BANNED"] = "ACTIVE"
    number_status: Literal["CONNECTED", "DISCONNECTED", "FLAGGED", "PENDING", "RESTRICTED", "UNKNOWN"] = (
        "CONNECTED"
    )
    can_send: Literal["AVAILABLE", "LIMITED", "BLOCKED"] = "AVAILABLE"
    display_name: str | None = None
    """The verified name; None: the app's name."""
    partner_only: bool = False
    """WABA, health, wallet, usage are refused to the app's own key: whether they are is unverified (§1.4)."""
    omit_gs_id: bool = False
    """Leave `gsId` out of statuses (contract §0 rule 3)."""
    string_ts: bool = False
    bsuid: bool = False
    """The BSUID flag: `userId` in callbacks; off, messages of customers without a number are parked."""
    html_answers: bool = False
    """Answer JSON bodies as `text/html` (contract §2.1)."""
    service_billable: bool = True
    template_review: Literal["approve", "reject", "wait"] = "approve"
    """What becomes of templates that are handed in; `wait`: nothing, until somebody decides."""
    template_calls_per_minute: int = 10
    """429 above it (§2.5); 0 means no limit."""
    fetch_media: bool = True
    """Download what we are asked to send, as the real service does."""
    sends_per_second: int = 20
    """429 above it, with a burst of twice as many; 0 means no limit."""
    subscription_calls_per_minute: int = 0
    """429 above it; documented as 5 for the partner twin only, so off unless a test sets it."""
    step_ms: tuple[Milliseconds, Milliseconds] = (10, 40)
    """The least and most time between two steps of a message's life."""


class SandboxApp(msgspec.Struct):
    """A Gupshup app: one WhatsApp number of a company."""

    app_id: str
    name: str
    phone: str
    key: str
    subscriptions: dict[str, Subscription] = {}
    knobs: Knobs = msgspec.field(default_factory=Knobs)


class Failure(msgspec.Struct, forbid_unknown_fields=True):
    """How messages to a phone fail; set with `PUT /sandbox/whatsapp/{phone}`."""

    code: int
    reason: str = "Message could not be delivered"
    how: Literal["sync", "async"] = "async"
    """`sync`: Gupshup refuses, `id` is the gs id; `async`: WhatsApp does, `gsId` is."""
    with_id: bool = True
    """An asynchronous failure without it carries `gsId` only."""
    then_delivered: bool = False
    """A real delivery follows, as happens with 131026."""
    times: int | None = None
    """For so many messages; None: until it is removed."""


class Phone(msgspec.Struct):
    """A customer's telephone."""

    number: str
    name: str = "Cliente"
    online: bool = True
    auto_read: bool = True
    user_id: str | None = None
    """BSUID; shown in callbacks where the app's flag is on."""
    hides_number: bool = False
    """The customer uses a username: callbacks carry no number."""
    also_dialled_as: list[str] = []
    """Other spellings of the number (Brazil's ninth digit); dialling one causes a `mismatch`."""
    failure: Failure | None = None


class Media(msgspec.Struct):
    """A file a customer sent, served by the file manager until it expires."""

    id: str
    app_id: str
    content_type: str
    content: bytes
    expires_at: int
    filename: str | None = None


class Message(msgspec.Struct):
    """One message of a conversation between a phone and an app, either way.

    `ids` of a message from the customer: `id`; of one to the customer: `messageId` (the gs id) and
    `whatsappMessageId`.
    """

    direction: Direction
    app_id: str
    phone: str
    kind: str
    text: str
    ids: dict[str, str]
    state: str
    at: int
    dialled: str = ""
    reply_to: str | None = None
    media: dict[str, Any] | None = None
    content: Any = None
    """The wire's own JSON of the message."""
    failure: Failure | None = None
    """What is to happen to it, or has happened."""


class Template(msgspec.Struct):
    """A template of an app (contract §3)."""

    id: str
    app_id: str
    name: str
    language: str
    category: str
    type: str
    content: str
    created_on: int
    modified_on: int
    status: str = "PENDING"
    quality: str = "UNKNOWN"
    reason: str | None = None
    header: str | None = None
    footer: str | None = None
    buttons: list[dict[str, Any]] = []
    example: str = ""
    example_header: str | None = None
    handle: str | None = None


class Callback(msgspec.Struct):
    """A delivery to one subscription that has not been answered with 2xx yet."""

    id: int
    app_id: str
    subscription_id: str
    lane: str
    """Callbacks of one phone leave in order; faults, retries and the network break that order."""
    event: str
    body: str
    message_id: str | None = None
    attempts: int = 0
    last_answer: str = ""


class Complaint(msgspec.Struct):
    """Something our side sent that the real service would have refused."""

    party: str
    at: str
    operation: str
    status: int
    complaint: str
    request: Any


class GupshupState(msgspec.Struct):
    """All of it, as it is kept in a snapshot."""

    apps: dict[str, SandboxApp] = {}
    phones: dict[str, Phone] = {}
    messages: list[Message] = []
    media: dict[str, Media] = {}
    templates: dict[str, Template] = {}
    last_inbound: dict[str, int] = {}
    """`window_key` → when the customer last wrote, in milliseconds."""
    callbacks: dict[int, Callback] = {}
    given_up: list[Callback] = []
    complaints: list[Complaint] = []
    next_subscription: int = 8166
    next_callback: int = 1


def window_key(app_id: str, phone: str) -> str:
    """Names the conversation whose 24 hours are counted."""
    return f"{app_id}:{phone}"
