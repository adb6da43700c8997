"""A wallet's statement as a document: every line of `billing.statement` with the balance that it left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from adapters.documents.amounts import day, money, number
from adapters.documents.paper import Cell, Column, Paper, Party
from adapters.documents.words import CATEGORIES, LINES, STATEMENT
from connectors.bitrix24.texts import Language

MOST_LINES: Final = 20_000
"""Longer statements are for machines: CSV. What they take: benchmarks/results/statement-latest.json."""
_DECIMALS: Final = 4
"""A message may cost less than a cent; points stand below points."""
_CALENDAR: Final = (datetime(1, 1, 3, tzinfo=UTC), datetime(9999, 12, 29, tzinfo=UTC))
"""What has a day in every time zone."""
_CUSTOMER_LINES: Final = ("street", "city", "region", "postal_code", "country")


class StatementHead(msgspec.Struct, frozen=True, kw_only=True):
    """What the statement is of. Instants; they are shown in `zone`."""

    language: Language
    zone: str
    portal: str
    issuer: Party
    customer: Party
    made_at: datetime
    since: datetime | None = None
    until: datetime | None = None
    """Before this instant."""
    channel: str | None = None
    category: str | None = None
    channels: Mapping[UUID, str] = {}
    """Names of channels, for the lines."""


class Statement:
    """A statement that is being written, some lines at a time."""

    def __init__(self, file: BinaryIO, head: StatementHead, *, compress: bool = True) -> None:
        self._head = head
        self._words = STATEMENT[head.language]
        self._zone = ZoneInfo(head.zone)
        self._paper = Paper(
            file,
            language=head.language,
            title=self._words["title"],
            reference=head.portal,
            compress=compress,
        )
        self._currency = ""
        self._opening = self._closing = self._came = self._went = self._lines = 0
        self._paper.parties(head.issuer, head.customer)
        self._paper.facts(self._facts())

    @property
    def pages(self) -> int:
        """How many pages there are so far."""
        return self._paper.pages

    @property
    def lines(self) -> int:
        """How many lines there are so far."""
        return self._lines

    def add(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Rows of `billing.statement`, oldest first."""
        for row in rows:
            if self._lines == 0:
                self._begin(row)
            self._lines += 1
            amount = row["amount"]
            self._came += max(amount, 0)
            self._went += min(amount, 0)
            self._closing = row["balance"]
            self._paper.row(self._cells(row))

    def end(self) -> None:
        """Totals, then the document is complete in its file."""
        if self._lines == 0:
            self._paper.note(self._words["nothing"])
        else:
            self._paper.totals(self._totals())
        if self._is_filtered:
            self._paper.note(self._words["only"])
        self._paper.note(self._words["not_an_invoice"])
        self._paper.save()

    @property
    def _is_filtered(self) -> bool:
        return self._head.channel is not None or self._head.category is not None

    def _begin(self, row: Mapping[str, Any]) -> None:
        self._currency = row["currency"]
        self._opening = row["balance"] - row["amount"]
        words = {name: self._words[name].format(currency=self._currency) for name in ("amount", "balance")}
        self._paper.table(
            [
                Column(title=self._words["at"], width=92),
                Column(title=self._words["what"]),
                Column(title=words["amount"], width=88, is_amount=True),
                Column(title=words["balance"], width=92, is_amount=True),
            ]
        )

    def _facts(self) -> Sequence[tuple[str, str]]:
        head, words = self._head, self._words
        facts = [
            (words["portal"], head.portal),
            (words["period"], self._period()),
            (words["zone"], head.zone),
        ]
        if head.channel is not None:
            facts.append((words["channel"], head.channel))
        if head.category is not None:
            facts.append((words["category"], CATEGORIES[head.language].get(head.category, head.category)))
        facts.append((words["made"], self._when(head.made_at)))
        return facts

    def _period(self) -> str:
        since, until = self._head.since, self._head.until
        days = {
            "first": "" if since is None else self._day(_within_calendar(since)),
            "last": "" if until is None else self._day(_within_calendar(until) - timedelta(microseconds=1)),
        }
        if since is not None and until is not None:
            return self._words["from_to"].format_map(days)
        if since is None and until is None:
            return self._words["always"]
        return self._words["since" if until is None else "until"].format_map(days)

    def _cells(self, row: Mapping[str, Any]) -> list[Cell]:
        language = self._head.language
        detail = row["detail"] or {}
        reason = LINES[language].get(row["reason"], row["reason"])
        channel_id = row["channel_id"] or _uuid(detail.get("channel_id"))
        category = row["category"]
        about = (
            None if channel_id is None else self._head.channels.get(channel_id),
            None if category is None else CATEGORIES[language].get(category, category),
            row["country"],
            detail.get("plan"),
            detail.get("reason"),
        )
        amount = number(row["amount"], language, _DECIMALS)
        return [
            Cell(text=self._when(row["at"])),
            Cell(
                text=" · ".join([reason, *(str(one) for one in about if one)]),
                below=str(row["message_id"] or row["key"]),
            ),
            Cell(text=f"+{amount}" if row["amount"] > 0 else amount),
            Cell(text=number(row["balance"], language, _DECIMALS)),
        ]

    def _totals(self) -> list[tuple[str, str]]:
        words = self._words
        sums = [
            (words["lines"], str(self._lines)),
            (words["came"], self._money(self._came)),
            (words["went"], self._money(self._went)),
        ]
        if self._is_filtered:
            return [*sums, (words["sum"], self._money(self._came + self._went))]
        return [
            (words["opening"], self._money(self._opening)),
            *sums,
            (words["closing"], self._money(self._closing)),
        ]

    def _money(self, micros: int) -> str:
        return money(micros, self._currency, self._head.language)

    def _day(self, instant: datetime) -> str:
        return day(instant.astimezone(self._zone).date(), self._head.language)

    def _when(self, instant: datetime) -> str:
        return f"{self._day(instant)} {instant.astimezone(self._zone):%H:%M}"


def customer_party(row: Mapping[str, Any]) -> Party:
    """The customer of `tenancy.customer_of`: legal name, trade name, tax id, address."""
    legal, trade = row["legal_name"], row["trade_name"]
    address = row["billing_address"] or {}
    lines = (
        trade if legal and trade != legal else "",
        f"{row['tax_id_type']} {row['tax_id']}" if row["tax_id"] else "",
        ", ".join(str(address[name]) for name in _CUSTOMER_LINES if address.get(name)),
    )
    return Party(name=legal or trade, lines=tuple(line for line in lines if line))


def _within_calendar(instant: datetime) -> datetime:
    return min(max(instant, _CALENDAR[0]), _CALENDAR[1])


def _uuid(text: str | None) -> UUID | None:
    return None if text is None else UUID(text)
