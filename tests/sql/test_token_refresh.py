"""Who refreshes a portal's token when several processes find it stale at once, in real sessions."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import psycopg
import pytest
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import Jsonb

from tests.servers import TestDatabase

pytestmark = [pytest.mark.requirement("R2.2-a"), pytest.mark.requirement("R2.4-c")]

Session = psycopg.AsyncConnection[DictRow]
_ADMINISTRATOR = "1"
_NEW_PAIR = {"access": "a2", "refresh": "b2", "expires_at": "2100-01-01T00:00:00Z"}
_BLOCKED = "select pid from pg_sleep(0.01), pg_stat_activity where pid = %s and wait_event_type = 'Lock'"
_members = itertools.count(1)


@asynccontextmanager
async def sessions(database: TestDatabase, count: int) -> AsyncIterator[list[Session]]:
    """Sessions of the worker's role, each its own connection."""
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(
                await Session.connect(database.worker_url, autocommit=True, row_factory=dict_row)
            )
            for _ in range(count)
        ]


@pytest.fixture
def portal(database: TestDatabase) -> str:
    """An installed portal whose administrator has token version 1."""
    with psycopg.connect(database.url, autocommit=True) as owner:
        row = owner.execute("select tests.create_portal(%s)", (f"member{next(_members)}",)).fetchone()
    assert row is not None
    return str(row[0])


async def lease(session: Session, portal: str, stale_version: int = 1) -> dict[str, Any]:
    """Ask for the right to refresh the version that did not work."""
    cursor = await session.execute(
        "select * from tenancy.lease_refresh(%s, %s, %s)", (portal, _ADMINISTRATOR, stale_version)
    )
    row = await cursor.fetchone()
    assert row is not None
    return row


async def settle(session: Session, portal: str, lease_token: int) -> None:
    """The authorization server gave a new pair."""
    arguments = (portal, _ADMINISTRATOR, lease_token, Jsonb(_NEW_PAIR))
    await session.execute("select tenancy.settle_refresh(%s, %s, %s, %s)", arguments)


async def until_blocked(watcher: Session, blocked: Session) -> None:
    """Come back when the other session waits for a lock."""
    async with asyncio.timeout(10):
        while await (await watcher.execute(_BLOCKED, (blocked.info.backend_pid,))).fetchone() is None:
            pass


async def test_of_two_sessions_at_once_one_refreshes_and_the_other_gets_the_newer_token(
    database: TestDatabase, portal: str
) -> None:
    async with sessions(database, 3) as (first, second, watcher):
        async with first.transaction():
            leased = await lease(first, portal)
            asked = asyncio.create_task(lease(second, portal))
            await until_blocked(watcher, second)
        waiting = await asked
        assert ("lease", b"\xbb") == (leased["outcome"], leased["refresh_sealed"])
        assert ("wait", None, None) == (
            waiting["outcome"],
            waiting["refresh_sealed"],
            waiting["access_sealed"],
        )

        await settle(first, portal, leased["lease_token"])
        newer = await lease(second, portal)
        assert ("newer", b"\xa2", 2) == (newer["outcome"], newer["access_sealed"], newer["version"])


async def test_a_session_that_dies_before_its_lease_is_committed_leaves_it_to_the_next(
    database: TestDatabase, portal: str
) -> None:
    async with sessions(database, 3) as (first, second, watcher):
        async with first.transaction(force_rollback=True):
            await lease(first, portal)
            asked = asyncio.create_task(lease(second, portal))
            await until_blocked(watcher, second)
        assert "lease" == (await asked)["outcome"]


async def test_of_twenty_sessions_at_once_exactly_one_gets_the_lease(
    database: TestDatabase, portal: str
) -> None:
    async with sessions(database, 20) as callers:
        start = asyncio.Barrier(len(callers))

        async def ask(session: Session) -> dict[str, Any]:
            await start.wait()
            return await lease(session, portal)

        answers = await asyncio.gather(*map(ask, callers))
        assert ["lease", *["wait"] * 19] == sorted(answer["outcome"] for answer in answers)
        assert 1 == sum(answer["refresh_sealed"] is not None for answer in answers)

        holder = next(n for n, answer in enumerate(answers) if answer["outcome"] == "lease")
        await settle(callers[holder], portal, answers[holder]["lease_token"])
        newer = await asyncio.gather(*(lease(session, portal) for session in callers))
        assert {("newer", b"\xa2", 2)} == {
            (answer["outcome"], answer["access_sealed"], answer["version"]) for answer in newer
        }
