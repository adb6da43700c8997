"""What is done by the clock: leases that end, lanes that go on, receipts that are due, partitions."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from adapters.media import MediaShelf
from runtime.database import Database
from runtime.errors import SqlFailure
from runtime.wake import Wake

_KEEP_MEDIA = timedelta(days=3)
log = structlog.get_logger(__name__)


async def every(seconds: float, task: Callable[[], Awaitable[object]], stop: asyncio.Event) -> None:
    """Run `task` again and again until told to stop; a failure is logged and the next round tries again."""
    while not stop.is_set():
        try:
            await task()
        except SqlFailure as failure:
            log.warning("round_failed", task=getattr(task, "__qualname__", "round"), reason=failure.reason)
        except Exception:
            log.exception("round_failed", task=getattr(task, "__qualname__", "round"))
        try:
            await asyncio.wait_for(stop.wait(), seconds)
        except TimeoutError:
            continue


class Rounds:
    """The platform functions that one runner at a time performs; any number of workers may call them."""

    def __init__(self, database: Database, shelf: MediaShelf, wake: Wake, *, trace_keep_days: int) -> None:
        self._database = database
        self._shelf = shelf
        self._wake = wake
        self._keep_trace = timedelta(days=trace_keep_days)

    async def quick(self) -> None:
        """Every second: what an attempt, a lane or a receipt waits for."""
        for function in ("messaging.expire_leases", "messaging.unblock_lanes", "messaging.apply_parked"):
            if await self._database.call_value(function):
                self._wake.ring()

    async def slow(self) -> None:
        """Every hour: partitions ahead, old ones away, holds that ended, files that were fetched."""
        await self._database.call_value("tenancy.ensure_partitions")
        await self._database.call("tenancy.drop_partitions", {"p_keep_trace": self._keep_trace})
        await self._database.call_value("billing.expire_holds")
        await self._shelf.forget(_KEEP_MEDIA)
