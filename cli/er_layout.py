"""Where the tables of an entity-relationship picture stand: four columns, what is referred to on the left.

All measures are pixels and multiples of `STEP`, so that lines can run on a grid between the boxes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

import msgspec

from runtime.catalogue import Column, Table

STEP: Final = 8
WIDTH: Final = 1280
BOX_WIDTH: Final = 240
HEADER_HEIGHT: Final = 24
ROW_HEIGHT: Final = 16
_COLUMNS: Final = 4
_MARGIN: Final = 24
_GUTTER: Final = 88
_GAP: Final = 40
_SWEEPS: Final = 6


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the picture: a column of `child` names a row of `parent` (both `schema.name`)."""

    child: str
    column: str
    parent: str
    is_enforced: bool
    """False where no constraint can hold it: a foreign key never points at a partitioned table."""


class Box(msgspec.Struct, frozen=True, kw_only=True):
    """A table before it has a place: what is written in it."""

    table: Table
    rows: tuple[Column, ...]
    more: int
    """How many columns are not shown."""
    is_guest: bool
    """Stands in another schema's picture, to show where lines lead."""

    @property
    def height(self) -> int:
        """Pixels."""
        return HEADER_HEIGHT + ROW_HEIGHT * (len(self.rows) + bool(self.more)) + STEP


class Placed(msgspec.Struct, frozen=True, kw_only=True):
    """A box at its place (upper left corner)."""

    box: Box
    x: int
    y: int

    def row_y(self, column: str) -> int:
        """The middle of a column's row; of the header when the column is not shown."""
        names = [row.name for row in self.box.rows]
        if column not in names:
            return self.y + STEP
        return self.y + HEADER_HEIGHT + ROW_HEIGHT * names.index(column) + ROW_HEIGHT // 2


def links(tables: Sequence[Table]) -> list[Link]:
    """All foreign keys among the tables, and the ids that name a row where no constraint can hold it.

    Such an id is left out where another line of the same table already leads there.
    """
    enforced = [
        Link(child=table.full_name, column=reference.columns[-1], parent=reference.table, is_enforced=True)
        for table in tables
        for reference in table.references
    ]
    taken = {(link.child, link.column) for link in enforced}
    by_id = {f"{table.name}_id": table for table in tables if table.key[-1] == f"{table.name}_id"}
    named = [
        Link(
            child=table.full_name, column=column.name, parent=by_id[column.name].full_name, is_enforced=False
        )
        for table in tables
        for column in table.columns
        if column.name in by_id
        and by_id[column.name] is not table
        and (table.full_name, column.name) not in taken
    ]
    everything = enforced + named
    return enforced + [link for link in named if not _leads_there_anyway(link, everything)]


def _leads_there_anyway(link: Link, everything: Sequence[Link]) -> bool:
    """Can the link's parent be reached through another parent of its child?"""
    seen: set[str] = set()
    waiting = [
        other.parent for other in everything if other.child == link.child and other.parent != link.parent
    ]
    while waiting:
        name = waiting.pop()
        if name == link.parent:
            return True
        if name not in seen:
            seen.add(name)
            waiting.extend(other.parent for other in everything if other.child == name)
    return False


def place(boxes: Sequence[Box], lines: Sequence[Link]) -> tuple[list[Placed], int]:
    """Give every box its place; return the boxes and the height of the picture."""
    names = {box.table.full_name for box in boxes}
    parents = {name: [line.parent for line in lines if line.child == name and line.parent in names]
               for name in names}  # fmt: skip
    ordered = sorted(boxes, key=lambda box: _depth(box.table.full_name, parents))
    columns = _balanced(ordered)
    for _ in range(_SWEEPS):
        middles = {one.box.table.full_name: one.y + one.box.height / 2 for one in _stacked(columns)}
        columns = [sorted(column, key=lambda box: _pull(box, lines, middles)) for column in columns]
    placed = _stacked(columns)
    return placed, max(one.y + one.box.height for one in placed) + _MARGIN


def _depth(name: str, parents: Mapping[str, Sequence[str]], above: frozenset[str] = frozenset()) -> int:
    """How many tables stand between this one and one that refers to none."""
    if name in above:
        return 0
    return max((1 + _depth(parent, parents, above | {name}) for parent in parents[name]), default=0)


def _balanced(boxes: Sequence[Box]) -> list[list[Box]]:
    """Cut the sequence into columns so that the tallest is as low as possible."""

    @cache
    def cut(first: int, columns: int) -> tuple[int, tuple[int, ...]]:
        """The height of the tallest column from `first` on, and where each column ends."""
        if columns == 1 or first == len(boxes):
            return _height(boxes[first:]), (len(boxes),)
        options = (
            (max(_height(boxes[first:end]), rest), (end, *ends))
            for end in range(first + 1, len(boxes) + 1)
            for rest, ends in [cut(end, columns - 1)]
        )
        return min(options)

    ends = cut(0, _COLUMNS)[1]
    return [list(boxes[start:end]) for start, end in zip((0, *ends), ends, strict=False)]


def _height(boxes: Sequence[Box]) -> int:
    return sum(box.height + _GAP for box in boxes)


def _stacked(columns: Sequence[Sequence[Box]]) -> list[Placed]:
    """Stack each column from the top."""
    placed: list[Placed] = []
    for number, column in enumerate(columns):
        y = _MARGIN
        for box in column:
            placed.append(Placed(box=box, x=_MARGIN + number * (BOX_WIDTH + _GUTTER), y=y))
            y += box.height + _GAP
    return placed


def _pull(box: Box, lines: Sequence[Link], middles: Mapping[str, float]) -> float:
    """Where the box's neighbours stand, on average; its own place when it has none."""
    name = box.table.full_name
    others = [
        line.parent if line.child == name else line.child
        for line in lines
        if name in (line.child, line.parent)
    ]
    known = [middles[other] for other in others if other in middles]
    return sum(known) / len(known) if known else middles[name]
