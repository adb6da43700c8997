"""Figures as they are kept: JSON for programs, a table for people."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec


class Measured(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One row: its median rate, and the median of its ratios to the baseline measured beside each round."""

    id: str
    what: str
    unit: str
    per_second: float
    baseline: str
    """The id of the row that it is compared with."""
    ratio: float
    spread: tuple[float, float]
    """The lowest and the highest ratio."""
    at_least: float | None = None
    """The ratio that is asked for."""
    p50_ms: float | None = None
    p99_ms: float | None = None
    """From when it should have begun to its end, at `at_rate` a second."""
    at_rate: float | None = None
    at_most_ms: float | None = None
    """The p99 that is asked for."""

    @classmethod
    def of(cls, rates: Sequence[float], bases: Sequence[float], **facts: Any) -> Measured:
        """From the rates of all rounds and their baselines; `facts` are the other fields."""
        ratios = [rate / base for rate, base in zip(rates, bases, strict=True)]
        return cls(
            per_second=round(statistics.median(rates), 1),
            ratio=round(statistics.median(ratios), 3),
            spread=(round(min(ratios), 3), round(max(ratios), 3)),
            **facts,
        )


class Memory(msgspec.Struct, frozen=True, kw_only=True):
    """What a process of ours took under load, megabytes. `grew`: the last third against the second."""

    process: str
    during: str
    peak_mb: float
    last_mb: float
    grew_mb: float
    at_most_mb: float | None = None


class Bytes(msgspec.Struct, frozen=True, kw_only=True):
    """What a message leaves behind, bytes: written ahead, and in tables and indexes."""

    what: str
    wal: float
    tables: float


class Aim(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was asked for, and whether it was reached."""

    what: str
    asked: str
    reached: str
    is_met: bool


class Results(msgspec.Struct, kw_only=True):
    """A run. `messages`: how many were in the tables when it began."""

    profile: str
    machine: dict[str, Any]
    messages: int
    rows: list[Measured] = []
    memory: list[Memory] = []
    bytes: list[Bytes] = []
    notes: list[str] = []
    """What was left out, and why."""
    at: str = ""
    minutes: float = 0


def aims(results: Results) -> list[Aim]:
    """Everything that was asked for of what was measured."""
    found = [
        Aim(
            what=row.what,
            asked=f"{row.at_least:g} × {row.baseline}",
            reached=f"{row.ratio:.2f} ×",
            is_met=row.ratio >= row.at_least,
        )
        for row in results.rows
        if row.at_least is not None
    ]
    found += [
        Aim(
            what=row.what,
            asked=f"p99 at {row.at_rate or 0:,.0f}/s ≤ {row.at_most_ms:g} ms",
            reached=f"{row.p99_ms:.1f} ms",
            is_met=row.p99_ms <= row.at_most_ms,
        )
        for row in results.rows
        if row.at_most_ms is not None and row.p99_ms is not None
    ]
    found += [
        Aim(
            what=f"memory of {one.process}, {one.during}",
            asked=f"≤ {one.at_most_mb:g} MB",
            reached=f"{one.peak_mb:.0f} MB (grew {one.grew_mb:+.1f})",
            is_met=one.peak_mb <= one.at_most_mb,
        )
        for one in results.memory
        if one.at_most_mb is not None
    ]
    return found


def markdown(results: Results) -> str:
    """The tables: aims, rows, memory, bytes, what was left out, where it was measured."""
    parts = [
        _table(
            ("aim", "asked for", "reached", ""),
            (
                (one.what, one.asked, one.reached, "met" if one.is_met else "**not met**")
                for one in aims(results)
            ),
        ),
        _table(
            ("row", "a second", "ratio", "baseline", "spread", "p50", "p99"),
            (
                (
                    f"`{row.id}` {row.what}",
                    f"{row.per_second:,.0f} {row.unit}",
                    f"**{row.ratio:.2f}**",
                    row.baseline,
                    f"{row.spread[0]:.2f}–{row.spread[1]:.2f}",
                    _ms(row.p50_ms),
                    _ms(row.p99_ms),
                )
                for row in results.rows
            ),
        ),
        _table(
            ("process", "during", "peak", "last", "grew"),
            (
                (m.process, m.during, f"{m.peak_mb:.0f} MB", f"{m.last_mb:.0f} MB", f"{m.grew_mb:+.1f} MB")
                for m in results.memory
            ),
        ),
        _table(
            ("a message leaves behind", "WAL", "tables and indexes"),
            ((b.what, f"{b.wal:,.0f} bytes", f"{b.tables:,.0f} bytes") for b in results.bytes),
        ),
        "\n".join(f"- left out: {note}" for note in results.notes),
        f"Profile `{results.profile}`, {results.minutes:.0f} minutes,"
        f" {results.messages:,} messages at the beginning."
        f" Settings: {_stated(results.machine)}.",
    ]
    return "\n\n".join(filter(None, parts))


def _stated(machine: dict[str, Any]) -> str:
    settings = machine.get("postgresql", {})
    place = f"{machine.get('cores')} cores, {machine.get('memory_gb')} GB, Python {machine.get('python')}"
    return ", ".join((place, *(f"{name} {value}" for name, value in settings.items())))


def _ms(value: float | None) -> str:
    return "" if value is None else f"{value:.1f} ms"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", *lines]) if lines else ""


def keep(results: Results, into: Path) -> Path:
    """Write `<date>` and `latest`: .json, .md, and the plots; returns the path of the table."""
    from benchmarks.plot import bars, growth

    now = datetime.now(UTC)
    results.at = now.isoformat(timespec="seconds")
    into.mkdir(parents=True, exist_ok=True)
    written = {
        ".json": msgspec.json.format(msgspec.json.encode(results)).decode() + "\n",
        ".md": f"{markdown(results)}\n",
        ".svg": bars(results),
        "-growth.svg": growth(results),
    }
    for ending, text in written.items():
        for name in (f"{now:%Y-%m-%d}", "latest"):
            (into / f"{name}{ending}").write_text(text)
    return into / "latest.md"
