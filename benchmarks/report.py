"""Figures as they are kept: JSON for programs, a table and a plot for people."""

from __future__ import annotations

import statistics
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import msgspec

from benchmarks.rows import BASELINE, Row

RESULTS = Path(__file__).parent / "results"


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """One row: the median rate, the median of the ratios to the baseline measured right before each round."""

    id: str
    what: str
    unit: str
    per_second: float
    baseline: str
    ratio: float
    spread: tuple[float, float]
    """The lowest and the highest ratio."""
    at_least: float | None = None

    @classmethod
    def of(cls, row: Row, rates: list[float], bases: list[float]) -> Measured:
        """From the rates of all rounds and their baselines."""
        ratios = [rate / base for rate, base in zip(rates, bases, strict=True)]
        return cls(
            id=row.id,
            what=row.what,
            unit=row.unit,
            per_second=round(statistics.median(rates), 1),
            baseline=BASELINE,
            ratio=round(statistics.median(ratios), 3),
            spread=(round(min(ratios), 3), round(max(ratios), 3)),
            at_least=row.at_least,
        )


class Results(msgspec.Struct, frozen=True, kw_only=True):
    """A run. `messages`: how many were in the tables when it began."""

    profile: str
    machine: dict[str, Any]
    messages: int
    rows: list[Measured]
    at: str = ""


def table(results: Results) -> str:
    """Markdown."""
    lines = [
        "| row | a second | ratio to insert1 | spread | asked for |",
        "|---|---|---|---|---|",
        *(
            f"| {row.what} | {row.per_second:,.0f} {row.unit} | **{row.ratio:.2f}** |"
            f" {row.spread[0]:.2f}–{row.spread[1]:.2f} | {_asked(row)} |"
            for row in results.rows
        ),
    ]
    return "\n".join(lines)


def _asked(row: Measured) -> str:
    return "" if row.at_least is None else f"{row.at_least:g}"


def plot(results: Results) -> str:
    """An SVG: a bar per row, its ratio, and a mark where it should be at least."""
    most = max(max(row.ratio, row.at_least or 0) for row in results.rows)
    width, label, step = 900, 380, 26
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{step * len(results.rows) + 40}"'
        ' font-family="sans-serif" font-size="13"><title>Ratios to a one-row insert</title>'
    ]
    for number, row in enumerate(results.rows):
        top, length = 20 + number * step, (width - label - 80) * row.ratio / most
        parts += [
            f'<text x="{label - 10}" y="{top + 13}" text-anchor="end">{escape(row.what)}</text>',
            f'<rect x="{label}" y="{top}" width="{length:.1f}" height="18" fill="#2f81b7"/>',
            f'<text x="{label + length + 6:.1f}" y="{top + 13}">{row.ratio:.2f}</text>',
        ]
        if row.at_least is not None:
            mark = label + (width - label - 80) * row.at_least / most
            parts.append(f'<path d="M{mark:.1f} {top - 2}v22" stroke="#c0392b" stroke-width="2"/>')
    return "\n".join([*parts, "</svg>\n"])


def keep(results: Results) -> None:
    """Write `<date>` and `latest`: .json, .md, .svg."""
    now = datetime.now(UTC)
    dated = msgspec.structs.replace(results, at=now.isoformat(timespec="seconds"))
    RESULTS.mkdir(exist_ok=True)
    written = {
        ".json": msgspec.json.format(msgspec.json.encode(dated)).decode() + "\n",
        ".md": f"{table(dated)}\n",
        ".svg": plot(dated),
    }
    for suffix, text in written.items():
        for name in (f"{now:%Y-%m-%d}", "latest"):
            (RESULTS / f"{name}{suffix}").write_text(text)
