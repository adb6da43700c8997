"""A rate card as a CSV file: read with every fault that is the file's own, and written.

What is wrong with the values themselves, SQL says (`billing.load_rate_card`). A file may be separated by
commas or, as spreadsheets in most of Latin America write it, by semicolons; there amounts may have a
decimal comma.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from io import StringIO
from typing import Any, Final

import msgspec

COLUMNS: Final = (
    "direction",
    "category",
    "country",
    "price",
    "cost",
    "moment",
    "free_per_month",
    "surcharge",
    "reverse_on_failure",
)
_NEEDED: Final = COLUMNS[:6]
_AMOUNTS: Final = ("price", "cost", "surcharge")


class RateFault(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong with a file. `line` is the file's own, the header being 1; 0: the card."""

    line: int
    column: str
    """The column's name, or the card's field; `rows` for the file as a whole."""
    problem: str
    """missing, unknown, not_an_amount, not_a_count, not_a_flag, not_an_instant, repeated, empty,
    missing_column, unknown_column, too_many_cells."""
    value: str | None
    """What stands there, at most 100 characters."""


def read_rates(text: str) -> tuple[list[dict[str, Any]], list[RateFault]]:
    """The lines of a file for `billing.load_rate_card`, and what is wrong with the file as a file.

    Empty lines are passed over; columns may stand in any order; what follows the columns of a line is a
    fault.
    """
    text = text.removeprefix("\ufeff")
    header, _, _ = text.partition("\n")
    has_semicolons = header.count(";") > header.count(",")
    reader = csv.reader(StringIO(text, newline=""), delimiter=";" if has_semicolons else ",")
    names = [name.strip().lower() for name in next(reader, [])]
    faults = _header_faults(names)
    if faults:
        return [], faults
    rows: list[dict[str, Any]] = []
    for cells in _told(reader):
        if not any(cell.strip() for cell in cells):
            continue
        if any(cell.strip() for cell in cells[len(names) :]):
            extra = cells[len(names)][:100]
            faults.append(
                RateFault(line=reader.line_num, column="rows", problem="too_many_cells", value=extra)
            )
        row: dict[str, Any] = {
            name: cell.strip() for name, cell in zip(names, cells, strict=False) if name in COLUMNS
        }
        if has_semicolons:
            row |= {name: row[name].replace(",", ".") for name in _AMOUNTS if name in row}
        rows.append({"line": reader.line_num, **row})
    return rows, faults


def write_rates(rates: Iterable[Mapping[str, Any]]) -> str:
    """The file of a card's rows (`billing.rates`), amounts in units of its currency."""
    page = StringIO()
    lines = csv.writer(page)
    lines.writerow(COLUMNS)
    for rate in rates:
        told = {
            **rate,
            **{name: _units(rate[name]) for name in _AMOUNTS},
            "reverse_on_failure": "true" if rate["reverse_on_failure"] else "false",
        }
        lines.writerow([told[name] for name in COLUMNS])
    return page.getvalue()


def _header_faults(names: Sequence[str]) -> list[RateFault]:
    if not any(names):
        return [RateFault(line=0, column="rows", problem="empty", value=None)]
    missing = [("missing_column", name, None) for name in _NEEDED if name not in names]
    strange = [("unknown_column", name[:100], name[:100]) for name in names if name and name not in COLUMNS]
    twice = [("repeated", name, None) for name in COLUMNS if names.count(name) > 1]
    return [
        RateFault(line=1, column=column, problem=problem, value=value)
        for problem, column, value in [*missing, *strange, *twice]
    ]


def _told(reader: Any) -> Iterable[list[str]]:
    """The lines of a reader; what is no CSV at all ends the file with a line that has one strange cell."""
    try:
        yield from reader
    except csv.Error:
        yield ["?"]


def _units(micros: int) -> str:
    return f"{Decimal(micros).scaleb(-6).normalize():f}"
