"""Where Gupshup's billing and our charges disagree, in all portals."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter

from api.services import Services
from api.staff.guard import Staff
from api.v1.differences import Charged, Kind, Said


class PortalDifference(msgspec.Struct, frozen=True, kw_only=True):
    """One disagreement about one message of a portal. `at`: when it was written, or Gupshup spoke of it."""

    difference_id: UUID
    kind: Kind
    at: datetime
    portal_id: UUID
    domain: str
    customer_id: UUID | None
    customer: str | None
    message_id: UUID | None
    channel_id: UUID
    channel: str
    """Its name and number."""
    said: Said
    charged: Charged
    found_at: datetime


@get("/differences", operation_id="ListAllDifferences", tags=["staff"], opt={"permission": "money.view"})
async def list_all_differences(
    services: NamedDependency[Services],
    staff: NamedDependency[Staff],
    kind: FromQuery[Kind | None] = None,
    portal_id: FromQuery[UUID | None] = None,
    after: FromQuery[UUID | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=500)] = 50,
) -> list[PortalDifference]:
    """What was found last first; `after`: the id of the last one seen. Prices in whole millionths.

    Needs `money.view`.
    """
    arguments = {"p_kind": kind, "p_portal_id": portal_id, "p_after": after, "p_limit": limit}
    rows = await services.database.call("billing.all_differences", arguments)
    return [msgspec.convert(row, PortalDifference) for row in rows]


class UsageDifference(msgspec.Struct, frozen=True, kw_only=True):
    """A day (UTC) of a channel of which Gupshup's usage and our charges disagree.

    `fees` (Gupshup's, with WhatsApp's) and `cost` (what our rate card expects) in millionths of `currency`.
    """

    usage_id: UUID
    day: date
    portal_id: UUID
    domain: str
    customer_id: UUID | None
    customer: str | None
    channel_id: UUID
    channel: str
    """Its name and number."""
    said: dict[str, int]
    """Messages by category, as Gupshup counts them."""
    charged: dict[str, int]
    """Ours, of the messages written that day."""
    fees: int
    cost: int | None
    """Null: our charges are in another currency."""
    currency: str
    differs: list[str]
    """The categories that disagree, and `cost`."""
    read_at: datetime


@get(
    "/usage-differences",
    operation_id="ListUsageDifferences",
    tags=["staff"],
    opt={"permission": "money.view"},
)
async def list_usage_differences(
    services: NamedDependency[Services],
    staff: NamedDependency[Staff],
    portal_id: FromQuery[UUID | None] = None,
    after: FromQuery[UUID | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=500)] = 50,
) -> list[UsageDifference]:
    """Days whose usage at Gupshup and our charges disagree; `after`: the `usage_id` of the last one seen.

    Known only where Gupshup tells the application's own key; amounts in whole millionths. Needs `money.view`.
    """
    arguments = {"p_portal_id": portal_id, "p_after": after, "p_limit": limit}
    rows = await services.database.call("billing.usage_differences", arguments)
    return [msgspec.convert(row, UsageDifference) for row in rows]
