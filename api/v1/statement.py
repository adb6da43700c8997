"""The wallet's statement: a line per message, payment, subscription or adjustment; as pages and as CSV.

Amounts are whole millionths of their currency; the CSV, which people open, has them in units.
"""

from __future__ import annotations

import csv
from collections.abc import AsyncGenerator
from datetime import datetime
from decimal import Decimal
from io import StringIO
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter
from litestar.response import Stream

from api.services import Services
from api.v1.balance import Category
from runtime.bearer import Holder

_CSV_PAGE = 1_000
_COLUMNS = (
    "at",
    "reason",
    "note",
    "amount",
    "balance",
    "currency",
    "category",
    "country",
    "channel_id",
    "message_id",
    "transfer_id",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A note that begins like this would be computed by a spreadsheet."""


class LineDetail(msgspec.Struct, frozen=True, kw_only=True):
    """What a line is for, where it is no message."""

    reason: str | None = None
    """Why somebody of the provider adjusted the balance."""
    plan: str | None = None
    channel_id: UUID | None = None
    period_no: int | None = None


class StatementLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line with the balance after it. Millionths of `currency`, negative for what was spent."""

    at: datetime
    reason: str
    amount: int
    balance: int
    currency: str
    key: str
    """The key under which it was booked; it is booked once."""
    transfer_id: UUID
    message_id: UUID | None
    channel_id: UUID | None
    category: Category | None
    country: str | None
    detail: LineDetail


class StatementPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page, oldest first. `next`, where there is one, is the `after` of the next page."""

    items: list[StatementLine]
    next: str | None


class _Range(msgspec.Struct, frozen=True):
    """Which lines are asked for."""

    holder: Holder
    since: datetime | None
    until: datetime | None
    channel_id: UUID | None
    category: Category | None


@get("/statement", operation_id="GetStatement", tags=["balance"])
async def get_statement(
    services: NamedDependency[Services],
    holder: NamedDependency[Holder],
    since: Annotated[datetime | None, QueryParameter(name="from")] = None,
    until: Annotated[datetime | None, QueryParameter(name="to")] = None,
    channel_id: FromQuery[UUID | None] = None,
    category: FromQuery[Category | None] = None,
    after: FromQuery[str | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=1_000)] = 100,
) -> StatementPage:
    """The wallet's lines from `from` until before `to`, oldest first, each with the balance after it.

    With `channel_id` or `category` only lines of messages are shown; the balance stays the wallet's. Amounts
    are whole millionths of `currency`. Needs `billing.view`.
    """
    asked = _Range(holder, since, until, channel_id, category)
    rows = await _page(services, asked, after, limit)
    return StatementPage(
        items=[msgspec.convert(row, StatementLine) for row in rows],
        next=rows[-1]["cursor"] if len(rows) == limit else None,
    )


@get("/statement.csv", operation_id="DownloadStatement", tags=["balance"], media_type="text/csv")
async def download_statement(
    services: NamedDependency[Services],
    holder: NamedDependency[Holder],
    since: Annotated[datetime | None, QueryParameter(name="from")] = None,
    until: Annotated[datetime | None, QueryParameter(name="to")] = None,
    channel_id: FromQuery[UUID | None] = None,
    category: FromQuery[Category | None] = None,
) -> Stream:
    """The same lines as a CSV file of any length, read page by page while it is sent.

    Amounts are in units of `currency` with six decimals (-0.000800), instants in UTC. Needs `billing.view`.
    """
    asked = _Range(holder, since, until, channel_id, category)
    first = await _page(services, asked, None, _CSV_PAGE)
    return Stream(
        _csv(services, asked, first),
        media_type="text/csv",
        headers={"Content-Disposition": 'attachment; filename="statement.csv"', "Cache-Control": "no-store"},
    )


async def _csv(services: Services, asked: _Range, rows: list[dict[str, Any]]) -> AsyncGenerator[bytes, None]:
    """The file in pieces of a page each; it holds one page at a time."""
    yield _written([_COLUMNS])
    while rows:
        yield _written([_cells(row) for row in rows])
        more = len(rows) == _CSV_PAGE
        rows = await _page(services, asked, rows[-1]["cursor"], _CSV_PAGE) if more else []


async def _page(services: Services, asked: _Range, after: str | None, limit: int) -> list[dict[str, Any]]:
    arguments = {
        "p_portal_id": asked.holder.portal_id,
        "p_user_id": asked.holder.user_id,
        "p_from": asked.since,
        "p_to": asked.until,
        "p_channel_id": asked.channel_id,
        "p_category": asked.category,
        "p_after": after,
        "p_limit": limit,
    }
    return await services.database.call("billing.statement", arguments)


def _cells(row: dict[str, Any]) -> list[str]:
    detail = row["detail"] or {}
    note = str(detail.get("reason") or detail.get("plan") or "")
    told = {
        **row,
        "at": row["at"].isoformat(),
        "note": f"'{note}" if note.startswith(_FORMULA) else note,
        "amount": f"{Decimal(row['amount']).scaleb(-6):.6f}",
        "balance": f"{Decimal(row['balance']).scaleb(-6):.6f}",
    }
    return ["" if told[name] is None else str(told[name]) for name in _COLUMNS]


def _written(lines: list[Any]) -> bytes:
    page = StringIO()
    csv.writer(page).writerows(lines)
    return page.getvalue().encode()
