"""What the portal is told beyond messages: ticks, troubles; and what it is asked about unknown deliveries."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import groupby
from typing import Any

import structlog

from adapters.portals import Portals
from connectors.bitrix24.client import PortalClient
from connectors.bitrix24.dialogs import Tick, confirm_delivery, find_delivered, notify, timeline_note
from connectors.bitrix24.texts import language_of
from connectors.outside import Context, Failure, Policy
from runtime.database import Database
from runtime.errors import SqlFailure, SqlRefusal
from runtime.wake import Wake
from worker.troubles import trouble_text

_PAUSE_S = 0.25
_IDLE_S = 1.0
_SILENT_S, _SILENT_TRIES = 30.0, 4
log = structlog.get_logger(__name__)
Notice = dict[str, Any]
Told = dict[str, Any]


class Notices:
    """Claims notices, tells them, reports. Each may be told twice without harm."""

    def __init__(self, database: Database, portals: Portals, wake: Wake) -> None:
        self._database = database
        self._portals = portals
        self._wake = wake
        self._bell = wake.bell()

    async def run(self, stop: asyncio.Event) -> None:
        """Tell until told to stop."""
        pause_s = _PAUSE_S
        while not stop.is_set():
            try:
                told = await self._round()
            except SqlFailure as failure:
                log.warning("notices_failed", reason=failure.reason)
                told = 0
            except Exception:
                # what was claimed is due again in a minute; a fault in one notice must not stop the worker
                log.exception("notices_failed")
                told = 0
            pause_s = _PAUSE_S if told else min(pause_s * 1.5, _IDLE_S)
            if not told:
                await self._bell.within(pause_s)

    async def _round(self) -> int:
        rows = await self._database.call("messaging.portals_with_work", {"p_direction": "notice"})
        if not rows:
            return 0
        portals = [next(iter(row.values())) for row in rows]
        claimed = await self._database.call("messaging.claim_notices", {"p_portals": portals})
        claimed.sort(key=_portal)
        by_portal = [list(of_portal) for _, of_portal in groupby(claimed, key=_portal)]
        told = [item for items in await asyncio.gather(*map(self._tell, by_portal)) for item in items]
        if told:
            await self._database.call("messaging.settle_notices", {"p_items": told})
        return len(told)

    async def _tell(self, notices: Sequence[Notice]) -> list[Told]:
        """Tell one portal everything that is due."""
        client = await self._portals.client(_portal(notices[0]))
        if isinstance(client, Failure):
            return [_later(notice, client) for notice in notices]
        ticks = [notice for notice in notices if notice["kind"] == "tick"]
        told = await self._tick(client, ticks) if ticks else []
        for notice in notices:
            if notice["kind"] == "trouble":
                told.append(await self._trouble(client, notice))
            elif notice["kind"] == "verify":
                told.append(await self._verify(client, notice))
        return told

    async def _tick(self, client: PortalClient, notices: Sequence[Notice]) -> list[Told]:
        """Say that operator messages reached WhatsApp: many in one request."""
        named = [notice for notice in notices if _tick_of(notice) is not None]
        ticks = [tick for notice in notices if (tick := _tick_of(notice)) is not None]
        outcomes = await confirm_delivery(client, ticks)
        told = [
            _later(notice, outcome) if isinstance(outcome, Failure) else _outcome(notice, "told")
            for notice, outcome in zip(named, outcomes, strict=True)
        ]
        return [*told, *(_outcome(notice, "never") for notice in notices if _tick_of(notice) is None)]

    async def _trouble(self, client: PortalClient, notice: Notice) -> Told:
        """Tell the author, and write a line into the CRM where the chat is linked to it."""
        about = _about(notice)
        title, text = trouble_text(notice, language_of(notice["language"]))
        outcome: Failure | None = None
        if notice["author"] and not notice["memo"].get("notified"):
            tag = f"wab24|{notice['conversation_id']}|{notice['message_id']}"
            outcome = await notify(client, notice["author"], f"{title}\n{text}", tag, about=about)
            if isinstance(outcome, Failure) and outcome.policy is Policy.RETRY:
                return _later(notice, outcome)
        chat_id = notice["payload"].get("chat_id") or notice["portal_chat_id"]
        if chat_id:
            noted = await timeline_note(client, str(chat_id), title, text, about=about)
            if isinstance(noted, Failure) and noted.policy is Policy.RETRY:
                return {**_later(notice, noted), "detail": {"notified": True}}
        return _outcome(notice, "told")

    async def _verify(self, client: PortalClient, notice: Notice) -> Told:
        """Look an unknown delivery up in the session's history; absent means: deliver it once more.

        A customer's first message has no history before the portal says that a dialog began. Where it is
        silent for two minutes there is none, or its event was lost: then a duplicate is the smaller evil.
        """
        if notice["state"] != "unknown":
            return _outcome(notice, "told")
        chat_id, session_id = notice["portal_chat_id"], notice["session_id"]
        if not (chat_id or session_id):
            if notice["tries"] <= _SILENT_TRIES:
                return {**_outcome(notice, "later"), "after_s": _SILENT_S}
            await self._resolve(notice, "absent")
            return _outcome(notice, "told")
        for key in notice["keys"]:
            found = await find_delivered(
                client, key, chat_id=chat_id, session_id=session_id, about=_about(notice)
            )
            if isinstance(found, Failure):
                return _later(notice, found)
            await self._resolve(notice, "arrived" if found else "absent")
        self._wake.ring()
        return _outcome(notice, "told")

    async def _resolve(self, notice: Notice, verdict: str) -> None:
        arguments = {
            "p_portal_id": notice["portal_id"],
            "p_message_id": notice["message_id"],
            "p_verdict": verdict,
        }
        try:
            await self._database.call("messaging.resolve_unknown", arguments)
        except SqlRefusal as refusal:
            # healed meanwhile, or sent again once already: it stays as it is and is shown
            log.info("not_resolved", reason=refusal.reason, message_id=str(notice["message_id"]))


def _tick_of(notice: Notice) -> Tick | None:
    """The confirmation; None for a message whose place in the portal is not known."""
    chat_id, message_id = notice["payload"].get("chat_id"), notice["payload"].get("portal_message_id")
    if not (chat_id and message_id):
        return None
    return Tick(
        connector=notice["connector"],
        line=notice["line_id"],
        chat_id=str(chat_id),
        message_id=str(message_id),
        chat_key=notice["chat_key"],
        external_ids=notice["keys"],
        at=int(notice["said_at"].timestamp()),
    )


def _later(notice: Notice, failure: Failure) -> Told:
    """Again where that can help; a tick that the portal refuses is given up after a while by its expiry."""
    if failure.policy is Policy.NEVER:
        return _outcome(notice, "never")
    return {
        **_outcome(notice, "later"),
        "after_s": failure.retry_after_s,
        "detail": {"failure": failure.code},
    }


def _outcome(notice: Notice, outcome: str) -> Told:
    return {**{name: notice[name] for name in ("portal_id", "notice_id", "token")}, "outcome": outcome}


def _portal(notice: Notice) -> str:
    return str(notice["portal_id"])


def _about(notice: Notice) -> Context:
    names = ("portal_id", "conversation_id", "message_id")
    return Context(**{name: str(notice[name]) for name in names})
