"""What Gupshup says it billed beside what we charged: how far that is compared, and where it does not agree.

Prices are whole millionths of a unit of their currency.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter

from api.services import Services
from runtime.bearer import Holder

Kind = Literal["not_billed_by_us", "billed_by_us_only", "other_category", "other_country", "unknown_message"]


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """Gupshup's word; what it did not say is null. All null: it never spoke of the message."""

    billable: bool | None = None
    category: str | None = None
    country: str | None = None
    """ISO 3166 alpha-2, of the destination."""
    model: str | None = None
    """PMP (by message) or CBP (by conversation)."""
    type: str | None = None


class Charged(msgspec.Struct, frozen=True, kw_only=True):
    """Our charge; all null where there is none. `price` in millionths of `currency`."""

    state: Literal["held", "captured", "released", "reversed"] | None = None
    price: int | None = None
    currency: str | None = None
    category: str | None = None
    country: str | None = None


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One disagreement about one message. `at`: when it was written, or when Gupshup spoke of it."""

    difference_id: UUID
    kind: Kind
    at: datetime
    message_id: UUID | None
    """Null: Gupshup names a message that is not ours."""
    channel_id: UUID
    said: Said
    charged: Charged
    found_at: datetime


class Differences(msgspec.Struct, frozen=True, kw_only=True):
    """A page, newest first. `next`, where there is one, is the `after` of the next page."""

    said: int
    """Of how many messages of the time Gupshup said something."""
    compared: int
    waiting: int
    """How many are still to be compared: their charge is not settled, or their message not known yet."""
    kinds: dict[str, int]
    """How many differences of each kind there are in the time."""
    items: list[Difference]
    next: str | None


@get("/differences", operation_id="ListDifferences", tags=["balance"])
async def list_differences(
    services: NamedDependency[Services],
    holder: NamedDependency[Holder],
    since: Annotated[datetime, QueryParameter(name="from")],
    until: Annotated[datetime, QueryParameter(name="to")],
    kind: FromQuery[Kind | None] = None,
    after: FromQuery[str | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=500)] = 50,
) -> Differences:
    """Where Gupshup's billing events and our charges disagree, and how much of them is compared.

    `from`, `to`: at most 100 days. Gupshup tells no amounts; prices are ours, in whole millionths of
    `currency`. Needs `billing.view`.
    """
    asked = {
        "p_portal_id": holder.portal_id,
        "p_user_id": holder.user_id,
        "p_from": since,
        "p_to": until,
    }
    page = {**asked, "p_kind": kind, "p_after": after, "p_limit": limit}
    (sums,) = await services.database.call("billing.reconciled", asked)
    rows: list[dict[str, Any]] = await services.database.call("billing.differences", page)
    return Differences(
        said=sums["said"],
        compared=sums["compared"],
        waiting=sums["waiting"],
        kinds=sums["differences"],
        items=[msgspec.convert(row, Difference) for row in rows],
        next=rows[-1]["cursor"] if len(rows) == limit else None,
    )
