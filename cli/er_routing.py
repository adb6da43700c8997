"""Lines between boxes: orthogonal, around the boxes, and joined where they lead to the same table.

The picture is a grid of points. Every line is the cheapest way from the row of a column to the table it
names, or to a line that already leads there. Lines that lead elsewhere may be crossed, and are followed only
where there is no other way.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

import msgspec

from cli.er_layout import BOX_WIDTH, STEP, WIDTH, Link, Placed

_BEND: Final = 6
_CROSSING: Final = 8
_SHARED: Final = 60
_WEST, _NORTH, _SOUTH, _EAST = range(4)
_PRICE_BIT: Final = 24
_TOTAL_BIT: Final = 44
_STATE_MASK: Final = (1 << _PRICE_BIT) - 1
_PRICE_MASK: Final = (1 << (_TOTAL_BIT - _PRICE_BIT)) - 1


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A link with its way, in pixels: from the child's row to the parent's header, or to such a line."""

    link: Link
    way: tuple[tuple[int, int], ...]
    joins: bool
    """Does it end on another line?"""


def route(placed: Sequence[Placed], links: Sequence[Link], height: int) -> list[Line]:
    """Find every line's way. The busiest table comes first, its nearest neighbours before the far ones."""
    by_name = {one.box.table.full_name: one for one in placed}
    grid = _Grid(placed, height)
    shown = [link for link in links if link.child in by_name and link.parent in by_name]
    children = {link.parent: sum(other.parent == link.parent for other in shown) for link in shown}

    def order(link: Link) -> tuple[int, str, int, str]:
        child, parent = by_name[link.child], by_name[link.parent]
        distance = abs(child.x - parent.x) + abs(child.y - parent.y)
        return -children[link.parent], link.parent, distance, link.column

    return [grid.line(link, by_name[link.child], by_name[link.parent]) for link in sorted(shown, key=order)]


class _Grid:
    """The points of the picture: which are covered by boxes, which are used by lines, and by whose.

    A point is one number, x * rows + y, and a step adds to it: the picture of a hundred tables is searched
    through millions of them.
    """

    def __init__(self, placed: Iterable[Placed], height: int) -> None:
        columns, self._rows = WIDTH // STEP, height // STEP
        self._moves = (-self._rows, -1, 1, self._rows)
        self._is_closed = bytearray((columns + 1) * (self._rows + 1))
        for x in range(columns + 1):
            self._close(x, range(self._rows) if x in (0, columns) else (0,))
        for one in placed:
            rows = range(one.y // STEP, (one.y + one.box.height) // STEP + 1)
            for x in range(one.x // STEP, (one.x + BOX_WIDTH) // STEP + 1):
                self._close(x, rows)
        self._along: tuple[dict[int, str], dict[int, str]] = ({}, {})
        """Whose line runs through a point: upright, level."""
        self._corners: dict[int, str] = {}
        self._trees: dict[str, set[int]] = {}

    def _close(self, x: int, rows: Iterable[int]) -> None:
        for y in rows:
            self._is_closed[x * self._rows + y] = True

    def line(self, link: Link, child: Placed, parent: Placed) -> Line:
        """Find one line's way and take its points."""
        starts = self._beside(child, child.row_y(link.column))
        header = self._beside(parent, parent.y + STEP)
        tree = self._trees.setdefault(link.parent, set())
        points = self._cheapest(starts, {*header, *tree}, link.parent)
        joins = points[-1] in tree and points[-1] not in header
        self._take(points, link.parent)
        ends = [] if joins else [(header[points[-1]], parent.y + STEP)]
        way = [
            (starts[points[0]], child.row_y(link.column)),
            *((x * STEP, y * STEP) for x, y in (divmod(point, self._rows) for point in _corners(points))),
            *ends,
        ]
        return Line(link=link, way=tuple(way), joins=joins)

    def _cheapest(self, starts: Iterable[int], goals: set[int], name: str) -> list[int]:
        """A* over points and directions. Raises ValueError where boxes leave no way.

        A state is point * 4 + direction; a place in the queue is one number: what the whole way costs at
        least, what it cost so far, the state.
        """
        left, price_of = self._at_least(goals), self._prices(name)
        cost = {point * 4 + _EAST: 0 for point in starts}
        queue = sorted(left(state >> 2) << _TOTAL_BIT | state for state in cost)
        came: dict[int, int] = {}
        while queue:
            place = heapq.heappop(queue)
            price, state = place >> _PRICE_BIT & _PRICE_MASK, place & _STATE_MASK
            point, direction = state >> 2, state & 3
            if point in goals:
                return _walked(came, state)
            if price > cost[state]:
                continue
            for turn, move in enumerate(self._moves):
                there = point + move
                if self._is_closed[there]:
                    continue
                is_level = turn in (_WEST, _EAST)
                total = price + price_of(there, is_level)
                if is_level != (direction in (_WEST, _EAST)):
                    total += _BEND
                following = there << 2 | turn
                if total < cost.get(following, total + 1):
                    cost[following] = total
                    came[following] = state
                    heapq.heappush(queue, total + left(there) << _TOTAL_BIT | total << _PRICE_BIT | following)
        raise ValueError(f"no way to {name}")

    def _prices(self, name: str) -> Callable[[int, bool], int]:
        """What a step to a point costs a line to `name`, level or upright."""
        corners, along = self._corners, self._along

        def price(point: int, is_level: bool) -> int:
            if along[is_level].get(point, name) != name or corners.get(point, name) != name:
                return 1 + _SHARED
            return 1 if along[not is_level].get(point, name) == name else 1 + _CROSSING

        return price

    def _at_least(self, goals: set[int]) -> Callable[[int], int]:
        """How many steps a point is away from any goal at least: those to the rectangle around them."""
        rows = self._rows
        columns, heights = [point // rows for point in goals], [point % rows for point in goals]
        west, east, north, south = min(columns), max(columns), min(heights), max(heights)

        def least(point: int) -> int:
            x, y = divmod(point, rows)
            return max(west - x, x - east, 0) + max(north - y, y - south, 0)

        return least

    def _take(self, points: Sequence[int], name: str) -> None:
        self._trees[name].update(points)
        for before, after in itertools.pairwise(points):
            along = self._along[abs(after - before) == self._rows]
            along[before] = along[after] = name
        for corner in _corners(points):
            self._corners[corner] = name

    def _beside(self, one: Placed, y: int) -> dict[int, int]:
        """The points to the left and right of a row, each with the box's edge (pixels) next to it."""
        return {
            (one.x // STEP - 1) * self._rows + y // STEP: one.x,
            ((one.x + BOX_WIDTH) // STEP + 1) * self._rows + y // STEP: one.x + BOX_WIDTH,
        }


def _walked(came: Mapping[int, int], last: int) -> list[int]:
    """The points from the start to the state `last`."""
    points = [last >> 2]
    while last in came:
        last = came[last]
        points.append(last >> 2)
    return points[::-1]


def _corners(points: Sequence[int]) -> list[int]:
    """The points where the line turns, with its first and last one."""
    inner = [
        here
        for before, here, after in zip(points, points[1:], points[2:], strict=False)
        if abs(here - before) != abs(after - here)
    ]
    ends = [points[0]] if len(points) == 1 else [points[0], points[-1]]
    return [ends[0], *inner, *ends[1:]]
