"""Every sentence of the pages, by key, in each language: `languages/<language>.json`."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from connectors.bitrix24.texts import LANGUAGES, Language

_LANGUAGES: Final = Path(__file__).parent / "languages"

TEXTS: Final[dict[Language, dict[str, str]]] = {
    language: msgspec.json.decode((_LANGUAGES / f"{language}.json").read_bytes(), type=dict[str, str])
    for language in LANGUAGES
}
"""Language → key → sentence. `{name}` in a sentence stands for a fact that its page fills in."""
