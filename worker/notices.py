"""What the portal is told beyond messages: ticks, troubles; and what it is asked about unknown deliveries."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from itertools import groupby
from typing import Any

import msgspec
import structlog

from adapters.portals import Portals
from connectors.bitrix24.client import PortalClient
from connectors.bitrix24.dialogs import Tick, confirm_delivery, find_delivered, notify, timeline_note
from connectors.bitrix24.texts import language_of
from connectors.outside import Context, Failure, Policy
from runtime.database import Database
from runtime.errors import SqlFailure, SqlRefusal
from runtime.trace import Trace
from runtime.wake import Wake
from worker.errands import Errands
from worker.settling import fault
from worker.troubles import trouble_text

_PAUSE_S = 0.25
_IDLE_S = 1.0
_LEASE_S, _EXCHANGE_S = 60.0, 20.0
"""The lease of `messaging.claim_notices`, and how long telling one usually takes at most."""
_PORTALS_AT_ONCE = 20
_SILENT_S, _SILENT_TRIES = 30.0, 4
log = structlog.get_logger(__name__)
Notice = dict[str, Any]
Told = dict[str, Any]


class Notices:
    """Claims notices, tells them portal by portal, reports each as soon as it is told.

    What is claimed again before it was reported is told again: harmless, but it looks careless.
    """

    def __init__(self, database: Database, portals: Portals, wake: Wake, trace: Trace) -> None:
        self._database = database
        self._portals = portals
        self._trace = trace
        self._wake = wake
        self._bell = wake.bell()
        self._errands = Errands("notices", at_once=_PORTALS_AT_ONCE)

    async def run(self, stop: asyncio.Event) -> None:
        """Tell until told to stop."""
        pause_s = _PAUSE_S
        async with self._errands:
            while not stop.is_set():
                try:
                    begun = await self._round(stop)
                except SqlFailure as failure:
                    log.warning("notices_failed", reason=failure.reason)
                    begun = 0
                except Exception:
                    log.exception("notices_failed")
                    begun = 0
                pause_s = _PAUSE_S if begun else min(pause_s * 1.5, _IDLE_S)
                await self._bell.within(pause_s)

    async def _round(self, stop: asyncio.Event) -> int:
        """Claim for portals that are not being told anything now; returns how many are told something."""
        rows = await self._database.call("messaging.portals_with_work", {"p_direction": "notice"})
        due = [next(iter(row.values())) for row in rows]
        waiting = [portal for portal in due if not self._errands.is_running(str(portal))]
        portals = random.sample(waiting, min(len(waiting), self._errands.free))
        if not portals:
            return 0
        until = time.monotonic() + _LEASE_S - _EXCHANGE_S
        claimed = await self._database.call("messaging.claim_notices", {"p_portals": portals})
        claimed.sort(key=lambda notice: (_portal(notice), str(notice["notice_id"])))
        for portal_id, of_portal in groupby(claimed, key=_portal):
            self._errands.begin(portal_id, self._tell(list(of_portal), until, stop))
        return len(claimed)

    async def _tell(self, notices: Sequence[Notice], until: float, stop: asyncio.Event) -> None:
        """Tell one portal what is due. What there is no time for is due again by itself."""
        client = await self._portals.client(_portal(notices[0]))
        if isinstance(client, Failure):
            await self._report(notices, [_later(notice, client) for notice in notices])
            return
        ticks = [notice for notice in notices if notice["kind"] == "tick"]
        if ticks:
            await self._report(ticks, await self._tick(client, ticks))
        for notice in notices:
            if stop.is_set() or time.monotonic() > until:
                break
            if notice["kind"] != "tick":
                await self._report([notice], [await self._told(client, notice)])
        self._bell.ring()

    async def _told(self, client: PortalClient, notice: Notice) -> Told:
        """Tell one notice; a mistake of ours in it spares the others."""
        try:
            if notice["kind"] == "verify":
                return await self._verify(client, notice)
            return await self._trouble(client, notice)
        except Exception as error:
            log.exception("notice_failed", notice_id=str(notice["notice_id"]))
            return _later(notice, fault(error))

    async def _report(self, notices: Sequence[Notice], told: Sequence[Told]) -> None:
        """Report what became of notices; that the portal was told stays in the trace, the notice does not."""
        await self._database.call("messaging.settle_notices", {"p_items": list(told)})
        done = {one["notice_id"] for one in told if one["outcome"] == "told"}
        for notice in notices:
            if notice["notice_id"] in done and notice["kind"] != "verify":
                about = msgspec.structs.asdict(_about(notice))
                self._trace.note(
                    "portal_told", direction="out", party="bitrix24", summary=notice["kind"], **about
                )

    async def _tick(self, client: PortalClient, notices: Sequence[Notice]) -> list[Told]:
        """Say that operator messages reached WhatsApp: many in one request."""
        named = [notice for notice in notices if _tick_of(notice) is not None]
        ticks = [tick for notice in notices if (tick := _tick_of(notice)) is not None]
        outcomes = await confirm_delivery(client, ticks)
        told = [
            _later(notice, outcome) if isinstance(outcome, Failure) else _outcome(notice, "told")
            for notice, outcome in zip(named, outcomes, strict=True)
        ]
        return [*told, *(_unplaced(notice) for notice in notices if _tick_of(notice) is None)]

    async def _trouble(self, client: PortalClient, notice: Notice) -> Told:
        """Tell the author, and write a line into the CRM where the chat is linked to it."""
        about = _about(notice)
        title, text = trouble_text(notice, language_of(notice["language"]))
        told, failures = bool(notice["memo"].get("notified")), list[Failure]()
        if notice["author"] and not told:
            tag = f"wab24|{notice['conversation_id']}|{notice['message_id']}"
            refused = await notify(client, notice["author"], f"{title}\n{text}", tag, about=about)
            if refused is not None and refused.policy is Policy.RETRY:
                return _later(notice, refused)
            told = refused is None
            failures += [refused] if refused else []
        chat_id = notice["payload"].get("chat_id") or notice["portal_chat_id"]
        if chat_id:
            refused = await timeline_note(
                client, str(chat_id), title, text, known=notice["memo"].get("crm"), about=about
            )
            if refused is not None and refused.policy is Policy.RETRY:
                return {**_later(notice, refused), "detail": {"notified": told}}
            told = told or refused is None
            failures += [refused] if refused else []
        if told or not failures:
            return _outcome(notice, "told")
        # nobody heard of it: a right that an administrator may still grant is worth asking for again
        return _later(notice, max(failures, key=lambda failure: failure.policy is not Policy.NEVER))

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
            await self._resolve(notice, "silent")
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
            # healed meanwhile, or sent again often enough: it stays as it is and is shown
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


def _unplaced(notice: Notice) -> Told:
    """A message that we showed in the chat learns its place from the portal's echo, which may yet come."""
    return _outcome(notice, "later" if notice["payload"].get("is_mirrored") else "never")


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
