"""The outbox to WhatsApp: an operator's message leaves through Gupshup."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any, cast
from weakref import WeakValueDictionary

import msgspec
import structlog

from adapters.media import MediaShelf, Shelved
from adapters.portals import SqlBuckets
from connectors.gupshup.client import App, Gupshup, OutboundMessage, OutboundTemplate, Sent
from connectors.gupshup.outbound import Kind
from connectors.gupshup.templates import header_file
from connectors.media.limits import check
from connectors.media.voice import is_foreign
from connectors.outside import Actor, Context, Failure, Policy
from connectors.redaction import Secret
from runtime.secrets import Box, SealBroken
from worker.outbox import Claim
from worker.settling import KEY_UNREADABLE, LEASE_NEARLY_OVER, accepted, failed, fault

_PATIENCE_S = 5.0
_PAUSE_S = 2.0
Outbound = OutboundMessage | OutboundTemplate
log = structlog.get_logger(__name__)


class ToWhatsApp:
    """Sends claimed messages one by one: Gupshup takes one a request."""

    def __init__(self, gupshup: Gupshup, buckets: SqlBuckets, shelf: MediaShelf, box: Box) -> None:
        self._gupshup = gupshup
        self._buckets = buckets
        self._shelf = shelf
        self._box = box
        self._queues: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def parcels(self, claims: Sequence[Claim]) -> list[list[Claim]]:
        """Every message alone."""
        return [[claim] for claim in claims]

    async def send(self, parcel: Sequence[Claim], leave_by: float) -> list[dict[str, Any]]:
        """Send one message."""
        (claim,) = parcel
        try:
            ready = await self._ready(claim, leave_by)
        except SealBroken:
            ready = KEY_UNREADABLE
        except Exception as error:
            log.exception("not_prepared", message_id=str(claim["message_id"]))
            ready = fault(error)
        if isinstance(ready, Failure):
            return [failed(claim, ready)]
        app, message = ready
        if isinstance(message, OutboundTemplate):
            outcome = await self._gupshup.send_template(app, message, about=_about(claim))
        else:
            outcome = await self._gupshup.send(app, message, about=_about(claim))
        if isinstance(outcome, Sent):
            return [accepted(claim, keys={"gs": outcome.gs_id})]
        if outcome.http_status == 429:
            pause_s = outcome.retry_after_s or _PAUSE_S
            await self._buckets.close(str(claim["portal_id"]), "number", claim["channel"]["phone"], pause_s)
        return [failed(claim, outcome)]

    async def _ready(self, claim: Claim, leave_by: float) -> tuple[App, Outbound] | Failure:
        """Everything before the first byte leaves: a failure here is never ambiguous. Raises `SealBroken`."""
        channel = claim["channel"]
        key = Secret(self._box.open(claim["key_sealed"]))
        app = App(app_id=channel["app_id"], app_name=channel["app_name"], phone=channel["phone"], key=key)
        message = await self._message(claim, _about(claim))
        if isinstance(message, Failure):
            return message
        wait_s = await self._turn(claim, message, leave_by)
        if wait_s > 0:
            return Failure(
                policy=Policy.RETRY,
                code="rate_limit",
                message="the number's rate limit is used up",
                who_acts=Actor.NOBODY,
                retry_after_s=wait_s,
            )
        return LEASE_NEARLY_OVER if time.monotonic() > leave_by else (app, message)

    async def _message(self, claim: Claim, about: Context) -> Outbound | Failure:
        """The message as Gupshup takes it; a file is copied first, because the portal's link may die."""
        destination = claim["contact"]["wa_id"] or claim["chat_key"]
        if claim["kind"] == "template":
            return await self._template(claim, destination, about)
        context = claim["context"] or {}
        message = OutboundMessage(
            kind=cast("Kind", claim["kind"]),
            destination=destination,
            text=claim["text"],
            context_key=context.get("wa" if context.get("direction") == "in" else "gs"),
            content=claim["payload"].get("content"),
            reference=str(claim["message_id"]),
        )
        media = claim["media"]
        if not media:
            return message
        party = "bitrix24" if claim["source"] == "open_line" else "file"
        shelved = await self._file(claim, claim["kind"], party, about)
        if isinstance(shelved, Failure):
            return shelved
        return msgspec.structs.replace(message, url=self._shelf.address(shelved), filename=shelved.name)

    async def _template(self, claim: Claim, destination: str, about: Context) -> OutboundTemplate | Failure:
        """A template as Gupshup takes it; SQL has put in its parameters (`messaging.decide_outgoing`)."""
        filled = claim["payload"]["template"]
        file_kind = header_file(filled["type"])
        message = OutboundTemplate(
            provider_id=filled["provider_id"],
            destination=destination,
            params=filled["params"],
            file_kind=file_kind,
        )
        if file_kind is None:
            return message
        shelved = await self._file(claim, file_kind, "file", about)
        if isinstance(shelved, Failure):
            return shelved
        return msgspec.structs.replace(message, url=self._shelf.address(shelved), filename=shelved.name)

    async def _file(self, claim: Claim, kind: str, party: str, about: Context) -> Shelved | Failure:
        """Copy the message's file, if WhatsApp takes it."""
        media = claim["media"]
        shelved = await self._shelf.take(
            media["url"], claim["message_id"], party=party, name=media.get("name"), about=about
        )
        if isinstance(shelved, Failure):
            return shelved
        if is_foreign(kind, shelved.mime):
            shelved = await self._shelf.as_voice(shelved)
            if isinstance(shelved, Failure):
                return shelved
        if kind == "sticker" and await self._shelf.is_animated(shelved):
            kind = "animated_sticker"
        return check(kind, shelved.mime, shelved.size) or shelved

    async def _turn(self, claim: Claim, message: Outbound, leave_by: float) -> float:
        """Wait for the pair's and the number's turn; return what is left to wait where that is too long.

        The messages of a number wait in a row, and only the first one asks the database.
        """
        portal_id, phone = str(claim["portal_id"]), claim["channel"]["phone"]
        wait_s = await self._take(portal_id, "pair", f"{phone}>{message.destination}", leave_by)
        if wait_s > 0:
            return wait_s
        async with self._queues.setdefault(f"{portal_id} {phone}", asyncio.Lock()):
            return await self._take(portal_id, "number", phone, leave_by)

    async def _take(self, portal_id: str, bucket: str, key: str, leave_by: float) -> float:
        """Take from one bucket, waiting where that is not too long; return what is left to wait."""
        while (wait_s := await self._buckets.take_from(portal_id, bucket, key)) > 0:
            if wait_s > _PATIENCE_S or time.monotonic() + wait_s > leave_by:
                return wait_s
            await asyncio.sleep(wait_s)
        return 0.0


def _about(claim: Claim) -> Context:
    return Context(
        **{name: str(claim[name]) for name in ("portal_id", "channel_id", "conversation_id", "message_id")}
    )
