"""Refunds and reversals, of captures (Payments v2) and of sales (v1) (contracts/payments.md §2.5)."""

from __future__ import annotations

from connectors.outside import Context, Failure, Policy
from connectors.payment_commands import RefundCmd
from connectors.payment_evidence import Ids
from connectors.payments import DisputeSnapshot, RefundSnapshot
from connectors.paypal import bodies, methods
from connectors.paypal.exchange import Request, Wire
from connectors.paypal.orders import Orders, unreadable
from connectors.paypal.readings import refund_snapshot, reversal_snapshot, sale_refund_snapshot
from connectors.paypal.shapes import Order, Refund, SaleRefund, shaped


class Refunds:
    """The refunds of one application."""

    def __init__(self, wire: Wire, orders: Orders, *, livemode: bool) -> None:
        self._wire = wire
        self._orders = orders
        self._livemode = livemode

    async def give(self, cmd: RefundCmd, about: Context) -> RefundSnapshot | Failure:
        """Refund a capture or a sale; a repeated `refund_id` finds the refund that was made."""
        if cmd.recurring:
            return await self._give_of_sale(cmd, about)
        request = Request(
            method=methods.REFUND_CAPTURE,
            path={"capture_id": cmd.payment},
            body=bodies.refund(cmd),
            request_id=bodies.request_id("refund", cmd.refund_id),
            about=about,
        )
        made = await self._wire.call(request, lambda body: shaped(body, Refund))
        if isinstance(made, Failure):
            is_doubtful = made.policy is Policy.UNKNOWN or made.code == "DUPLICATE_INVOICE_ID"
            return await self._found(cmd, about) or made if is_doubtful else made
        # a minimal answer has no time and no amount: the whole refund is read
        return refund_snapshot(made, cmd.payment, livemode=self._livemode) or await self.read(
            made.id, cmd.payment, about
        )

    async def read(self, refund_id: str, capture_id: str | None, about: Context) -> RefundSnapshot | Failure:
        """A refund of a capture as it is."""
        request = Request(method=methods.READ_REFUND, path={"refund_id": refund_id}, about=about)
        found = await self._wire.call(request, lambda body: shaped(body, Refund))
        if isinstance(found, Failure):
            return found
        return refund_snapshot(found, capture_id, livemode=self._livemode) or unreadable("refund")

    async def read_of_sale(self, refund_id: str, sale_id: str, about: Context) -> RefundSnapshot | Failure:
        """A refund of a sale as it is."""
        request = Request(method=methods.READ_SALE_REFUND, path={"refund_id": refund_id}, about=about)
        found = await self._wire.call(request, lambda body: shaped(body, SaleRefund))
        if isinstance(found, Failure):
            return found
        return sale_refund_snapshot(found, sale_id, livemode=self._livemode) or unreadable("refund")

    async def reversal(self, refund_id: str, ids: Ids, about: Context) -> DisputeSnapshot | Failure:
        """A reversal as it is; `ids` as `interpret` gives them."""
        found = (
            await self.read_of_sale(refund_id, ids.charge, about)
            if ids.charge
            else await self.read(refund_id, ids.payment, about)
        )
        return found if isinstance(found, Failure) else reversal_snapshot(found)

    def reinstated(self, order: Order) -> tuple[DisputeSnapshot, ...]:
        """The reversals of an order that were cancelled: after a dispute was won, the money is back.

        A refund of ours that was cancelled is none; one that was made on PayPal's own pages and cancelled
        cannot be told apart, and as a withdrawal and its return it changes nothing.
        """
        found = []
        for unit in order.purchase_units:
            for refund in unit.payments.refunds:
                snapshot = refund_snapshot(refund, None, livemode=self._livemode)
                if snapshot and snapshot.state == "cancelled" and snapshot.ids.refund_id is None:
                    found.append(reversal_snapshot(snapshot))
        return tuple(found)

    async def _give_of_sale(self, cmd: RefundCmd, about: Context) -> RefundSnapshot | Failure:
        request = Request(
            method=methods.REFUND_SALE,
            path={"sale_id": cmd.payment},
            body=bodies.sale_refund(cmd),
            request_id=bodies.request_id("refund", cmd.refund_id),
            about=about,
        )
        made = await self._wire.call(request, lambda body: shaped(body, SaleRefund))
        if isinstance(made, Failure):
            return made
        return sale_refund_snapshot(made, cmd.payment, livemode=self._livemode) or await self.read_of_sale(
            made.id, cmd.payment, about
        )

    async def _found(self, cmd: RefundCmd, about: Context) -> RefundSnapshot | None:
        """The refund that a silent or repeated request made, looked for in the order of its capture."""
        order = await self._orders.order_of(cmd.payment, about)
        if not isinstance(order, Order):
            return None
        for unit in order.purchase_units:
            for refund in unit.payments.refunds:
                if (
                    bodies.claim_of(refund.custom_id).refund_id == cmd.refund_id
                    or refund.invoice_id == cmd.refund_id
                ):
                    return refund_snapshot(refund, cmd.payment, livemode=self._livemode)
        return None
