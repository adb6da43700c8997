"""Control routes of the simulated Stripe under `/sandbox/stripe`: what a test or the demo does to it.

JSON in, JSON out; what cannot be meant is answered 4xx with `{"error", "what_to_do"}`.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from litestar import Controller, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath

from sandbox.misuse import Misuse
from sandbox.reading import AnyRequest, changed, read
from sandbox.stripe import aftermath, checkout, scheduled
from sandbox.stripe.party import StripeSandbox
from sandbox.stripe.refusal import Refusal
from sandbox.stripe.state import Card, Endpoint


class NewDispute(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `POST /sandbox/stripe/disputes`."""

    payment_intent: str
    inquiry: bool = False


class Verdict(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `POST /sandbox/stripe/disputes/{id}/close`."""

    outcome: Literal["won", "lost"]


class RefundEnd(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `POST /sandbox/stripe/refunds/{id}/settle`."""

    failed: bool = False


class Payment(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `POST /sandbox/stripe/pages/{id}/pay`: what a person would click."""

    card: Card = "ok"
    authenticated: bool = False


class NewCard(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `PUT /sandbox/stripe/methods/{id}`: the saved card behaves so from now on."""

    card: Card


class RawEvent(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `POST /sandbox/stripe/webhooks`: posted as it is, signed."""

    body: Any
    times: int = 1
    at: int | None = None
    """Another time than now in the signature."""


class StripeControls(Controller):
    """What is done to the simulated Stripe."""

    path = "/sandbox/stripe"

    @get("/objects/{kind:str}")
    async def objects(self, kind: FromPath[str], stripe: NamedDependency[StripeSandbox]) -> list[Any]:
        """All objects of a kind (`payment_intent`, `checkout.session`, …), newest first."""
        return stripe.all(kind)

    @get("/knobs")
    async def knobs(self, stripe: NamedDependency[StripeSandbox]) -> dict[str, Any]:
        """How it behaves."""
        shown: dict[str, Any] = msgspec.to_builtins(stripe.state.knobs)
        return shown

    @put("/knobs")
    async def turn(self, request: AnyRequest, stripe: NamedDependency[StripeSandbox]) -> dict[str, Any]:
        """Set what the body names of `sandbox.stripe.state.Knobs`."""
        stripe.state.knobs = await changed(request, stripe.state.knobs)
        shown: dict[str, Any] = msgspec.to_builtins(stripe.state.knobs)
        return shown

    @put("/endpoint")
    async def endpoint(self, request: AnyRequest, stripe: NamedDependency[StripeSandbox]) -> dict[str, Any]:
        """Where events go, and all secrets that sign them now."""
        stripe.state.endpoint = await read(request, Endpoint)
        return {"url": stripe.state.endpoint.url, "secrets": len(stripe.state.endpoint.secrets)}

    @get("/deliveries")
    async def deliveries(self, stripe: NamedDependency[StripeSandbox]) -> dict[str, Any]:
        """Events that were not answered 2xx yet, and those that were given up."""
        return {
            "waiting": [msgspec.to_builtins(one) for one in stripe.state.deliveries.values()],
            "given_up": [msgspec.to_builtins(one) for one in stripe.state.given_up],
        }

    @get("/complaints")
    async def complaints(self, stripe: NamedDependency[StripeSandbox]) -> list[dict[str, Any]]:
        """Requests of ours that Stripe would have refused."""
        return [msgspec.to_builtins(one) for one in stripe.state.complaints]

    @post("/webhooks", status_code=200)
    async def webhook(self, request: AnyRequest, stripe: NamedDependency[StripeSandbox]) -> dict[str, Any]:
        """Post any body as an event, rightly signed; answers our side's statuses."""
        wanted = await read(request, RawEvent)
        if stripe.state.endpoint is None:
            raise Misuse(409, "there is no endpoint", "PUT /sandbox/stripe/endpoint {url, secrets} first")
        body = wanted.body.encode() if isinstance(wanted.body, str) else msgspec.json.encode(wanted.body)
        statuses = [
            await stripe.courier.post(stripe.state.endpoint, body, wanted.at) for _ in range(wanted.times)
        ]
        return {"statuses": statuses}

    @post("/events/{event_id:str}/resend", status_code=200)
    async def resend(self, event_id: FromPath[str], stripe: NamedDependency[StripeSandbox]) -> dict[str, Any]:
        """Send an event again, whatever became of it."""
        stripe.courier.send(_found(stripe, "event", event_id))
        return {"id": event_id}

    @post("/pages/{session_id:str}/pay", status_code=200)
    async def pay(
        self, session_id: FromPath[str], request: AnyRequest, stripe: NamedDependency[StripeSandbox]
    ) -> dict[str, str]:
        """Pay a page as a person would, without returning from it."""
        wanted = await read(request, Payment)
        _found(stripe, "checkout.session", session_id)
        outcome = checkout.pay(stripe, session_id, wanted.card, authenticated=wanted.authenticated)
        return {"outcome": outcome}

    @put("/methods/{method_id:str}")
    async def card(
        self, method_id: FromPath[str], request: AnyRequest, stripe: NamedDependency[StripeSandbox]
    ) -> dict[str, str]:
        """Let a saved card behave otherwise."""
        wanted = await read(request, NewCard)
        stripe.state.cards[_found(stripe, "payment_method", method_id)["id"]] = wanted.card
        return {"id": method_id, "card": wanted.card}

    @post("/methods/{method_id:str}/detach", status_code=200)
    async def detach(
        self, method_id: FromPath[str], stripe: NamedDependency[StripeSandbox]
    ) -> dict[str, Any]:
        """The customer removes the card."""
        _found(stripe, "payment_method", method_id)
        return stripe.detach(method_id)

    @post("/fees", status_code=200)
    async def fees(self, stripe: NamedDependency[StripeSandbox]) -> dict[str, int]:
        """Book the fees that the knob `fee_later` kept back."""
        return {"booked": stripe.settle_fees()}

    @post("/disputes")
    async def dispute(self, request: AnyRequest, stripe: NamedDependency[StripeSandbox]) -> dict[str, Any]:
        """The payer's bank disputes a payment, or only asks about it."""
        wanted = await read(request, NewDispute)
        _found(stripe, "payment_intent", wanted.payment_intent)
        return aftermath.open_dispute(stripe, wanted.payment_intent, inquiry=wanted.inquiry)

    @post("/disputes/{dispute_id:str}/close", status_code=200)
    async def close(
        self, dispute_id: FromPath[str], request: AnyRequest, stripe: NamedDependency[StripeSandbox]
    ) -> dict[str, Any]:
        """The bank decides."""
        wanted = await read(request, Verdict)
        _found(stripe, "dispute", dispute_id)
        return aftermath.close_dispute(stripe, dispute_id, wanted.outcome)

    @post("/refunds/{refund_id:str}/settle", status_code=200)
    async def settle(
        self, refund_id: FromPath[str], request: AnyRequest, stripe: NamedDependency[StripeSandbox]
    ) -> dict[str, Any]:
        """The card's bank takes a refund or sends it back."""
        wanted = await read(request, RefundEnd)
        _found(stripe, "refund", refund_id)
        return aftermath.settle_refund(stripe, refund_id, failed=wanted.failed)

    @post("/subscriptions/{subscription_id:str}/renew", status_code=200)
    async def renew(
        self, subscription_id: FromPath[str], stripe: NamedDependency[StripeSandbox]
    ) -> dict[str, Any]:
        """The next period is due now."""
        _found(stripe, "subscription", subscription_id)
        return scheduled.renew(stripe, subscription_id)


def _found(stripe: StripeSandbox, kind: str, object_id: str) -> dict[str, Any]:
    try:
        return stripe.get(kind, object_id)
    except Refusal as refusal:
        raise Misuse(404, str(refusal), f"GET /sandbox/stripe/objects/{kind} lists them") from refusal
