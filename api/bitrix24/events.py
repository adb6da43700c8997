"""Bitrix24's events: an operator wrote, a line was taken away, the application came or went.

An event is delivered once and never repeated (contracts/bitrix24.md §1.7), so it is committed or spooled
before the answer. Who speaks is proven by the application token of the portal, or, for an installation, by
asking the authorization server.
"""

from __future__ import annotations

import re
from typing import Any

import structlog
from litestar import Request, Response, post
from litestar.di import NamedDependency

from adapters.operators import submission
from api.bitrix24.installing import Installer
from api.problems import Refused
from api.services import Services
from api.spool import Call
from connectors.bitrix24.events import (
    AppInstalled,
    AppUninstalled,
    AppUpdated,
    ConnectorRemoved,
    DialogStarted,
    Envelope,
    Event,
    EventError,
    LineRemoved,
    OperatorMessage,
    Unreadable,
    UserReady,
    parse_event,
)
from connectors.bitrix24.form import FormError, parse_form, without_secrets
from runtime.coalesce import Coalescer
from runtime.database import Database
from runtime.errors import SqlRefusal
from runtime.secrets import digest
from runtime.wake import Alarm

_MEMBER = re.compile(rb"auth(?:%5B|\[)member_id(?:%5D|\])=([^&]{1,64})", re.IGNORECASE)
log = structlog.get_logger(__name__)


@post("/bitrix24/events", status_code=200, operation_id="Bitrix24Event", tags=["bitrix24"])
async def events(request: Request[Any, Any, Any], services: NamedDependency[Services]) -> Response[bytes]:
    """Take an event of a portal; 200 with an empty body once it is kept."""
    request.state.party = "bitrix24"
    body = await request.body()
    member = _MEMBER.search(body)
    await services.intake.take(Call(door="bitrix24", body=body, lane=member[1] if member else b""))
    return Response(b"", media_type="text/plain")


class Bitrix24Door:
    """What becomes of an event. Operator messages that arrive together reach SQL together."""

    def __init__(self, database: Database, installer: Installer, alarm: Alarm) -> None:
        self._database = database
        self._installer = installer
        self._alarm = alarm
        self.messages = Coalescer(database, "messaging.submit")

    async def accept(self, call: Call) -> None:
        """Do what one event says. Raises `Refused`, `SqlRefusal`, `DatabaseAway`."""
        envelope = _read(call.body)
        portal_id = await self._portal(envelope)
        for fact in envelope.facts:
            await self._do(fact, portal_id, envelope, call.body)

    async def _portal(self, envelope: Envelope) -> str:
        """Who speaks. An installation may bring a token that is new: then its access token proves it."""
        arguments = {
            "p_member_id": envelope.member_id,
            "p_token_digest": digest(envelope.application_token.reveal()),
        }
        try:
            row = await self._database.call_one("tenancy.authenticate_event", arguments)
        except SqlRefusal:
            if any(isinstance(fact, AppInstalled | AppUpdated | UserReady) for fact in envelope.facts):
                return await self._installer.by_event(envelope)
            raise
        if row is None:
            raise LookupError("tenancy.authenticate_event returns a row or raises")
        return str(row["portal_id"])

    async def _do(self, fact: Event, portal_id: str, envelope: Envelope, body: bytes) -> None:
        portal = {"p_portal_id": portal_id}
        match fact:
            case OperatorMessage():
                await self._submit(fact, portal_id, envelope, body)
            case DialogStarted():
                arguments = {
                    **portal,
                    "p_connector": fact.connector,
                    "p_line_id": fact.line,
                    "p_chat_key": fact.chat_key,
                    "p_chat_id": fact.chat_id,
                    "p_session_id": fact.session_id,
                }
                await self._database.call("messaging.note_dialog", arguments)
            case ConnectorRemoved():
                arguments = {**portal, "p_line_id": fact.line, "p_connector": fact.connector}
                await self._database.call("tenancy.line_removed", arguments)
            case LineRemoved():
                await self._database.call("tenancy.line_removed", {**portal, "p_line_id": fact.line})
            case AppUninstalled():
                await self._database.call("tenancy.uninstall_portal", {**portal, "p_clean": fact.clean})
            case AppInstalled() | AppUpdated():
                await self._database.call("tenancy.request_repair", portal)
            case UserReady():
                await self._installer.system_user(fact, portal_id, envelope)
            case Unreadable():
                await self._quarantine(portal_id, f"unreadable:{fact.reason}", body)
            case _:
                log.info("event_not_used", event_name=envelope.event)
        self._alarm.ring()

    async def _submit(self, fact: OperatorMessage, portal_id: str, envelope: Envelope, body: bytes) -> None:
        origin = (envelope.client_endpoint or "").partition("/rest/")[0]
        item = submission(fact, portal_id, origin)
        if item is None:
            log.info("nothing_to_send", portal_message_id=fact.message_id)
            return
        try:
            await self.messages.add(item, without_secrets(body))
        except SqlRefusal as refusal:
            await self._quarantine(portal_id, f"refused:{refusal.reason}", body)

    async def _quarantine(self, portal_id: str, reason: str, body: bytes) -> None:
        """Keep an event without its tokens: they are not evidence and must not lie about."""
        item = {"portal_id": portal_id, "door": "bitrix24", "reason": reason, "raw": 1}
        await self._database.call(
            "messaging.quarantine", {"p_items": [item], "p_raw": [without_secrets(body)]}
        )


def _read(body: bytes) -> Envelope:
    """Read a form body as an event. Raises `Refused`."""
    try:
        return parse_event(parse_form(body))
    except FormError as error:
        raise Refused(error.http_status, "form", error.reason, "Send what Bitrix24 sends.") from None
    except EventError as error:
        raise Refused(400, "event", error.reason, "Send what Bitrix24 sends.") from None
