"""At-least-once delivery of events, signed as Stripe signs them, in no promised order (§1.6)."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from typing import Final

import httpx
import msgspec

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.feed import Feed
from sandbox.stripe.state import Delivery, Endpoint, Json, StripeState
from sandbox.tasks import Tasks

_ANSWER_WITHIN_S: Final = 10.0
_ATTEMPTS: Final = 60
_FIRST_BACKOFF_S: Final = 0.2
_LONGEST_BACKOFF_S: Final = 10.0
_KEPT_GIVEN_UP: Final = 200


class Courier:
    """Posts events; what is under way is part of the state and survives a restart."""

    def __init__(
        self,
        state: StripeState,
        *,
        faults: Faults,
        clock: Clock,
        client: httpx.AsyncClient,
        feed: Feed,
        tasks: Tasks,
    ) -> None:
        self._state = state
        self._faults = faults
        self._clock = clock
        self._client = client
        self._feed = feed
        self._tasks = tasks

    def send(self, event: Json) -> None:
        """Queue an event for the endpoint, if there is one."""
        if self._state.endpoint is None or self._state.knobs.silent:
            return
        body = msgspec.json.encode(event).decode()
        delivery = Delivery(id=self._state.next_delivery, event_id=event["id"], body=body)
        self._state.next_delivery += 1
        self._state.deliveries[delivery.id] = delivery
        self._begin(delivery)

    def resume(self) -> None:
        """Go on with what a restart interrupted."""
        for delivery in list(self._state.deliveries.values()):
            self._begin(delivery)

    async def post(self, endpoint: Endpoint, body: bytes, at: int | None = None) -> int | None:
        """Post once, signed now (or `at`) with every secret; the status, or None when no answer came."""
        header = signature(body, endpoint.secrets, int(self._clock.now().timestamp()) if at is None else at)
        headers = {
            "Stripe-Signature": header,
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        }
        try:
            async with asyncio.timeout(_ANSWER_WITHIN_S):
                answer = await self._client.post(endpoint.url, content=body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError):
            return None
        return answer.status_code

    def _begin(self, delivery: Delivery) -> None:
        self._tasks.start(self._deliver(delivery))
        for _ in range(self._faults.copies("stripe") - 1):
            self._tasks.start(self._held(delivery))

    async def _deliver(self, delivery: Delivery) -> None:
        await self._held(delivery)
        backoff_s = _FIRST_BACKOFF_S
        while delivery.id in self._state.deliveries:
            if delivery.attempts >= _ATTEMPTS:
                self._state.deliveries.pop(delivery.id, None)
                self._state.given_up.append(delivery)
                del self._state.given_up[:-_KEPT_GIVEN_UP]
                return
            await asyncio.sleep(backoff_s)
            backoff_s = min(backoff_s * 2, _LONGEST_BACKOFF_S)
            await self._attempt(delivery)

    async def _held(self, delivery: Delivery) -> None:
        await self._faults.hold("stripe")
        await self._attempt(delivery)

    async def _attempt(self, delivery: Delivery) -> None:
        """A redirect counts as a failure; a 2xx, or the end of the endpoint, ends the delivery."""
        endpoint = self._state.endpoint
        if endpoint is None:
            self._state.deliveries.pop(delivery.id, None)
            return
        delivery.attempts += 1
        status = await self.post(endpoint, delivery.body.encode())
        delivery.last_answer = "no answer" if status is None else str(status)
        if status is not None and 200 <= status < 300:
            self._state.deliveries.pop(delivery.id, None)
        else:
            self._feed.publish("webhook refused", party="stripe", answer=delivery.last_answer)


def signature(body: bytes, secrets: list[str], at: int) -> str:
    """`t=…,v1=…[,v1=…]`: HMAC-SHA256 over `<t>.<body>` with the whole secret as key."""
    sums = [hmac.new(one.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest() for one in secrets]
    return ",".join([f"t={at}", *(f"v1={one}" for one in sums)])
