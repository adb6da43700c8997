"""Signed events on their way to webhooks: at least once, in any order (contract §2.8).

What is not answered with 2xx is repeated up to 25 times; PayPal takes three days for that, a demo cannot.
"""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import msgspec

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.feed import Feed
from sandbox.paypal import signing
from sandbox.paypal.state import Delivery, Event, PayPalState, Webhook
from sandbox.tasks import Tasks

_ATTEMPTS = 25
_FIRST_BACKOFF_S = 0.2
_LONGEST_BACKOFF_S = 10.0
_ANSWER_WITHIN_S = 10.0
_KEPT_GIVEN_UP = 200
CERTIFICATE = "CERT-5a7d0e1f-sandbox-0001"


class Sending:
    """Makes events and posts them."""

    def __init__(
        self,
        state: PayPalState,
        base_url: str,
        *,
        faults: Faults,
        clock: Clock,
        client: httpx.AsyncClient,
        feed: Feed,
        tasks: Tasks,
    ) -> None:
        self._state = state
        self._base_url = base_url
        self._faults = faults
        self._clock = clock
        self._client = client
        self._feed = feed
        self._tasks = tasks

    def tell(self, event_type: str, resource_type: str, resource: dict[str, Any], summary: str) -> Event:
        """Make an event and send it to every webhook that wants its kind."""
        now = self._clock.now().strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
        event_id = f"WH-{uuid4().hex[:17].upper()}-{uuid4().hex[:17].upper()}"
        envelope = {
            "id": event_id,
            "event_version": "1.0",
            "create_time": now,
            "resource_type": resource_type,
            "resource_version": "2.0",
            "event_type": event_type,
            "summary": summary,
            "resource": resource,
            "links": [
                {
                    "href": f"{self._base_url}/v1/notifications/webhooks-events/{event_id}",
                    "rel": "self",
                    "method": "GET",
                }
            ],
        }
        event = Event(event_id, event_type, now, msgspec.json.encode(envelope).decode())
        self._state.events[event_id] = event
        self._feed.publish("paypal event", event=event_type)
        if self._state.knobs.webhooks == "send":
            self.send(event)
        return event

    def send(self, event: Event) -> None:
        """Begin the deliveries of an event."""
        for webhook in self._state.webhooks.values():
            if not {"*", event.type} & set(webhook.event_types):
                continue
            delivery = Delivery(self._state.next_delivery, event.id, webhook.id, str(uuid4()))
            self._state.next_delivery += 1
            self._state.deliveries[delivery.id] = delivery
            self._begin(delivery)

    def resume(self) -> None:
        """Go on with what a restart interrupted."""
        for delivery in list(self._state.deliveries.values()):
            self._begin(delivery)

    def signed(self, event_body: str, webhook: Webhook, transmission_id: str) -> dict[str, str]:
        """The headers of a delivery of these bytes."""
        time = self._clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
        body = event_body.encode()
        return {
            "Content-Type": "application/json",
            "User-Agent": "PayPal/AUHD-214.0-25",
            "PAYPAL-TRANSMISSION-ID": transmission_id,
            "PAYPAL-TRANSMISSION-TIME": time,
            "PAYPAL-TRANSMISSION-SIG": signing.signature(
                self._state.keys, transmission_id, time, webhook.id, body
            ),
            "PAYPAL-CERT-URL": f"{self._base_url}/v1/notifications/certs/{CERTIFICATE}",
            "PAYPAL-AUTH-ALGO": "SHA256withRSA",
            "PAYPAL-AUTH-VERSION": "v2",
        }

    def _begin(self, delivery: Delivery) -> None:
        self._tasks.start(self._deliver(delivery))
        for _ in range(self._faults.copies("paypal") - 1):
            self._tasks.start(self._attempt(delivery))

    async def _deliver(self, delivery: Delivery) -> None:
        await self._faults.hold("paypal")
        backoff_s = _FIRST_BACKOFF_S
        while True:
            await self._attempt(delivery)
            if delivery.id not in self._state.deliveries:
                return
            if delivery.attempts >= _ATTEMPTS:
                self._give_up(delivery)
                return
            await asyncio.sleep(backoff_s)
            backoff_s = min(backoff_s * 2, _LONGEST_BACKOFF_S)

    async def _attempt(self, delivery: Delivery) -> None:
        webhook = self._state.webhooks.get(delivery.webhook_id)
        event = self._state.events.get(delivery.event_id)
        if webhook is None or event is None:
            self._state.deliveries.pop(delivery.id, None)
            return
        delivery.attempts += 1
        headers = self.signed(event.body, webhook, delivery.transmission_id)
        try:
            async with asyncio.timeout(_ANSWER_WITHIN_S):
                answer = await self._client.post(webhook.url, content=event.body.encode(), headers=headers)
            delivery.last_answer = str(answer.status_code)
            arrived = 200 <= answer.status_code < 300
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError):
            delivery.last_answer = "no answer"
            arrived = False
        if arrived:
            self._state.deliveries.pop(delivery.id, None)
        self._feed.publish("paypal delivery", event=event.type, answer=delivery.last_answer)

    def _give_up(self, delivery: Delivery) -> None:
        self._state.deliveries.pop(delivery.id, None)
        self._state.given_up.append(delivery)
        del self._state.given_up[:-_KEPT_GIVEN_UP]
