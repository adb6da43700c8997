"""The simulated Stripe account: what its objects do. HTTP is in `routes`, pages in `pages`."""

from __future__ import annotations

import copy
from typing import Any

import httpx
import msgspec
from httpx_aiohttp import AiohttpTransport

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.feed import Feed
from sandbox.stripe import shapes
from sandbox.stripe.delivery import Courier
from sandbox.stripe.refusal import missing
from sandbox.stripe.state import CARDS, Card, Complaint, Json, StripeState
from sandbox.tasks import Tasks

_KEPT_COMPLAINTS = 1_000


class StripeSandbox:
    """One account in test mode; `secret_key` is what our side must send."""

    def __init__(
        self,
        base_url: str,
        faults: Faults,
        clock: Clock,
        *,
        secret_key: str = "sk_test_sandbox",  # noqa: S107 the simulation's own, as public as its pages
        feed: Feed | None = None,
    ) -> None:
        self.base_url = f"{base_url.rstrip('/')}/stripe"
        self.secret_key = secret_key
        self.faults = faults
        self.clock = clock
        self.feed = feed or Feed()
        self._tasks = Tasks()
        self._client = httpx.AsyncClient(
            transport=AiohttpTransport(), timeout=60.0, trust_env=False, follow_redirects=False
        )
        self._take(StripeState())

    def _take(self, state: StripeState) -> None:
        self.state = state
        self.courier = Courier(
            state,
            faults=self.faults,
            clock=self.clock,
            client=self._client,
            feed=self.feed,
            tasks=self._tasks,
        )

    def snapshot(self) -> dict[str, Any]:
        """The whole state as JSON-ready values."""
        shown: dict[str, Any] = msgspec.to_builtins(self.state, str_keys=True)
        return shown

    def restore(self, snapshot: dict[str, Any]) -> None:
        """Take over a snapshot; raises msgspec.ValidationError when it is none. Call before `start`."""
        self._take(msgspec.convert(snapshot, StripeState, strict=False))

    async def reset(self) -> None:
        """Forget everything, as a new account."""
        await self._tasks.stop()
        self._take(StripeState())

    async def start(self) -> None:
        """Go on with deliveries that a restart interrupted."""
        self.courier.resume()

    async def stop(self) -> None:
        """Cancel what is under way and close connections; the state stays."""
        await self._tasks.stop()
        await self._client.aclose()

    def now(self) -> int:
        """Seconds since 1970 on the sandbox's clock."""
        return int(self.clock.now().timestamp())

    def get(self, kind: str, object_id: str, param: str = "id") -> Json:
        """An object by its id. Raises Refusal 404."""
        found = self.state.objects.get(object_id)
        if found is None or found["object"] != kind:
            raise missing(kind, object_id, param)
        return found

    def keep(self, found: Json) -> Json:
        """Remember a new object."""
        self.state.objects[found["id"]] = found
        return found

    def all(self, kind: str) -> list[Json]:
        """All objects of a kind, newest first."""
        return [one for one in reversed(self.state.objects.values()) if one["object"] == kind]

    def emit(self, kind: str, found: Json, key: str | None = None) -> None:
        """An event about an object as it is now: listed, and sent to the endpoint."""
        event = self.keep(shapes.event(kind, copy.deepcopy(found), self.now(), key))
        self.state.events.append(event["id"])
        self.courier.send(event)
        self.feed.publish(kind, party="stripe", object=found["id"])

    def complain(self, operation: str, status: int, complaint: str, request: Any) -> None:
        """Remember what Stripe would have refused."""
        at = self.clock.now().isoformat(timespec="milliseconds")
        self.state.complaints.append(Complaint("stripe", at, operation, status, complaint, request))
        del self.state.complaints[:-_KEPT_COMPLAINTS]

    def new_method(self, card: Card, customer_id: str | None) -> Json:
        """A card that behaves so, attached to the customer if there is one."""
        method = self.keep(shapes.payment_method(card, customer_id, self.now()))
        self.state.cards[method["id"]] = card
        if customer_id:
            self.emit("payment_method.attached", method)
        return method

    def detach(self, method_id: str) -> Json:
        """The customer removes a card."""
        method = self.get("payment_method", method_id)
        method["customer"] = None
        self.emit("payment_method.detached", method)
        return method

    def attempt(self, intent: Json, method: Json, *, authenticated: bool) -> bool:
        """Charge a payment to a card: True when it was paid. Off-session nobody can authenticate."""
        card = self.state.cards[method["id"]]
        decline = CARDS[card][2]
        if card == "authentication" and not authenticated:
            decline = "authentication_required"
        intent["payment_method"] = method["id"] if decline is None else None
        charged = self.keep(shapes.charge(intent, method, self.base_url, self.now(), paid=decline is None))
        intent["latest_charge"] = charged["id"]
        if decline is not None:
            self._refuse(intent, charged, method, decline)
            return False
        intent.update(status="succeeded", amount_received=intent["amount"], last_payment_error=None)
        if not self.state.knobs.fee_later:
            self._book_fee(charged)
        self.emit("charge.succeeded", charged)
        self.emit("payment_intent.succeeded", intent)
        return True

    def settle_fees(self) -> int:
        """Book the fees that `fee_later` kept back; answers how many."""
        waiting = [one for one in self.all("charge") if one["paid"] and one["balance_transaction"] is None]
        for charged in waiting:
            self._book_fee(charged)
            self.emit("charge.updated", charged)
        return len(waiting)

    def _book_fee(self, charged: Json) -> None:
        amount, fee = charged["amount"], shapes.fee_of(charged["amount"])
        moved = shapes.balance_transaction(
            charged["id"], amount, fee, charged["currency"], "charge", self.now()
        )
        charged["balance_transaction"] = self.keep(moved)["id"]

    def _refuse(self, intent: Json, charged: Json, method: Json, decline: str) -> None:
        needs_payer = decline == "authentication_required"
        intent["status"] = "requires_payment_method"
        intent["last_payment_error"] = {
            "type": "card_error",
            "code": decline if needs_payer or decline == "expired_card" else "card_declined",
            "decline_code": decline,
            "charge": charged["id"],
            "message": "Your card was declined." if not needs_payer else "Authentication is required.",
            "advice_code": "try_again_later" if decline == "insufficient_funds" else None,
            "payment_method": copy.deepcopy(method),
        }
        self.emit("charge.failed", charged)
        self.emit("payment_intent.payment_failed", intent)
