"""PayPal behind the payment port (contracts/payments.md §2, §7).

What it cannot do is not offered: charging a saved method (vault) is closed to merchants of Latin America, and
PayPal has no page for methods and receipts that we could open.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal
from urllib.parse import parse_qsl, urlsplit

from connectors.money import AmountError
from connectors.outside import Actor, Context, Failure, Policy
from connectors.payment_commands import RechargeCmd, RefundCmd, SaveMethodCmd, SubscribeCmd, TopupCmd
from connectors.payments import (
    NOTHING,
    CannotVerify,
    Cap,
    ChargeOutcome,
    Fact,
    FactKind,
    PaymentSnapshot,
    PaymentState,
    Redirect,
    RefundSnapshot,
    Snapshot,
    SubSnapshot,
    VerifiedEvent,
)
from connectors.paypal import methods
from connectors.paypal.disputes import Disputes
from connectors.paypal.exchange import Request, Wire
from connectors.paypal.interpret import EVENT_TYPES, interpret
from connectors.paypal.orders import Orders
from connectors.paypal.refunds import Refunds
from connectors.paypal.shapes import Events, Named, Verification, Webhooks, instant, link, shaped
from connectors.paypal.subscriptions import Subscriptions, zulu
from connectors.paypal.webhook import Postback, Verifier

_PAGES: Final = 1_000
_OVERLAP: Final = timedelta(minutes=5)
"""Events lag behind their objects (§2.8): looking back a little further finds those too."""

MakeVerifier = Callable[[Postback], Verifier]


class PayPal:
    """One merchant's application at one PayPal. Implements `connectors.payments.PaymentProvider`."""

    def __init__(
        self,
        wire: Wire,
        verifier: MakeVerifier,
        *,
        payer_origins: Sequence[str],
        brand: str,
        livemode: bool,
    ) -> None:
        self._wire = wire
        self._verifier = verifier(self._postback)
        self._livemode = livemode
        self._orders = Orders(wire, payer_origins=payer_origins, brand=brand, livemode=livemode)
        self._refunds = Refunds(wire, self._orders, livemode=livemode)
        self._subscriptions = Subscriptions(wire, payer_origins=payer_origins, brand=brand, livemode=livemode)
        self._disputes = Disputes(wire, self._orders, self._refunds, livemode=livemode)

    @property
    def name(self) -> Literal["paypal"]:
        """The provider of every business key."""
        return "paypal"

    @property
    def capabilities(self) -> frozenset[Cap]:
        """What PayPal offers to a merchant of Latin America (§2.7)."""
        return frozenset({Cap.TOPUP, Cap.SUBSCRIPTION, Cap.PARTIAL_REFUND, Cap.PAUSE})

    async def close(self) -> None:
        """Give back what the transport opened."""
        await self._wire.close()

    async def create_topup(self, cmd: TopupCmd, *, about: Context = NOTHING) -> Redirect | Failure:
        """Open a payment page; the same `payment_id` gives the same page for six hours."""
        try:
            return await self._orders.open(cmd, about)
        except AmountError as error:
            return _unpayable(error)

    async def create_subscription(self, cmd: SubscribeCmd, *, about: Context = NOTHING) -> Redirect | Failure:
        """Open a page for a scheduled top-up; the same `payment_id` gives the same page for three days."""
        try:
            return await self._subscriptions.open(cmd, about)
        except AmountError as error:
            return _unpayable(error)

    async def save_method(self, cmd: SaveMethodCmd, *, about: Context = NOTHING) -> Redirect | Failure:
        """Not offered."""
        del cmd, about
        return _NOT_OFFERED

    async def open_portal(
        self, customer: str, return_url: str, locale: str, *, about: Context = NOTHING
    ) -> Redirect | Failure:
        """Not offered."""
        del customer, return_url, locale, about
        return _NOT_OFFERED

    async def confirm(self, provider_ref: str, *, about: Context = NOTHING) -> PaymentSnapshot | Failure:
        """Take the money of an approved order, or say how it stands; from return page and webhook alike."""
        return await self._orders.confirm(provider_ref, about)

    async def cancel_topup(self, provider_ref: str, *, about: Context = NOTHING) -> PaymentSnapshot | Failure:
        """Say how it stands: PayPal closes no order, and without our capture no money moves.

        An order that was not captured is told as cancelled; who cancelled it must not confirm it any more.
        """
        found = await self._orders.snapshot(provider_ref, about)
        if isinstance(found, Failure) or found.state not in (PaymentState.OPEN, PaymentState.APPROVED):
            return found
        return PaymentSnapshot(
            provider_ref=found.provider_ref, state=PaymentState.CANCELLED, ids=found.ids, reason="cancelled"
        )

    async def charge_saved(self, cmd: RechargeCmd, *, about: Context = NOTHING) -> ChargeOutcome:
        """Not offered."""
        del cmd, about
        return _NOT_OFFERED

    async def find_charge(self, cmd: RechargeCmd, *, about: Context = NOTHING) -> ChargeOutcome:
        """Not offered."""
        del cmd, about
        return _NOT_OFFERED

    async def refund(self, cmd: RefundCmd, *, about: Context = NOTHING) -> RefundSnapshot | Failure:
        """Give money back; the same `refund_id` never twice."""
        try:
            return await self._refunds.give(cmd, about)
        except AmountError as error:
            return _unpayable(error)

    async def get_subscription(self, provider_ref: str, *, about: Context = NOTHING) -> SubSnapshot | Failure:
        """Read a scheduled top-up."""
        return await self._subscriptions.read(provider_ref, about)

    async def cancel_subscription(
        self, provider_ref: str, *, at_period_end: bool, about: Context = NOTHING
    ) -> SubSnapshot | Failure:
        """End it at once in both cases: PayPal knows no other end, and what was paid is in the balance."""
        del at_period_end
        return await self._subscriptions.cancel(provider_ref, about)

    async def pause_subscription(
        self, provider_ref: str, *, about: Context = NOTHING
    ) -> SubSnapshot | Failure:
        """Stop its payments without ending it."""
        return await self._subscriptions.suspend(provider_ref, about)

    async def resume_subscription(
        self, provider_ref: str, *, about: Context = NOTHING
    ) -> SubSnapshot | Failure:
        """Let its payments go on."""
        return await self._subscriptions.activate(provider_ref, about)

    async def subscription_payments(
        self, provider_ref: str, since: datetime, until: datetime, *, about: Context = NOTHING
    ) -> list[PaymentSnapshot] | Failure:
        """The payments of one scheduled top-up in a time, for the reconciler (beyond the port)."""
        return await self._subscriptions.sales(provider_ref, since, until, about)

    async def verify_webhook(self, raw: bytes, headers: Mapping[str, str]) -> VerifiedEvent:
        """Prove who sent `raw`. Raises BadSignature, CannotVerify."""
        return await self._verifier.verify(raw, headers)

    def interpret(self, event: VerifiedEvent) -> list[Fact]:
        """Which objects the event is about."""
        return interpret(event)

    async def fetch(self, fact: Fact, *, about: Context = NOTHING) -> tuple[Snapshot, ...] | Failure:
        """The truth now about the object of a fact; () when PayPal no longer knows it."""
        if fact.kind is FactKind.DISPUTE:
            return _unless_gone(await self._disputes.read(fact.object_id, about))
        found = await self._fetched(fact, about)
        return _unless_gone(found if isinstance(found, Failure) else (found,))

    async def list_since(
        self, since: datetime, *, about: Context = NOTHING
    ) -> AsyncIterator[Snapshot | Failure]:
        """What the events since then are about, each object read once; ends after the first Failure.

        PayPal lists no payments without a report that lags for hours, but every event it sent or could not
        send. Payments of a subscription are also in `subscription_payments`.
        """
        seen: set[tuple[FactKind, str]] = set()
        async for fact in self._facts(since - _OVERLAP, about):
            if isinstance(fact, Failure):
                yield fact
                return
            if (fact.kind, fact.object_id) in seen:
                continue
            seen.add((fact.kind, fact.object_id))
            found = await self.fetch(fact, about=about)
            if isinstance(found, Failure):
                yield found
                return
            for snapshot in found:
                yield snapshot

    async def register_webhook(self, url: str, *, about: Context = NOTHING) -> str | Failure:
        """The id under which `url` is registered; registers it when it is not (beyond the port)."""
        listing = Request(method=methods.LIST_WEBHOOKS, about=about)
        listed = await self._wire.call(listing, lambda body: shaped(body, Webhooks))
        if isinstance(listed, Failure):
            return listed
        known = next((one.id for one in listed.webhooks if one.url == url), None)
        if known is not None:
            return known
        making = Request(
            method=methods.CREATE_WEBHOOK,
            body={"url": url, "event_types": [{"name": name} for name in EVENT_TYPES]},
            about=about,
        )
        made = await self._wire.call(making, lambda body: shaped(body, Named))
        return made if isinstance(made, Failure) else made.id

    async def _fetched(self, fact: Fact, about: Context) -> Snapshot | Failure:
        ids = fact.ids
        match fact.kind:
            case FactKind.CHECKOUT:
                return await self._orders.snapshot(fact.object_id, about)
            case FactKind.PAYMENT:
                return await self._disputes.payment(fact.object_id, ids.checkout, about)
            case FactKind.RECURRING:
                return await self._subscriptions.sale(fact.object_id, about)
            case FactKind.REFUND if ids.charge is not None:
                return await self._refunds.read_of_sale(fact.object_id, ids.charge, about)
            case FactKind.REFUND:
                return await self._refunds.read(fact.object_id, ids.payment, about)
            case FactKind.REVERSAL:
                return await self._refunds.reversal(fact.object_id, ids, about)
            case FactKind.SUBSCRIPTION:
                return await self._subscriptions.read(fact.object_id, about)
            case _:
                return _NOT_OFFERED

    async def _facts(self, since: datetime, about: Context) -> AsyncIterator[Fact | Failure]:
        query = {"start_time": zulu(since), "end_time": zulu(datetime.now(UTC)), "page_size": "100"}
        for _ in range(_PAGES):
            request = Request(method=methods.LIST_EVENTS, query=query, about=about)
            page = await self._wire.call(request, lambda body: shaped(body, Events))
            if isinstance(page, Failure):
                yield page
                return
            for raw in page.events:
                for fact in interpret(self._listed(raw)):
                    yield fact
            following = link(page.links, "next")
            if following is None or not page.events:
                return
            query = dict(parse_qsl(urlsplit(following).query))
        yield _failure(Policy.NEVER, "too_many_events", "the list of events does not end")

    def _listed(self, raw: dict[str, Any]) -> VerifiedEvent:
        """An event that was read with our own token: PayPal itself vouches for it."""
        event_id, event_type = raw.get("id"), raw.get("event_type")
        return VerifiedEvent(
            provider="paypal",
            event_id=event_id if isinstance(event_id, str) else "",
            type=event_type if isinstance(event_type, str) else "",
            created_at=instant(raw.get("create_time")),
            livemode=self._livemode,
            version=None,
            how="listed",
            body=raw,
        )

    async def _postback(self, body: bytes) -> str:
        request = Request(method=methods.VERIFY_WEBHOOK, raw=body)
        outcome = await self._wire.call(request, lambda answer: shaped(answer, Verification))
        if isinstance(outcome, Failure):
            raise CannotVerify(f"PayPal does not verify ({outcome.code})")
        return outcome.verification_status


def _unless_gone(found: tuple[Snapshot, ...] | Failure) -> tuple[Snapshot, ...] | Failure:
    return () if isinstance(found, Failure) and found.http_status == 404 else found


def _failure(policy: Policy, code: str, message: str) -> Failure:
    return Failure(policy=policy, code=code, message=message, who_acts=Actor.PROVIDER)


def _unpayable(error: AmountError) -> Failure:
    return _failure(Policy.NEVER, "amount_not_payable", str(error))


_NOT_OFFERED: Final = _failure(Policy.NEVER, "not_offered", "PayPal does not offer this to our merchant")
