"""What a REST method of the simulator is: a function of one call, in one table."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from sandbox.bitrix24 import php
from sandbox.bitrix24.card import Installation
from sandbox.bitrix24.state import Portal, User
from sandbox.bitrix24.world import World

PAGE = 50


class Call(msgspec.Struct, kw_only=True, frozen=True):
    """One REST call: who calls which portal with which checked parameters."""

    world: World
    portal: Portal
    user: User
    installation: Installation
    method: str
    params: dict[str, Any]

    def text(self, name: str, default: str = "") -> str:
        """A scalar parameter as text."""
        value = self.params.get(name)
        return default if value is None else php.scalar(value)

    def number(self, name: str, default: int = 0) -> int:
        """An integer parameter (its type is already checked)."""
        value = self.params.get(name)
        return default if value in (None, "") else int(value)

    def fields(self, name: str) -> dict[str, Any]:
        """A map parameter as it came."""
        value = self.params.get(name)
        return value if isinstance(value, dict) else {}


class Page(msgspec.Struct, frozen=True):
    """An answer with `total` and, when more follows, `next` beside its result (§1.5)."""

    result: Any
    total: int
    next: int | None = None


Handler = Callable[[Call], Awaitable[Any]]


class Served(msgspec.Struct, frozen=True):
    """A method with the right it needs beyond its scope."""

    handler: Handler
    admin_only: bool


METHODS: dict[str, Served] = {}


def serves(*names: str, admin_only: bool = False) -> Callable[[Handler], Handler]:
    """Register the function as these REST methods."""

    def register(handler: Handler) -> Handler:
        METHODS.update({name: Served(handler, admin_only) for name in names})
        return handler

    return register


def page(rows: list[Any], start: int, wrap: Callable[[list[Any]], Any] = list) -> Page:
    """Fifty rows from `start`; a start of -1 skips nothing here but leaves `total` and `next` honest."""
    first = max(0, start)
    following = first + PAGE
    return Page(wrap(rows[first:following]), len(rows), following if following < len(rows) else None)
