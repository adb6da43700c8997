"""Sentences that people read."""

from __future__ import annotations

import pytest

from connectors.bitrix24.texts import LANGUAGES, TEXTS, language_of, say

pytestmark = pytest.mark.requirement("R2.2-b")


@pytest.mark.parametrize("key", sorted(TEXTS))
def test_every_sentence_exists_in_every_language(key: str) -> None:
    assert [language for language in LANGUAGES if not say(key, language).strip()] == []
    assert set(LANGUAGES) == set(TEXTS[key])


@pytest.mark.parametrize(
    ("portal", "expected"),
    [("la", "es"), ("es", "es"), ("br", "pt"), ("pt", "pt"), ("en", "en"), ("de", "en"), (None, "en")],
)
def test_a_portal_language_has_ours(portal: str | None, expected: str) -> None:
    assert expected == language_of(portal)
