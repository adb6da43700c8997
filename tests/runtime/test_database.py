"""The one door to the SQL functions, against a real server: values, refusals, retries, silence."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
import pytest

from runtime.database import Database
from runtime.errors import DatabaseAway, SqlFailure, SqlRefusal
from tests.servers import TestDatabase, fresh_database

pytestmark = pytest.mark.requirement("R2.2-e")

_FUNCTIONS = """
create schema demo;
create domain demo.micros as bigint check (value >= 0);
create table demo.thing (id int primary key, secret text unique, n demo.micros);
create sequence demo.tries;

create function demo.echo(p_json jsonb default null, p_raw bytea[] default '{}', p_ids uuid[] default '{}',
  p_text text default null, p_at timestamptz default null, p_price numeric default null,
  p_count demo.micros default 0)
returns table ("json" jsonb, "raw" bytea[], "ids" uuid[], "text" text, "at" timestamptz,
  "price" numeric, "count" bigint)
language sql as $$ select p_json, p_raw, p_ids, p_text, p_at, p_price, p_count::bigint $$;

create function demo.name_of(p_id int) returns text language sql as $$ select 'number ' || p_id $$;
create function demo.name_of(p_id int, p_title text) returns text language sql
as $$ select p_title || p_id $$;
create function demo.split(p_n int, out half int, inout p_m int, out rest int) language sql
as $$ select p_n / 2, p_m, p_n % 2 $$;
create function demo.several() returns setof int language sql as $$ values (1), (2) $$;
create function demo.none() returns setof int language sql as $$ select 1 where false $$;
create function demo.sleep(p_seconds float8) returns text language sql
as $$ select pg_sleep(p_seconds)::text $$;
create function demo.die() returns void language sql as $$ select pg_terminate_backend(pg_backend_pid()) $$;
create function demo.own(p_code text, p_detail text) returns void language plpgsql as $$
begin
  raise exception using errcode = p_code, message = 'no money', detail = p_detail, hint = 'top up';
end $$;
create function demo.flaky(p_state text, p_failures int) returns bigint language plpgsql as $$
declare v_try bigint := nextval('demo.tries');
begin
  if v_try <= p_failures then raise exception using errcode = p_state; end if;
  return v_try;
end $$;
create function demo.put(p_id int, p_secret text, p_n bigint default 1) returns int language sql
as $$ insert into demo.thing values (p_id, p_secret, p_n) returning id $$;
create function demo.broken() returns int language plpgsql
as $$ begin return (select x from nowhere); end $$;
create function demo.parse(p_text text) returns jsonb language plpgsql
as $$ begin return p_text::jsonb; end $$;
create function demo.prepared() returns bigint language sql
as $$ select count(*) from pg_prepared_statements $$;
"""


@pytest.fixture(scope="module")
def functions() -> Iterator[TestDatabase]:
    with fresh_database(18, migrated=False) as made:
        with psycopg.connect(made.url, autocommit=True) as connection:
            connection.execute(_FUNCTIONS.encode())
        yield made


@pytest.fixture
async def database(functions: TestDatabase) -> AsyncIterator[Database]:
    async with Database(functions.url, max_size=2) as opened:
        yield opened


async def test_every_value_arrives_as_its_parameter_declares_and_comes_back(database: Database) -> None:
    sent: dict[str, Any] = {
        "p_json": [{"a": [1, None, "ñ"]}],
        "p_raw": [b"\x00\xff", b""],
        "p_ids": [UUID(int=1)],
        "p_text": "it's %s",
        "p_at": datetime(2026, 1, 2, 3, tzinfo=UTC),
        "p_price": Decimal("0.0008"),
        "p_count": 2**40,
    }
    row = (await database.call("demo.echo", sent))[0]
    assert sent == {f"p_{name}": value for name, value in row.items()}


async def test_empty_lists_and_none_keep_their_meaning(database: Database) -> None:
    row = await database.call_one("demo.echo", {"p_json": [], "p_raw": [], "p_ids": [], "p_text": None})
    assert row is not None
    assert ([], [], [], None) == (row["json"], row["raw"], row["ids"], row["text"])
    row = await database.call_one("demo.echo", {"p_json": None})
    assert row is not None
    assert row["json"] is None


async def test_what_postgresql_cannot_store_is_replaced_in_json_and_in_text(database: Database) -> None:
    row = await database.call_one("demo.echo", {"p_json": {"k\0": "\ud800"}, "p_text": "a\0b"})
    assert row is not None
    assert ({"k�": "�"}, "a�b") == (row["json"], row["text"])


async def test_the_argument_names_choose_among_functions_of_one_name(database: Database) -> None:
    assert "number 7" == await database.call_value("demo.name_of", {"p_id": 7})
    assert "lane 7" == await database.call_value("demo.name_of", {"p_id": 7, "p_title": "lane "})


async def test_out_parameters_are_not_arguments(database: Database) -> None:
    assert [{"half": 3, "p_m": 9, "rest": 1}] == await database.call("demo.split", {"p_n": 7, "p_m": 9})


async def test_one_row_is_expected_where_one_is_asked_for(database: Database) -> None:
    assert await database.call_one("demo.none") is None
    assert await database.call_value("demo.none") is None
    with pytest.raises(LookupError, match="2 rows"):
        await database.call_one("demo.several")


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        ("demo.missing", {}),
        ("demo.echo", {"p_nothing": 1}),
        ("demo.name_of", {}),
        ("echo", {}),
        ("demo.echo; drop schema demo", {}),
        ("Demo.echo", {}),
    ],
)
async def test_a_call_that_names_no_function_is_a_lookup_error(
    database: Database, function: str, arguments: dict[str, Any]
) -> None:
    with pytest.raises(LookupError):
        await database.call(function, arguments)


async def test_our_own_refusal_carries_status_reason_detail_and_advice(database: Database) -> None:
    with pytest.raises(SqlRefusal) as refused:
        await database.call(
            "demo.own", {"p_code": "WB402", "p_detail": '{"reason": "no_balance", "short": 5}'}
        )
    error = refused.value
    assert ("WB402", 402, "no_balance", "no money", "top up") == (
        error.sqlstate,
        error.http_status,
        error.reason,
        error.message,
        error.hint,
    )
    assert 5 == error.detail["short"]
    assert "PL/pgSQL function demo.own" in error.where


async def test_a_detail_that_is_no_json_object_does_not_hide_the_refusal(database: Database) -> None:
    for detail in ("not json", "[1]", ""):
        with pytest.raises(SqlRefusal) as refused:
            await database.call("demo.own", {"p_code": "WB409", "p_detail": detail})
        assert (409, "unnamed") == (refused.value.http_status, refused.value.reason)


async def test_postgresqls_own_refusals_have_a_status_and_quote_no_value(database: Database) -> None:
    await database.call("demo.put", {"p_id": 1, "p_secret": "hush-hush"})
    cases: list[tuple[str, dict[str, Any], int]] = [
        ("demo.put", {"p_id": 2, "p_secret": "hush-hush"}, 409),
        ("demo.put", {"p_id": 3, "p_secret": "x", "p_n": -77123}, 400),
        ("demo.echo", {"p_ids": ["hush-hush"]}, 400),
        ("demo.own", {"p_code": "42501", "p_detail": "hush-hush"}, 403),
        ("demo.own", {"p_code": "55P03", "p_detail": "hush-hush"}, 503),
        ("demo.own", {"p_code": "P0001", "p_detail": "hush-hush"}, 500),
        ("demo.parse", {"p_text": '{"token": "hush-hush" x'}, 400),
        ("demo.broken", {}, 500),
    ]
    for function, arguments, status in cases:
        with pytest.raises(SqlRefusal) as refused:
            await database.call(function, arguments)
        error = refused.value
        assert status == error.http_status, function
        told = f"{error} {error.detail} {error.where} {error.__cause__}"
        assert "hush-hush" not in told
        assert "77123" not in told


async def test_a_refusal_leaves_the_connection_usable(database: Database) -> None:
    for _ in range(5):
        with pytest.raises(SqlRefusal):
            await database.call("demo.broken")
    assert "number 1" == await database.call_value("demo.name_of", {"p_id": 1})


async def _restart_counting(functions: TestDatabase) -> None:
    async with await psycopg.AsyncConnection.connect(functions.url, autocommit=True) as connection:
        await connection.execute("alter sequence demo.tries restart")


@pytest.mark.parametrize("state", ["40P01", "40001"])
async def test_a_deadlock_or_serialization_failure_is_tried_again_three_times(
    database: Database, functions: TestDatabase, state: str
) -> None:
    await _restart_counting(functions)
    assert 4 == await database.call_value("demo.flaky", {"p_state": state, "p_failures": 3})
    await _restart_counting(functions)
    with pytest.raises(SqlRefusal) as refused:
        await database.call_value("demo.flaky", {"p_state": state, "p_failures": 4})
    assert (503, "busy") == (refused.value.http_status, refused.value.reason)
    assert 5 == await database.call_value("demo.flaky", {"p_state": state, "p_failures": 0})


async def test_other_refusals_are_not_tried_again(database: Database, functions: TestDatabase) -> None:
    await _restart_counting(functions)
    with pytest.raises(SqlRefusal):
        await database.call_value("demo.flaky", {"p_state": "WB409", "p_failures": 1})
    assert 2 == await database.call_value("demo.flaky", {"p_state": "WB409", "p_failures": 1})


async def test_a_call_that_takes_too_long_gives_up_in_time_and_frees_its_connection(
    functions: TestDatabase,
) -> None:
    async with Database(functions.url, max_size=1) as database:
        started = time.monotonic()
        with pytest.raises(DatabaseAway) as away:
            await database.call("demo.sleep", {"p_seconds": 30}, timeout_s=0.2)
        assert 503 == away.value.http_status
        assert time.monotonic() - started < 2
        assert "number 1" == await database.call_value("demo.name_of", {"p_id": 1}, timeout_s=10)


async def test_waiting_for_a_free_connection_counts_as_time(functions: TestDatabase) -> None:
    async with Database(functions.url, max_size=1) as database:
        busy = asyncio.create_task(database.call("demo.sleep", {"p_seconds": 30}))
        await asyncio.sleep(0)
        with pytest.raises(DatabaseAway):
            await database.call_value("demo.name_of", {"p_id": 1}, timeout_s=0.2)
        busy.cancel()
        with pytest.raises(asyncio.CancelledError):
            await busy


async def test_a_cut_connection_is_away_and_the_next_call_works(functions: TestDatabase) -> None:
    async with Database(functions.url, min_size=1, max_size=1) as database:
        with pytest.raises(DatabaseAway):
            await database.call("demo.die")
        assert "number 1" == await database.call_value("demo.name_of", {"p_id": 1})


async def test_after_a_restart_all_idle_connections_are_replaced_after_one_failure(
    functions: TestDatabase,
) -> None:
    async with Database(functions.url, min_size=4, max_size=4) as database:
        async with await psycopg.AsyncConnection.connect(functions.url, autocommit=True) as connection:
            await connection.execute(
                "select pg_terminate_backend(pid, 5000) from pg_stat_activity "
                "where datname = current_database() and pid <> pg_backend_pid()"
            )
        with pytest.raises(DatabaseAway):
            await database.call_value("demo.name_of", {"p_id": 1})
        for _ in range(6):
            assert "number 1" == await database.call_value("demo.name_of", {"p_id": 1})


async def test_no_server_is_away_without_the_password_in_the_text() -> None:
    database = Database("postgresql://u:hush-hush@127.0.0.1:1/x")
    with pytest.raises(DatabaseAway) as away:
        await database.open(timeout_s=0.3)
    assert "hush-hush" not in str(away.value)


async def test_prepared_statements_can_be_left_to_poolers_that_know_them(functions: TestDatabase) -> None:
    for prepare, most in ((True, 10), (False, 0)):
        async with Database(functions.url, max_size=1, prepare=prepare) as database:
            for number in range(8):
                await database.call_value("demo.name_of", {"p_id": number})
            kept = await database.call_value("demo.prepared")
            assert kept <= most
            assert prepare == (kept > 0)


async def test_the_server_sees_who_is_connected(functions: TestDatabase) -> None:
    async with (
        Database(functions.url, role="api"),
        await psycopg.AsyncConnection.connect(functions.url) as connection,
    ):
        found = await connection.execute(
            "select count(*) from pg_stat_activity where application_name = 'whatsappb24-api' "
            "and datname = current_database()"
        )
        assert (1,) == await found.fetchone()


async def test_whoever_keeps_the_log_hears_of_every_refused_and_failed_call(functions: TestDatabase) -> None:
    heard: list[tuple[str, str]] = []

    def hear(function: str, failure: SqlFailure) -> None:
        heard.append((function, failure.reason))

    async with Database(functions.url, role="test", on_failure=hear) as database:
        with pytest.raises(SqlRefusal):
            await database.call("demo.own", {"p_code": "WB402", "p_detail": '{"reason": "balance"}'})
        with pytest.raises(DatabaseAway):
            await database.call("demo.sleep", {"p_seconds": 5}, timeout_s=0.1)
        await database.call("demo.several")
    assert [("demo.own", "balance"), ("demo.sleep", "database_away")] == heard
