"""Events of payment providers that belong to nothing of ours: seen, replayed, assigned or dismissed.

What is done to an event is kept with who did it and why (`billing.event_deed`). Money is booked by the
evidence that the worker reads from the provider, never by what a person types here.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from api.services import Services
from api.staff.guard import Staff
from api.staff.payments import Provider
from api.staff.wallets import Reason
from connectors.redaction import redact

EventState = Literal["new", "processed", "ignored", "unmatched", "failed", "dismissed"]


class ProviderEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event as the list shows it."""

    provider: Provider
    event_id: str
    type: str
    livemode: bool
    state: EventState
    detail: dict[str, Any]
    """Why: `evidence` with the reason of each fact that was not booked, or `code` and `what`."""
    tries: int
    seen: int
    """How often the provider told it."""
    created_at: datetime | None
    received_at: datetime
    due_at: datetime | None
    """When it is tried again; null: it rests."""


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """What a member of staff did to an event."""

    deed: Literal["replayed", "assigned", "dismissed"]
    actor: str
    reason: str
    detail: dict[str, Any]
    done_at: datetime


class ToldPayment(msgspec.Struct, frozen=True, kw_only=True):
    """A payment that an event told of."""

    portal_id: UUID
    payment_id: UUID
    domain: str


class ProviderEventStory(ProviderEvent, frozen=True, kw_only=True):
    """An event as it came, and what became of it."""

    version: str | None
    proven_by: str
    raw: str
    """The body as JSON, without secrets (it is kept byte by byte); what is no JSON as text, with escapes."""
    payments: list[ToldPayment]
    deeds: list[Deed]


class EventPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page, newest first. `next`, where there is one, is the `before` of the next page."""

    items: list[ProviderEvent]
    next: datetime | None


class EventDeed(msgspec.Struct, frozen=True, kw_only=True):
    """Why it is done."""

    reason: Reason


class EventAssignment(msgspec.Struct, frozen=True, kw_only=True):
    """Which payment an event belongs to, and why somebody says so."""

    portal_id: UUID
    payment_id: UUID
    reason: Reason


@get(
    "/provider-events", operation_id="ListProviderEvents", tags=["payments"], opt={"permission": "money.view"}
)
async def list_events(
    services: NamedDependency[Services],
    standing: Annotated[
        Literal["unmatched", "failed", "dismissed"] | None, QueryParameter(name="state")
    ] = None,
    before: FromQuery[datetime | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=200)] = 50,
) -> EventPage:
    """Events that belong to nothing of ours or failed; with `state` also those that were dismissed.

    Needs `money.view`.
    """
    arguments = {"p_state": standing, "p_before": before, "p_limit": limit}
    rows = await services.database.call("billing.unmatched_events", arguments)
    return EventPage(
        items=[msgspec.convert(row, ProviderEvent) for row in rows],
        next=rows[-1]["received_at"] if len(rows) == limit else None,
    )


@get(
    "/provider-events/{provider:str}/{event_id:str}",
    operation_id="ReadProviderEvent",
    tags=["payments"],
    opt={"permission": "money.view"},
)
async def read_event(
    services: NamedDependency[Services], provider: FromPath[str], event_id: FromPath[str]
) -> ProviderEventStory:
    """One event as it came, with what became of it and what staff did. 404 `unknown_event`.

    Needs `money.view`.
    """
    arguments = {"p_provider": provider, "p_event_id": event_id}
    (row,) = await services.database.call("billing.read_event", arguments)
    return msgspec.convert({**row, "raw": _shown(bytes(row["raw"]))}, ProviderEventStory)


@post(
    "/provider-events/{provider:str}/{event_id:str}/replay",
    status_code=204,
    operation_id="ReplayProviderEvent",
    tags=["payments"],
    opt={"permission": "payments.repair"},
)
async def replay_event(
    data: JSONBody[EventDeed],
    services: NamedDependency[Services],
    staff: NamedDependency[Staff],
    provider: FromPath[str],
    event_id: FromPath[str],
) -> None:
    """Work on an event again, now; what it says is booked once however often. Needs `payments.repair`."""
    await _do(services, staff, "billing.replay_event", provider, event_id, p_reason=data.reason)


@post(
    "/provider-events/{provider:str}/{event_id:str}/assign",
    status_code=204,
    operation_id="AssignProviderEvent",
    tags=["payments"],
    opt={"permission": "payments.repair"},
)
async def assign_event(
    data: JSONBody[EventAssignment],
    services: NamedDependency[Services],
    staff: NamedDependency[Staff],
    provider: FromPath[str],
    event_id: FromPath[str],
) -> None:
    """Say which payment an event belongs to; it is worked on again and booked by the same rules as any.

    409 `foreign_object` where the provider's objects belong to another portal, `event_state` where it is not
    unmatched. Needs `payments.repair`.
    """
    given = msgspec.to_builtins(data)
    arguments = {f"p_{name}": given[name] for name in ("portal_id", "payment_id", "reason")}
    await _do(services, staff, "billing.assign_event", provider, event_id, **arguments)


@post(
    "/provider-events/{provider:str}/{event_id:str}/dismiss",
    status_code=204,
    operation_id="DismissProviderEvent",
    tags=["payments"],
    opt={"permission": "payments.repair"},
)
async def dismiss_event(
    data: JSONBody[EventDeed],
    services: NamedDependency[Services],
    staff: NamedDependency[Staff],
    provider: FromPath[str],
    event_id: FromPath[str],
) -> None:
    """Say that an event needs nothing; it may be replayed later. Needs `payments.repair`."""
    await _do(services, staff, "billing.dismiss_event", provider, event_id, p_reason=data.reason)


async def _do(
    services: Services, staff: Staff, function: str, provider: str, event_id: str, **arguments: Any
) -> None:
    """Do it as this member of staff."""
    which = {"p_actor": staff.staff_id, "p_provider": provider, "p_event_id": event_id}
    await services.database.call(function, {**which, **arguments})


def _shown(raw: bytes) -> str:
    """A body for people: a payment's client secret is nothing that staff needs to see."""
    try:
        return json.dumps(redact(json.loads(raw)), ensure_ascii=False)
    except ValueError:
        return raw.decode("utf-8", "backslashreplace")
