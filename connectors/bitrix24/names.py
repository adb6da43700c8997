"""Names that the portal accepts: of people (contracts/bitrix24.md §2.2, `user.name`) and of files (§2.6)."""

from __future__ import annotations

import re
import unicodedata

_LONGEST_NAME = 25
_LONGEST_FILE = 50
_LONGEST_EXTENSION = 10
_NEUTRAL = "WhatsApp"
_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "`": "'", "–": "-", "—": "-", "‑": "-"})
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def person_name(profile: str | None) -> tuple[str, str]:
    """First and last name from a WhatsApp profile name: letters, spaces, hyphens, apostrophes, 25 each.

    Where nothing is left, the neutral word `WhatsApp`: an empty name would become «Guest».
    """
    plain = unicodedata.normalize("NFKC", profile or "").translate(_APOSTROPHES)
    kept = "".join(character if _is_of_a_name(character) else " " for character in plain)
    words = [word for word in (_trimmed(word) for word in kept.split()) if word]
    if not words:
        return _NEUTRAL, ""
    return _cut(words[0]), _cut(" ".join(words[1:]))


def _is_of_a_name(character: str) -> bool:
    return character in "'-" or unicodedata.category(character)[0] in "LM"


def _trimmed(word: str) -> str:
    """A name neither begins with an accent that has lost its letter nor is made of hyphens."""
    word = word.strip("'-")
    while word and unicodedata.category(word[0])[0] == "M":
        word = word[1:].strip("'-")
    return word


def _cut(name: str) -> str:
    return name[:_LONGEST_NAME].rstrip(" -'")


def file_name(name: str | None, fallback: str) -> str:
    """A file's name in ASCII, at most 50 characters with its extension; `fallback` where nothing is left."""
    stem, dot, extension = (name or "").rpartition(".")
    if not dot or not _ascii(extension) or len(extension) > _LONGEST_EXTENSION:
        return _ascii(name or "")[:_LONGEST_FILE] or fallback
    ending = f".{_ascii(extension)}"
    return f"{(_ascii(stem) or fallback.partition('.')[0])[: _LONGEST_FILE - len(ending)]}{ending}"


def _ascii(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return _UNSAFE.sub("_", plain).strip("._")
