"""Explaining what happened, and deciding what only a person can decide."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from api.services import Services
from runtime.bearer import Holder


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What a person decided about a message whose outcome is unknown. `resend` risks a duplicate."""

    verdict: Literal["arrived", "resend", "drop"]


class Resolved(msgspec.Struct, frozen=True, kw_only=True):
    """The message's state after the decision."""

    state: str


@get("/timeline", operation_id="GetTimeline", tags=["incidents"])
async def get_timeline(
    id: FromQuery[str],  # noqa: A002 - the name that a person expects in the address
    services: NamedDependency[Services],
    holder: NamedDependency[Holder],
) -> list[dict[str, Any]]:
    """The story of anything by any of its ids, in order of time."""
    arguments = {"p_portal_id": holder.portal_id, "p_user_id": holder.user_id, "p_id": id}
    return await services.database.call("trace.timeline", arguments)


@get("/quarantine", operation_id="ListQuarantine", tags=["incidents"])
async def list_quarantine(
    services: NamedDependency[Services], holder: NamedDependency[Holder]
) -> list[dict[str, Any]]:
    """What could not be understood, with its bytes (as text, undecodable ones replaced)."""
    arguments = {"p_portal_id": holder.portal_id, "p_user_id": holder.user_id}
    rows = await services.database.call("messaging.quarantined_items", arguments)
    return [{**row, "body": (row["body"] or b"").decode(errors="replace")} for row in rows]


@get("/conservation", operation_id="GetConservation", tags=["incidents"])
async def get_conservation(
    services: NamedDependency[Services], holder: NamedDependency[Holder]
) -> list[dict[str, Any]]:
    """The last day, hour by hour: what was accepted and where it stands; balance and adrift are 0."""
    return await services.database.call("trace.conservation", {"p_portal_id": holder.portal_id})


@post(
    "/messages/{message_id:uuid}/resolve", status_code=200, operation_id="ResolveMessage", tags=["incidents"]
)
async def resolve_message(
    message_id: FromPath[UUID],
    data: JSONBody[Verdict],
    services: NamedDependency[Services],
    holder: NamedDependency[Holder],
) -> Resolved:
    """Decide about a message whose outcome is unknown."""
    arguments = {
        "p_portal_id": holder.portal_id,
        "p_message_id": message_id,
        "p_verdict": data.verdict,
        "p_actor": holder.user_id,
    }
    state = await services.database.call_value("messaging.resolve_unknown", arguments)
    services.alarm.ring()
    return Resolved(state=state)
