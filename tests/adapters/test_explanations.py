"""Every code that a person can meet is explained, in three languages, and says who must act."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from adapters.explanations import BOOKS, CODES, WHO_ACTS, Party, explain, meaning_of, who_in_words
from connectors.bitrix24.errors import AUTH_SERVER, REST
from connectors.bitrix24.texts import LANGUAGES, Language
from connectors.gupshup.failures import ERROR_CODES
from connectors.outside import Policy
from tests.servers import ROOT

pytestmark = [pytest.mark.requirement("R1"), pytest.mark.requirement("R2.2-e")]

_PLACES_OF_CODES = (
    ("connectors/bitrix24/*.py", "bitrix24"),
    ("connectors/gupshup/*.py", "gupshup"),
    ("connectors/media/*.py", "ours"),
    ("adapters/*.py", "ours"),
    ("worker/*.py", "ours"),
    ("api/**/*.py", "ours"),
)
_GIVEN = re.compile(
    r'code="(\w+)"|_(?:refused|nowhere|later|refusal|failure)\((?:Policy\.\w+, )?"(\w+)"'
    r'|no_answer\(\s*"(\w+)"'
    r'|Refused\(\s*\d+,\s*"(\w+)"|WebhookError\("(\w+)"\)|reason="(\w+)"'
)


def _refusals() -> Iterator[str]:
    rows = (ROOT / "sql/schema/0007.reasons.sql").read_text()
    yield from re.findall(r"^  \('(\w+)', 'WB\d{3}'", rows, re.MULTILINE)


def _given_by_our_code() -> Iterator[tuple[str, Party]]:
    for place, party in _PLACES_OF_CODES:
        for source in sorted(ROOT.glob(place)):
            for found in _GIVEN.findall(source.read_text()):
                yield next(filter(None, found)), party  # type: ignore[misc]


def _known() -> Iterator[tuple[str, Party]]:
    for reason in _refusals():
        yield reason, "ours"
    for code in {**REST, **AUTH_SERVER}:
        yield code, "bitrix24"
    for code in ERROR_CODES:
        yield code, "gupshup"
    yield from _given_by_our_code()


def test_every_code_of_ours_and_of_theirs_has_a_meaning_of_its_own() -> None:
    known = set(_known())
    assert {("window", "ours"), ("QUERY_LIMIT_EXCEEDED", "bitrix24"), ("131047", "gupshup")} <= known
    assert {("no_element", "bitrix24"), ("media_type", "ours"), ("key_unusable", "gupshup")} <= known
    passed_on = {**CODES["ours"], **CODES["bitrix24"]}
    also = {"ours": passed_on, "bitrix24": CODES["ours"], "gupshup": CODES["ours"]}
    assert [] == sorted((c, party) for c, party in known if c not in CODES[party] and c not in also[party])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_meaning_has_words_in_every_language(language: Language) -> None:
    book = BOOKS[language]
    assert set(WHO_ACTS) == set(book.meanings)
    assert {who for party in CODES.values() for who in party.values()} <= set(book.meanings)
    for meaning, words in book.meanings.items():
        for sentence in (words.what, words.todo):
            assert (sentence.strip(), True) == (sentence, sentence.endswith(".")), meaning
    assert all(who_in_words(who, language) for who in WHO_ACTS.values())


def test_no_sentence_is_left_in_another_language() -> None:
    for other in ("en", "pt"):
        pairs = [(BOOKS["es"].meanings[m], BOOKS[other].meanings[m], m) for m in WHO_ACTS]
        assert [] == [m for one, two, m in pairs if one.what == two.what or one.todo == two.todo]


def test_no_two_meanings_share_their_words() -> None:
    said = [(words.what, words.todo) for words in BOOKS["es"].meanings.values()]
    assert len(set(said)) == len(said)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1002", "131047"),  # not on WhatsApp, window closed
        ("131049", "131050"),  # enough marketing for now, marketing switched off
        ("132015", "132016"),  # paused, disabled
        ("1003", "131042"),  # Gupshup's wallet, Meta's payment
        ("131053", "1011"),  # file refused, file too large
        ("130429", "131056"),  # the number's rate, the pair's
        ("131031", "131048"),  # locked, limited
        ("1005", "1004"),
    ],
)
def test_codes_that_mean_different_things_are_told_apart(one: str, other: str) -> None:
    said = [explain(code, party="gupshup", language="es") for code in (one, other)]
    assert said[0].what != said[1].what


@pytest.mark.parametrize("code", [code for code, row in ERROR_CODES.items() if row.policy is Policy.FIX])
def test_what_stops_a_channel_is_an_administrator_s_to_mend(code: str) -> None:
    assert "administrator" == explain(code, party="gupshup", language="es").who


@pytest.mark.parametrize("code", [code for code, row in ERROR_CODES.items() if row.policy is Policy.TEMPLATE])
def test_outside_the_window_a_template_is_advised(code: str) -> None:
    assert "plantilla" in explain(code, party="gupshup", language="es").todo


@pytest.mark.parametrize(
    "code", [code for code, row in ERROR_CODES.items() if row.policy in (Policy.RETRY, Policy.NEVER)]
)
def test_a_failed_message_is_never_said_to_mend_itself(code: str) -> None:
    assert "nobody" != explain(code, party="gupshup", language="es").who


@pytest.mark.parametrize(
    ("code", "party", "status", "meaning"),
    [
        ("a code of tomorrow", "gupshup", 0, "unknown_gupshup"),
        ("999999", "ours", 0, "unknown_gupshup"),
        ("http_599", "gupshup", 599, "gupshup_away"),
        ("A_CODE_OF_TOMORROW", "bitrix24", 400, "unknown_bitrix24"),
        ("http_599", "bitrix24", 0, "portal_away"),
        ("a code of tomorrow", "ours", 403, "unconfirmed"),
        ("a code of tomorrow", "ours", 503, "away"),
        ("a code of tomorrow", "ours", 409, "not_accepted"),
        ("a code of tomorrow", "ours", 0, "fault"),
        ("timeout", "gupshup", 0, "gupshup_away"),
        ("timeout", "bitrix24", 0, "portal_away"),
        ("media_type", "gupshup", 0, "file_type"),
        ("unknown", "gupshup", 0, "outcome_unknown"),
        ("unknown", "bitrix24", 0, "delivery_unknown"),
        ("exhausted", "bitrix24", 0, "portal_exhausted"),
    ],
)
def test_a_code_without_words_is_judged_honestly(code: str, party: Party, status: int, meaning: str) -> None:
    assert meaning == meaning_of(code, party, status)
    said = explain(code, party=party, status=status, language="pt")
    assert (code, WHO_ACTS[meaning]) == (said.code, said.who)
