"""Many callers, one call, against a real server: who is answered what, when, and with whom."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import psycopg
import pytest

from runtime.coalesce import Coalescer
from runtime.database import Database
from runtime.errors import DatabaseAway, SqlRefusal
from tests.servers import TestDatabase, fresh_database

pytestmark = pytest.mark.requirement("R2.2-e")

_FUNCTIONS = """
create schema demo;
create table demo.call (size int, bodies int, words text[]);
create function demo.keep(p_items jsonb, p_raw bytea[] default '{}')
returns table (item int, word text, body bytea) language plpgsql as $$
begin
  if p_items @? '$[*] ? (@.word == "poison")' then
    raise exception using errcode = 'WB400', detail = '{"reason": "poisoned"}';
  end if;
  insert into demo.call values (jsonb_array_length(p_items), cardinality(p_raw), array(
    select e.x ->> 'word' from jsonb_array_elements(p_items) with ordinality e(x, n) order by e.n));
  return query
    select e.n::int, e.x ->> 'word', p_raw[(e.x ->> 'raw')::int]
      from jsonb_array_elements(p_items) with ordinality e(x, n) order by e.n desc;
end $$;
create function demo.report(p_items jsonb) returns table (item int, word text) language sql
as $$
  select n::int, x ->> 'word' || s
    from jsonb_array_elements(p_items) with ordinality e(x, n), generate_series(1, 2) s
$$;
create function demo.slow(p_items jsonb) returns table (item int) language sql
as $$ select 1 from pg_sleep(30) $$;
create function demo.calls() returns setof demo.call language sql as $$ delete from demo.call returning * $$;
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


def _word(word: str) -> dict[str, Any]:
    return {"word": word}


async def test_items_that_arrive_together_go_together_and_each_gets_its_own_answer(
    database: Database,
) -> None:
    async with Coalescer(database, "demo.keep") as coalescer:
        answers = await asyncio.gather(
            coalescer.add(_word("a"), b"A"), coalescer.add(_word("b")), coalescer.add(_word("c"), b"C")
        )
    expected = [("a", b"A"), ("b", None), ("c", b"C")]
    assert expected == [(rows[0]["word"], rows[0]["body"]) for rows in answers]
    assert [{"size": 3, "bodies": 2, "words": ["a", "b", "c"]}] == await database.call("demo.calls")


async def test_a_full_batch_leaves_at_once_and_the_rest_after_a_moment(database: Database) -> None:
    async with Coalescer(database, "demo.keep", max_items=2, linger_s=0.2) as coalescer:
        await asyncio.gather(*(coalescer.add(_word(word)) for word in "abcde"))
    calls = await database.call("demo.calls")
    assert ["ab", "cd", "e"] == sorted("".join(call["words"]) for call in calls)


async def test_an_item_is_answered_with_all_rows_that_name_it(database: Database) -> None:
    async with Coalescer(database, "demo.report", raw=False) as coalescer:
        answers = await asyncio.gather(*(coalescer.add(_word(word)) for word in "ab"))
    assert [["a1", "a2"], ["b1", "b2"]] == [[row["word"] for row in rows] for rows in answers]


async def test_of_a_batch_with_one_refused_item_only_that_one_is_refused(database: Database) -> None:
    words = ["a", "b", "poison", "c"]
    async with Coalescer(database, "demo.keep") as coalescer:
        outcomes = await asyncio.gather(
            *(coalescer.add(_word(word), word.encode()) for word in words), return_exceptions=True
        )
    kept = [outcome[0]["body"] for outcome in outcomes if not isinstance(outcome, BaseException)]
    assert [b"a", b"b", b"c"] == kept
    assert isinstance(outcomes[2], SqlRefusal)
    assert "poisoned" == outcomes[2].reason
    assert [["a"], ["b"], ["c"]] == [call["words"] for call in await database.call("demo.calls")]


async def test_of_a_batch_with_an_item_that_cannot_even_be_sent_only_that_one_fails(
    database: Database,
) -> None:
    async with asyncio.timeout(10), Coalescer(database, "demo.keep") as coalescer:
        outcomes = await asyncio.gather(
            coalescer.add(_word("a")),
            coalescer.add({"word": object()}),
            coalescer.add(_word("b")),
            return_exceptions=True,
        )
    assert ["list", "TypeError", "list"] == [type(outcome).__name__ for outcome in outcomes]
    await database.call("demo.calls")


async def test_whoever_calls_a_function_that_is_not_there_hears_of_it(database: Database) -> None:
    async with asyncio.timeout(10), Coalescer(database, "demo.missing") as coalescer:
        with pytest.raises(LookupError):
            await coalescer.add(_word("a"))


async def test_a_database_that_is_away_is_told_to_all_of_a_batch(database: Database) -> None:
    async with Coalescer(database, "demo.slow", raw=False, timeout_s=0.1) as coalescer:
        outcomes = await asyncio.gather(
            *(coalescer.add(_word(word)) for word in "abc"), return_exceptions=True
        )
    assert [DatabaseAway] * 3 == [type(outcome) for outcome in outcomes]


async def test_what_waits_at_the_end_is_still_sent(database: Database) -> None:
    async with Coalescer(database, "demo.keep", linger_s=60) as coalescer:
        adding = asyncio.create_task(coalescer.add(_word("last")))
        await asyncio.sleep(0)
    assert "last" == (await adding)[0]["word"]
    await database.call("demo.calls")


async def test_a_caller_who_goes_away_costs_his_siblings_nothing(database: Database) -> None:
    async with Coalescer(database, "demo.keep", linger_s=0.05) as coalescer:
        leaving = asyncio.create_task(coalescer.add(_word("gone")))
        staying = asyncio.create_task(coalescer.add(_word("here")))
        await asyncio.sleep(0)
        leaving.cancel()
        assert "here" == (await staying)[0]["word"]
    assert [["gone", "here"]] == [call["words"] for call in await database.call("demo.calls")]
