"""Live updates: who watches a portal hears of what changed there, until his token or the process ends."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any

import httpx
import psycopg
import pytest

from api import watch as watch_module
from api.v1.events import changes
from api.watch import Watch
from runtime.bearer import Bearer, Holder
from runtime.database import Database
from runtime.secrets import generate_key
from tests.servers import TestDatabase
from tests.system.house import House

pytestmark = [pytest.mark.requirement("R2.1-a"), pytest.mark.requirement("R2.2-d")]
ALL = b'event: changed\ndata: {"messages":true,"channels":true}\n\n'
MESSAGES = b'event: changed\ndata: {"messages":true,"channels":false}\n\n'
CHANNELS = b'event: changed\ndata: {"messages":false,"channels":true}\n\n'


class Portal:
    """A portal with a channel, and what happens in it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.portal_id = str(self._value("select tests.create_portal(md5(random()::text))"))
        self.channel_id = str(self._value("select tests.create_channel(%s)", self.portal_id))

    def customer_writes(self) -> None:
        self._value("select tests.customer_writes(%s, %s)", self.portal_id, self.channel_id)

    def is_renamed(self) -> None:
        query = "update tenancy.channel set name = name || '.' where portal_id = %s returning 1"
        self._value(query, self.portal_id)

    def holder(self, for_s: float = 60) -> Holder:
        expires_at = time.time() + for_s
        return Holder(portal_id=self.portal_id, user_id="1", language="es", expires_at=expires_at)

    def _value(self, query: str, *parameters: Any) -> Any:
        with psycopg.connect(self.url, autocommit=True) as owner:
            row = owner.execute(query.encode(), parameters).fetchone()
        assert row is not None
        return row[0]


@pytest.fixture
def portal(database: TestDatabase) -> Portal:
    return Portal(database.url)


@pytest.fixture
async def watch(database: TestDatabase, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Watch]:
    monkeypatch.setattr(watch_module, "_EVERY_S", 0.02)
    async with Database(database.api_url, max_size=2) as api, Watch(api) as made:
        yield made


async def _next(stream: AsyncIterator[bytes]) -> bytes:
    async with asyncio.timeout(20):
        return await anext(stream)


async def _until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not is_so():  # noqa: ASYNC110 - the loop ends by itself, nobody tells
            await asyncio.sleep(0.01)


async def test_a_stream_says_when_to_come_back_and_that_everything_is_new(
    watch: Watch, portal: Portal
) -> None:
    async with aclosing(changes(watch, portal.holder())) as stream:
        assert b"retry: 3000\n\n" == await _next(stream)
        assert ALL == await _next(stream)


async def test_each_change_is_told_for_what_it_is(watch: Watch, portal: Portal) -> None:
    async with aclosing(changes(watch, portal.holder())) as stream:
        assert [b"retry: 3000\n\n", ALL] == [await _next(stream), await _next(stream)]
        portal.customer_writes()
        assert MESSAGES == await _next(stream)
        portal.is_renamed()
        assert CHANNELS == await _next(stream)


async def test_who_watches_another_portal_hears_nothing_of_it(
    watch: Watch, portal: Portal, database: TestDatabase
) -> None:
    other = Portal(database.url)
    async with (
        aclosing(changes(watch, portal.holder(), ping_s=0.5)) as mine,
        aclosing(changes(watch, other.holder())) as theirs,
    ):
        for stream in (mine, theirs):
            assert [b"retry: 3000\n\n", ALL] == [await _next(stream), await _next(stream)]
        other.customer_writes()
        assert MESSAGES == await _next(theirs)
        assert b": ping\n\n" == await _next(mine)


async def test_all_who_watch_a_portal_hear(watch: Watch, portal: Portal) -> None:
    async with (
        aclosing(changes(watch, portal.holder())) as one,
        aclosing(changes(watch, portal.holder())) as two,
    ):
        for stream in (one, two):
            assert [b"retry: 3000\n\n", ALL] == [await _next(stream), await _next(stream)]
        portal.customer_writes()
        assert [MESSAGES, MESSAGES] == [await _next(one), await _next(two)]


async def test_a_stream_ends_with_its_token(watch: Watch, portal: Portal) -> None:
    said = [chunk async for chunk in changes(watch, portal.holder(for_s=0.3))]
    assert b"event: expired\ndata: {}\n\n" == said[-1]
    assert 1 == said.count(said[-1])


async def test_while_nobody_watches_nobody_asks(watch: Watch, portal: Portal) -> None:
    assert not watch.is_asking
    async with aclosing(changes(watch, portal.holder())) as stream:
        assert [b"retry: 3000\n\n", ALL] == [await _next(stream), await _next(stream)]
        assert watch.is_asking
    await _until(lambda: not watch.is_asking)
    async with aclosing(changes(watch, portal.holder())) as stream:
        assert [b"retry: 3000\n\n", ALL] == [await _next(stream), await _next(stream)]


async def test_at_the_end_of_the_process_every_stream_ends_and_none_begins(
    watch: Watch, portal: Portal
) -> None:
    async with aclosing(changes(watch, portal.holder())) as stream:
        assert [b"retry: 3000\n\n", ALL] == [await _next(stream), await _next(stream)]
        watch.end_soon()
        async with asyncio.timeout(10):
            assert [] == [chunk async for chunk in stream]
    assert [b"retry: 3000\n\n"] == [chunk async for chunk in changes(watch, portal.holder())]


async def test_a_database_that_is_away_for_a_while_ends_no_stream(watch: Watch, portal: Portal) -> None:
    async with aclosing(changes(watch, portal.holder(), ping_s=0.3)) as stream:
        assert [b"retry: 3000\n\n", ALL] == [await _next(stream), await _next(stream)]
        with psycopg.connect(portal.url, autocommit=True) as owner:
            owner.execute("revoke execute on function messaging.pulse(uuid[]) from whatsappb24_api")
            try:
                portal.customer_writes()
                assert b": ping\n\n" == await _next(stream)
            finally:
                owner.execute("grant execute on function messaging.pulse(uuid[]) to whatsappb24_api")
        while (said := await _next(stream)) == b": ping\n\n":
            pass
        assert MESSAGES == said


# Against the running house


def _events(house: House, headers: dict[str, str]) -> Any:
    return httpx.stream("GET", f"{house.api_url}/api/v1/events", headers=headers, timeout=20, trust_env=False)


def test_the_panel_hears_of_a_customer_s_message(house: House) -> None:
    with _events(house, house.bearer()) as stream:
        assert (200, "text/event-stream") == (
            stream.status_code,
            stream.headers["content-type"].partition(";")[0],
        )
        lines = stream.iter_lines()
        assert "event: changed" in (next(lines) for _ in range(10))
        house.customer_writes("5215550800001", "Hola")
        assert any('"messages":true' in line for line in lines)


def test_who_has_no_token_or_no_right_gets_no_stream(house: House) -> None:
    with _events(house, {}) as stream:
        assert 401 == stream.status_code
    ended = Holder(portal_id="019aa000-0000-7000-8000-000000000000", user_id="1", language="es")
    with _events(house, {"Authorization": f"Bearer {Bearer([generate_key()]).issue(ended)}"}) as stream:
        assert 401 == stream.status_code
    house.query("update tenancy.portal_user set is_active = false where user_id = '1' returning 1")
    try:
        with _events(house, house.bearer()) as stream:
            assert 403 == stream.status_code
    finally:
        house.query("update tenancy.portal_user set is_active = true where user_id = '1' returning 1")


def test_a_stream_does_not_hold_up_the_end_of_the_process(house: House) -> None:
    with _events(house, house.bearer()) as stream:
        lines = stream.iter_lines()
        assert "event: changed" in (next(lines) for _ in range(10))
        began = time.monotonic()
        child = house.processes["api"]
        child.signal(signal.SIGTERM)
        child.stop(time.monotonic() + 20)
        assert time.monotonic() - began < 5
        assert [] == [line for line in lines if line.startswith("event: changed")]
    house.start("api")
