"""What PHP makes of values on the wire, read leniently (contracts/bitrix24.md §1.5, §1.7).

An empty map arrives as `[]`, numbers arrive as strings, booleans as `1`, `Y` or `true`, and a list may
arrive as a map with numeric keys. Every reader of an answer or an event goes through these.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote_plus

from connectors.redaction import Secret

_TOO_LARGE = 10**18


def mapping(value: Any) -> dict[str, Any]:
    """The map itself; an empty one for `[]` and for anything that is not a map."""
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    """The list itself, or the values of a map that PHP sent in its place; else an empty list."""
    if isinstance(value, list):
        return value
    return list(value.values()) if isinstance(value, dict) else []


def text(value: Any) -> str | None:
    """A non-empty text; numbers below 10^18 become text; anything else is None."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _TOO_LARGE:
        return str(value)
    return None


def whole(value: Any) -> int | None:
    """A whole number given as a number or as decimal text of at most 18 digits; else None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < _TOO_LARGE else None
    if isinstance(value, str) and value.removeprefix("-").isascii() and value.removeprefix("-").isdigit():
        return int(value) if len(value) <= 18 else None
    return None


def number(value: str) -> int | str:
    """An id of ours, kept as text, as the number that the portal documents; other ids stay as they are."""
    found = whole(value)
    return value if found is None else found


def yes(value: Any) -> bool:
    """Is this one of PHP's ways to say true?"""
    return value is True or value == 1 or (isinstance(value, str) and value.upper() in {"1", "Y", "TRUE"})


def user(value: Any) -> str | None:
    """A user id as text; Bitrix24 says `0` for nobody."""
    found = text(value)
    return None if found == "0" else found


def instant(value: Any) -> str | None:
    """A unix time in seconds as ISO 8601 in UTC; None when it is none or out of range."""
    seconds = whole(value)
    if seconds is None or not 0 < seconds < 253_402_300_800:
        return None
    return _iso(datetime.fromtimestamp(seconds, UTC))


def dated(value: Any) -> str | None:
    """A date such as `2026-03-16T20:50:37+03:00` as ISO 8601 in UTC; None for anything else."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        return None if moment is None or moment.tzinfo is None else _iso(moment.astimezone(UTC))
    except (ValueError, OverflowError):
        return None


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def query_string(params: Mapping[str, Any]) -> str:
    """`params` as PHP's `http_build_query` writes them: brackets for nesting, 1 and 0, no nulls."""
    return "&".join(
        f"{quote_plus(name)}={quote_plus(value)}"
        for key, item in params.items()
        for name, value in _pairs(str(key), item)
    )


def _pairs(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if value is None:
        return
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _pairs(f"{name}[{key}]", item)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for index, item in enumerate(value):
            yield from _pairs(f"{name}[{index}]", item)
    elif isinstance(value, Secret):
        yield name, value.reveal()
    else:
        yield name, str(int(value)) if isinstance(value, bool) else str(value)
