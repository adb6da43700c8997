"""The one door to the SQL functions: a pool of one role, named arguments, typed errors.

Every call is one statement in autocommit, so a call is a transaction. A deadlock or a serialization failure
is tried again; a call that outlasts its time or loses its connection raises `DatabaseAway`.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Callable, Mapping
from typing import Any, Self

import msgspec
import psycopg
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import Jsonb, set_json_dumps, set_json_loads
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from runtime.errors import RETRIED, DatabaseAway, SqlFailure, failure_of
from runtime.jsonb import clean, dumps, loads

_FUNCTION = re.compile(r"^[a-z_]+\.[a-z_0-9]+$")
_ATTEMPTS = 4
_CONNECT_WITHIN_S = 5.0
_SIGNATURES = b"""
select
  array(
    select a.name
    from unnest(p.proargnames, p.proargmodes) with ordinality as a (name, mode, place)
    where coalesce(a.mode, 'i') in ('i', 'b', 'v')
    order by a.place
  )::text[] as names,
  p.proargtypes::oid[]::regtype[]::text[] as types,
  p.pronargs - p.pronargdefaults as required
from pg_proc p
join pg_namespace n on n.oid = p.pronamespace
where n.nspname = %s and p.proname = %s
order by p.pronargs
"""
Connection = psycopg.AsyncConnection[DictRow]


class _Parameter(msgspec.Struct, frozen=True):
    """One parameter of a SQL function, with its type as PostgreSQL writes it."""

    name: str
    type: str

    def adapt(self, value: Any) -> Any:
        """Return what psycopg sends for this value."""
        if value is None:
            return None
        if self.type in ("jsonb", "json"):
            return Jsonb(value)
        return clean(value) if isinstance(value, str | list | tuple) else value


class _Statement(msgspec.Struct, frozen=True):
    """The call of one function with one set of named arguments."""

    text: bytes
    parameters: tuple[_Parameter, ...]


class Database:
    """A pool of connections of one role. `async with Database(url) as database:` opens and closes it.

    `prepare=False` is for poolers that cannot keep prepared statements (PgBouncer before 1.21).
    `on_failure` hears of every refused or failed call, by the function's name; it must not raise.
    `role` is what the server shows in `pg_stat_activity.application_name`, as `whatsappb24-<role>`.
    With `may_be_away` the server need not be there at the start: calls raise `DatabaseAway` until it is.
    """

    def __init__(
        self,
        url: str,
        *,
        min_size: int = 1,
        max_size: int = 10,
        role: str = "python",
        prepare: bool = True,
        may_be_away: bool = False,
        on_failure: Callable[[str, SqlFailure], None] | None = None,
    ) -> None:
        self._prepare = prepare
        self._on_failure = on_failure
        self._may_be_away = may_be_away
        self._statements: dict[tuple[str, frozenset[str]], _Statement] = {}
        self._abandoned: set[asyncio.Task[Any]] = set()
        self._repairs: set[asyncio.Task[None]] = set()
        self._pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            url,
            min_size=min_size,
            max_size=max_size,
            open=False,
            name=role,
            configure=self._configure,
            # The pool waits ever longer between its attempts to connect, and nobody begins anew for those who
            # wait already: both are given up early, so that the next call is answered soon after a return.
            reconnect_timeout=_CONNECT_WITHIN_S,
            timeout=_CONNECT_WITHIN_S,
            kwargs={
                "autocommit": True,
                "row_factory": dict_row,
                "application_name": f"whatsappb24-{role}",
                "connect_timeout": 5,
                "keepalives_idle": 30,
                "tcp_user_timeout": 15_000,
            },
        )

    async def open(self, *, timeout_s: float = 10) -> None:
        """Open the pool and, unless the server may be away, wait for its first connections.

        Raises `DatabaseAway`.
        """
        try:
            await self._pool.open(wait=not self._may_be_away, timeout=timeout_s)
        except PoolTimeout:
            await self._pool.close()
            raise DatabaseAway(f"no connection to the database within {timeout_s:g} s") from None

    async def close(self) -> None:
        """Give up what nobody waits for any more and close all connections."""
        for task in self._repairs:
            task.cancel()
        await asyncio.gather(*self._abandoned, *self._repairs, return_exceptions=True)
        await self._pool.close()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def call(
        self, function: str, arguments: Mapping[str, Any] | None = None, *, timeout_s: float = 30
    ) -> list[dict[str, Any]]:
        """Return the rows of `select * from schema.function(name => value, …)`, each by column name.

        A value goes as the type its parameter declares: anything JSON-like into `jsonb`, a list into an
        array (`bytea[]`, `uuid[]`), the rest as it is; text is cleaned of U+0000 and lone surrogates.
        Raises `SqlRefusal` when the database says no, `DatabaseAway` when it does not answer in `timeout_s`
        seconds (the call may take effect all the same), `LookupError` when there is no such function.
        """
        if not _FUNCTION.match(function):
            raise LookupError(f"not the name of a SQL function: {function!r}")
        task = asyncio.ensure_future(self._call(function, arguments or {}))
        try:
            done, _ = await asyncio.wait({task}, timeout=timeout_s)
        except asyncio.CancelledError:
            self._abandon(task)
            raise
        if done:
            return task.result()
        # cancelling takes its own time when the server is cut off, and the caller has none left
        self._abandon(task)
        raise self._told(
            function, DatabaseAway(f"{function} did not answer within {timeout_s:g} s", sqlstate="57014")
        )

    async def call_one(
        self, function: str, arguments: Mapping[str, Any] | None = None, *, timeout_s: float = 30
    ) -> dict[str, Any] | None:
        """Return the only row, or None when there is none. Raises as `call`, `LookupError` for more rows."""
        rows = await self.call(function, arguments, timeout_s=timeout_s)
        if len(rows) > 1:
            raise LookupError(f"{function} returned {len(rows)} rows where one was expected")
        return rows[0] if rows else None

    async def call_value(
        self, function: str, arguments: Mapping[str, Any] | None = None, *, timeout_s: float = 30
    ) -> Any:
        """Return what a scalar function returns: the only column of its only row. Raises as `call_one`."""
        row = await self.call_one(function, arguments, timeout_s=timeout_s)
        return next(iter(row.values())) if row else None

    async def _call(self, function: str, arguments: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Run the statement until it succeeds or fails for good."""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                async with self._pool.connection() as connection:
                    statement = await self._statement(connection, function, frozenset(arguments))
                    values = {part.name: part.adapt(arguments[part.name]) for part in statement.parameters}
                    return await (await connection.execute(statement.text, values)).fetchall()
            except psycopg.Error as error:
                if error.sqlstate not in RETRIED or attempt == _ATTEMPTS:
                    failure = failure_of(error)
                    if isinstance(failure, DatabaseAway):
                        self._check_idle_connections()
                    # psycopg's text may quote values, so it does not travel as the cause
                    raise self._told(function, failure) from None
            await asyncio.sleep(random.uniform(0.005, 0.03) * attempt)  # noqa: S311
        raise AssertionError("the last attempt returns or raises")

    async def _statement(self, connection: Connection, function: str, given: frozenset[str]) -> _Statement:
        """Return the call of the shortest function of this name that takes these arguments."""
        known = self._statements.get((function, given))
        if known is not None:
            return known
        schema, _, name = function.partition(".")
        for row in await (await connection.execute(_SIGNATURES, (schema, name))).fetchall():
            if given <= set(row["names"]) and set(row["names"][: row["required"]]) <= given:
                parameters = tuple(
                    _Parameter(parameter, declared)
                    for parameter, declared in zip(row["names"], row["types"], strict=True)
                    if parameter in given
                )
                named = ", ".join(f"{part.name} => %({part.name})s::{part.type}" for part in parameters)
                # every name in this text is one that the catalog just gave back
                text = f"select * from {function}({named})"  # noqa: S608
                statement = _Statement(text.encode(), parameters)
                self._statements[function, given] = statement
                return statement
        raise LookupError(f"no SQL function {function}({', '.join(sorted(given))})")

    def _told(self, function: str, failure: SqlFailure) -> SqlFailure:
        """Tell whoever keeps the log of refused and failed calls."""
        if self._on_failure is not None:
            self._on_failure(function, failure)
        return failure

    def _abandon(self, task: asyncio.Task[Any]) -> None:
        """Let a task end by itself, unheard."""
        self._abandoned.add(task)
        task.add_done_callback(self._forget)
        task.cancel()

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self._abandoned.discard(task)
        if not task.cancelled():
            task.exception()

    def _check_idle_connections(self) -> None:
        """After a server restart every idle connection is dead; replace them all at the first failure."""
        if not self._repairs:
            task = asyncio.ensure_future(self._pool.check())
            self._repairs.add(task)
            task.add_done_callback(self._repairs.discard)

    async def _configure(self, connection: Connection) -> None:
        set_json_dumps(dumps, connection)
        set_json_loads(loads, connection)
        if not self._prepare:
            connection.prepare_threshold = None
