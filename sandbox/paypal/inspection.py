"""The control routes of the simulated PayPal: what tests and the demo drive that PayPal has no call for."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from litestar import Controller, Router, get, post, put
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from sandbox.misuse import Misuse
from sandbox.paypal import disputing, orders, subscribing
from sandbox.paypal.party import PayPalSandbox
from sandbox.paypal.refusal import Refusal
from sandbox.paypal.state import Persona, Webhook
from sandbox.reading import AnyRequest, changed, explained, read

PayPalParty = NamedDependency[PayPalSandbox]


class Approval(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `POST …/orders/{id}/approve`: what the payer does on the page, without a browser."""

    persona: Persona = "ok"


class Settlement(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `POST …/captures/{id}/settle`: how a pending capture ends."""

    outcome: Literal["COMPLETED", "DECLINED"]


class RefundEnd(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `POST …/refunds/{id}/end`: what becomes of a refund later."""

    status: Literal["PENDING", "FAILED", "COMPLETED"]


class NewCase(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `POST …/disputes`."""

    payment: str
    reverse: bool = False
    reason: str = "UNAUTHORISED"


class CaseEnd(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `POST …/disputes/{id}/resolve`."""

    outcome: disputing.Outcome


class Address(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `PUT …/webhooks/{id}`."""

    url: str
    event_types: list[str] = msgspec.field(default_factory=lambda: ["*"])


class Period(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `POST …/subscriptions/{id}/bill`."""

    fails: bool = False


def paypal_controls(paypal: PayPalSandbox) -> Router:
    """The control routes, under `/sandbox/paypal`."""
    return Router(
        path="/sandbox/paypal",
        route_handlers=[Controls],
        dependencies={"paypal": Provide(lambda: paypal, sync_to_thread=False)},
        exception_handlers=explained,
        include_in_schema=False,
    )


class Controls(Controller):
    """Everything that happens outside the API."""

    @get()
    async def everything(self, paypal: PayPalParty) -> dict[str, Any]:
        """The whole state, without tokens and keys."""
        shown = paypal.snapshot()
        return {name: value for name, value in shown.items() if name not in ("keys", "tokens", "replays")}

    @put("/knobs")
    async def turn(self, request: AnyRequest, paypal: PayPalParty) -> dict[str, Any]:
        """Set what the body names of `sandbox.paypal.state.Knobs`."""
        paypal.state.knobs = await changed(request, paypal.state.knobs)
        shown: dict[str, Any] = msgspec.to_builtins(paypal.state.knobs)
        return shown

    @get("/complaints")
    async def complaints(self, paypal: PayPalParty) -> list[dict[str, Any]]:
        """Requests of ours that PayPal would have refused."""
        return [msgspec.to_builtins(one) for one in paypal.state.complaints]

    @put("/webhooks/{webhook_id:str}")
    async def webhook(
        self, webhook_id: FromPath[str], request: AnyRequest, paypal: PayPalParty
    ) -> dict[str, Any]:
        """A webhook with an id that our side knows beforehand; PayPal's own call chooses one."""
        wanted = await read(request, Address)
        paypal.state.webhooks[webhook_id] = Webhook(webhook_id, wanted.url, wanted.event_types)
        return {"id": webhook_id, "url": wanted.url}

    @post("/events/{event_id:str}/send", status_code=200)
    async def send_again(self, event_id: FromPath[str], paypal: PayPalParty) -> dict[str, str]:
        """Send an event to every webhook, whatever became of it."""
        found = paypal.state.events.get(event_id)
        if found is None:
            raise Misuse(404, "no such event", "GET /sandbox/paypal lists them")
        paypal.sending.send(found)
        return {"id": event_id}

    @post("/tokens/revoke", status_code=200)
    async def revoke(self, paypal: PayPalParty) -> dict[str, int]:
        """End every access token at once."""
        count = len(paypal.state.tokens)
        paypal.state.tokens.clear()
        return {"revoked": count}

    @post("/orders/{order_id:str}/approve", status_code=200)
    async def approve(
        self, order_id: FromPath[str], request: AnyRequest, paypal: PayPalParty
    ) -> dict[str, Any]:
        """The payer approves."""
        wanted = await read(request, Approval)
        try:
            order = orders.find(paypal, order_id)
        except Refusal as refusal:
            raise Misuse(404, str(refusal), "create an order first") from refusal
        orders.approve(paypal, order, wanted.persona)
        return paypal.answers.order(paypal.state, order)

    @post("/captures/{capture_id:str}/settle", status_code=200)
    async def settle(
        self, capture_id: FromPath[str], request: AnyRequest, paypal: PayPalParty
    ) -> dict[str, Any]:
        """A pending capture ends."""
        wanted = await read(request, Settlement)
        found = paypal.state.captures.get(capture_id)
        if found is None or found.status != "PENDING":
            raise Misuse(409, "no such pending capture", "approve an order with the persona «pending»")
        orders.settle(paypal, found, wanted.outcome)
        return paypal.answers.capture(paypal.state, found)

    @post("/refunds/{refund_id:str}/end", status_code=200)
    async def end_refund(
        self, refund_id: FromPath[str], request: AnyRequest, paypal: PayPalParty
    ) -> dict[str, Any]:
        """A refund turns out otherwise than it looked."""
        wanted = await read(request, RefundEnd)
        found = paypal.state.refunds.get(refund_id)
        if found is None:
            raise Misuse(404, "no such refund", "refund a capture first")
        found.status = wanted.status
        if wanted.status != "COMPLETED":
            orders.tell_refund(paypal, found, f"PAYMENT.REFUND.{wanted.status}")
        return paypal.answers.refund(paypal.state, found)

    @post("/disputes")
    async def dispute(self, request: AnyRequest, paypal: PayPalParty) -> dict[str, Any]:
        """The payer opens a case."""
        wanted = await read(request, NewCase)
        opened = disputing.open_case(paypal, wanted.payment, reverse=wanted.reverse, reason=wanted.reason)
        return paypal.answers.dispute(opened)

    @post("/disputes/{dispute_id:str}/resolve", status_code=200)
    async def resolve(
        self, dispute_id: FromPath[str], request: AnyRequest, paypal: PayPalParty
    ) -> dict[str, Any]:
        """A case ends."""
        wanted = await read(request, CaseEnd)
        return paypal.answers.dispute(disputing.close_case(paypal, dispute_id, wanted.outcome))

    @post("/subscriptions/{subscription_id:str}/agree", status_code=200)
    async def agree(self, subscription_id: FromPath[str], paypal: PayPalParty) -> dict[str, Any]:
        """The payer agrees."""
        found = paypal.state.subscriptions.get(subscription_id)
        if found is None:
            raise Misuse(404, "no such subscription", "create one first")
        subscribing.agree(paypal, found)
        return paypal.answers.subscription(paypal.state, found)

    @post("/subscriptions/{subscription_id:str}/bill", status_code=200)
    async def bill(
        self, subscription_id: FromPath[str], request: AnyRequest, paypal: PayPalParty
    ) -> dict[str, Any]:
        """A period ends: its payment succeeds or fails."""
        wanted = await read(request, Period)
        found = paypal.state.subscriptions.get(subscription_id)
        if found is None or found.status != "ACTIVE":
            raise Misuse(409, "no such active subscription", "create one and agree to it first")
        if wanted.fails:
            subscribing.fail(paypal, found)
        else:
            subscribing.bill(paypal, found)
        return paypal.answers.subscription(paypal.state, found)
