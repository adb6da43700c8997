"""Disputes, and the payments that they and other events name (contracts/payments.md §2.8, §4.5)."""

from __future__ import annotations

from connectors.outside import Context, Failure
from connectors.payments import PaymentSnapshot, Snapshot
from connectors.paypal import methods
from connectors.paypal.exchange import Request, Wire
from connectors.paypal.orders import Orders, unreadable
from connectors.paypal.readings import WON, dispute_snapshot, order_snapshot
from connectors.paypal.refunds import Refunds
from connectors.paypal.shapes import Dispute, Order, shaped


class Disputes:
    """The disputes of one application."""

    def __init__(self, wire: Wire, orders: Orders, refunds: Refunds, *, livemode: bool) -> None:
        self._wire = wire
        self._orders = orders
        self._refunds = refunds
        self._livemode = livemode

    async def read(self, dispute_id: str, about: Context) -> tuple[Snapshot, ...] | Failure:
        """A dispute as it is; of one that we won, also the reversals that came back.

        PayPal sends no event for money that returns, so the end of the dispute is where it is looked for.
        """
        request = Request(method=methods.READ_DISPUTE, path={"dispute_id": dispute_id}, about=about)
        dispute = await self._wire.call(request, lambda body: shaped(body, Dispute))
        if isinstance(dispute, Failure):
            return dispute
        found = dispute_snapshot(dispute, livemode=self._livemode)
        if found is None:
            return unreadable("dispute")
        if dispute.dispute_outcome.outcome_code not in WON or found.ids.payment is None:
            return (found,)
        order = await self._orders.order_of(found.ids.payment, about)
        if isinstance(order, Failure) and order.http_status != 404:
            return order
        returned = self._refunds.reinstated(order) if isinstance(order, Order) else ()
        return (found, *returned)

    async def payment(
        self, capture_id: str, order_id: str | None, about: Context
    ) -> PaymentSnapshot | Failure:
        """A capture as it is, by its order: only that knows the tax, and who claims to be paid."""
        order = (
            await self._orders.read(order_id, about)
            if order_id is not None
            else await self._orders.order_of(capture_id, about)
        )
        if isinstance(order, Failure):
            return order
        if order is None or not _holds(order, capture_id):
            return unreadable("capture")
        return order_snapshot(order, livemode=self._livemode) or unreadable("order")


def _holds(order: Order, capture_id: str) -> bool:
    return any(one.id == capture_id for unit in order.purchase_units for one in unit.payments.captures)
