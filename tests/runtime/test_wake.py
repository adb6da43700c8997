"""Waking loops: a NOTIFY rings every bell, rings add up to one, and nobody's absence is more than a delay."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import psycopg
import pytest
from structlog.testing import capture_logs

from runtime import wake as wake_module
from runtime.database import Database
from runtime.wake import Alarm, Bell, Wake
from tests.servers import TestDatabase

pytestmark = pytest.mark.requirement("R2.2-d")

_LONG_S = 20.0
_LISTENERS = (
    "select pid from pg_stat_activity where application_name = 'whatsappb24-listen'"
    " and state = 'idle' and query like 'listen%%' and datname = current_database()"
)


@pytest.fixture
async def api(database: TestDatabase) -> AsyncIterator[Database]:
    async with Database(database.api_url, max_size=1) as opened:
        yield opened


async def _listening(database: TestDatabase, *, but: int = 0) -> int:
    """The backend that listens, once one does."""
    async with asyncio.timeout(_LONG_S):
        async with await psycopg.AsyncConnection.connect(database.url, autocommit=True) as owner:
            while True:
                row = await (await owner.execute(_LISTENERS)).fetchone()
                if row is not None and row[0] != but:
                    return int(row[0])
                await asyncio.sleep(0.01)


async def _waited(bell: Bell) -> float:
    began = time.perf_counter()
    await bell.within(_LONG_S)
    return time.perf_counter() - began


async def test_a_ring_in_one_process_wakes_every_loop_of_another(
    database: TestDatabase, api: Database
) -> None:
    async with Wake(database.worker_url) as wake:
        bells = [wake.bell() for _ in range(3)]
        await _listening(database)
        await asyncio.gather(*(bell.within(0) for bell in bells))
        waiting = asyncio.gather(*map(_waited, bells))
        Alarm(api).ring()
        assert max(await waiting) < _LONG_S / 2


async def test_a_ring_while_a_loop_is_busy_is_kept_for_it_though_another_loop_heard_it() -> None:
    wake = Wake("")
    busy, idle = wake.bell(), wake.bell()
    wake.ring()
    assert await _waited(idle) < 1
    assert await _waited(busy) < 1


async def test_a_bell_that_was_heard_is_silent_until_the_next_ring() -> None:
    bell = Bell()
    bell.ring()
    bell.ring()
    await bell.within(_LONG_S)
    began = time.perf_counter()
    await bell.within(0.05)
    assert time.perf_counter() - began >= 0.04


async def test_many_rings_are_few_notifies_and_the_last_one_is_heard(
    database: TestDatabase, api: Database
) -> None:
    async with await psycopg.AsyncConnection.connect(database.url, autocommit=True) as listener:
        await listener.execute("listen whatsappb24_wake")
        alarm = Alarm(api)
        began = time.perf_counter()
        while time.perf_counter() - began < 0.3:
            alarm.ring()
            await asyncio.sleep(0)
        lasted = time.perf_counter() - began
        heard = [notice async for notice in listener.notifies(timeout=1)]
    assert 2 <= len(heard) <= lasted / 0.05 + 2


async def test_who_lost_the_connection_listens_again_and_looks_at_once(
    database: TestDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wake_module, "_RECONNECT_S", 0.05)
    async with Wake(database.worker_url) as wake:
        bell = wake.bell()
        first = await _listening(database)
        await bell.within(0)
        with psycopg.connect(database.url, autocommit=True) as owner:
            owner.execute("select pg_terminate_backend(%s)", (first,))
        assert await _waited(bell) < _LONG_S / 2
        assert first != await _listening(database, but=first)


async def test_an_alarm_without_a_database_disturbs_nobody() -> None:
    address = "postgresql://nobody@127.0.0.1:1/nothing"
    async with Database(address, max_size=1, may_be_away=True) as away:
        with capture_logs() as said:
            alarm = Alarm(away)
            alarm.ring()
            alarm.ring()
            await asyncio.sleep(0)
    assert [] == said
