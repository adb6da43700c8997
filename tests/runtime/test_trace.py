"""The writer of the log, against a real server: in batches, through absences, to the last entry."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import psycopg
import pytest
from structlog.testing import capture_logs

from connectors.outside import Exchange
from runtime import trace as trace_module
from runtime.database import Database
from runtime.errors import SqlRefusal
from runtime.trace import Trace
from tests.servers import TestDatabase, fresh_database

pytestmark = pytest.mark.requirement("R2.2-e")

_EVENTS = "select event from trace.log order by log_id, event"
_COUNT = "select count(*) from trace.log"
_COUNTING = """
alter function trace.write(jsonb) rename to write_truly;
create table trace.call (size int);
grant insert on trace.call to whatsappb24_trace;
grant usage on schema trace to whatsappb24_trace;
create function trace.write(p_entries jsonb) returns int language plpgsql as $$
begin
  if p_entries @? '$[*] ? (@.event == "poison")' then
    raise exception using errcode = 'WB400', detail = '{"reason": "poisoned"}';
  end if;
  insert into trace.call values (jsonb_array_length(p_entries));
  return trace.write_truly(p_entries);
end $$;
grant execute on function trace.write(jsonb) to public;
"""
_DYING = """
alter function trace.write(jsonb) rename to write_later;
create function trace.write(p_entries jsonb) returns int language sql
as $$ select pg_terminate_backend(pg_backend_pid())::int $$;
grant execute on function trace.write(jsonb) to public;
"""
_LIVING = "drop function trace.write(jsonb); alter function trace.write_later(jsonb) rename to write"


@pytest.fixture
def logged() -> Iterator[TestDatabase]:
    """A database whose log is empty and whose writer's calls are counted."""
    with fresh_database(18) as made:
        with psycopg.connect(made.url, autocommit=True) as owner:
            owner.execute(_COUNTING.encode())
        yield made


@asynccontextmanager
async def writer(logged: TestDatabase) -> AsyncIterator[Trace]:
    async with Database(logged.trace_url, max_size=1, may_be_away=True) as database, Trace(database) as trace:
        yield trace


def _column(logged: TestDatabase, query: str) -> list[object]:
    with psycopg.connect(logged.url, autocommit=True) as owner:
        return [row[0] for row in owner.execute(query.encode()).fetchall()]


async def test_entries_are_written_in_batches_and_none_is_lost_at_the_end(logged: TestDatabase) -> None:
    async with writer(logged) as trace:
        for number in range(450):
            trace.note("request", status=200, duration_ms=number)
    assert [450] == _column(logged, _COUNT)
    assert [200, 200, 50] == _column(logged, "select size from trace.call order by size desc")
    in_order = "select duration_ms::int from trace.log order by log_id"
    assert list(range(450)) == sorted(map(int, map(str, _column(logged, in_order))))


async def test_an_exchange_with_the_outside_is_told_with_what_it_is_about(logged: TestDatabase) -> None:
    about = "00000000-0000-0000-0000-000000000001"
    exchange = Exchange(
        party="gupshup",
        method="POST /wa/api/v1/msg",
        status=None,
        duration_ms=12.3456,
        request={"form": "[secret]"},
        response=None,
        error="timeout",
        message_id=about,
    )
    async with writer(logged) as trace:
        trace.record(exchange)
    columns = "level, direction, party, method, summary, message_id, duration_ms"
    told = f"select concat_ws(' ', {columns}) from trace.log"  # noqa: S608
    assert [f"WARN out gupshup POST /wa/api/v1/msg timeout {about} 12.346"] == _column(logged, told)


async def test_a_refused_function_is_a_warning_with_its_reason(logged: TestDatabase) -> None:
    refusal = SqlRefusal(sqlstate="WB403", http_status=403, reason="window", message="too late")
    async with writer(logged) as trace:
        trace.sql_failed("messaging.submit", refusal)
    told = "select concat_ws(' ', level, event, method, status, summary) from trace.log"
    assert ["WARN sql_refused messaging.submit 403 window: too late"] == _column(logged, told)


async def test_an_entry_that_is_refused_costs_its_siblings_nothing(logged: TestDatabase) -> None:
    async with asyncio.timeout(10), writer(logged) as trace:
        for event in ("a", "poison", "b"):
            trace.note(event)
        trace.note("unsendable", request=object())
        trace.note("c")
    assert ["a", "b", "c"] == sorted(set(map(str, _column(logged, _EVENTS))) - {"entries_dropped"})


async def test_what_did_not_fit_is_counted_and_the_newest_stays(
    logged: TestDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trace_module, "_LIMIT", 3)
    async with writer(logged) as trace:
        for number in range(10):
            trace.note(f"n{number}")
    dropped = "select summary from trace.log where event = 'entries_dropped'"
    assert ["7 log entries did not fit and were dropped"] == _column(logged, dropped)
    assert ["n7", "n8", "n9"] == [e for e in map(str, _column(logged, _EVENTS)) if e != "entries_dropped"]


async def test_an_absence_of_the_database_costs_no_entry(
    logged: TestDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trace_module, "_AGAIN_S", 0.05)
    with psycopg.connect(logged.url, autocommit=True) as owner, capture_logs() as said:
        owner.execute(_DYING.encode())
        async with asyncio.timeout(30), writer(logged) as trace:
            trace.note("before")
            while [entry["event"] for entry in said].count("trace_not_written") < 2:
                trace.note("meanwhile")
                await asyncio.sleep(0.01)
            owner.execute(_LIVING.encode())
            trace.note("after")
    events = list(map(str, _column(logged, _EVENTS)))
    assert (1, 1) == (events.count("before"), events.count("after"))
    assert "meanwhile" in events


async def test_what_cannot_be_written_at_the_end_is_said(logged: TestDatabase) -> None:
    with psycopg.connect(logged.url, autocommit=True) as owner, capture_logs() as said:
        owner.execute(_DYING.encode())
        async with asyncio.timeout(30), writer(logged) as trace:
            trace.note("a")
            trace.note("b")
    assert [2] == [entry["entries"] for entry in said if entry["event"] == "trace_lost"]
