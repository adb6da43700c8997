"""Who is looking at a portal, and the signal that something changed there.

One loop asks the database once a second about all portals that somebody watches; while nobody does there is
no loop. A signal says only that something is different: whoever hears it reads again what he may see.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from typing import Self

import msgspec
import structlog

from runtime.database import Database
from runtime.errors import SqlFailure

_EVERY_S = 1.0
_MOST = 1_000
log = structlog.get_logger(__name__)


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """What is different since the last signal."""

    messages: bool
    channels: bool


class Watcher:
    """One who watches a portal. `ended` says that this process stops."""

    def __init__(self, portal_id: str) -> None:
        self.portal_id = portal_id
        self.ended = False
        self._seen: tuple[str, str] | None = None
        self._now: tuple[str, str] | None = None
        self._woken = asyncio.Event()

    async def within(self, seconds: float) -> Changed | None:
        """What changed, as soon as something did; None when nothing did within `seconds`, or at the end."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), seconds)
        self._woken.clear()
        before, self._seen = self._seen, self._now
        if self._now is None or before == self._now:
            return None
        # whoever has just come missed what happened before: to him everything is new
        known = before or ("", "")
        return Changed(messages=known[0] != self._now[0], channels=known[1] != self._now[1])

    def hear(self, marks: tuple[str, str]) -> None:
        """Take the portal's present marks."""
        self._now = marks
        if marks != self._seen:
            self._woken.set()

    def end(self) -> None:
        """Nothing will come any more."""
        self.ended = True
        self._woken.set()


class Watch:
    """All watchers of this process. `async with` it; at its end they are told to go."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._watchers: set[Watcher] = set()
        self._task: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_over = False

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.end()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    @property
    def is_asking(self) -> bool:
        """Is the loop running?"""
        return self._task is not None and not self._task.done()

    @property
    def is_full(self) -> bool:
        """Does this process serve as many watchers as it can?"""
        return len(self._watchers) >= _MOST

    def end_soon(self) -> None:
        """What a signal's handler calls: it runs beside the loop."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self.end)

    def end(self) -> None:
        """The process stops: everybody goes, nobody comes any more."""
        self._is_over = True
        for watcher in self._watchers:
            watcher.end()

    @contextlib.contextmanager
    def watching(self, portal_id: str) -> Iterator[Watcher]:
        """Watch a portal as long as the context lasts."""
        watcher = Watcher(portal_id)
        self._watchers.add(watcher)
        if self._is_over:
            watcher.end()
        elif not self.is_asking:
            self._task = asyncio.create_task(self._run(), name="watch")
        try:
            yield watcher
        finally:
            self._watchers.discard(watcher)

    async def _run(self) -> None:
        while self._watchers and not self._is_over:
            try:
                await self._ask()
            except SqlFailure as failure:
                # the streams stay open: what changed meanwhile is told when the database is back
                log.warning("watch_failed", reason=failure.reason)
            except Exception:
                log.exception("watch_failed")
            await asyncio.sleep(_EVERY_S)

    async def _ask(self) -> None:
        portals = sorted({watcher.portal_id for watcher in self._watchers})
        rows = await self._database.call("messaging.pulse", {"p_portals": portals}, timeout_s=10)
        marks = {str(row["portal_id"]): (row["messages_mark"], row["channels_mark"]) for row in rows}
        for watcher in self._watchers:
            if watcher.portal_id in marks:
                watcher.hear(marks[watcher.portal_id])
