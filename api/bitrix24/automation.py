"""Calls of robots and of the portal's SMS service: proven, kept once, answered; the worker does the rest.

A portal posts such a call once, as it does an event (contracts/bitrix24.md §3.5, §3.6), so it is committed or
spooled before the answer. Who speaks is proven by the application token of the portal.
"""

from __future__ import annotations

import re
from typing import Any

from litestar import Request, Response, post
from litestar.di import NamedDependency

from adapters.automation import robot_request, sms_request
from api.problems import Refused
from api.services import Services
from api.spool import Call
from connectors.bitrix24.automation import Caller, CallError, parse_robot, parse_sms
from connectors.bitrix24.form import FormError, parse_form
from runtime.database import Database
from runtime.secrets import Box, digest
from runtime.wake import Alarm

_MEMBER = re.compile(rb"auth(?:%5B|\[)member_id(?:%5D|\])=([^&]{1,64})", re.IGNORECASE)


@post("/bitrix24/robot", status_code=200, operation_id="Bitrix24Robot", tags=["bitrix24"])
async def robot(request: Request[Any, Any, Any], services: NamedDependency[Services]) -> Response[bytes]:
    """Take a robot's call; 200 with an empty body once it is kept. Its workflow is answered later."""
    return await _take("robot", request, services)


@post("/bitrix24/sms", status_code=200, operation_id="Bitrix24Sms", tags=["bitrix24"])
async def sms(request: Request[Any, Any, Any], services: NamedDependency[Services]) -> Response[bytes]:
    """Take a message of the SMS service; 200 with an empty body once it is kept. Its status is told later."""
    return await _take("sms", request, services)


async def _take(door: Any, request: Request[Any, Any, Any], services: Services) -> Response[bytes]:
    request.state.party = "bitrix24"
    body = await request.body()
    member = _MEMBER.search(body)
    await services.intake.take(Call(door=door, body=body, lane=member[1] if member else b""))
    return Response(b"", media_type="text/plain")


class AutomationDoor:
    """What becomes of these calls."""

    def __init__(self, database: Database, box: Box, alarm: Alarm) -> None:
        self._database = database
        self._box = box
        self._alarm = alarm

    async def accept_robot(self, call: Call) -> None:
        """Keep a robot's call. Raises `Refused`, `SqlRefusal`, `DatabaseAway`."""
        try:
            said = parse_robot(parse_form(call.body))
        except (FormError, CallError) as error:
            raise _unreadable(error) from None
        token = said.event_token.reveal()
        # The token is the only thing that is one run's own; whoever has it can answer the workflow.
        await self._keep(
            said.caller, "robot", digest(token).hex(), robot_request(said), self._box.seal(token)
        )

    async def accept_sms(self, call: Call) -> None:
        """Keep a message of the SMS service. Raises `Refused`, `SqlRefusal`, `DatabaseAway`."""
        try:
            said = parse_sms(parse_form(call.body))
        except (FormError, CallError) as error:
            raise _unreadable(error) from None
        await self._keep(said.caller, "sms", said.message_id, sms_request(said), None)

    async def _keep(
        self, caller: Caller, kind: str, key: str, request: dict[str, Any], answer_sealed: bytes | None
    ) -> None:
        proof = {
            "p_member_id": caller.member_id,
            "p_token_digest": digest(caller.application_token.reveal()),
        }
        row = await self._database.call_one("tenancy.authenticate_event", proof)
        if row is None:
            raise LookupError("tenancy.authenticate_event returns a row or raises")
        arguments = {
            "p_portal_id": row["portal_id"],
            "p_kind": kind,
            "p_key": key,
            "p_request": request,
            "p_answer_sealed": answer_sealed,
        }
        await self._database.call("messaging.take_automation", arguments)
        self._alarm.ring()


def _unreadable(error: FormError | CallError) -> Refused:
    status = error.http_status if isinstance(error, FormError) else 400
    return Refused(status, "form", error.reason, "Send what Bitrix24 sends.")
