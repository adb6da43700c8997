"""The access token, asked for once however many calls wait for it (contracts/payments.md §2.1)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final

import msgspec

from connectors.outside import Failure
from connectors.redaction import Secret

EARLY_S: Final = 60.0
"""A token is not used in its last minute: it could end on the way."""


class Token(msgspec.Struct, frozen=True, eq=False):
    """An access token; `lasts_s` from the moment it was asked for."""

    value: Secret
    lasts_s: float


class Tokens:
    """Holds the token of one application. `ask` reaches PayPal; `now` is a monotonic clock in seconds."""

    def __init__(
        self, ask: Callable[[], Awaitable[Token | Failure]], *, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._ask = ask
        self._now = now
        self._asking = asyncio.Lock()
        self._token: Token | None = None
        self._good_until = 0.0

    async def current(self) -> Token | Failure:
        """Return a token that is good for another minute; all who wait get the one that is asked for."""
        async with self._asking:
            if self._token is not None and self._now() < self._good_until:
                return self._token
            begun = self._now()
            asked = await self._ask()
            if isinstance(asked, Token):
                self._token = asked
                self._good_until = begun + max(asked.lasts_s - EARLY_S, 0.0)
            return asked

    def refuse(self, token: Token) -> None:
        """PayPal refused this token. Of many calls that learn it at once, the first makes a new one due."""
        if self._token is token:
            self._token = None
