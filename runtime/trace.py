"""The writer of `trace.log`: takes entries without waiting, writes them in batches on its own connection.

It never raises and never blocks. When it can't keep up or the database is away, it keeps the newest
entries up to its limit and then says, in one entry, how many it had to drop. An entry that the database
refuses is dropped alone.
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
from runtime.errors import DatabaseAway, SqlFailure, SqlRefusal

_LIMIT = 20_000
_BATCH = 200
_PAUSE_S = 0.2
_AGAIN_S = 1.0
log = structlog.get_logger(__name__)


Entry = dict[str, Any]


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
    @property
    def correlation_id(self) -> str | None: ...  # noqa: D102


class Trace:
    """`async with Trace(database) as trace:`, then `trace.record(…)` and `trace.note(…)` from anywhere."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: deque[Entry] = deque(maxlen=_LIMIT)
        self._batch: list[Entry] = []
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
            correlation_id=exchange.correlation_id,
        )

    def note(self, event: str, *, level: str = "INFO", **fields: Any) -> None:
        """Take one entry; fields are those of `trace.write`, already free of secrets."""
        if len(self._waiting) == _LIMIT:
            self._dropped += 1
        self._waiting.append(_entry(event, level, fields))

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
        while not self._stopping.is_set() or self._waiting or self._batch:
            written = await self._write_batch()
            if not written and self._stopping.is_set():
                log.error("trace_lost", entries=len(self._batch) + len(self._waiting) + self._dropped)
                return
            if not written or len(self._waiting) < _BATCH:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), _PAUSE_S if written else _AGAIN_S)

    async def _write_batch(self) -> bool:
        """Write the oldest entries, or keep them. Returns whether the database took them."""
        if not self._batch:
            self._batch = [self._waiting.popleft() for _ in range(min(_BATCH, len(self._waiting)))]
            if self._dropped:
                summary = f"{self._dropped} log entries did not fit and were dropped"
                self._batch.append(_entry("entries_dropped", "ERROR", {"summary": summary}))
                self._dropped = 0
        if self._batch:
            try:
                await self._write(self._batch)
            except (DatabaseAway, LookupError) as failure:
                # without its function the database is not migrated yet: that passes, too
                log.warning("trace_not_written", reason=type(failure).__name__, entries=len(self._batch))
                return False
        self._batch = []
        return True

    async def _write(self, entries: list[Entry]) -> None:
        """Write what can be written. Raises `DatabaseAway`, `LookupError`; `entries` is what is left then."""
        try:
            await self._database.call_value("trace.write", {"p_entries": entries}, timeout_s=10)
        except (DatabaseAway, LookupError):
            raise
        except Exception as refused:
            if len(entries) == 1:
                log.exception(
                    "trace_refused", event_refused=entries[0]["event"], error=type(refused).__name__
                )
                self._dropped += 1
                return
            while entries:
                await self._write(entries[:1])
                del entries[:1]


def _entry(event: str, level: str, fields: Mapping[str, Any]) -> Entry:
    at = datetime.now(UTC).isoformat(timespec="microseconds")
    present = {name: value for name, value in fields.items() if value is not None}
    return {"event": event, "level": level, "at": at, **present}
