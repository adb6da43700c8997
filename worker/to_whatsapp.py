"""The outbox to WhatsApp: an operator's message leaves through Gupshup."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, cast

import msgspec

from adapters.media import MediaShelf
from adapters.portals import SqlBuckets
from connectors.gupshup.client import App, Gupshup, OutboundMessage, Sent
from connectors.gupshup.outbound import Kind
from connectors.media.limits import check
from connectors.outside import Actor, Context, Failure, Policy
from connectors.redaction import Secret
from runtime.secrets import Box
from worker.outbox import Claim
from worker.settling import accepted, failed

_PATIENCE_S = 5.0


class ToWhatsApp:
    """Sends claimed messages one by one: Gupshup takes one a request."""

    def __init__(self, gupshup: Gupshup, buckets: SqlBuckets, shelf: MediaShelf, box: Box) -> None:
        self._gupshup = gupshup
        self._buckets = buckets
        self._shelf = shelf
        self._box = box

    def parcels(self, claims: Sequence[Claim]) -> list[list[Claim]]:
        """Every message alone."""
        return [[claim] for claim in claims]

    async def send(self, parcel: Sequence[Claim]) -> list[dict[str, Any]]:
        """Send one message."""
        (claim,) = parcel
        outcome = await self._send(claim)
        if isinstance(outcome, Sent):
            return [accepted(claim, keys={"gs": outcome.gs_id})]
        if outcome.http_status == 429:
            await self._buckets.close(str(claim["portal_id"]), "number", claim["channel"]["phone"], 2.0)
        return [failed(claim, outcome)]

    async def _send(self, claim: Claim) -> Sent | Failure:
        about = _about(claim)
        message = await self._message(claim, about)
        if isinstance(message, Failure):
            return message
        wait_s = await self._turn(claim, message)
        if wait_s > 0:
            return Failure(
                policy=Policy.RETRY,
                code="rate_limit",
                message="the number's rate limit is used up",
                who_acts=Actor.NOBODY,
                retry_after_s=wait_s,
            )
        channel = claim["channel"]
        key = Secret(self._box.open(claim["key_sealed"]))
        app = App(app_id=channel["app_id"], app_name=channel["app_name"], phone=channel["phone"], key=key)
        return await self._gupshup.send(app, message, about=about)

    async def _message(self, claim: Claim, about: Context) -> OutboundMessage | Failure:
        """The message as Gupshup takes it; a file is copied first, because the portal's link may die."""
        context = claim["context"] or {}
        message = OutboundMessage(
            kind=cast("Kind", claim["kind"]),
            destination=claim["contact"]["wa_id"] or claim["chat_key"],
            text=claim["text"],
            context_key=context.get("wa" if context.get("direction") == "in" else "gs"),
        )
        media = claim["media"]
        if not media:
            return message
        shelved = await self._shelf.take(
            media["url"], claim["message_id"], party="bitrix24", name=media.get("name"), about=about
        )
        if isinstance(shelved, Failure):
            return shelved
        too_much = check(claim["kind"], shelved.mime, shelved.size)
        if too_much is not None:
            return too_much
        address = self._shelf.address(shelved)
        return msgspec.structs.replace(message, url=address, filename=shelved.name)

    async def _turn(self, claim: Claim, message: OutboundMessage) -> float:
        """Wait a little for the number's and the pair's turn; return what is left to wait."""
        portal_id, phone = str(claim["portal_id"]), claim["channel"]["phone"]
        for bucket, key in (("pair", f"{phone}>{message.destination}"), ("number", phone)):
            wait_s = await self._buckets.take_from(portal_id, bucket, key)
            if wait_s > _PATIENCE_S:
                return wait_s
            while wait_s > 0:
                await asyncio.sleep(wait_s)
                wait_s = await self._buckets.take_from(portal_id, bucket, key)
        return 0.0


def _about(claim: Claim) -> Context:
    return Context(
        **{name: str(claim[name]) for name in ("portal_id", "channel_id", "conversation_id", "message_id")}
    )
