"""The payment port: what the doors may ask of Stripe and PayPal, in words of ours (contracts/payments.md §7).

No type of an SDK crosses this line. Amounts are `int` millionths of a currency unit with the ISO code beside
them; instants are aware datetimes in UTC; ids of providers are opaque texts.

The way of money: the intent is written first (`billing.open_payment`), then the provider is asked
(`create_topup`, `charge_saved`, `refund`). A webhook is only a signal: `verify_webhook` proves who sent it,
`interpret` (pure) says which objects it is about, `fetch` reads their truth now, and only the `evidence` of
that snapshot is booked, by `billing.settle_payment`, once per business key. The reconciler takes the same
snapshots from `list_since`. Nothing here raises for what a provider answered: a call returns a `Failure`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, Protocol

import msgspec

from connectors.money import ProviderName
from connectors.outside import Context, Failure
from connectors.payment_commands import RechargeCmd, RefundCmd, SaveMethodCmd, SubscribeCmd, TopupCmd
from connectors.payment_evidence import Evidence, Ids

NOTHING = Context()


class Cap(StrEnum):
    """What a provider can do. The panel offers only what is declared here."""

    TOPUP = "topup"
    SUBSCRIPTION = "subscription"
    """Scheduled top-ups."""
    AUTO_RECHARGE = "auto_recharge"
    """Charging a saved method while nobody is there."""
    SAVE_METHOD = "save_method"
    """Saving a method without paying."""
    PORTAL = "portal"
    """A page of the provider where the customer changes his methods and reads his receipts."""
    PARTIAL_REFUND = "partial_refund"
    TAX = "tax"
    PAUSE = "pause"
    CANCEL_AT_PERIOD_END = "cancel_at_period_end"


class Redirect(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the provider, for a top-level window. `url` is on one of the provider's allowed hosts."""

    provider_ref: str
    """What `confirm`, `get_subscription` take."""
    url: str
    expires_at: datetime | None
    ids: Ids = Ids()
    """What was learned: also a customer that was made on the way."""


class PaymentState(StrEnum):
    """Where a payment is at the provider."""

    OPEN = "open"
    """The page is open, nobody paid."""
    APPROVED = "approved"
    """PayPal: the payer agreed, the capture is ours to make."""
    PROCESSING = "processing"
    """Delayed method or review: no money yet."""
    NEEDS_ACTION = "needs_action"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class PaymentSnapshot(msgspec.Struct, frozen=True, kw_only=True, tag="payment"):
    """One payment as it is now at the provider; refunds and disputes of it are snapshots of their own."""

    provider_ref: str
    state: PaymentState
    ids: Ids
    evidence: tuple[Evidence, ...] = ()
    """Empty until money moved or an attempt was declined."""
    reason: str | None = None
    url: str | None = None
    """Where the payer may go on, while open or when an action is needed."""
    receipt_url: str | None = None
    invoice_url: str | None = None
    method_label: str | None = None
    """What a person recognises: `visa •••• 4242, 12/2030`."""


class RefundSnapshot(msgspec.Struct, frozen=True, kw_only=True, tag="refund"):
    """One refund as it is now."""

    provider_ref: str
    state: Literal["pending", "succeeded", "failed", "cancelled"]
    ids: Ids
    amount: int
    currency: str
    evidence: tuple[Evidence, ...] = ()
    reason: str | None = None


class DisputeSnapshot(msgspec.Struct, frozen=True, kw_only=True, tag="dispute"):
    """One dispute or reversal as it is now."""

    provider_ref: str
    status: str
    ids: Ids
    amount: int
    currency: str
    evidence: tuple[Evidence, ...] = ()
    reason: str | None = None
    due_by: datetime | None = None


class SubState(StrEnum):
    """Where a scheduled top-up is."""

    PENDING = "pending"
    """Not agreed to, or its first payment is missing."""
    ACTIVE = "active"
    PAST_DUE = "past_due"
    PAUSED = "paused"
    CANCELLED = "cancelled"


class SubSnapshot(msgspec.Struct, frozen=True, kw_only=True, tag="subscription"):
    """One scheduled top-up as it is now. Money comes by its periods, never by this."""

    provider_ref: str
    state: SubState
    ids: Ids
    amount: int | None = None
    currency: str | None = None
    paid_until: datetime | None = None
    cancels_at: datetime | None = None
    evidence: tuple[Evidence, ...] = ()
    """Always empty; so that every snapshot has it."""


class MethodSnapshot(msgspec.Struct, frozen=True, kw_only=True, tag="method"):
    """A saved method as it is now; `usable` is False once it was detached."""

    provider_ref: str
    ids: Ids
    usable: bool
    label: str | None = None
    expires: str | None = None
    """`2030-12`."""
    evidence: tuple[Evidence, ...] = ()


Snapshot = PaymentSnapshot | RefundSnapshot | DisputeSnapshot | SubSnapshot | MethodSnapshot


class Succeeded(msgspec.Struct, frozen=True, kw_only=True, tag="succeeded"):
    """The saved method was charged."""

    snapshot: PaymentSnapshot


class Pending(msgspec.Struct, frozen=True, kw_only=True, tag="pending"):
    """The provider works on it; a webhook tells."""

    ids: Ids


class NeedsAction(msgspec.Struct, frozen=True, kw_only=True, tag="needs_action"):
    """The bank wants the payer himself: never repeated by a machine; invite him to a new payment page.

    `snapshot` holds the declined attempt as evidence.
    """

    snapshot: PaymentSnapshot
    url: str | None = None


class Declined(msgspec.Struct, frozen=True, kw_only=True, tag="declined"):
    """Refused. `retry` says whether the same method may be charged again."""

    code: str
    retry: Literal["never", "later"]
    snapshot: PaymentSnapshot | None = None
    """None where the provider made no payment object."""


class Unknown(msgspec.Struct, frozen=True, kw_only=True, tag="unknown"):
    """The request may have been taken, no answer says so: ask `find_charge`, never charge under a new key."""

    failure: Failure


ChargeOutcome = Succeeded | Pending | NeedsAction | Declined | Unknown | Failure
"""A `Failure` (never of policy UNKNOWN) means that certainly nothing was charged."""


class BadSignature(Exception):
    """Nothing proves that the provider sent this: answer 400, keep nothing as true. Names no secret."""


class CannotVerify(Exception):
    """Verification is impossible now (a certificate cannot be read): answer 503, the provider repeats."""


class VerifiedEvent(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook of proven origin. The raw bytes are kept by whoever received them."""

    provider: ProviderName
    event_id: str
    type: str
    created_at: datetime | None
    livemode: bool
    version: str | None
    """Stripe's `api_version`, PayPal's `resource_version`."""
    how: str
    """By what it was proven, for the inbox: `hmac:1` (the first secret), `rsa`, `postback`."""
    body: Any
    """The parsed JSON, of any shape below the envelope."""


class FactKind(StrEnum):
    """Which object a fact is about, hence what `fetch` reads."""

    CHECKOUT = "checkout"
    PAYMENT = "payment"
    RECURRING = "recurring"
    """A period of a scheduled top-up: Stripe's invoice, PayPal's sale."""
    CHARGE = "charge"
    REFUND = "refund"
    REVERSAL = "reversal"
    DISPUTE = "dispute"
    SUBSCRIPTION = "subscription"
    METHOD = "method"


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """A signal that an object changed. Nothing in it is trusted as money: `fetch` reads the truth."""

    kind: FactKind
    object_id: str
    business_key: str
    """Of the money it may be about; the same for every event about the same thing."""
    ids: Ids
    livemode: bool


class PaymentProvider(Protocol):
    """One provider. `capabilities` says which of the methods mean something; the others answer a Failure.

    A Failure's policy: RETRY nothing happened, ask again with the same command; NEVER this command cannot
    succeed; FIX our account or settings; UNKNOWN it may have happened.
    """

    @property
    def name(self) -> ProviderName:
        """`stripe` or `paypal`: the provider of every business key."""
        ...

    @property
    def capabilities(self) -> frozenset[Cap]:
        """What it can do with this account."""
        ...

    async def create_topup(self, cmd: TopupCmd, *, about: Context = NOTHING) -> Redirect | Failure:
        """Open a payment page; the same `payment_id` gives the same page."""
        ...

    async def create_subscription(self, cmd: SubscribeCmd, *, about: Context = NOTHING) -> Redirect | Failure:
        """Open a page for a scheduled top-up."""
        ...

    async def save_method(self, cmd: SaveMethodCmd, *, about: Context = NOTHING) -> Redirect | Failure:
        """Open a page that saves a method."""
        ...

    async def open_portal(
        self, customer: str, return_url: str, locale: str, *, about: Context = NOTHING
    ) -> Redirect | Failure:
        """Open the provider's own page for a customer's methods and receipts."""
        ...

    async def confirm(self, provider_ref: str, *, about: Context = NOTHING) -> PaymentSnapshot | Failure:
        """Bring a payment page's outcome here, from the return page and the webhook alike.

        Stripe: reads. PayPal: captures an approved order or reads what was captured. Idempotent.
        """
        ...

    async def cancel_topup(self, provider_ref: str, *, about: Context = NOTHING) -> PaymentSnapshot | Failure:
        """Close a payment page that nobody paid; one that was paid meanwhile is returned as it is."""
        ...

    async def charge_saved(self, cmd: RechargeCmd, *, about: Context = NOTHING) -> ChargeOutcome:
        """Charge a saved method while nobody is there."""
        ...

    async def find_charge(self, cmd: RechargeCmd, *, about: Context = NOTHING) -> ChargeOutcome:
        """After `Unknown`: find what became of the command without charging anew.

        Declined with the code `not_charged` means that the provider never took it.
        """
        ...

    async def refund(self, cmd: RefundCmd, *, about: Context = NOTHING) -> RefundSnapshot | Failure:
        """Give money back; the same `refund_id` never twice."""
        ...

    async def get_subscription(self, provider_ref: str, *, about: Context = NOTHING) -> SubSnapshot | Failure:
        """Read a scheduled top-up."""
        ...

    async def cancel_subscription(
        self, provider_ref: str, *, at_period_end: bool, about: Context = NOTHING
    ) -> SubSnapshot | Failure:
        """End a scheduled top-up; one that ended already is success."""
        ...

    async def pause_subscription(
        self, provider_ref: str, *, about: Context = NOTHING
    ) -> SubSnapshot | Failure:
        """Stop its payments without ending it."""
        ...

    async def resume_subscription(
        self, provider_ref: str, *, about: Context = NOTHING
    ) -> SubSnapshot | Failure:
        """Let its payments go on."""
        ...

    async def verify_webhook(self, raw: bytes, headers: Mapping[str, str]) -> VerifiedEvent:
        """Prove who sent `raw`. Header names in any case. Raises BadSignature, CannotVerify."""
        ...

    def interpret(self, event: VerifiedEvent) -> list[Fact]:
        """Which objects the event is about: pure, never raises; [] for what does not concern us."""
        ...

    async def fetch(self, fact: Fact, *, about: Context = NOTHING) -> tuple[Snapshot, ...] | Failure:
        """The truth now about the object of a fact; () when the provider no longer knows it."""
        ...

    def list_since(self, since: datetime, *, about: Context = NOTHING) -> AsyncIterator[Snapshot | Failure]:
        """All of ours that moved money since then, for the reconciler; ends after the first Failure."""
        ...
