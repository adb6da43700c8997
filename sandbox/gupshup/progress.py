"""The life of a message that our side sent: submitted → enqueued → sent → delivered → read, or failed.

Each step is taken after a short random time and tells the subscriptions (contract §4.2, §4.4). Where it
stands is the message's state, so a life that a restart or a switched-off phone interrupted goes on.
"""

from __future__ import annotations

import asyncio
from random import Random
from typing import Any

import httpx
import msgspec

from sandbox.clock import Clock
from sandbox.feed import Feed
from sandbox.gupshup import shapes
from sandbox.gupshup.delivery import Delivery
from sandbox.gupshup.media import Fetched, fetch
from sandbox.gupshup.state import (
    MEDIA_LIFE_MS,
    MONTH_MS,
    WINDOW_MS,
    Failure,
    GupshupState,
    Media,
    Message,
    OutState,
    Phone,
    SandboxApp,
    window_key,
)
from sandbox.tasks import Tasks


class Progress:
    """Moves messages on, one step at a time."""

    def __init__(
        self,
        state: GupshupState,
        *,
        delivery: Delivery,
        clock: Clock,
        client: httpx.AsyncClient,
        feed: Feed,
        tasks: Tasks,
        random: Random,
    ) -> None:
        self._state = state
        self._delivery = delivery
        self._clock = clock
        self._client = client
        self._feed = feed
        self._tasks = tasks
        self._random = random
        self._moving: set[str] = set()

    def begin(self, message: Message) -> None:
        """Go on with a message from wherever it stands; harmless when it is moving already."""
        if message.ids["messageId"] not in self._moving:
            self._moving.add(message.ids["messageId"])
            self._tasks.start(self._live(message))

    def resume(self, phone: str | None = None) -> None:
        """Go on with all messages, or those of one phone that came back online or reads again."""
        for message in self._state.messages:
            if message.direction == "out" and message.state != "read" and phone in {None, message.phone}:
                self.begin(message)

    def read_all(self, phone: str) -> int:
        """The customer looks at the conversation: what was delivered is read now. Answers how many."""
        unread = [
            one
            for one in self._state.messages
            if one.direction == "out" and one.phone == phone and one.state == "delivered"
        ]
        for message in unread:
            self._reach(message, self._state.apps[message.app_id], "read")
        return len(unread)

    async def _live(self, message: Message) -> None:
        try:
            moved = True
            while moved:
                least, most = self._state.apps[message.app_id].knobs.step_ms
                await asyncio.sleep(self._random.uniform(least, most) / 1000)
                moved = await self._step(message)
        finally:
            self._moving.discard(message.ids["messageId"])

    async def _step(self, message: Message) -> bool:
        """Take one step; False when there is none to take now."""
        app = self._state.apps[message.app_id]
        phone = self._state.phones[message.phone]
        match message.state:
            case "submitted":
                await self._enqueue(message, app)
            case "enqueued":
                self._send(message, app)
            case "failed" if message.failure and message.failure.then_delivered:
                message.failure = msgspec.structs.replace(message.failure, then_delivered=False)
                self._sent(message, app)
            case "sent" if phone.online and message.kind != "reaction":
                self._reach(message, app, "delivered")
            case "delivered" if phone.auto_read:
                self._reach(message, app, "read")
            case _:
                return False
        return True

    async def _enqueue(self, message: Message, app: SandboxApp) -> None:
        """Gupshup's own part: refuse, or hand to WhatsApp."""
        if message.failure is None and message.media and app.knobs.fetch_media:
            fetched = await fetch(
                self._client, message.media["url"], message.content.get("file", message.kind)
            )
            if isinstance(fetched, Failure):
                message.failure = fetched
            else:
                message.media.update(fetched.shown(message.media["url"]))
                self._keep(message, fetched)
        if message.failure is not None and message.failure.how == "sync":
            self._fail(message, app, message.failure)
            return
        if message.dialled != message.phone:
            self._tell(message, app, shapes.mismatch(message), mode=None)
        self._now(message, "enqueued")
        self._tell(message, app, shapes.enqueued(message), mode="ENQUEUED")

    def _keep(self, message: Message, fetched: Fetched) -> None:
        """The phone keeps what it downloaded, under the message's id."""
        number = message.ids["messageId"]
        self._state.media[number] = Media(
            number, message.app_id, fetched.content_type, fetched.content, message.at + MEDIA_LIFE_MS
        )

    def _send(self, message: Message, app: SandboxApp) -> None:
        """WhatsApp's part: refuse, or send."""
        failure = message.failure or self._objection(message)
        if failure is None:
            self._sent(message, app)
        else:
            self._fail(message, app, failure)

    def _objection(self, message: Message) -> Failure | None:
        now = self._clock.now_ms()
        if message.kind == "template":
            return None
        if now - self._state.last_inbound.get(window_key(message.app_id, message.phone), 0) > WINDOW_MS:
            return Failure(
                code=131047,
                reason="Message failed to send because more than 24 hours have passed since the customer "
                "last replied to this number",
            )
        if message.kind == "reaction":
            target = message.content["msgId"]
            known = (one for one in self._state.messages if target in one.ids.values())
            if not any(one.phone == message.phone and now - one.at <= MONTH_MS for one in known):
                return Failure(code=131009, reason="Parameter value is not valid: reaction target")
        return None

    def _sent(self, message: Message, app: SandboxApp) -> None:
        self._reach(message, app, "sent")
        self._delivery.send(
            app, "billing-event", shapes.billing(message, app), mode="BILLING", lane=message.phone
        )

    def _reach(self, message: Message, app: SandboxApp, what: OutState) -> None:
        self._now(message, what)
        shape = shapes.status(message, app, what, self._clock.now_ms())
        self._tell(message, app, shape, mode=what.upper())

    def _fail(self, message: Message, app: SandboxApp, failure: Failure) -> None:
        message.failure = failure
        self._now(message, "failed")
        shape = shapes.failed(message, failure.code, failure.reason, how=failure.how, with_id=failure.with_id)
        self._tell(message, app, shape, mode="FAILED")

    def _now(self, message: Message, state: OutState) -> None:
        message.state = state
        self._feed.publish(state, phone=message.phone, channel=message.app_id)

    def _tell(self, message: Message, app: SandboxApp, shape: dict[str, Any], mode: str | None) -> None:
        phone: Phone = self._state.phones[message.phone]
        if app.knobs.bsuid and phone.user_id:
            shape["userId"] = phone.user_id
        self._delivery.send(app, "message-event", shape, mode=mode, lane=message.phone)
