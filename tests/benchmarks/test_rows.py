"""Every script and every stage runs once, on very little."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import msgspec
import psycopg
import pytest

from benchmarks import draining, growing, http_rows, leaving, load, pipeline
from benchmarks.house import House, beside, open_house
from benchmarks.load import Lines
from benchmarks.outside import Outside, free_port, serving
from benchmarks.pgbench import PgBench
from benchmarks.pipeline import Traffic
from benchmarks.place import fill, messages
from benchmarks.profile import TINY
from benchmarks.rows import BASELINES, ROWS
from sandbox.paypal.signing import Keys, new_keys
from tests.servers import TestDatabase

pytestmark = [
    pytest.mark.requirement("R2.4-c"),
    pytest.mark.requirement("R2.2-d"),
    pytest.mark.requirement("R2.3-b"),
]
PROFILE = msgspec.structs.replace(TINY, http_s=0.05, pipeline_s=0.3, drained=120)


@pytest.fixture(scope="module")
def pgbench(database: TestDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PgBench]:
    """Over filled tables."""
    made = PgBench(database.url, tmp_path_factory.mktemp("pgbench"))
    fill(made, PROFILE)
    yield made
    draining.forget(database.url)


def test_every_script_runs(pgbench: PgBench) -> None:
    rows = {row.script: row for row in (*ROWS, *BASELINES)}
    for row in rows.values():
        pgbench.turns(row, 2, {"sent": PROFILE.sent})


def test_tables_grow_by_whole_messages_whose_receipts_are_taken(
    pgbench: PgBench, database: TestDatabase
) -> None:
    before = messages(pgbench)
    assert before + 200 <= growing.grow(pgbench, before + 200) <= before + 202
    pgbench.turns(next(row for row in ROWS if row.id == "receipts_100"), 1, {})
    with psycopg.connect(database.url) as connection:
        states = connection.execute(
            "select distinct m.state from bench.sent s join messaging.alias a on a.key = s.gs"
            " join messaging.message m using (portal_id, message_id)"
        ).fetchall()
    assert {"sent"} <= {state for (state,) in states}


def test_bytes_are_counted_a_message(pgbench: PgBench) -> None:
    found = {one.what: one for one in leaving.measured(pgbench, 1)}
    assert all(one.wal > 0 for one in found.values())


def test_queues_are_drained_to_the_last_message(
    pgbench: PgBench, database: TestDatabase, tmp_path: Path
) -> None:
    rows, notes = draining.rows(database.url, tmp_path, PROFILE, lambda _: None)
    assert [] == notes
    assert ["drain_procrastinate", "drain_pgmq", "drain_in_order", "drain_in_order_2"] == [r.id for r in rows]
    left = {
        "drain_in_order": "messaging.queue",
        "drain_procrastinate": "procrastinate_jobs",
        "drain_pgmq": "pgmq.q_bench",
    }
    for name, table in left.items():
        with psycopg.connect(draining.address_of(database.url, name)) as connection:
            left_over = connection.execute(f"select count(*) from {table}".encode())  # noqa: S608
            assert (0,) == left_over.fetchone()


@pytest.fixture
async def house(database: TestDatabase, tmp_path: Path) -> AsyncIterator[tuple[House, Outside, Keys]]:
    """The API and a worker, with an outside that answers."""
    keys, outside, port = new_keys(), Outside(), free_port()
    outside.certificate = keys.chain.encode()
    async with serving(outside, port):
        with open_house(database.url, tmp_path, port, keys.authority) as opened:
            yield opened, outside, keys
            await asyncio.to_thread(opened.stop)


async def test_every_door_is_asked_and_messages_go_both_ways_with_their_statuses(
    pgbench: PgBench, database: TestDatabase, house: tuple[House, Outside, Keys]
) -> None:
    opened, outside, keys = house
    before = _quarantined(database)
    opened.start(workers=1)
    await pipeline.calm(outside)
    for door in http_rows.doors(opened, PROFILE, keys):
        assert 0 < await load.per_second(opened.api, door.make, 2, 0.01)
    lines = await Lines.open(opened.api, 8)
    traffic = Traffic(outside, opened.api, lines, opened.portals, PROFILE.conversations)
    assert 0 < (await pipeline.steady(traffic, 40, 0.5)).p99_ms
    lines.close()
    assert (20, None) == (traffic.done, traffic.failure)
    assert before == _quarantined(database)
    end = time.monotonic() + 30
    while (states := _states(database)) != {("in", "delivered"): 10, ("out", "read"): 10}:
        assert time.monotonic() < end, states
        await asyncio.sleep(0.05)


def _quarantined(database: TestDatabase) -> list[tuple[object, ...]]:
    """What nobody could read."""
    with psycopg.connect(database.url) as connection:
        query = "select door, reason, count(*) from messaging.quarantined group by 1, 2 order by 1, 2"
        return connection.execute(query).fetchall()


def _states(database: TestDatabase) -> dict[tuple[str, str], int]:
    """Of the messages of the pipeline; a status that came before our note of the message follows later."""
    query = """
    select direction, state, count(*)::int from messaging.message where text ~ '^bench [0-9]+$' group by 1, 2
    """
    with psycopg.connect(database.url) as connection:
        return {(way, state): count for way, state, count in connection.execute(query).fetchall()}


async def test_the_null_pipeline_makes_the_same_exchanges(
    pgbench: PgBench, tmp_path: Path, house: tuple[House, Outside, Keys]
) -> None:
    opened, outside, _ = house
    with beside("null", "benchmarks.null_pipeline", tmp_path, opened.outside) as (url, _process):
        lines = await Lines.open(url, 8)
        traffic = Traffic(outside, url, lines, opened.portals, PROFILE.conversations)
        await pipeline.steady(traffic, 40, 0.5)
        lines.close()
    assert (20, None) == (traffic.done, traffic.failure)
    assert 10 == outside.exchanges["gupshup"]
    assert 0 < outside.exchanges["imconnector.send.messages"] <= 10


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_doors_and_pipeline_are_measured_through_real_processes(
    pgbench: PgBench, tmp_path: Path, house: tuple[House, Outside, Keys]
) -> None:
    opened, outside, keys = house
    profile = msgspec.structs.replace(PROFILE, http_s=0.2, pipeline_s=3)
    opened.start()
    doors = await http_rows.measure(opened, profile, keys, tmp_path, lambda _: None)
    await asyncio.to_thread(opened.stop)
    rows, memory = await pipeline.rows(opened, outside, profile, tmp_path, lambda _: None)
    assert {"http_echo", "http_receive", "http_pay_8", "http_statement"} <= {door.id for door in doors}
    assert all(door.per_second > 0 and door.p99_ms for door in doors)
    assert ["pipeline_null", "pipeline", "pipeline_2"] == [row.id for row in rows]
    assert all(row.per_second > 0 and row.p99_ms for row in rows)
    assert {"api", "worker1", "worker2"} == {one.process for one in memory}
