"""Scheduled top-ups by Subscriptions v1 (contracts/payments.md §2.6). Their money comes as v1 sales."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from connectors.outside import Actor, Context, Failure, Method, Policy
from connectors.payment_commands import SubscribeCmd
from connectors.payment_evidence import Ids
from connectors.payments import PaymentSnapshot, Redirect, SubSnapshot, SubState
from connectors.paypal import bodies, methods
from connectors.paypal.exchange import Request, Wire
from connectors.paypal.orders import redirect, unreadable
from connectors.paypal.readings import sale_snapshot, subscription_snapshot
from connectors.paypal.shapes import Named, Plans, Products, Sale, Subscription, Transactions, shaped

_PAGE: Final = 20
_PAGES: Final = 50
_WRONG_STATE: Final = "SUBSCRIPTION_STATUS_INVALID"


class Subscriptions:
    """The subscriptions of one application. Product and plans are found or made once, then remembered."""

    def __init__(self, wire: Wire, *, payer_origins: Sequence[str], brand: str, livemode: bool) -> None:
        self._wire = wire
        self._payer_origins = frozenset(payer_origins)
        self._brand = brand
        self._livemode = livemode
        self._product_id: str | None = None
        self._plan_ids: dict[str, str] = {}

    async def open(self, cmd: SubscribeCmd, about: Context) -> Redirect | Failure:
        """Create the subscription that waits for its payer's agreement, or find it again."""
        plan_id = await self._plan(cmd, about)
        if isinstance(plan_id, Failure):
            return plan_id
        request = Request(
            method=methods.CREATE_SUBSCRIPTION,
            body=bodies.subscription(cmd, plan_id, self._brand),
            request_id=bodies.request_id("subscribe", cmd.payment_id),
            about=about,
        )
        made = await self._wire.call(request, _subscription)
        if isinstance(made, Failure):
            return made
        ids = Ids(payment_id=cmd.payment_id, portal_id=cmd.portal_id, subscription=made.id)
        return redirect(made.id, made.links, self._payer_origins, None, ids)

    async def read(self, subscription_id: str, about: Context) -> SubSnapshot | Failure:
        """A subscription as it is."""
        request = Request(
            method=methods.READ_SUBSCRIPTION, path={"subscription_id": subscription_id}, about=about
        )
        found = await self._wire.call(request, _subscription)
        if isinstance(found, Failure):
            return found
        return subscription_snapshot(found) or unreadable("subscription")

    async def cancel(self, subscription_id: str, about: Context) -> SubSnapshot | Failure:
        """End it at once; the payments that came stay in the balance."""
        return await self._change(methods.CANCEL_SUBSCRIPTION, subscription_id, {SubState.CANCELLED}, about)

    async def suspend(self, subscription_id: str, about: Context) -> SubSnapshot | Failure:
        """Pause it."""
        return await self._change(methods.SUSPEND_SUBSCRIPTION, subscription_id, {SubState.PAUSED}, about)

    async def activate(self, subscription_id: str, about: Context) -> SubSnapshot | Failure:
        """Let it go on."""
        active = {SubState.ACTIVE, SubState.PAST_DUE}
        return await self._change(methods.ACTIVATE_SUBSCRIPTION, subscription_id, active, about)

    async def sale(self, sale_id: str, about: Context) -> PaymentSnapshot | Failure:
        """One payment of a subscription as it is."""
        request = Request(method=methods.READ_SALE, path={"sale_id": sale_id}, about=about)
        found = await self._wire.call(request, lambda body: shaped(body, Sale))
        if isinstance(found, Failure):
            return found
        return sale_snapshot(found, livemode=self._livemode) or unreadable("sale")

    async def sales(
        self, subscription_id: str, since: datetime, until: datetime, about: Context
    ) -> list[PaymentSnapshot] | Failure:
        """The payments of a subscription between two instants, each read with its fee."""
        request = Request(
            method=methods.LIST_TRANSACTIONS,
            path={"subscription_id": subscription_id},
            query={"start_time": zulu(since), "end_time": zulu(until)},
            about=about,
        )
        listed = await self._wire.call(request, lambda body: shaped(body, Transactions))
        if isinstance(listed, Failure):
            return listed
        found = []
        for transaction in listed.transactions:
            snapshot = await self.sale(transaction.id, about)
            if isinstance(snapshot, Failure):
                return snapshot
            found.append(snapshot)
        return found

    async def _change(
        self, method: Method, subscription_id: str, wanted: set[SubState], about: Context
    ) -> SubSnapshot | Failure:
        """Ask for a state; that it is in it already is success. The answer is 204, so it is read after."""
        request = Request(
            method=method,
            path={"subscription_id": subscription_id},
            body={"reason": "asked for by the customer"},
            about=about,
        )
        outcome = await self._wire.call(request, lambda body: True if body is None else None)
        if isinstance(outcome, Failure) and outcome.code != _WRONG_STATE:
            return outcome
        now = await self.read(subscription_id, about)
        if isinstance(outcome, Failure) and not (isinstance(now, SubSnapshot) and now.state in wanted):
            return outcome
        return now

    async def _plan(self, cmd: SubscribeCmd, about: Context) -> str | Failure:
        name = bodies.plan_name(cmd)
        if name in self._plan_ids:
            return self._plan_ids[name]
        product_id = await self._product(about)
        if isinstance(product_id, Failure):
            return product_id
        listing = Request(method=methods.LIST_PLANS, query={"product_id": product_id}, about=about)
        found = await self._named(listing, _plans, name)
        if found is None:
            making = Request(
                method=methods.CREATE_PLAN,
                body=bodies.plan(cmd, product_id),
                request_id=bodies.request_id("plan", product_id, name),
                about=about,
            )
            found = await self._wire.call(making, _named)
        if isinstance(found, Failure):
            return found
        self._plan_ids[name] = found.id
        return found.id

    async def _product(self, about: Context) -> str | Failure:
        if self._product_id is not None:
            return self._product_id
        listing = Request(method=methods.LIST_PRODUCTS, about=about)
        found = await self._named(listing, _products, bodies.PRODUCT_NAME)
        if found is None:
            making = Request(
                method=methods.CREATE_PRODUCT,
                body=bodies.product(),
                request_id=bodies.request_id("product", "balance"),
                about=about,
            )
            found = await self._wire.call(making, _named)
        if isinstance(found, Failure):
            return found
        self._product_id = found.id
        return found.id

    async def _named(self, listing: Request, read: Any, name: str) -> Named | Failure | None:
        """The first of a paged list that has this name and is not inactive; None when there is none."""
        for page in range(1, _PAGES + 1):
            query = {**listing.query, "page_size": str(_PAGE), "page": str(page)}
            request = Request(method=listing.method, query=query, about=listing.about)
            listed: list[Named] | Failure = await self._wire.call(request, read)
            if isinstance(listed, Failure):
                return listed
            match = next((one for one in listed if one.name == name and one.status in ("", "ACTIVE")), None)
            if match is not None or len(listed) < _PAGE:
                return match
        return Failure(
            policy=Policy.FIX,
            code="too_many_plans",
            message=f"PayPal lists more than {_PAGES * _PAGE} products or plans",
            who_acts=Actor.PROVIDER,
        )


def zulu(at: datetime) -> str:
    """An instant as PayPal's lists want it."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _subscription(body: Any) -> Subscription | None:
    return shaped(body, Subscription)


def _named(body: Any) -> Named | None:
    return shaped(body, Named)


def _plans(body: Any) -> list[Named] | None:
    listed = shaped(body, Plans)
    return listed.plans if listed else None


def _products(body: Any) -> list[Named] | None:
    listed = shaped(body, Products)
    return listed.products if listed else None
