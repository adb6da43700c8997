"""Many callers, one call: items that arrive together go to a batch function together.

A lone item waits at most `linger_s`. One bad item never fails its siblings: batch functions answer per item,
and when the call itself is refused or cannot be made, the items are tried one by one, so that only the bad
one fails. Whoever added an item hears of it, whatever happens: nobody waits for ever.
"""

from __future__ import annotations

import asyncio
from typing import Any, Self

import msgspec

from runtime.database import Database
from runtime.errors import DatabaseAway

Rows = list[dict[str, Any]]


class _Waiting(msgspec.Struct, frozen=True):
    item: dict[str, Any]
    raw: bytes | None
    answer: asyncio.Future[Rows]


class Coalescer:
    """Calls `function(p_items, p_raw)` for whoever adds items; `raw=False` for functions without bodies.

    Each item's answer is the rows whose column `item` names it (batch functions count from 1).
    """

    def __init__(
        self,
        database: Database,
        function: str,
        *,
        raw: bool = True,
        max_items: int = 100,
        linger_s: float = 0.005,
        timeout_s: float = 30.0,
    ) -> None:
        self._database = database
        self._function = function
        self._raw = raw
        self._max_items = max_items
        self._linger_s = linger_s
        self._timeout_s = timeout_s
        self._waiting: list[_Waiting] = []
        self._timer: asyncio.TimerHandle | None = None
        self._calls: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self._send()
        await asyncio.gather(*self._calls, return_exceptions=True)

    async def add(self, item: dict[str, Any], raw: bytes | None = None) -> Rows:
        """Return the rows that answer `item`, after the commit.

        Raises `SqlRefusal` when this item alone is refused, `DatabaseAway`, and what else a call of this item
        alone raises (`TypeError` for what is not JSON-like).
        """
        answer: asyncio.Future[Rows] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(item, raw, answer))
        if len(self._waiting) >= self._max_items:
            self._send()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._linger_s, self._send)
        return await answer

    def _send(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        batch, self._waiting = self._waiting, []
        if batch:
            task = asyncio.create_task(self._call(batch), name=self._function)
            self._calls.add(task)
            task.add_done_callback(self._calls.discard)

    async def _call(self, batch: list[_Waiting]) -> None:
        try:
            rows = await self._rows(batch)
        except asyncio.CancelledError:
            for waiting in batch:
                waiting.answer.cancel()
            raise
        except Exception as failure:
            if len(batch) == 1 or isinstance(failure, DatabaseAway):
                for waiting in batch:
                    _answer(waiting.answer, failure)
                return
            for waiting in batch:
                await self._call([waiting])
        else:
            for number, waiting in enumerate(batch, start=1):
                _answer(waiting.answer, rows.get(number, []))

    async def _rows(self, batch: list[_Waiting]) -> dict[int, Rows]:
        """Call the function; its rows by the number of the item they answer."""
        bodies = [waiting.raw for waiting in batch if waiting.raw is not None]
        places = iter(range(1, len(bodies) + 1))
        items = [
            waiting.item if waiting.raw is None else {**waiting.item, "raw": next(places)}
            for waiting in batch
        ]
        arguments: dict[str, Any] = {"p_items": items, **({"p_raw": bodies} if self._raw else {})}
        by_item: dict[int, Rows] = {}
        for row in await self._database.call(self._function, arguments, timeout_s=self._timeout_s):
            by_item.setdefault(row["item"], []).append(row)
        return by_item


def _answer(future: asyncio.Future[Rows], outcome: Rows | Exception) -> None:
    """Answer whoever still waits."""
    if future.done():
        return
    if isinstance(outcome, Exception):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)
