"""Waking the worker: a hint, never a promise. Everything works without it, a little later.

No function on the message path notifies, because NOTIFY takes a lock of the whole database at commit. Each
process sends at most one every 50 ms, from a connection of its own pool; LISTEN needs a direct connection.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Self

import psycopg

from runtime.database import Database
from runtime.errors import SqlFailure

_CHANNEL = "whatsappb24_wake"
_EVERY_S = 0.05
_RECONNECT_S = 5.0


class Alarm:
    """The ringing side: `ring()` from anywhere, at most one NOTIFY every 50 ms."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._task: asyncio.Task[None] | None = None
        self._again = False

    def ring(self) -> None:
        """Say that there is work."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._ring(), name="alarm")
        else:
            self._again = True

    async def _ring(self) -> None:
        while True:
            self._again = False
            with contextlib.suppress(SqlFailure):
                await self._database.call("messaging.wake", timeout_s=2)
            await asyncio.sleep(_EVERY_S)
            if not self._again:
                return


class Bell:
    """What one loop waits at. A ring while it is busy is kept for it, whoever else heard it."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Wake the loop, now or when it comes to wait."""
        self._rung.set()

    async def within(self, seconds: float) -> None:
        """Wait for a ring, at most `seconds`."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._rung.wait(), seconds)
        self._rung.clear()


class Wake:
    """The listening side: every loop waits at a bell of its own, and a NOTIFY rings all of them."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._bells: list[Bell] = []
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._listen(), name="wake")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def bell(self) -> Bell:
        """A bell for a loop that lives as long as this."""
        bell = Bell()
        self._bells.append(bell)
        return bell

    def ring(self) -> None:
        """Wake every loop of this process."""
        for bell in self._bells:
            bell.ring()

    async def _listen(self) -> None:
        while True:
            with contextlib.suppress(psycopg.Error):
                async with await psycopg.AsyncConnection.connect(
                    self._url,
                    autocommit=True,
                    connect_timeout=5,
                    keepalives_idle=30,
                    application_name="whatsappb24-listen",
                ) as connection:
                    await connection.execute(f"listen {_CHANNEL}")
                    self.ring()  # for what was said before anybody listened
                    async for _ in connection.notifies():
                        self.ring()
            await asyncio.sleep(_RECONNECT_S)
