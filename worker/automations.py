"""What robots and the SMS service asked for: sent, and the portal told what became of it.

Each step is decided by `messaging.claim_automations`; here it is carried. A workflow can be answered once, so
an answer that is repeated after a lost one is refused by the portal and does no harm.
"""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import structlog

from adapters.automation import trigger_code
from adapters.portals import Portals
from connectors.bitrix24.automation import answer_robot, log_line, recipient_of, set_going, tell_status
from connectors.bitrix24.client import PortalClient
from connectors.bitrix24.dialogs import sale_of
from connectors.bitrix24.texts import Language, language_of
from connectors.outside import Context, Failure, Policy
from connectors.redaction import Secret
from runtime.database import Database
from runtime.secrets import Box
from runtime.wake import Wake
from worker.errands import Errands, within_lease
from worker.readings import said_of
from worker.rounds import every
from worker.troubles import failure_text

_EVERY_S = 0.5
_AT_ONCE = 20
_TRIES_TO_FIND = 6
_FAILED = ("failed", "refused", "expired")
_TAKEN: dict[Language, str] = {
    "es": "WhatsApp: mensaje aceptado",
    "en": "WhatsApp: message accepted",
    "pt": "WhatsApp: mensagem aceita",
}
_SPENT = "ACCESS_DENIED"
"""The portal's word for an event token that was used or has ended."""
log = structlog.get_logger(__name__)
Row = dict[str, Any]


class Automations:
    """Carries the steps that are due."""

    def __init__(self, database: Database, portals: Portals, box: Box, wake: Wake) -> None:
        self._database = database
        self._portals = portals
        self._box = box
        self._wake = wake
        self._errands = Errands("automations", at_once=_AT_ONCE)

    async def run(self, stop: asyncio.Event) -> None:
        """Begin what is due until told to stop, then wait for what was begun."""
        async with self._errands:
            await every(_EVERY_S, self._round, stop, name="automations")

    async def _round(self) -> None:
        if self._errands.free > 0:
            arguments = {"p_limit": self._errands.free}
            for row in await self._database.call("messaging.claim_automations", arguments):
                self._errands.begin(str(row["automation_id"]), self._carry_out(row))

    async def _carry_out(self, row: Row) -> None:
        steps = {
            "send": self._send,
            "answer": self._answer,
            "status": self._status,
            "trigger": self._trigger,
        }
        failure = await within_lease(steps[row["step"]](row))
        if failure is None and row["step"] == "send":
            return
        told = None if failure is None else {**said_of(failure), "retry_after_s": failure.retry_after_s}
        arguments = {**_key(row), "p_told": row["says"], "p_failure": told}
        await self._database.call("messaging.settle_automation", arguments)

    async def _send(self, row: Row) -> Failure | None:
        """Find the number where the call brings none, and send."""
        request, name = row["request"], ""
        phone = str(request.get("phone") or "")
        if not phone:
            client = await self._portals.client(str(row["portal_id"]))
            if isinstance(client, Failure):
                return client
            found = await recipient_of(client, str(request.get("document") or ""), about=_about(row))
            if isinstance(found, Failure):
                return found if found.policy is Policy.RETRY else _never(found)
            phone, name = found.phone, found.name
        arguments = {**_key(row), "p_phone": phone, "p_name": name}
        await self._database.call("messaging.send_automation", arguments)
        self._wake.ring()
        return None

    async def _answer(self, row: Row) -> Failure | None:
        """Give the robot's workflow its return values."""
        client = await self._portals.client(str(row["portal_id"]))
        if isinstance(client, Failure):
            return client
        token = Secret(self._box.open(row["answer_sealed"]))
        title, error = outcome_text(row, language_of(row["language"]))
        values = {
            "message_id": str(row["message_id"] or ""),
            "state": str(row["says"]),
            "error": error,
            "error_code": str(row["reason"] or "") if error else "",
        }
        refused = await answer_robot(
            client, token, values, f"{title}: {error}" if error else title, about=_about(row)
        )
        if refused is not None and refused.code == _SPENT:
            # After a try whose answer was lost, this is the proof that it arrived.
            return None if row["tries"] > 1 else _never(refused)
        return refused

    async def _status(self, row: Row) -> Failure | None:
        """Tell the SMS service; of a failure, the CRM record is told the reason as well."""
        client = await self._portals.client(str(row["portal_id"]))
        if isinstance(client, Failure):
            return client
        request = row["request"]
        code, message_id = str(request.get("code")), str(request.get("message_id"))
        refused = await tell_status(client, code, message_id, str(row["says"]), about=_about(row))
        if refused is not None:
            return _never(refused) if refused.code == _SPENT else refused
        if row["says"] in ("failed", "undelivered"):
            await self._note(client, row)
        return None

    async def _trigger(self, row: Row) -> Failure | None:
        """Set the automation of the chat's deal or lead going; the portal may link it a moment later."""
        client = await self._portals.client(str(row["portal_id"]))
        if isinstance(client, Failure):
            return client
        chat_id, known = str(row["request"].get("chat_id")), row["request"].get("crm")
        record = await sale_of(client, chat_id, known=known, about=_about(row))
        if isinstance(record, Failure):
            if record.code == "no_crm_item" and row["tries"] < _TRIES_TO_FIND:
                return msgspec.structs.replace(record, policy=Policy.RETRY)
            return record if record.policy is Policy.RETRY else _never(record)
        code = trigger_code(str(row["connector"]), str(row["request"].get("code")))
        refused = await set_going(client, code, record, about=_about(row))
        # A lost answer is not repeated: automation that runs twice is worse than a trigger that is missed.
        return refused if refused is None or refused.policy is Policy.RETRY else _never(refused)

    async def _note(self, client: PortalClient, row: Row) -> None:
        owner = row["request"].get("owner")
        if isinstance(owner, list) and len(owner) == 2:
            title, error = outcome_text(row, language_of(row["language"]))
            refused = await log_line(client, (int(owner[0]), int(owner[1])), title, error, about=_about(row))
            if refused is not None:
                log.info("record_not_told", code=refused.code, automation_id=str(row["automation_id"]))


def outcome_text(row: Row, language: Language) -> tuple[str, str]:
    """A title, and of a failure why and what to do; else an empty text."""
    state = str(row["state"])
    if state not in _FAILED:
        return _TAKEN[language], ""
    return failure_text(state, row["reason"], row["detail"], language)


def _never(failure: Failure) -> Failure:
    return msgspec.structs.replace(failure, policy=Policy.NEVER)


def _key(row: Row) -> dict[str, Any]:
    return {
        "p_portal_id": row["portal_id"],
        "p_automation_id": row["automation_id"],
        "p_automation_token": row["token"],
    }


def _about(row: Row) -> Context:
    names = ("channel_id", "conversation_id", "message_id")
    known = {name: str(row[name]) for name in names if row[name] is not None}
    return Context(portal_id=str(row["portal_id"]), **known)
