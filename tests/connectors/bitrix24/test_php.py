"""PHP's values, read leniently."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.bitrix24 import php
from connectors.redaction import Secret

pytestmark = pytest.mark.requirement("R2.2-b")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("7", 7),
        (7, 7),
        (7.0, 7),
        ("-7", -7),
        (True, None),
        ("", None),
        ("7x", None),
        ("٧", None),
        (1e300, None),
        ("9" * 30, None),
        (None, None),
        ([], None),
        (7.5, None),
    ],
)
def test_a_whole_number_comes_in_many_types(value: Any, expected: int | None) -> None:
    assert expected == php.whole(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, True),
        (1, True),
        ("1", True),
        ("Y", True),
        ("true", True),
        (False, False),
        ("N", False),
        ("0", False),
        ("", False),
        (None, False),
        ([], False),
        ([1], False),
    ],
)
def test_yes_comes_in_many_types(value: Any, expected: bool) -> None:
    assert expected is php.yes(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [("x", "x"), (5, "5"), ("", None), (True, None), ({}, None), pytest.param(10**5_000, None, id="endless")],
)
def test_a_text_may_come_as_a_number(value: Any, expected: str | None) -> None:
    assert expected == php.text(value)


def test_an_empty_map_comes_as_a_list_and_a_list_as_a_map() -> None:
    assert (php.mapping([]), php.mapping({"a": 1}), php.mapping("x")) == ({}, {"a": 1}, {})
    assert (php.items({"0": "a", "5": "b"}), php.items(["a"]), php.items(None)) == (["a", "b"], ["a"], [])


@pytest.mark.parametrize(
    ("value", "expected"),
    [("1773759161", "2026-03-17T14:52:41.000Z"), (0, None), (-5, None), (10**15, None), ("soon", None)],
)
def test_an_instant_out_of_range_is_none(value: Any, expected: str | None) -> None:
    assert expected == php.instant(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-03-16T20:50:37+03:00", "2026-03-16T17:50:37.000Z"),
        ("2026-03-16T20:50:37", None),
        ("0001-01-01T00:00:00+03:00", None),
        ({}, None),
    ],
)
def test_a_date_is_told_in_utc(value: Any, expected: str | None) -> None:
    assert expected == php.dated(value)


def test_a_query_is_written_as_php_writes_it() -> None:
    params = {"a": {"b": [True, None, "ü &"]}, "c": False, "d": None, "e": Secret("s")}
    assert php.query_string(params) == "a%5Bb%5D%5B0%5D=1&a%5Bb%5D%5B2%5D=%C3%BC+%26&c=0&e=s"
