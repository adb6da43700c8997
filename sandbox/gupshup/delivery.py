"""At-least-once delivery of callbacks to the subscriptions of an app (contract §4.8).

Callbacks of one conversation leave in order, but nothing is promised about their arrival: a callback that
is not answered with 2xx within ten seconds is repeated with back-off while later ones pass it.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import Any

import httpx
import msgspec

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.feed import Feed
from sandbox.gupshup import shapes
from sandbox.gupshup.state import Callback, GupshupState, Message, SandboxApp, Subscription
from sandbox.tasks import Tasks

ANSWER_WITHIN_S = 10.0
_ATTEMPTS = 60
_FIRST_BACKOFF_S = 0.2
_LONGEST_BACKOFF_S = 10.0
_KEPT_GIVEN_UP = 200


class Delivery:
    """Posts callbacks; what is under way is part of the state and survives a restart."""

    def __init__(
        self,
        state: GupshupState,
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
        self._lanes: defaultdict[tuple[str, str], asyncio.Lock] = defaultdict(asyncio.Lock)

    def send(
        self,
        app: SandboxApp,
        event: str,
        payload: dict[str, Any],
        *,
        mode: str | None,
        lane: str,
        message: Message | None = None,
    ) -> None:
        """Queue a callback for every active subscription with `mode` (None: for every active one)."""
        body = msgspec.json.encode(shapes.envelope(app, event, payload, self._clock.now_ms())).decode()
        for subscription in app.subscriptions.values():
            if not subscription.active or (mode is not None and mode not in subscription.modes):
                continue
            callback = Callback(
                id=self._state.next_callback,
                app_id=app.app_id,
                subscription_id=subscription.id,
                lane=lane,
                event=event,
                body=body,
                message_id=message.ids.get("id") if message else None,
            )
            self._state.next_callback += 1
            self._state.callbacks[callback.id] = callback
            self._begin(callback)

    def resume(self) -> None:
        """Go on with what a restart interrupted."""
        for callback in list(self._state.callbacks.values()):
            self._begin(callback)

    async def post(self, subscription: Subscription, body: bytes) -> int | None:
        """Post once, exactly as Gupshup does; the status, or None when none came in time.

        Source of headers and limit: contract §1.5 (`meta.headers` are replayed) and §4.8.
        """
        headers = {
            **subscription.headers,
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Gupshup-Sandbox",
        }
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                answer = await self._client.post(subscription.url, content=body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError):
            return None
        return answer.status_code

    def _begin(self, callback: Callback) -> None:
        self._tasks.start(self._deliver(callback))
        for _ in range(self._faults.copies("gupshup") - 1):
            self._tasks.start(self._attempt_in_lane(callback))

    async def _deliver(self, callback: Callback) -> None:
        await self._attempt_in_lane(callback)
        backoff_s = _FIRST_BACKOFF_S
        while callback.id in self._state.callbacks:
            if callback.attempts >= _ATTEMPTS:
                self._give_up(callback)
                return
            await asyncio.sleep(backoff_s)
            backoff_s = min(backoff_s * 2, _LONGEST_BACKOFF_S)
            await self._attempt(callback)

    async def _attempt_in_lane(self, callback: Callback) -> None:
        await self._faults.hold("gupshup")
        async with self._lanes[callback.subscription_id, callback.lane]:
            await self._attempt(callback)

    async def _attempt(self, callback: Callback) -> None:
        """Post it; a 2xx, or the end of its subscription, ends the callback."""
        app = self._state.apps.get(callback.app_id)
        subscription = app.subscriptions.get(callback.subscription_id) if app else None
        if subscription is None:
            self._state.callbacks.pop(callback.id, None)
            return
        callback.attempts += 1
        status = await self.post(subscription, callback.body.encode())
        callback.last_answer = "no answer" if status is None else str(status)
        if status is not None and 200 <= status < 300:
            self._state.callbacks.pop(callback.id, None)
            self._arrived(callback)
        else:
            self._feed.publish("callback refused", event=callback.event, answer=callback.last_answer)

    def _arrived(self, callback: Callback) -> None:
        if callback.message_id is None:
            return
        for message in reversed(self._state.messages):
            if message.ids.get("id") == callback.message_id:
                if message.state == "waiting":
                    message.state = "delivered"
                    self._feed.publish("arrived", phone=message.phone)
                return

    def _give_up(self, callback: Callback) -> None:
        self._state.callbacks.pop(callback.id, None)
        self._state.given_up.append(callback)
        del self._state.given_up[:-_KEPT_GIVEN_UP]
        self._feed.publish("callback given up", event=callback.event, answer=callback.last_answer)
