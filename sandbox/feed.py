"""What just happened in the sandbox, numbered, for whoever watches: the demo page, a test that waits."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from time import monotonic_ns
from typing import Any

_KEPT = 2_000


class Feed:
    """A short memory of events and a way to wait for the next one.

    Numbers begin at the moment of the start in microseconds, so a watcher that outlives a restart of the
    sandbox never waits for numbers that will not come.
    """

    def __init__(self) -> None:
        self.last = monotonic_ns() // 1000
        self._events: deque[dict[str, Any]] = deque(maxlen=_KEPT)
        self._news = asyncio.Event()
        self._listeners: list[Callable[[], None]] = []
        self._closed = False

    def publish(self, what: str, **facts: Any) -> None:
        """Tell every watcher and listener that something changed."""
        self.last += 1
        self._events.append({"n": self.last, "what": what, **facts})
        self._news.set()
        self._news = asyncio.Event()
        for listener in self._listeners:
            listener()

    def listen(self, listener: Callable[[], None]) -> None:
        """Call `listener` after every event."""
        self._listeners.append(listener)

    async def after(self, number: int, wait_s: float) -> list[dict[str, Any]]:
        """The events after `number`, waiting up to `wait_s` for the first of them."""
        news = self._news
        if self.last <= number and not self._closed:
            try:
                async with asyncio.timeout(wait_s):
                    await news.wait()
            except TimeoutError:
                return []
        return [event for event in self._events if event["n"] > number]

    def close(self) -> None:
        """Let everybody who waits go home."""
        self._closed = True
        self._news.set()
