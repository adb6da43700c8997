"""What can be said about one environment variable, and how its text is read and checked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import msgspec

from runtime.secrets import is_key

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


class Variable(msgspec.Struct, frozen=True, kw_only=True):
    """What is said about one environment variable. `default=None` means that it must be set."""

    default: str | None = None
    secret: bool = False
    example: str
    role: str = ""
    """The database role whose address is derived from DATABASE_URL when the variable is not set."""
    en: str
    es: str
    empty: Any = ""
    """The value when the variable is not set and has no default."""
    read: Callable[[str], Any] = str
    """Turns the text into the value; raises `ValueError` with what is wrong and what to do."""


def https_address(text: str) -> str:
    """Read a web address; a slash at its end is dropped."""
    parts = urlsplit(text)
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise ValueError("is not a web address; write it as https://host or https://host/path")
    return text.rstrip("/")


def addresses(text: str) -> tuple[str, ...]:
    """Read web addresses separated by commas."""
    return tuple(https_address(part) for part in _items(text))


def database_address(text: str) -> str:
    """Read a PostgreSQL address that names its database."""
    parts = urlsplit(text)
    if parts.scheme not in ("postgresql", "postgres") or not parts.path.strip("/"):
        raise ValueError(
            "is not a PostgreSQL address; write it as postgresql://user:password@host:5432/database"
        )
    return text


def keys(text: str) -> tuple[str, ...]:
    """Read Fernet keys separated by commas."""
    keys = tuple(_items(text))
    if not keys or not all(map(is_key, keys)):
        raise ValueError("must be Fernet keys separated by commas; make one with «whatsappb24 new-key»")
    return keys


def texts(text: str) -> tuple[str, ...]:
    """Read texts separated by commas."""
    return tuple(_items(text))


def whole(low: int, high: int) -> Callable[[str], int]:
    """Return the reader of a whole number in this range, both ends included."""

    def read(text: str) -> int:
        if not text.isdecimal() or not low <= int(text) <= high:
            raise ValueError(f"must be a whole number from {low} to {high}")
        return int(text)

    return read


def one_of(*words: str) -> Callable[[str], str]:
    """Return a reader of one of these words."""

    def read(text: str) -> str:
        if text not in words:
            raise ValueError(f"must be one of {', '.join(words)}")
        return text

    return read


def log_level(text: str) -> str:
    """Read the name of a level in any case."""
    if text.upper() not in LOG_LEVELS:
        raise ValueError(f"must be one of {', '.join(LOG_LEVELS)}")
    return text.upper()


def connector_id(text: str) -> str:
    """Read a connector code (bitrix24.md: letters, digits and underscores)."""
    if not (text.isascii() and text.replace("_", "").isalnum() and text == text.lower()):
        raise ValueError("may hold small letters, digits and underscores only")
    return text


def _items(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
