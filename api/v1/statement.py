"""The wallet's statement: a line per message, payment, subscription or adjustment; as pages, CSV and PDF.

Amounts are whole millionths of their currency; the files, which people open, have them in units.
"""

from __future__ import annotations

import asyncio
import csv
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO
from tempfile import TemporaryFile
from typing import Annotated, Any, BinaryIO, Final, cast
from uuid import UUID

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter
from litestar.response import Stream

from adapters.documents.paper import Party
from adapters.documents.statement import MOST_LINES, Statement, StatementHead, customer_party
from api.problems import Refused
from api.services import Services
from api.v1.balance import Category
from connectors.bitrix24.texts import Language
from runtime.bearer import Holder

_PAGE: Final = 1_000
_CHUNK_BYTES: Final = 65_536
_DRAWING: Final = asyncio.Semaphore(2)
"""A long document takes a core for some seconds; the others wait."""
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

    def arguments(self) -> dict[str, Any]:
        """As `billing.statement` takes it."""
        return {
            "p_portal_id": self.holder.portal_id,
            "p_user_id": self.holder.user_id,
            "p_from": self.since,
            "p_to": self.until,
            "p_channel_id": self.channel_id,
            "p_category": self.category,
        }


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
    first = await _page(services, asked, None, _PAGE)
    return Stream(
        _csv(services, asked, first),
        media_type="text/csv",
        headers={"Content-Disposition": 'attachment; filename="statement.csv"', "Cache-Control": "no-store"},
    )


@get(
    "/statement.pdf", operation_id="DownloadStatementDocument", tags=["balance"], media_type="application/pdf"
)
async def download_statement_document(
    services: NamedDependency[Services],
    holder: NamedDependency[Holder],
    since: Annotated[datetime | None, QueryParameter(name="from")] = None,
    until: Annotated[datetime | None, QueryParameter(name="to")] = None,
    channel_id: FromQuery[UUID | None] = None,
    category: FromQuery[Category | None] = None,
) -> Stream:
    """The same lines as a document to keep or print, in the person's language and the portal's time zone.

    At most 20,000 lines: more are refused with 422 `statement_long`, the CSV file has no limit. Needs
    `billing.view`.
    """
    asked = _Range(holder, since, until, channel_id, category)
    if await services.database.call_value("billing.statement_length", asked.arguments()) > MOST_LINES:
        raise Refused(
            422,
            "statement_long",
            f"A document has at most {MOST_LINES:,} lines.",
            "Choose a shorter period, or download the CSV file, which has no limit.",
        )
    async with _DRAWING:
        file = await _drawn(services, asked)
    return Stream(
        _chunks(file),
        media_type="application/pdf",
        headers={"Content-Disposition": 'attachment; filename="statement.pdf"', "Cache-Control": "no-store"},
    )


async def _drawn(services: Services, asked: _Range) -> BinaryIO:
    """The document, complete, in a file of its own; beside it one page of lines is in memory."""
    rows = await _page(services, asked, None, _PAGE)
    head = await _head(services, asked)
    file = cast("BinaryIO", TemporaryFile())  # noqa: SIM115  the answer closes it
    try:
        statement = Statement(file, head)
        while rows:
            await asyncio.to_thread(statement.add, rows)
            more = len(rows) == _PAGE
            rows = await _page(services, asked, rows[-1]["cursor"], _PAGE) if more else []
        await asyncio.to_thread(statement.end)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file


async def _head(services: Services, asked: _Range) -> StatementHead:
    by = {"p_portal_id": asked.holder.portal_id, "p_user_id": asked.holder.user_id}
    customer = await services.database.call_one("tenancy.customer_of", by)
    portal = await services.database.call_one("tenancy.portal_overview", by)
    if customer is None or portal is None:
        raise Refused(404, "unknown_portal", "This portal has not installed the application.")
    listed = await services.database.call("tenancy.channels", by)
    channels = {row["channel_id"]: row["name"] for row in listed}
    return StatementHead(
        language=cast("Language", asked.holder.language),
        zone=portal["time_zone"],
        portal=portal["domain"],
        issuer=Party(name=services.app_name),
        customer=customer_party(customer),
        made_at=datetime.now(UTC),
        since=asked.since,
        until=asked.until,
        channel=None if asked.channel_id is None else channels.get(asked.channel_id, str(asked.channel_id)),
        category=asked.category,
        channels=channels,
    )


async def _chunks(file: BinaryIO) -> AsyncGenerator[bytes, None]:
    """The file in pieces; it is gone when the answer ends, however that ends."""
    with file:
        while chunk := await asyncio.to_thread(file.read, _CHUNK_BYTES):
            yield chunk


async def _csv(services: Services, asked: _Range, rows: list[dict[str, Any]]) -> AsyncGenerator[bytes, None]:
    """The file in pieces of a page each; it holds one page at a time."""
    yield _written([_COLUMNS])
    while rows:
        yield _written([_cells(row) for row in rows])
        more = len(rows) == _PAGE
        rows = await _page(services, asked, rows[-1]["cursor"], _PAGE) if more else []


async def _page(services: Services, asked: _Range, after: str | None, limit: int) -> list[dict[str, Any]]:
    arguments = {**asked.arguments(), "p_after": after, "p_limit": limit}
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
