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

Point = tuple[int, int]
"""Grid coordinates: pixels divided by STEP."""
_BEND: Final = 6
_CROSSING: Final = 8
_SHARED: Final = 60
_MOVES: Final = ((1, 0), (-1, 0), (0, 1), (0, -1))


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A link with its way, in pixels: from the child's row to the parent's header, or to such a line."""

    link: Link
    way: tuple[Point, ...]
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
    """The points of the picture: which are covered by boxes, which are used by lines, and by whose."""

    def __init__(self, placed: Iterable[Placed], height: int) -> None:
        self._size = (WIDTH // STEP, height // STEP)
        self._covered: set[Point] = set()
        self._used: dict[tuple[Point, bool], str] = {}
        self._corners: dict[Point, str] = {}
        self._trees: dict[str, set[Point]] = {}
        for one in placed:
            columns = range(one.x // STEP, (one.x + BOX_WIDTH) // STEP + 1)
            rows = range(one.y // STEP, (one.y + one.box.height) // STEP + 1)
            self._covered.update((x, y) for x in columns for y in rows)

    def line(self, link: Link, child: Placed, parent: Placed) -> Line:
        """Find one line's way and take its points."""
        starts = _beside(child, child.row_y(link.column))
        header = _beside(parent, parent.y + STEP)
        tree = self._trees.setdefault(link.parent, set())
        points = self._cheapest(starts, {*header, *tree}, link.parent)
        joins = points[-1] in tree and points[-1] not in header
        self._take(points, link.parent)
        ends = [] if joins else [(header[points[-1]], parent.y + STEP)]
        way = [
            (starts[points[0]], child.row_y(link.column)),
            *((x * STEP, y * STEP) for x, y in _corners(points)),
            *ends,
        ]
        return Line(link=link, way=tuple(way), joins=joins)

    def _cheapest(self, starts: Mapping[Point, int], goals: set[Point], name: str) -> list[Point]:
        """A* over points and directions. Raises ValueError where boxes leave no way."""
        left = _at_least(goals)
        queue = [(left(point), 0, point, (1, 0)) for point in sorted(starts)]
        cost = {(point, move): price for _, price, point, move in queue}
        came: dict[tuple[Point, Point], tuple[Point, Point]] = {}
        while queue:
            _, price, point, move = heapq.heappop(queue)
            if point in goals:
                return _walked(came, (point, move))
            if price > cost[point, move]:
                continue
            for turn in _MOVES:
                step = self._price(point, turn, name)
                if step is None:
                    continue
                is_bend = (turn[1] == 0) != (move[1] == 0)
                following = ((point[0] + turn[0], point[1] + turn[1]), turn)
                total = price + step + (_BEND if is_bend else 0)
                if total < cost.get(following, total + 1):
                    cost[following] = total
                    came[following] = (point, move)
                    heapq.heappush(queue, (total + left(following[0]), total, *following))
        raise ValueError(f"no way to {name}")

    def _price(self, point: Point, turn: Point, name: str) -> int | None:
        """What a step costs; None where it would leave the picture or enter a box."""
        there = (point[0] + turn[0], point[1] + turn[1])
        if there in self._covered or not (0 < there[0] < self._size[0] and 0 < there[1] < self._size[1]):
            return None
        is_level = turn[1] == 0
        along = self._used.get((there, is_level), name)
        corner = self._corners.get(there, name)
        if along != name or corner != name:
            return 1 + _SHARED
        across = self._used.get((there, not is_level), name)
        return 1 + (_CROSSING if across != name else 0)

    def _take(self, points: Sequence[Point], name: str) -> None:
        self._trees[name].update(points)
        for before, after in itertools.pairwise(points):
            is_level = before[1] == after[1]
            self._used[before, is_level] = name
            self._used[after, is_level] = name
        for corner in _corners(points):
            self._corners[corner] = name


def _beside(one: Placed, y: int) -> dict[Point, int]:
    """The points to the left and right of a row, each with the box's edge (pixels) next to it."""
    return {
        (one.x // STEP - 1, y // STEP): one.x,
        ((one.x + BOX_WIDTH) // STEP + 1, y // STEP): one.x + BOX_WIDTH,
    }


def _at_least(goals: set[Point]) -> Callable[[Point], int]:
    """How many steps a point is away from any goal at least: those to the rectangle around all of them."""
    columns, rows = [x for x, _ in goals], [y for _, y in goals]
    left, right, top, bottom = min(columns), max(columns), min(rows), max(rows)
    return lambda point: max(left - point[0], point[0] - right, 0) + max(top - point[1], point[1] - bottom, 0)


def _walked(
    came: Mapping[tuple[Point, Point], tuple[Point, Point]], last: tuple[Point, Point]
) -> list[Point]:
    """The points from the start to `last`."""
    points = [last[0]]
    while last in came:
        last = came[last]
        points.append(last[0])
    return points[::-1]


def _corners(points: Sequence[Point]) -> list[Point]:
    """The points where the line turns, with its first and last one."""
    inner = [
        here
        for before, here, after in zip(points, points[1:], points[2:], strict=False)
        if (before[0] == here[0]) != (here[0] == after[0])
    ]
    ends = [points[0]] if len(points) == 1 else [points[0], points[-1]]
    return [ends[0], *inner, *ends[1:]]
