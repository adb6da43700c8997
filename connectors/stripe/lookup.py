"""Reading Stripe's objects: by a fact, by our own ids, and the list of what happened."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

import msgspec

from connectors.money import AmountError
from connectors.outside import Context, Failure, Method, Retry
from connectors.payment_commands import RechargeCmd, RefundCmd
from connectors.payments import (
    Fact,
    FactKind,
    MethodSnapshot,
    PaymentSnapshot,
    RefundSnapshot,
    Snapshot,
    SubSnapshot,
    VerifiedEvent,
)
from connectors.stripe import methods, pages, webhook
from connectors.stripe.exchange import Wire
from connectors.stripe.failures import refuse, unreadable
from connectors.stripe.money_in import KINDS, page_of, payment_of, recurring_of
from connectors.stripe.money_out import dispute_of, refund_of
from connectors.stripe.shapes import (
    Charge,
    Dispute,
    Invoice,
    InvoicePayment,
    PaymentIntent,
    PaymentMethod,
    Refund,
    Session,
    SetupIntent,
    Subscription,
    id_of,
)
from connectors.stripe.standing import method_of, subscription_of
from connectors.stripe.values import ours

if TYPE_CHECKING:
    import stripe

T = TypeVar("T")
Request = Callable[["stripe.StripeClient"], Awaitable[Any]]
List = Callable[["stripe.StripeClient"], Callable[[Any], Awaitable[Any]]]
"""Which of the SDK's list calls; its parameters are put together here."""

_PAGE: Final = 100
_MAX_PAGES: Final = 1_000
_OVERLAP: Final = timedelta(minutes=5)
"""Clocks differ: lists begin this much earlier than asked."""
_INTENT: Final = ["latest_charge.balance_transaction", "payment_method"]
_SESSION: Final = [
    "payment_intent.latest_charge.balance_transaction",
    "payment_intent.payment_method",
    "setup_intent.payment_method",
]


class Lookup:
    """The reading half of the connector."""

    def __init__(self, wire: Wire, *, livemode: bool) -> None:
        self._wire = wire
        self._livemode = livemode

    async def fetch(self, fact: Fact, about: Context) -> tuple[Snapshot, ...] | Failure:
        """What stands behind a fact now; () when Stripe does not know the object."""
        object_id = fact.object_id
        found: tuple[Snapshot, ...] | Snapshot | Failure
        match fact.kind:
            case FactKind.CHECKOUT:
                found = await self._page(object_id, about)
            case FactKind.PAYMENT:
                found = await self._payment(object_id, about)
            case FactKind.RECURRING:
                found = await self._period(object_id, about)
            case FactKind.CHARGE:
                found = await self._charge(object_id, about)
            case FactKind.REFUND:
                found = await self._refund(object_id, about)
            case FactKind.DISPUTE:
                found = await self._dispute(object_id, about)
            case FactKind.SUBSCRIPTION:
                found = await self.subscription_by_ref(object_id, about)
            case FactKind.METHOD:
                found = await self._method(object_id, about)
            case _:
                return ()
        if isinstance(found, Failure):
            return () if found.http_status == 404 else found
        return found if isinstance(found, tuple) else (found,)

    async def payment_by_ref(self, ref: str, about: Context) -> PaymentSnapshot | Failure:
        """A payment by the id of its page, of itself or of its period."""
        if ref.startswith("cs_"):
            found: Snapshot | Failure = await self._page(ref, about)
        elif ref.startswith("in_"):
            found = await self._period(ref, about)
        else:
            found = await self._payment(ref, about)
        if isinstance(found, PaymentSnapshot | Failure):
            return found
        return refuse("not_a_payment", "this page saved a card and took no money")

    async def subscription_by_ref(self, ref: str, about: Context) -> SubSnapshot | Failure:
        """A scheduled top-up by its id, or by its page once that is complete."""
        if ref.startswith("cs_"):
            session = await self._session(ref, about)
            if isinstance(session, Failure):
                return session
            if session.subscription is None:
                return refuse("not_subscribed", "nobody agreed to this scheduled top-up yet")
            ref = session.subscription
        return await self._read(
            methods.READ_SUBSCRIPTION,
            lambda client: client.v1.subscriptions.retrieve_async(ref),
            lambda found: subscription_of(msgspec.convert(found, Subscription)),
            about,
        )

    async def charge_of(self, cmd: RechargeCmd, about: Context) -> PaymentIntent | Failure | None:
        """The payment that an attempt of a recharge made, by our ids in its metadata."""
        since = int((cmd.begun_at - _OVERLAP).timestamp())
        async for item in self._pages(
            methods.LIST_PAYMENTS,
            lambda client: client.v1.payment_intents.list_async,
            {
                "customer": cmd.customer,
                "created": {"gte": since},
                "expand": [f"data.{path}" for path in _INTENT],
            },
            lambda item: _read_as(PaymentIntent, item),
            about,
        ):
            if isinstance(item, Failure):
                return item
            meta = ours(item.metadata)
            if meta.get("payment_id") == cmd.payment_id and meta.get("attempt") == str(cmd.attempt):
                return item
        return None

    async def refund_by_ours(self, cmd: RefundCmd, about: Context) -> RefundSnapshot | Failure | None:
        """The refund that this command made before, if it did."""
        refunds = await self._refunds({"payment_intent": cmd.payment}, about)
        if isinstance(refunds, Failure):
            return refunds
        return next((one for one in refunds if one.ids.refund_id == cmd.refund_id), None)

    async def portal_configuration(self, about: Context) -> str | Failure | None:
        """Our own configuration of the customer portal, in the version of today."""
        async for item in self._pages(
            methods.LIST_PORTAL_CONFIGURATIONS,
            lambda client: client.v1.billing_portal.configurations.list_async,
            {"active": True},
            dict,
            about,
        ):
            if isinstance(item, Failure):
                return item
            if ours(item.get("metadata")).get("whatsappb24_portal") == pages.PORTAL_VERSION:
                return str(item["id"])
        return None

    async def events(self, since: datetime, about: Context) -> AsyncIterator[VerifiedEvent | Failure]:
        """Everything that Stripe says happened since then, newest first; proven by the connection itself."""
        begin = int((since - _OVERLAP).timestamp())
        async for item in self._pages(
            methods.LIST_EVENTS,
            lambda client: client.v1.events.list_async,
            {"created": {"gte": begin}},
            webhook.listed,
            about,
        ):
            yield item

    async def _session(self, ref: str, about: Context) -> Session | Failure:
        return await self._read(
            methods.READ_SESSION,
            lambda client: client.v1.checkout.sessions.retrieve_async(ref, {"expand": _SESSION}),
            lambda found: _read_as(Session, found),
            about,
        )

    async def _page(self, ref: str, about: Context) -> PaymentSnapshot | MethodSnapshot | Failure:
        session = await self._session(ref, about)
        if isinstance(session, Failure):
            return session
        if isinstance(session.payment_intent, PaymentIntent):
            intent = session.payment_intent
            return _told(lambda: payment_of(intent, session))
        setup = session.setup_intent
        if isinstance(setup, SetupIntent) and isinstance(setup.payment_method, PaymentMethod):
            return method_of(setup.payment_method, session.metadata)
        return page_of(session)

    async def _payment(self, ref: str, about: Context) -> PaymentSnapshot | Failure:
        """A payment that is not ours by its metadata may be the one of a period of a scheduled top-up."""
        intent = await self._intent(ref, about)
        if isinstance(intent, Failure):
            return intent
        if ours(intent.metadata).get("kind") in KINDS:
            return _told(lambda: payment_of(intent))
        links = await self._links({"payment": {"type": "payment_intent", "payment_intent": ref}}, about)
        if isinstance(links, Failure):
            return links
        return await self._period(links[0].invoice, about) if links else _told(lambda: payment_of(intent))

    async def _intent(self, ref: str, about: Context) -> PaymentIntent | Failure:
        return await self._read(
            methods.READ_PAYMENT,
            lambda client: client.v1.payment_intents.retrieve_async(ref, {"expand": _INTENT}),
            lambda found: _read_as(PaymentIntent, found),
            about,
        )

    async def _period(self, ref: str, about: Context) -> PaymentSnapshot | Failure:
        invoice = await self._read(
            methods.READ_INVOICE,
            lambda client: client.v1.invoices.retrieve_async(ref),
            lambda found: _read_as(Invoice, found),
            about,
        )
        if isinstance(invoice, Failure):
            return invoice
        links = await self._links({"invoice": ref}, about)
        if isinstance(links, Failure):
            return links
        paying = next((link.payment.payment_intent for link in links if link.payment.payment_intent), None)
        intent = await self._intent(paying, about) if paying else None
        return intent if isinstance(intent, Failure) else _told(lambda: recurring_of(invoice, intent))

    async def _links(self, by: dict[str, Any], about: Context) -> list[InvoicePayment] | Failure:
        return await self._all(
            methods.LIST_INVOICE_PAYMENTS,
            lambda client: client.v1.invoice_payments.list_async,
            by,
            lambda item: _read_as(InvoicePayment, item),
            about,
        )

    async def _charge(self, ref: str, about: Context) -> tuple[Snapshot, ...] | Failure:
        """A charge: its payment, with the fee, and all its refunds."""
        charge = await self._read(
            methods.READ_CHARGE,
            lambda client: client.v1.charges.retrieve_async(ref),
            lambda found: _read_as(Charge, found),
            about,
        )
        if isinstance(charge, Failure):
            return charge
        refunds = await self._refunds({"charge": ref}, about)
        if isinstance(refunds, Failure) or charge.payment_intent is None:
            return refunds if isinstance(refunds, Failure) else tuple(refunds)
        payment = await self._payment(charge.payment_intent, about)
        return payment if isinstance(payment, Failure) else (payment, *refunds)

    async def _refunds(self, by: dict[str, str], about: Context) -> list[RefundSnapshot] | Failure:
        return await self._all(
            methods.LIST_REFUNDS,
            lambda client: client.v1.refunds.list_async,
            {**by, "expand": ["data.payment_intent"]},
            lambda item: refund_of(_read_as(Refund, item), livemode=self._livemode),
            about,
        )

    async def _refund(self, ref: str, about: Context) -> RefundSnapshot | Failure:
        return await self._read(
            methods.READ_REFUND,
            lambda client: client.v1.refunds.retrieve_async(ref, {"expand": ["payment_intent"]}),
            lambda found: refund_of(_read_as(Refund, found), livemode=self._livemode),
            about,
        )

    async def _dispute(self, ref: str, about: Context) -> Snapshot | Failure:
        return await self._read(
            methods.READ_DISPUTE,
            lambda client: client.v1.disputes.retrieve_async(ref, {"expand": ["payment_intent"]}),
            lambda found: dispute_of(_read_as(Dispute, found)),
            about,
        )

    async def _method(self, ref: str, about: Context) -> MethodSnapshot | tuple[Snapshot, ...] | Failure:
        metadata: dict[str, Any] | None = None
        if ref.startswith("seti_"):
            setup = await self._read(
                methods.READ_SETUP,
                lambda client: client.v1.setup_intents.retrieve_async(ref),
                lambda found: _read_as(SetupIntent, found),
                about,
            )
            if isinstance(setup, Failure):
                return setup
            method, metadata = id_of(setup.payment_method), setup.metadata
            if method is None:
                return ()
            ref = method
        return await self._read(
            methods.READ_METHOD,
            lambda client: client.v1.payment_methods.retrieve_async(ref),
            lambda found: method_of(_read_as(PaymentMethod, found), metadata),
            about,
        )

    async def _read(
        self, method: Method, request: Request, read: Callable[[dict[str, Any]], T], about: Context
    ) -> T | Failure:
        return await self._wire.call(method, request, read, about)

    async def _all(
        self,
        method: Method,
        listing: List,
        by: dict[str, Any],
        read: Callable[[dict[str, Any]], T],
        about: Context,
    ) -> list[T] | Failure:
        found: list[T] = []
        async for item in self._pages(method, listing, by, read, about):
            if isinstance(item, Failure):
                return item
            found.append(item)
        return found

    async def _pages(
        self,
        method: Method,
        listing: List,
        by: dict[str, Any],
        read: Callable[[dict[str, Any]], T],
        about: Context,
    ) -> AsyncIterator[T | Failure]:
        """The items of a list, page after page; ends after a Failure."""
        params = {**by, "limit": _PAGE}
        for _ in range(_MAX_PAGES):
            page = await self._wire.call(
                method, _bound(listing, params), lambda found: _page_of_list(found, read), about
            )
            if isinstance(page, Failure):
                yield page
                return
            for item in page.items:
                yield item
            if page.last is None:
                return
            params = {**params, "starting_after": page.last}
        yield refuse("list_too_long", f"more than {_MAX_PAGES * _PAGE} items; ask for a shorter time")


class _Page(msgspec.Struct, Generic[T]):
    """One page of a list; `last` is the id after which the next one begins."""

    items: list[T]
    last: str | None


def _bound(listing: List, params: dict[str, Any]) -> Request:
    return lambda client: listing(client)(params)


def _page_of_list(found: dict[str, Any], read: Callable[[dict[str, Any]], T]) -> _Page[T]:
    data = found.get("data")
    items = [item for item in data if isinstance(item, dict)] if isinstance(data, list) else []
    more = found.get("has_more") is True and bool(items)
    return _Page([read(item) for item in items], str(items[-1].get("id")) if more else None)


def _told(snapshot: Callable[[], T]) -> T | Failure:
    """A snapshot of objects that were read one by one."""
    try:
        return snapshot()
    except AmountError as error:
        return unreadable(Retry.SAFE, str(error))


def _read_as(shape: type[T], found: dict[str, Any]) -> T:
    return msgspec.convert(found, shape)
