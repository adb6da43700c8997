"""Stripe's form encoding: `a[b][0][c]=v` (contracts/payments.md §1.2)."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

_PART = re.compile(r"[^\[\]]+")


def decoded(text: str) -> dict[str, Any]:
    """The nested values of a form or query; objects with the keys 0…n become lists."""
    tree: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        parts = _PART.findall(name)
        at = tree
        for part in parts[:-1]:
            inner = at.setdefault(part, {})
            at = inner if isinstance(inner, dict) else at.setdefault(part, {})
        if parts:
            at[parts[-1]] = value
    found: dict[str, Any] = _listed(tree)
    return found


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {name: _listed(item) for name, item in value.items()}
    if inner and all(name.isdigit() for name in inner):
        return [inner[name] for name in sorted(inner, key=int)]
    return inner
