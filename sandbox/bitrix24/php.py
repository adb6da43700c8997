"""PHP's habits on the wire (contract bitrix24.md §1.5, §1.7): brackets, vanishing empties, `[]` for maps."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, quote_plus

import msgspec

EMPTY_OBJECT = msgspec.Raw(b"{}")
"""A PHP object without public fields, such as a date in an answer: the one thing that encodes as `{}`."""

_KEY = re.compile(r"\[([^\]]*)\]")


def parse_query(text: str) -> dict[str, Any]:
    """`a[b][]=1&a[b][]=2` → `{"a": {"b": ["1", "2"]}}`; every scalar is a string."""
    return parse_pairs(parse_qsl(text, keep_blank_values=True))


def parse_pairs(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Nest pairs with bracket keys; maps with the keys 0…n-1 become lists."""
    root: dict[str, Any] = {}
    for key, value in pairs:
        _place(root, [key.split("[", 1)[0], *_KEY.findall(key)], value)
    return {key: _listed(value) for key, value in root.items()}


def _place(node: dict[str, Any], path: list[str], value: str) -> None:
    for step in path[:-1]:
        below = node.setdefault(step or str(len(node)), {})
        if not isinstance(below, dict):
            return
        node = below
    node[path[-1] or str(len(node))] = value


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {key: _listed(item) for key, item in value.items()}
    return list(inner.values()) if list(inner) == [str(at) for at in range(len(inner))] else inner


def build_query(fields: Mapping[str, Any]) -> str:
    """`http_build_query`: brackets, `true` → 1, `false` → 0, empty maps, lists and nulls disappear."""
    return "&".join(f"{quote_plus(key)}={quote_plus(value)}" for key, value in _flat("", fields))


def _flat(prefix: str, value: Any) -> Iterator[tuple[str, str]]:
    if value is None:
        return
    if isinstance(value, Mapping):
        entries: Iterable[tuple[Any, Any]] = value.items()
    elif isinstance(value, list | tuple):
        entries = enumerate(value)
    else:
        yield prefix, scalar(value)
        return
    for key, item in entries:
        yield from _flat(f"{prefix}[{key}]" if prefix else str(key), item)


def scalar(value: Any) -> str:
    """How PHP writes a scalar into a form."""
    if isinstance(value, bool):
        return "1" if value else "0"
    return str(value)


def encode(value: Any) -> bytes:
    """JSON as PHP writes it: an empty map is `[]`."""
    return msgspec.json.encode(_without_empty_maps(value))


def _without_empty_maps(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_empty_maps(item) for key, item in value.items()} if value else []
    if isinstance(value, list | tuple):
        return [_without_empty_maps(item) for item in value]
    return value


def items(value: Any) -> list[Any]:
    """A PHP array as a list, whichever of its two shapes arrived."""
    if isinstance(value, Mapping):
        return list(value.values())
    if isinstance(value, list | tuple):
        return list(value)
    return []


def mapping(value: Any) -> dict[str, Any]:
    """A PHP array as a map with lower-case keys; anything else is an empty map."""
    return {str(key).lower(): item for key, item in value.items()} if isinstance(value, Mapping) else {}


def lowered(value: Any) -> Any:
    """Keys in lower case at every depth, as `MESSAGES` is read (§2)."""
    if isinstance(value, Mapping):
        return {str(key).lower(): lowered(item) for key, item in value.items()}
    if isinstance(value, list):
        return [lowered(item) for item in value]
    return value


def flag(value: Any, *, default: bool) -> bool:
    """`true`/`Y` and `false`/`N` are recognised, anything else is the default (§2.2)."""
    if value is True or value in ("Y", "y", "1", 1):
        return True
    if value is False or value in ("N", "n", "0", 0):
        return False
    return default
