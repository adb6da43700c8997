"""How a request of the outside gets in: committed by SQL within two seconds, else into the spool.

While anything waits in the spool, what arrives goes behind it: order is the order of first durable arrival.
"""

from __future__ import annotations

import asyncio

import structlog

from api.problems import Refused
from api.spool import Accept, Call, Spool, SpoolFull, is_ours
from runtime.errors import DatabaseAway

_PATIENCE_S = 2.0
log = structlog.get_logger(__name__)


class Intake:
    """Takes calls for the doors that it knows."""

    def __init__(self, spool: Spool, doors: dict[str, Accept]) -> None:
        self._spool = spool
        self._doors = doors
        self._accepting: set[asyncio.Task[None]] = set()

    @property
    def spooled(self) -> int:
        """How many calls wait in the spool."""
        return self._spool.count

    async def take(self, call: Call) -> None:
        """Return when the call is committed or spooled. Raises what the door refuses with.

        A call over which we fail by a mistake of ours is kept, too: its sender may never repeat it.
        """
        try:
            if self._spool.is_empty and await self._committed(call):
                return
        except Exception as error:
            if is_ours(error):
                await self._set_aside(call)
            raise
        try:
            await self._spool.put(call)
        except (SpoolFull, OSError) as error:
            log.exception("spool_failed", error=type(error).__name__)
            raise Refused(
                503, "spool", "The database is away and the spool takes no more.", "Send it again later."
            ) from None

    async def _set_aside(self, call: Call) -> None:
        try:
            await self._spool.set_aside(call)
        except (SpoolFull, OSError) as error:
            log.exception("not_set_aside", door=call.door, error=type(error).__name__)

    async def replay(self, stop: asyncio.Event) -> None:
        """Replay the spool until told to stop."""
        await self._spool.replay(self._accept, stop)

    async def _committed(self, call: Call) -> bool:
        """Accept and wait a little. What goes on behind may commit, too: keys make that harmless."""
        accepting = asyncio.create_task(self._accept(call), name=f"accept-{call.door}")
        self._accepting.add(accepting)
        accepting.add_done_callback(self._done)
        done, _ = await asyncio.wait({accepting}, timeout=_PATIENCE_S)
        try:
            if done:
                accepting.result()
                return True
        except DatabaseAway:
            pass
        log.warning("database_away", door=call.door)
        return False

    def _done(self, accepting: asyncio.Task[None]) -> None:
        self._accepting.discard(accepting)
        if not accepting.cancelled():
            accepting.exception()

    async def _accept(self, call: Call) -> None:
        await self._doors[call.door](call)
