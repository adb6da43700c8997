"""The writer of `trace.log`: takes entries without waiting, writes them in batches on its own connection.

It never raises and never blocks. When it can't keep up or the database is away, it keeps the newest
entries up to its limit and then says, in one entry, how many it had to drop.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Protocol, Self

import structlog

from runtime.database import Database
from runtime.errors import SqlFailure, SqlRefusal

_LIMIT = 20_000
_BATCH = 200
_PAUSE_S = 0.2
log = structlog.get_logger(__name__)


class Exchanged(Protocol):
    """One HTTP request to the outside and its answer, redacted: what connectors record."""

    @property
    def party(self) -> str: ...  # noqa: D102
    @property
    def method(self) -> str: ...  # noqa: D102
    @property
    def status(self) -> int | None: ...  # noqa: D102
    @property
    def duration_ms(self) -> float: ...  # noqa: D102
    @property
    def request(self) -> Any: ...  # noqa: D102
    @property
    def response(self) -> Any: ...  # noqa: D102
    @property
    def error(self) -> str | None: ...  # noqa: D102
    @property
    def portal_id(self) -> str | None: ...  # noqa: D102
    @property
    def channel_id(self) -> str | None: ...  # noqa: D102
    @property
    def conversation_id(self) -> str | None: ...  # noqa: D102
    @property
    def message_id(self) -> str | None: ...  # noqa: D102


class Trace:
    """`async with Trace(database) as trace:`, then `trace.record(…)` and `trace.note(…)` from anywhere."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: deque[dict[str, Any]] = deque(maxlen=_LIMIT)
        self._dropped = 0
        self._task: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run(), name="trace")
        return self

    async def __aexit__(self, *_: object) -> None:
        self._stopping.set()
        if self._task is not None:
            await self._task

    def record(self, exchange: Exchanged) -> None:
        """Take one exchange with the outside (the `Journal` that connectors ask for)."""
        failed = exchange.error is not None or exchange.status is None or exchange.status >= 400
        self.note(
            "exchange",
            level="WARN" if failed else "INFO",
            direction="out",
            party=exchange.party,
            method=exchange.method,
            status=exchange.status,
            duration_ms=round(exchange.duration_ms, 3),
            summary=exchange.error,
            request=exchange.request,
            response=exchange.response,
            portal_id=exchange.portal_id,
            channel_id=exchange.channel_id,
            conversation_id=exchange.conversation_id,
            message_id=exchange.message_id,
        )

    def note(self, event: str, *, level: str = "INFO", **fields: Any) -> None:
        """Take one entry; fields are those of `trace.write`, already free of secrets."""
        if len(self._waiting) == _LIMIT:
            self._dropped += 1
        entry = {"event": event, "level": level, "at": _now(), **_present(fields)}
        self._waiting.append(entry)

    def sql_failed(self, function: str, failure: SqlFailure) -> None:
        """Take a refused or failed call of a SQL function (`Database(on_failure=…)`)."""
        self.note(
            "sql_refused" if isinstance(failure, SqlRefusal) else "sql_failed",
            level="WARN" if isinstance(failure, SqlRefusal) else "ERROR",
            party="postgresql",
            method=function,
            status=failure.http_status,
            summary=f"{failure.reason}: {failure.message}",
            response=failure.detail or None,
            portal_id=failure.detail.get("portal_id"),
        )

    async def _run(self) -> None:
        while not (self._stopping.is_set() and not self._waiting):
            if not await self._write_batch() and self._stopping.is_set():
                break
            if len(self._waiting) < _BATCH and not self._stopping.is_set():
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), _PAUSE_S)

    async def _write_batch(self) -> bool:
        """Write the oldest entries; on failure keep them. Returns whether the database took them."""
        if self._dropped:
            dropped, self._dropped = self._dropped, 0
            self.note(
                "entries_dropped",
                level="ERROR",
                summary=f"{dropped} log entries did not fit and were dropped",
            )
        batch = [self._waiting.popleft() for _ in range(min(_BATCH, len(self._waiting)))]
        if not batch:
            return True
        try:
            await self._database.call_value("trace.write", {"p_entries": batch}, timeout_s=10)
        except SqlFailure as failure:
            log.warning("trace_not_written", reason=failure.reason, entries=len(batch))
            self._waiting.extendleft(reversed(batch))
            return False
        return True


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")


def _present(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
