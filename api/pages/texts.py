"""Every sentence of the pages, by key, in each language: `languages/<language>.json` and the explanations."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from adapters.explanations import BOOKS
from connectors.bitrix24.texts import LANGUAGES, Language

_LANGUAGES: Final = Path(__file__).parent / "languages"


def _explanations(language: Language) -> dict[str, str]:
    book = BOOKS[language]
    return {
        **{f"who.{who}": words for who, words in book.who.items()},
        **{f"why.{meaning}": words.what for meaning, words in book.meanings.items()},
        **{f"why.{meaning}.do": words.todo for meaning, words in book.meanings.items()},
    }


TEXTS: Final[dict[Language, dict[str, str]]] = {
    language: {
        **msgspec.json.decode((_LANGUAGES / f"{language}.json").read_bytes(), type=dict[str, str]),
        **_explanations(language),
    }
    for language in LANGUAGES
}
"""Language → key → sentence. `{name}` in a sentence stands for a fact that its page fills in."""
