"""The outbox to the portal: what customers wrote enters the open line, and what employees wrote elsewhere."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import groupby
from typing import Any, cast

import structlog

from adapters.media import MediaShelf
from adapters.portals import Portals
from connectors.bitrix24.client import PortalClient
from connectors.bitrix24.dialogs import MESSAGES_A_CALL, deliver, groups
from connectors.bitrix24.render import Client, Inbound, InboundForPortal, InboundMedia, Kind, render
from connectors.bitrix24.texts import TEXTS, Language, language_of, say
from connectors.outside import Context, Failure, Policy
from worker.outbox import Claim
from worker.settling import LEASE_NEARLY_OVER, accepted, failed, fault

log = structlog.get_logger(__name__)


class ToPortal:
    """Sends claimed messages by `imconnector.send.messages`: texts of one line together, files alone."""

    def __init__(self, portals: Portals, shelf: MediaShelf) -> None:
        self._portals = portals
        self._shelf = shelf

    def parcels(self, claims: Sequence[Claim]) -> list[list[Claim]]:
        """Texts of one line together, a call's worth; a file alone, so that its download holds up nobody."""
        texts = sorted((claim for claim in claims if not claim["media"]), key=_line)
        made = [[claim] for claim in claims if claim["media"]]
        for _, of_line in groupby(texts, key=_line):
            line = list(of_line)
            made += [line[n : n + MESSAGES_A_CALL] for n in range(0, len(line), MESSAGES_A_CALL)]
        return made

    async def send(self, parcel: Sequence[Claim], leave_by: float) -> list[dict[str, Any]]:
        """Deliver the parcel, mostly with one call; one item per claim whose outcome is known."""
        client = await self._portals.client(str(parcel[0]["portal_id"]))
        if isinstance(client, Failure):
            return [failed(claim, client) for claim in parcel]
        items: list[dict[str, Any]] = []
        rendered: dict[str, Claim] = {}
        ready: list[InboundForPortal] = []
        for claim in parcel:
            element = await self._ready(claim)
            if isinstance(element, Failure):
                items.append(failed(claim, element))
            else:
                rendered[element.external_id] = claim
                ready.append(element)
        for group in groups(ready):
            members = [rendered[element.external_id] for element in group]
            if time.monotonic() > leave_by:
                items += [failed(claim, LEASE_NEARLY_OVER) for claim in members]
            else:
                items += await self._deliver(client, members, group)
        return items

    async def _deliver(
        self, client: PortalClient, claims: Sequence[Claim], group: Sequence[InboundForPortal]
    ) -> list[dict[str, Any]]:
        """One call. A mistake of ours in it leaves its attempts open and spares the other calls."""
        channel, about = claims[0]["channel"], _about(claims[0], alone=len(claims) == 1)
        try:
            outcomes = await deliver(client, channel["connector"], channel["line_id"], group, about=about)
        except Exception:
            log.exception("send_failed", messages=[str(claim["message_id"]) for claim in claims])
            return []
        return [
            failed(claim, outcome)
            if isinstance(outcome, Failure)
            else accepted(claim, chat_id=outcome.chat_id, session_id=outcome.session_id)
            for claim, outcome in zip(claims, outcomes, strict=True)
        ]

    async def _ready(self, claim: Claim) -> InboundForPortal | Failure:
        """The element for the portal; one that we cannot make is spared to its siblings."""
        try:
            return await self._render(claim)
        except Exception as error:
            log.exception("not_rendered", message_id=str(claim["message_id"]))
            return fault(error)

    async def _render(self, claim: Claim) -> InboundForPortal | Failure:
        """The element for the portal; a file that is gone for good leaves a sentence in its place."""
        contact, media = claim["contact"], None
        language, text = language_of(claim["channel"]["language"]), claim["text"]
        kind, is_mirror = cast("Kind", claim["kind"]), claim["source"] == "mirror"
        if claim["media"]:
            shelved = await self._shelf.take(
                claim["media"]["url"],
                claim["message_id"],
                party="gupshup",
                name=claim["media"].get("name"),
                about=_about(claim, alone=True),
            )
            if isinstance(shelved, Failure):
                if shelved.policy is Policy.RETRY or (is_mirror and not text):
                    return shelved
                # what an employee is shown to have said is what he said: its echo is known by its words
                kind, text = "text", text if is_mirror else _without_file(text, language)
            else:
                media = InboundMedia(url=self._shelf.address(shelved), name=shelved.name)
        wa_id = contact["wa_id"] or ""
        message = Inbound(
            external_id=contact["key"],
            kind=kind,
            client=Client(
                wa_id=wa_id if wa_id.isdecimal() else None,
                bsuid=contact["bsuid"],
                name=contact["name"],
                chat_key=claim["chat_key"],
            ),
            sent_at=int(claim["said_at"].timestamp()),
            text=text,
            media=media,
            payload=claim["payload"],
            quoted=_quoted(claim["context"], language),
            written_by=int(claim["author"]) if is_mirror else None,
            # where a rule of ours keeps the CRM, the portal's own tracker would make the client a second time
            with_crm=claim["channel"].get("crm") in (None, "portal"),
        )
        return render(message, language)


def _quoted(answered: dict[str, Any] | None, language: Language) -> str | None:
    """The words of what a message answers, or what kind of thing that is where it has none."""
    if not answered:
        return None
    kind = f"kind_{answered.get('kind')}"
    return answered.get("text") or (f"📎 {say(kind, language)}" if kind in TEXTS else None)


def _without_file(text: str | None, language: Language) -> str:
    return "\n".join(filter(None, (say("file_missing", language), text)))


def _line(claim: Claim) -> tuple[str, str, str]:
    return str(claim["portal_id"]), claim["channel"]["connector"], claim["channel"]["line_id"]


def _about(claim: Claim, *, alone: bool) -> Context:
    """What an exchange is about: the message, where it is one message."""
    names = (
        ("portal_id", "channel_id", "conversation_id", "message_id") if alone else ("portal_id", "channel_id")
    )
    return Context(**{name: str(claim[name]) for name in names})
