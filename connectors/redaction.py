"""Redaction by value type: what may be recorded of a request or an answer.

The first belt is the type: a `Secret` never prints itself. The second is the field name, for the values
that arrive from outside as plain text. Customers' words are not secrets; they are shortened only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

_SHOWN = "[secret]"
_MAX_TEXT = 2_000
_MAX_ITEMS = 100
_MAX_DEPTH = 12
_SECRET_NAME = re.compile(
    r"^(auth|auth_id|refresh_id|authorization|apikey|api_key|cookie|set-cookie|.*(token|secret|password|passwd))$",
    re.IGNORECASE,
)


class Secret:
    """A value that must not be shown. `reveal()` is called where it goes on the wire, nowhere else."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself."""
        return self._value

    def __repr__(self) -> str:
        return _SHOWN

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)


def redact(value: Any, *, depth: int = 0) -> Any:
    """Return a JSON-ready copy of `value` without secrets, bounded in depth, length and size."""
    if isinstance(value, Secret):
        return _SHOWN
    if depth > _MAX_DEPTH:
        return "[deeper]"
    if isinstance(value, Mapping):
        return {
            str(key): _SHOWN if _is_secret(str(key), item) else redact(item, depth=depth + 1)
            for key, item in list(value.items())[:_MAX_ITEMS]
        }
    if isinstance(value, str):
        return value if len(value) <= _MAX_TEXT else f"{value[:_MAX_TEXT]}… ({len(value)} characters)"
    if isinstance(value, bytes | bytearray | memoryview):
        return f"[{len(value)} bytes]"
    if isinstance(value, Sequence):
        return [redact(item, depth=depth + 1) for item in value[:_MAX_ITEMS]]
    if value is None or isinstance(value, bool | int | float):
        return value
    return redact(str(value), depth=depth)


def _is_secret(name: str, value: Any) -> bool:
    """Is this a secret by its name? A nested object of that name (Bitrix24's `auth`) is walked instead."""
    return bool(_SECRET_NAME.match(name)) and isinstance(value, str | bytes | int) and value != ""
