"""JSON on its way into jsonb: nothing PostgreSQL cannot store, nothing else changed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from runtime.jsonb import clean, dumps, loads

_ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()))
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | _ANY_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_ANY_TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(_JSON)
def test_whatever_arrives_is_encoded_without_nul_or_lone_surrogates(value: Any) -> None:
    text = json.dumps(json.loads(dumps(value)), ensure_ascii=False)
    assert "\\u0000" not in text.replace("\\\\", "")
    text.encode()


@given(_JSON)
def test_storable_values_are_not_changed(value: Any) -> None:
    stored = json.loads(dumps(value))
    assert stored == json.loads(dumps(stored))


def test_nul_and_lone_surrogates_become_the_replacement_character() -> None:
    assert {"a�": ["�x", "ñ😀"]} == loads(dumps({"a\0": ["\ud800x", "ñ😀"]}))
    assert "a�b" == clean("a\0b")


def test_an_escaped_backslash_before_u0000_is_kept() -> None:
    assert "\\u0000" == loads(dumps("\\u0000"))


def test_a_number_beyond_64_bits_stays_that_number() -> None:
    assert f'{{"n":{10**30}}}'.encode() == dumps({"n": 10**30})


def test_structs_dates_and_decimals_are_encoded() -> None:
    class Fact(msgspec.Struct):
        at: datetime
        price: Decimal
        name: str

    fact = Fact(datetime(2026, 1, 2, tzinfo=UTC), Decimal("0.0008"), "a\0")
    assert {"at": "2026-01-02T00:00:00Z", "price": "0.0008", "name": "a�"} == loads(dumps([fact]))[0]
