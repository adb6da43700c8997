"""The simulated Gupshup: apps, phones, and the two ways a message takes.

Held to `gupshup.md` (contract) and to nothing of ours. Times come from the sandbox's clock, faults from
outside; what it needs across a restart is in its state.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random
from secrets import token_hex
from typing import Any
from uuid import uuid4

import httpx
import msgspec
from httpx_aiohttp import AiohttpTransport

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.feed import Feed
from sandbox.gupshup import shapes, writing
from sandbox.gupshup.delivery import Delivery
from sandbox.gupshup.progress import Progress
from sandbox.gupshup.sending import OutgoingMessage
from sandbox.gupshup.state import (
    MEDIA_LIFE_MS,
    MONTH_MS,
    Complaint,
    Failure,
    GupshupState,
    Knobs,
    Media,
    Message,
    Phone,
    SandboxApp,
    Subscription,
    window_key,
)
from sandbox.gupshup.templates import FilledTemplate, Templates
from sandbox.gupshup.writing import Written
from sandbox.misuse import Misuse
from sandbox.tasks import Tasks

_APP_NAME = re.compile(r"^[A-Za-z0-9]{6,150}$")
_KEPT_COMPLAINTS = 1_000


class GupshupSandbox:
    """One Gupshup account; its HTTP face is `sandbox.gupshup.routes.gupshup_router`."""

    def __init__(
        self,
        base_url: str,
        faults: Faults,
        clock: Clock,
        *,
        feed: Feed | None = None,
        seed: int | None = None,
    ) -> None:
        self.base_url = f"{base_url.rstrip('/')}/gupshup"
        self.faults = faults
        self.clock = clock
        self.feed = feed or Feed()
        self._random = Random(seed)
        self._tasks = Tasks()
        self._client = httpx.AsyncClient(transport=AiohttpTransport(), timeout=60.0, trust_env=False)
        self._take(GupshupState())

    def _take(self, state: GupshupState) -> None:
        self.state = state
        self.delivery = Delivery(
            state,
            faults=self.faults,
            clock=self.clock,
            client=self._client,
            feed=self.feed,
            tasks=self._tasks,
        )
        self.templates = Templates(
            state, delivery=self.delivery, clock=self.clock, feed=self.feed, tasks=self._tasks
        )
        self.progress = Progress(
            state,
            delivery=self.delivery,
            clock=self.clock,
            client=self._client,
            feed=self.feed,
            tasks=self._tasks,
            random=self._random,
        )

    def snapshot(self) -> dict[str, Any]:
        """The whole state as JSON-ready values."""
        shown: dict[str, Any] = msgspec.to_builtins(self.state, str_keys=True)
        return shown

    def restore(self, snapshot: dict[str, Any]) -> None:
        """Take over a snapshot; raises msgspec.ValidationError when it is none. Call before `start`."""
        self._take(msgspec.convert(snapshot, GupshupState, strict=False))

    async def start(self) -> None:
        """Go on with callbacks and messages that a restart interrupted."""
        self.delivery.resume()
        self.progress.resume()
        self.templates.resume()

    async def stop(self) -> None:
        """Cancel what is under way and close connections; the state stays."""
        await self._tasks.stop()
        await self._client.aclose()

    def create_app(self, name: str, phone: str, key: str | None = None) -> SandboxApp:
        """A new app with its number (digits) and key.

        Raises `Misuse` with Gupshup's own words (§1.3): name of 6 to 150 letters and digits, not taken.
        """
        if not _APP_NAME.match(name):
            raise Misuse(
                400, "Invalid characters used in app name, or its length", "6 to 150 letters and digits"
            )
        if any(name == app.name for app in self.state.apps.values()):
            raise Misuse(409, "Bot Already Exists", "choose another name")
        number = digits(phone)
        if any(number == app.phone for app in self.state.apps.values()):
            raise Misuse(409, f"the number {number} has an app already", "choose another number")
        app = SandboxApp(app_id=str(uuid4()), name=name, phone=number, key=key or f"sk_{token_hex(16)}")
        self.state.apps[app.app_id] = app
        self.feed.publish("app", channel=app.app_id)
        return app

    def app(self, channel: str | None = None) -> SandboxApp:
        """The app of this number, name or id; the first one without it. Raises `Misuse`."""
        if not self.state.apps:
            raise Misuse(
                409, "there is no WhatsApp number yet", "POST /sandbox/gupshup/apps {name, phone} first"
            )
        if channel is None:
            return next(iter(self.state.apps.values()))
        wanted = channel.strip().removeprefix("+")
        for app in self.state.apps.values():
            if wanted in {app.app_id, app.name, app.phone}:
                return app
        raise Misuse(404, f"unknown channel {channel!r}", "use the number, name or app_id of an app")

    def phone(self, number: str) -> Phone:
        """The telephone that answers to this number, also in another spelling; made if there is none."""
        dialled = digits(number)
        if dialled in self.state.phones:
            return self.state.phones[dialled]
        for phone in self.state.phones.values():
            if dialled in phone.also_dialled_as:
                return phone
        phone = Phone(number=dialled)
        self.state.phones[dialled] = phone
        self.feed.publish("phone", phone=dialled)
        return phone

    def known_phone(self, number: str) -> Phone:
        """As `phone`, but `Misuse` 404 when nobody ever wrote from it or to it."""
        before = len(self.state.phones)
        phone = self.phone(number)
        if len(self.state.phones) > before:
            del self.state.phones[phone.number]
            raise Misuse(404, f"unknown phone {phone.number}", "write from it or to it first")
        return phone

    def change_phone(self, phone: Phone, changed: Phone) -> None:
        """Replace a telephone's settings and let waiting messages feel it."""
        self.state.phones[phone.number] = changed
        self.progress.resume(phone.number)
        self.feed.publish("phone", phone=phone.number)

    def change_app(self, app: SandboxApp, before: Knobs) -> None:
        """An app's knobs changed: what Gupshup tells of that is told (contract §4.7).

        With BSUID on, parked messages are handed over (§0 rule 10).
        """
        self.feed.publish("app", channel=app.app_id)
        for payload in _account_events(app, before):
            self.delivery.send(app, "account-event", payload, mode="ACCOUNT", lane=app.app_id)
        if not app.knobs.bsuid:
            return
        for message in self.state.messages:
            if message.app_id == app.app_id and message.state == "parked":
                if self.clock.now_ms() - message.at <= MONTH_MS:
                    self._hand_over(message, app)
                else:
                    message.state = "lost"

    def conversation(self, number: str, channel: str | None = None) -> list[Message]:
        """The messages on a phone in order, of one app or of all. `Misuse` 404 for an unknown phone."""
        phone = self.known_phone(number)
        only = self.app(channel).app_id if channel else None
        return [
            message
            for message in self.state.messages
            if message.phone == phone.number and only in {None, message.app_id}
        ]

    def customer_writes(self, number: str, written: Written) -> Message:
        """A customer writes to the company: every subscription with mode MESSAGE hears of it."""
        app = self.app(written.channel)
        phone = self.phone(number)
        if written.name:
            phone.name = written.name
        if written.payload is not None:
            content, message_id = _raw_content(written.payload)
        else:
            content, message_id = self._content(written, phone, app), None
        message = Message(
            direction="in",
            app_id=app.app_id,
            phone=phone.number,
            kind=written.kind if written.payload is None else str(content["type"]),
            text=writing.shown(content),
            ids={"id": message_id or f"wamid.{token_hex(20).upper()}"},
            state="waiting",
            at=self.clock.now_ms(),
            reply_to=written.reply_to,
            media=content["payload"] if "url" in content.get("payload", {}) else None,
            content=content,
        )
        self.state.messages.append(message)
        self.state.last_inbound[window_key(app.app_id, phone.number)] = message.at
        self._hand_over(message, app)
        return message

    def accept(
        self,
        app: SandboxApp,
        dialled: str,
        outgoing: OutgoingMessage | FilledTemplate,
        content: Any,
        failure: Failure | None,
    ) -> Message:
        """Our side's message was accepted (202): it goes its way. `failure` is known beforehand, if any."""
        phone = self.phone(dialled)
        quote = content.get("context", {}).get("msgId")
        url = outgoing.media_url()
        message = Message(
            direction="out",
            app_id=app.app_id,
            phone=phone.number,
            dialled=dialled,
            kind=outgoing.kind,
            text=outgoing.shown(),
            ids={"messageId": str(uuid4()), "whatsappMessageId": self._whatsapp_id()},
            state="submitted",
            at=self.clock.now_ms(),
            reply_to=quote,
            media={"url": url} if url else None,
            content=content,
            failure=failure or self._fate(app, phone),
        )
        self.state.messages.append(message)
        self.feed.publish("submitted", phone=phone.number, channel=app.app_id)
        self.progress.begin(message)
        return message

    def complain(self, operation: str, status: int, complaint: str, request: Any) -> None:
        """Remember what the real service would have refused; `request` must be free of keys."""
        now = self.clock.now().isoformat(timespec="milliseconds")
        self.state.complaints.append(Complaint("gupshup", now, operation, status, complaint, request))
        del self.state.complaints[:-_KEPT_COMPLAINTS]
        self.feed.publish("complaint", party="gupshup")

    async def probe(self, app: SandboxApp, subscription: Subscription) -> bool:
        """Does the address answer 2xx to `sandbox-start`? (contract §1.5)"""
        shape = shapes.envelope(app, "user-event", shapes.probe(), self.clock.now_ms())
        status = await self.delivery.post(subscription, msgspec.json.encode(shape))
        return status is not None and 200 <= status < 300

    def _content(self, written: Written, phone: Phone, app: SandboxApp) -> dict[str, Any]:
        target = self._target(written, phone, app)
        if writing.is_media(written.kind):
            content = self._media_content(written, app)
        else:
            content = writing.plain_content(written, target)
        context = writing.context_of(written, target)
        if context:
            content["context"] = context
        if written.referral is not None:
            content["referral"] = written.referral
        return content

    def _media_content(self, written: Written, app: SandboxApp) -> dict[str, Any]:
        file = writing.file_of(written)
        expires_at = self.clock.now_ms() + MEDIA_LIFE_MS
        if written.media is not None and written.media.url is not None:
            return writing.media_content(written, file, written.media.url, expires_at)
        media = Media(str(uuid4()), app.app_id, file.content_type, file.content, expires_at, file.filename)
        self.state.media[media.id] = media
        url = f"{self.base_url}/filemanager/wa/{app.app_id}/wa/media/{media.id}?download=false"
        return writing.media_content(written, file, url, expires_at)

    def _target(self, written: Written, phone: Phone, app: SandboxApp) -> Message | None:
        """The message that is answered: by any of its ids, else the last one that can be."""
        answerable = {"button_reply": "buttons", "list_reply": "list", "reaction": None, "quick_reply": None}
        if written.reply_to is None and written.kind not in answerable:
            return None
        wanted = answerable.get(written.kind)
        for message in reversed(self.state.messages):
            if message.phone != phone.number or message.app_id != app.app_id:
                continue
            if written.reply_to is not None:
                if written.reply_to in message.ids.values():
                    return message
            elif message.direction == "out" and wanted in {None, message.kind}:
                return message
        if written.reply_to is not None:
            raise Misuse(
                404, f"no message {written.reply_to!r} on this phone", "use an id of its conversation"
            )
        return None

    def _hand_over(self, message: Message, app: SandboxApp) -> None:
        phone = self.state.phones[message.phone]
        if phone.hides_number and not app.knobs.bsuid:
            message.state = "parked"
        else:
            message.state = "waiting"
            shape = shapes.inbound(message, phone, bsuid=app.knobs.bsuid)
            self.delivery.send(app, "message", shape, mode="MESSAGE", lane=phone.number, message=message)
        self.feed.publish("written", phone=phone.number, channel=app.app_id)

    def _fate(self, app: SandboxApp, phone: Phone) -> Failure | None:
        if app.knobs.wallet_empty or app.knobs.wallet_balance <= 0:
            return Failure(code=1003, reason="Wallet balance is low", how="sync")
        failure = phone.failure
        if failure is not None and failure.times is not None:
            failure.times -= 1
            if failure.times <= 0:
                phone.failure = None
        return msgspec.structs.replace(failure) if failure is not None else None

    def _whatsapp_id(self) -> str:
        # A Cloud API app's WhatsApp id may be a UUID too (contract §0 rule 4): never tell by the format.
        return str(uuid4()) if self._random.random() < 0.5 else f"wamid.{token_hex(20).upper()}"


_LIMITS = ("NOT_SET", "TIER_50", "TIER_250", "TIER_1K", "TIER_10K", "TIER_100K", "UNLIMITED")


def _account_events(app: SandboxApp, before: Knobs) -> Iterator[dict[str, Any]]:
    """What is told when a knob of the number or its account is turned; a fall of quality flags the number."""
    now = app.knobs
    if now.messaging_limit != before.messaging_limit:
        rises = _LIMITS.index(now.messaging_limit) > _LIMITS.index(before.messaging_limit)
        yield shapes.tier(app, "UPGRADE" if rises else "DOWNGRADE", before.messaging_limit)
    if "RED" in {now.quality, before.quality} and now.quality != before.quality:
        yield shapes.tier(app, "FLAGGED" if now.quality == "RED" else "UNFLAGGED", now.messaging_limit)
    if now.account_status != before.account_status:
        yield shapes.account_status(app)
    if now.display_name != before.display_name:
        yield shapes.display_name(app)


def digits(number: str) -> str:
    """A telephone number as Gupshup writes it; raises `Misuse` for anything else."""
    plain = re.sub(r"[\s().-]", "", number).removeprefix("+")
    if not (plain.isascii() and plain.isdigit() and 7 <= len(plain) <= 15):
        raise Misuse(400, f"{number!r} is not a telephone number", "7 to 15 digits, with or without +")
    return plain


def _raw_content(payload: dict[str, Any]) -> tuple[dict[str, Any], str | None]:
    """The content of a raw v2 message payload, bare or in its envelope, and its id if it has one."""
    inner = payload.get("payload")
    bare = inner if payload.get("version") == 2 and isinstance(inner, dict) else payload
    if not isinstance(bare.get("type"), str) or not isinstance(bare.get("payload"), dict):
        raise Misuse(400, "payload is not a v2 message", 'it needs "type" and "payload" (contract §4.1)')
    message_id = bare.get("id") if isinstance(bare.get("id"), str) else None
    return dict(bare), message_id
