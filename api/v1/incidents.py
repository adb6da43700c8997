"""Explaining what happened: the story of anything, what was not understood, the proof of no loss."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, cast
from uuid import UUID

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from adapters.explanations import Explanation, Party, explain
from api.services import Services
from connectors.bitrix24.texts import Language
from runtime.bearer import Holder

Level = Literal["INFO", "WARN", "ERROR"]
Step = Literal[
    "received",
    "message",
    "checked",
    "charge",
    "attempt",
    "outcome",
    "receipt",
    "parked",
    "notice",
    "told",
    "log",
]
_PARTIES: dict[str | None, Party] = {"bitrix24": "bitrix24", "gupshup": "gupshup"}
_TO = {"in": "bitrix24", "out": "gupshup"}
"""Whom a message of this direction is handed to, and who so gives its reason."""


class TimelineEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One step. `summary` is for a log's reader; `what`, `party`, `outcome`, `detail` are for wording it."""

    at: datetime
    what: Step
    level: Level
    summary: str | None
    message_id: UUID | None
    detail: dict[str, Any]
    """What else is known: `code`, `number` (of the attempt), `status`, `method`, `ids`, bodies."""
    party: str | None = None
    """`bitrix24`, `gupshup`, `postgresql`; none for a step of our own."""
    duration_ms: float | None = None
    outcome: str | None = None
    explanation: Explanation | None = None
    """What a step that went wrong means, and what to do about it."""


class QuarantinedItem(msgspec.Struct, frozen=True, kw_only=True):
    """Something that could not be understood; without `item` and `body` for who may not see words."""

    quarantined_id: UUID
    channel_id: UUID | None
    door: str
    reason: str
    at: datetime
    item: Any
    body: str
    """The bytes as text, undecodable ones replaced."""


class ConservationHour(msgspec.Struct, frozen=True, kw_only=True):
    """One hour of arrival (UTC) in one direction: what was accepted and where it stands."""

    hour: datetime
    direction: Literal["in", "out"]
    accepted: int
    done: int
    waiting: int
    failed: int
    refused: int
    expired: int
    unknown: int
    quarantined: int
    balance: int
    adrift: int


@get("/timeline", operation_id="GetTimeline", tags=["incidents"])
async def get_timeline(
    id: FromQuery[str],  # noqa: A002 - the name that a person expects in the address
    services: NamedDependency[Services],
    holder: NamedDependency[Holder],
) -> list[TimelineEntry]:
    """The story of anything by any of its ids, in order of time."""
    arguments = {"p_portal_id": holder.portal_id, "p_user_id": holder.user_id, "p_id": id}
    rows = await services.database.call("trace.timeline", arguments)
    return [entry(row, cast("Language", holder.language)) for row in rows]


@get("/quarantine", operation_id="ListQuarantine", tags=["incidents"])
async def list_quarantine(
    services: NamedDependency[Services], holder: NamedDependency[Holder]
) -> list[QuarantinedItem]:
    """What could not be understood, with its bytes (as text, undecodable ones replaced)."""
    arguments = {"p_portal_id": holder.portal_id, "p_user_id": holder.user_id}
    rows = await services.database.call("messaging.quarantined_items", arguments)
    items = [{**row, "body": (row["body"] or b"").decode(errors="replace")} for row in rows]
    return msgspec.convert(items, list[QuarantinedItem])


@get("/conservation", operation_id="GetConservation", tags=["incidents"])
async def get_conservation(
    services: NamedDependency[Services], holder: NamedDependency[Holder]
) -> list[ConservationHour]:
    """The last day, hour by hour: what was accepted and where it stands; balance and adrift are 0."""
    rows = await services.database.call("trace.conservation", {"p_portal_id": holder.portal_id})
    return msgspec.convert(rows, list[ConservationHour])


def entry(row: dict[str, Any], language: Language) -> TimelineEntry:
    """A step of `trace.timeline` in this language."""
    detail = dict(row["detail"] or {})
    party, outcome = detail.pop("party", None), detail.pop("outcome", None)
    facts = {
        **row,
        "detail": detail,
        "party": party,
        "outcome": outcome,
        "duration_ms": detail.pop("duration_ms", None),
    }
    code = "unknown" if outcome == "unknown" else detail.get("code")
    if code is not None:
        of = _PARTIES.get(party or _TO.get(str(detail.get("direction"))), "ours")
        facts["explanation"] = explain(str(code), party=of, language=language)
    return msgspec.convert(facts, TimelineEntry)
