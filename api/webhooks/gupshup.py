"""Gupshup's webhook: parse, hand each fact to its SQL function with its bytes, answer after commit.

The channel is found by the secret in the path and the header that Gupshup replays; both are known to us as
digests only. At-least-once and unordered is how callbacks come (contracts/gupshup.md §4.8).
"""

from __future__ import annotations

import time
from typing import Any

import msgspec
from litestar import Request, Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.problems import Refused
from api.services import Services
from api.spool import Call
from connectors.gupshup.events import Event, MessageReceived, StatusChanged, Unknown
from connectors.gupshup.subscriptions import SECRET_HEADER
from connectors.gupshup.webhook import parse
from connectors.gupshup.wire import WebhookError
from runtime.coalesce import Coalescer
from runtime.database import Database
from runtime.errors import SqlRefusal
from runtime.secrets import digest
from runtime.wake import Alarm

_ROUTE_KNOWN_S = 30.0
_MOST_ROUTES = 10_000
_ADVICE = {
    "not_utf8": "Send UTF-8.",
    "not_json": "Send JSON.",
    "not_an_object": "Send a JSON object.",
    "too_deep": "Send JSON nested at most 32 deep.",
}


@post(
    "/webhooks/gupshup/{channel_secret:str}",
    status_code=200,
    operation_id="GupshupWebhook",
    tags=["webhooks"],
)
async def gupshup(
    request: Request[Any, Any, Any], channel_secret: FromPath[str], services: NamedDependency[Services]
) -> Response[bytes]:
    """Take a callback of a channel's subscription; 200 with an empty body once it is kept."""
    route_digest = digest(channel_secret)
    call = Call(
        door="gupshup",
        body=await request.body(),
        lane=route_digest,
        route_digest=route_digest,
        header_digest=digest(request.headers.get(SECRET_HEADER, "")),
    )
    request.state.party = "gupshup"
    await services.intake.take(call)
    return Response(b"", media_type="text/plain")


class GupshupDoor:
    """What becomes of a callback. Facts that arrive together reach SQL together."""

    def __init__(self, database: Database, alarm: Alarm) -> None:
        self._database = database
        self._alarm = alarm
        self._routes: dict[tuple[bytes, bytes], tuple[float, dict[str, Any]]] = {}
        self.messages = Coalescer(database, "messaging.receive")
        self.receipts = Coalescer(database, "messaging.apply_receipts")
        self.events = Coalescer(database, "messaging.record_events")

    async def accept(self, call: Call) -> None:
        """Keep everything in one callback. Raises `Refused`, `SqlRefusal`, `DatabaseAway`."""
        route = await self._route(call)
        try:
            events = parse(call.body)
        except WebhookError as error:
            raise Refused(
                400, error.reason, "The body is not a callback of Gupshup.", _ADVICE[error.reason]
            ) from None
        for event in events:
            await self._keep(event, route, call.body)

    async def _route(self, call: Call) -> dict[str, Any]:
        """Portal and channel; known ones are asked for again after half a minute."""
        key = (call.route_digest, call.header_digest)
        known = self._routes.get(key)
        if known is not None and known[0] > time.monotonic():
            return known[1]
        arguments = {"p_route_digest": call.route_digest, "p_header_digest": call.header_digest}
        row = await self._database.call_one("tenancy.route_webhook", arguments)
        if row is None:
            raise LookupError("tenancy.route_webhook returns a row or raises")
        if len(self._routes) >= _MOST_ROUTES:
            self._routes.clear()
        self._routes[key] = (time.monotonic() + _ROUTE_KNOWN_S, row)
        return row

    async def _keep(self, event: Event, route: dict[str, Any], body: bytes) -> None:
        item = {**msgspec.to_builtins(event), **route}
        try:
            if isinstance(event, MessageReceived):
                await self.messages.add(item, body)
                self._alarm.ring()
            elif isinstance(event, StatusChanged):
                await self.receipts.add(item, body)
                self._alarm.ring()
            elif isinstance(event, Unknown):
                await self._quarantine(route, f"unknown:{event.what}", body)
            else:
                await self.events.add(item, body)
        except SqlRefusal as refusal:
            await self._quarantine(route, f"refused:{refusal.reason}", body)

    async def _quarantine(self, route: dict[str, Any], reason: str, body: bytes) -> None:
        item = {**route, "door": "gupshup", "reason": reason, "raw": 1}
        await self._database.call("messaging.quarantine", {"p_items": [item], "p_raw": [body]})
