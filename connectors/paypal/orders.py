"""Top-ups by Orders v2: open a page, take the money of an approved one, read what became of it (§2.4)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from connectors.outside import Actor, Context, Failure, Policy
from connectors.payment_commands import TopupCmd
from connectors.payment_evidence import Ids
from connectors.payments import PaymentSnapshot, PaymentState, Redirect
from connectors.paypal import bodies, methods
from connectors.paypal.exchange import Request, Wire
from connectors.paypal.failures import PAYER_MUST_ACT, REFUSED
from connectors.paypal.readings import order_snapshot, refused_order
from connectors.paypal.shapes import Capture, Link, Order, instant, link, shaped

_OPEN_FOR: Final = timedelta(hours=6)
"""An order that nobody approves dies after six hours (§2.4)."""


class Orders:
    """The orders of one application."""

    def __init__(self, wire: Wire, *, payer_origins: Sequence[str], brand: str, livemode: bool) -> None:
        self._wire = wire
        self._payer_origins = frozenset(payer_origins)
        self._brand = brand
        self._livemode = livemode

    async def open(self, cmd: TopupCmd, about: Context) -> Redirect | Failure:
        """Create the order of a top-up, or find it again: PayPal answers a repeated id with the same one."""
        request = Request(
            method=methods.CREATE_ORDER,
            body=bodies.order(cmd, self._brand),
            request_id=bodies.request_id("topup", cmd.payment_id),
            about=about,
        )
        order = await self._wire.call(request, _order)
        if isinstance(order, Failure):
            return order
        made_at = instant(order.create_time) or datetime.now(UTC)
        ids = Ids(payment_id=cmd.payment_id, portal_id=cmd.portal_id, checkout=order.id)
        return redirect(order.id, order.links, self._payer_origins, made_at + _OPEN_FOR, ids)

    async def confirm(self, order_id: str, about: Context) -> PaymentSnapshot | Failure:
        """Take the money of an order that was approved, else say how it stands.

        The capture's id is made of the order's last change: two who confirm at once send the same request,
        and after a decline and a new approval it is a new one. An order is captured once at most anyway.
        """
        order = await self.read(order_id, about)
        if isinstance(order, Failure):
            return gone(order_id) if order.http_status == 404 else order
        if order.status != "APPROVED":
            return self._snapshot(order)
        request = Request(
            method=methods.CAPTURE_ORDER,
            path={"order_id": order_id},
            body={},
            request_id=bodies.request_id("capture", order_id, order.update_time or "first"),
            about=about,
        )
        captured = await self._wire.call(request, self._captured)
        if isinstance(captured, Failure):
            return await self._uncaptured(order, captured, about)
        # the answer to a capture lacks the order's own breakdown, so the tax is read with the order
        now = await self.read(order_id, about)
        return now if isinstance(now, Failure) else self._snapshot(now)

    async def snapshot(self, order_id: str, about: Context) -> PaymentSnapshot | Failure:
        """The order as it is."""
        order = await self.read(order_id, about)
        if isinstance(order, Failure):
            return gone(order_id) if order.http_status == 404 else order
        return self._snapshot(order)

    async def read(self, order_id: str, about: Context) -> Order | Failure:
        """The order in PayPal's shape."""
        request = Request(method=methods.READ_ORDER, path={"order_id": order_id}, about=about)
        return await self._wire.call(request, _order)

    async def order_of(self, capture_id: str, about: Context) -> Order | Failure | None:
        """The order that a capture belongs to; None when the capture names none."""
        request = Request(method=methods.READ_CAPTURE, path={"capture_id": capture_id}, about=about)
        capture = await self._wire.call(request, lambda body: shaped(body, Capture))
        if isinstance(capture, Failure):
            return capture
        order_id = capture.supplementary_data.related_ids.order_id
        return await self.read(order_id, about) if order_id else None

    def _snapshot(self, order: Order) -> PaymentSnapshot | Failure:
        return order_snapshot(order, livemode=self._livemode) or unreadable("order")

    @staticmethod
    def _captured(body: Any) -> Order | None:
        order = _order(body)
        return order if order and order.purchase_units and order.purchase_units[0].payments.captures else None

    async def _uncaptured(self, order: Order, failure: Failure, about: Context) -> PaymentSnapshot | Failure:
        """What a capture that did not succeed means: look first, the money may have come all the same."""
        claim = bodies.claim_of(order.purchase_units[0].custom_id if order.purchase_units else None)
        ids = Ids(payment_id=claim.payment_id, portal_id=claim.portal_id, checkout=order.id)
        if failure.code in REFUSED:
            return refused_order(order.id, ids, failure.code)
        if failure.policy in (Policy.FIX, Policy.RETRY):
            return failure
        now = await self.read(order.id, about)
        found = failure if isinstance(now, Failure) else self._snapshot(now)
        if isinstance(found, Failure):
            return failure
        if failure.code in PAYER_MUST_ACT:
            state = PaymentState.NEEDS_ACTION
            return msgspec.structs.replace(
                found, state=state, reason=failure.code, url=self._page(order, found)
            )
        return failure if found.state is PaymentState.APPROVED else found

    def _page(self, order: Order, found: PaymentSnapshot) -> str | None:
        address = found.url or link(order.links, "payer-action", "approve")
        return address if address and _origin(address) in self._payer_origins else None


def redirect(
    ref: str, links: list[Link], origins: frozenset[str], expires_at: datetime | None, ids: Ids
) -> Redirect | Failure:
    """The payer's page of a new object, on PayPal's own hosts only."""
    address = link(links, "payer-action", "approve")
    if address is None:
        return _failure(Policy.NEVER, "no_payer_page", "there is nothing left for the payer to approve")
    if _origin(address) not in origins:
        return _failure(Policy.FIX, "foreign_payer_page", "the payer's page is not on PayPal's hosts")
    return Redirect(provider_ref=ref, url=address, expires_at=expires_at, ids=ids)


def gone(order_id: str) -> PaymentSnapshot:
    """An order that PayPal no longer knows: nobody approved it in time."""
    return PaymentSnapshot(
        provider_ref=order_id, state=PaymentState.EXPIRED, ids=Ids(checkout=order_id), reason="not_found"
    )


def unreadable(what: str) -> Failure:
    """An answer that says it succeeded and lacks what it must hold: nothing is concluded from it."""
    return _failure(Policy.RETRY, "incomplete_answer", f"PayPal's {what} lacks what a reading needs")


def _failure(policy: Policy, code: str, message: str) -> Failure:
    return Failure(policy=policy, code=code, message=message, who_acts=Actor.PROVIDER)


def _order(body: Any) -> Order | None:
    return shaped(body, Order)


def _origin(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}"
