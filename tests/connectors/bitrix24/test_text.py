"""Texts in both directions: golden cases, and what must hold for any text at all."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from connectors.bitrix24.text import CAPTION_LIMIT, TEXT_LIMIT, length, split, to_portal, to_whatsapp

pytestmark = pytest.mark.requirement("R2.2-b")

GOLDEN = Path(__file__).parent / "golden"
OURS = {f"[{end}{tag}]" for tag in ("b", "i", "s", "code") for end in ("", "/")}
TAG = re.compile(r"\[\s*/?\s*[a-z*][^\]]*\]?", re.IGNORECASE)


def _cases(name: str) -> list[Any]:
    chapters = (GOLDEN / name).read_text(encoding="utf-8").split("\n=== ")[1:]
    cases = []
    for chapter in chapters:
        title, _, body = chapter.partition("\n")
        source, _, expected = body.partition("\n--->\n")
        cases.append(pytest.param(source, expected.removesuffix("\n"), id=title))
    return cases


@pytest.mark.parametrize(("markup", "expected"), _cases("to_whatsapp.txt"))
def test_an_operator_text_reads_well_on_the_phone(markup: str, expected: str) -> None:
    assert expected == to_whatsapp(markup, portal_origin="https://p1.bitrix24.com")


@pytest.mark.parametrize(("text", "expected"), _cases("to_portal.txt"))
def test_a_client_text_reads_well_in_the_portal(text: str, expected: str) -> None:
    assert expected.replace("¤", "\u200b") == to_portal(text)


def test_the_operator_is_named_where_the_owner_wants_it() -> None:
    assert to_whatsapp("[b]Old:[/b][br]hi", operator="Ana") == "*Ana:*\nhi"
    assert to_whatsapp("[disk=5]", operator="Ana") == ""


_pieces = st.sampled_from(
    [
        *("[", "]", "/", "b", "url=x", "send=/a", "*", "_", "~", "```", " ", "\n", "a", "code", "i", "#BR#"),
        *("[b]", "[/b]", "[url=", "[br]", ">>", "-" * 54, "\u200b", "https://", "&#91;", "😀", "é"),
    ]
)
_texts = st.lists(_pieces, max_size=40).map("".join) | st.text(max_size=200)


@given(_texts)
@example("[*url*=x]")
@example("[```url=x]y```")
@example("[~_*b*_~]")
def test_no_client_text_is_ever_active_markup(text: str) -> None:
    open_tags: list[str] = []
    for found in TAG.findall(to_portal(text)):
        assert found in OURS
        if found.startswith("[/"):
            assert found[2:] == open_tags.pop()
        else:
            open_tags.append(found[1:])
    assert open_tags == []


@given(_texts)
def test_no_operator_text_breaks_the_conversion(text: str) -> None:
    converted = to_whatsapp(text, portal_origin="https://p", operator=None)
    assert converted == converted.strip()


@pytest.mark.parametrize(
    "text", ["[b]" * 3_000 + "[/i]" * 3_000, "*_~" * 1_400, "[" * 4_096, "-" * 54 + "\n"]
)
def test_a_hostile_text_takes_no_longer_than_a_friendly_one(text: str) -> None:
    assert to_portal(to_whatsapp(text)) is not None


def _solid(text: str) -> str:
    return "".join(text.split())


@given(st.text(max_size=300), st.integers(min_value=2, max_value=40))
def test_splitting_loses_nothing_but_white_space(text: str, limit: int) -> None:
    parts = split(text, limit)
    assert _solid(text) == _solid("".join(parts))
    assert [part for part in parts if not part.strip() or length(part) > limit] == []


def test_a_text_at_the_limit_is_one_message_and_one_more_makes_two() -> None:
    assert [len(part) for part in split("x" * TEXT_LIMIT)] == [4_096]
    assert [len(part) for part in split("x" * (TEXT_LIMIT + 1))] == [4_096, 1]
    assert len(split("😀" * CAPTION_LIMIT, CAPTION_LIMIT)) == 2


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("one two three", 8, ["one two", "three"]),
        ("first line\nsecond", 14, ["first line", "second"]),
        ("a paragraph\n\nof two\nlines", 22, ["a paragraph", "of two\nlines"]),
        ("abc👩‍👩‍👧", 6, ["abc", "👩‍👩‍", "👧"]),
        ("ab👍🏽", 5, ["ab", "👍🏽"]),
        ("a🇨🇴🇲🇽", 7, ["a🇨🇴", "🇲🇽"]),
        ("cafe\u0301s", 4, ["caf", "e\u0301s"]),
        ("   ", 5, []),
    ],
)
def test_words_and_emoji_stay_whole_where_they_can(text: str, limit: int, expected: list[str]) -> None:
    assert expected == split(text, limit)
