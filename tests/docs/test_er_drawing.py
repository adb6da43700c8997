"""The entity-relationship pictures: legible boxes, lines around them, and no reference left out."""

from __future__ import annotations

from itertools import combinations, pairwise
from xml.etree import ElementTree

import pytest

from cli.er_drawing import PICTURES, Picture, picture, svg
from cli.er_layout import BOX_WIDTH, STEP, WIDTH, Link, Placed, links
from cli.er_routing import Line
from runtime.catalogue import Catalogue, Column, Reference, Table, read_catalogue
from tests.servers import TestDatabase

pytestmark = pytest.mark.requirement("R2.4-b")


@pytest.fixture(scope="module")
def catalogue(database: TestDatabase) -> Catalogue:
    return read_catalogue(database.url)


@pytest.fixture(scope="module", params=PICTURES)
def shown(catalogue: Catalogue, request: pytest.FixtureRequest) -> Picture:
    return picture(catalogue, request.param)


def test_boxes_stand_apart_and_within_the_picture(shown: Picture) -> None:
    assert all(0 < one.x and one.x + BOX_WIDTH < WIDTH for one in shown.boxes)
    assert [] == [(one.box.table.name, other.box.table.name) for one, other in combinations(shown.boxes, 2)
                  if _overlap(one, other)]  # fmt: skip


def test_every_link_is_drawn_and_no_line_passes_through_a_box(shown: Picture) -> None:
    assert sorted((one.child, one.column) for one in shown.wanted) == sorted(
        (one.link.child, one.link.column) for one in shown.lines
    )
    assert [] == [line.link for line in shown.lines for one in shown.boxes if _enters(line, one)]


def test_a_line_begins_at_its_column_and_ends_at_its_table_or_on_a_line_that_leads_there(
    shown: Picture,
) -> None:
    lines = shown.lines
    by_name = {one.box.table.full_name: one for one in shown.boxes}
    for line in lines:
        child, parent = by_name[line.link.child], by_name[line.link.parent]
        assert line.way[0][0] in (child.x, child.x + BOX_WIDTH)
        assert line.way[0][1] == child.row_y(line.link.column)
        if line.joins:
            others = [other for other in lines if other.link.parent == line.link.parent and other is not line]
            assert any(_passes(other, line.way[-1]) for other in others)
        else:
            assert line.way[-1] in ((parent.x, parent.y + STEP), (parent.x + BOX_WIDTH, parent.y + STEP))


def test_lines_that_lead_to_different_tables_never_run_over_each_other(shown: Picture) -> None:
    taken: dict[frozenset[tuple[int, int]], str] = {}
    for line in shown.lines:
        for piece in _pieces(line):
            assert line.link.parent == taken.setdefault(piece, line.link.parent)


def test_an_id_without_a_constraint_is_a_link_unless_another_parent_leads_there() -> None:
    portal, message = _table("portal", ("portal_id",)), _table("message", ("portal_id", "message_id"))
    attempt = _table("attempt", ("portal_id", "message_id", "number"))
    expected = [
        Link(child="t.message", column="portal_id", parent="t.portal", is_enforced=False),
        Link(child="t.attempt", column="message_id", parent="t.message", is_enforced=False),
    ]
    assert expected == links([portal, message, attempt])


def test_a_foreign_key_is_a_link_even_where_another_parent_leads_there() -> None:
    portal = _table("portal", ("portal_id",))
    message = _table("message", ("portal_id", "message_id"), refers=("portal_id",))
    attempt = _table("attempt", ("portal_id", "message_id", "number"), refers=("portal_id",))
    enforced = [link.child for link in links([portal, message, attempt]) if link.is_enforced]
    assert ["t.message", "t.attempt"] == enforced


def test_a_picture_is_well_formed_and_names_its_tables(catalogue: Catalogue, shown: Picture) -> None:
    root = ElementTree.fromstring(svg(shown))  # noqa: S314 - our own text
    texts = {element.text for element in root.iter("{http://www.w3.org/2000/svg}text")}
    expected = {table.full_name for table in catalogue.tables if shown.name in ("whole", table.schema)}
    assert set() == expected - texts


def _table(name: str, key: tuple[str, ...], refers: tuple[str, ...] = ()) -> Table:
    columns = tuple(Column(name=column, type="uuid", is_nullable=False) for column in key)
    references = (Reference(columns=refers, table="t.portal"),) if refers else ()
    return Table(
        schema="t",
        name=name,
        comment="",
        is_partitioned=False,
        columns=columns,
        key=key,
        uniques=(),
        references=references,
    )


def _overlap(one: Placed, other: Placed) -> bool:
    return (
        abs(one.x - other.x) < BOX_WIDTH
        and one.y < other.y + other.box.height
        and other.y < one.y + one.box.height
    )


def _enters(line: Line, one: Placed) -> bool:
    """Does any point of the line lie inside the box (not on its edge)?"""
    return any(
        one.x < x < one.x + BOX_WIDTH and one.y < y < one.y + one.box.height
        for piece in _pieces(line)
        for x, y in piece
    )


def _passes(line: Line, point: tuple[int, int]) -> bool:
    return any(point in piece for piece in _pieces(line))


def _pieces(line: Line) -> list[frozenset[tuple[int, int]]]:
    """The line in pieces of one grid step."""
    found = []
    for (x1, y1), (x2, y2) in pairwise(line.way):
        steps = max(abs(x2 - x1), abs(y2 - y1)) // STEP
        dx, dy = (x2 > x1) - (x2 < x1), (y2 > y1) - (y2 < y1)
        points = [(x1 + dx * STEP * number, y1 + dy * STEP * number) for number in range(steps + 1)]
        found += [frozenset(pair) for pair in pairwise(points)]
    return found
