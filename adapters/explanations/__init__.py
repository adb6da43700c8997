"""The one dictionary of every code a person can meet: what happened, what to do, who must act (es, en, pt).

Refusals of pages and of the API, reasons of messages and of channels, steps of a timeline and notices to an
author are all explained here, in the same words. `codes` says which code means what; the words are in
`<language>.json` beside it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from adapters.explanations.codes import CODES, WHO_ACTS, Party, Who, meaning_of
from connectors.bitrix24.texts import LANGUAGES, Language


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """A code in words. `code` stays readable: it is what support asks for."""

    code: str
    what: str
    """What happened, one sentence."""
    todo: str
    """What to do about it."""
    who: Who


class _Words(msgspec.Struct, frozen=True):
    what: str
    todo: str


class _Book(msgspec.Struct, frozen=True):
    """One language's words."""

    who: dict[Who, str]
    meanings: dict[str, _Words]


BOOKS: Final[dict[Language, _Book]] = {
    language: msgspec.json.decode((Path(__file__).parent / f"{language}.json").read_bytes(), type=_Book)
    for language in LANGUAGES
}


def explain(code: str, *, party: Party = "ours", status: int = 0, language: Language) -> Explanation:
    """Explain a code of `party`; `status` (HTTP, 0: none) helps with one that nobody has explained yet."""
    meaning = meaning_of(code, party, status)
    words = BOOKS[language].meanings[meaning]
    return Explanation(code=code, what=words.what, todo=words.todo, who=WHO_ACTS[meaning])


def who_in_words(who: Who, language: Language) -> str:
    """Who acts, for a sentence such as «Who acts: an administrator of your portal»."""
    return BOOKS[language].who[who]


__all__ = [
    "BOOKS",
    "CODES",
    "WHO_ACTS",
    "Explanation",
    "Party",
    "Who",
    "explain",
    "meaning_of",
    "who_in_words",
]
