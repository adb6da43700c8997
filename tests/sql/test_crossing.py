"""Evidence that crosses with its settle in another transaction is found, and undoes nothing."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import msgspec
import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.servers import TestDatabase

pytestmark = [pytest.mark.requirement("R2.2-a"), pytest.mark.requirement("R2.4-c")]

Session = psycopg.AsyncConnection[tuple[Any, ...]]
_BLOCKED = "select pid from pg_sleep(0.01), pg_stat_activity where pid = %s and wait_event_type = 'Lock'"
_CUSTOMER = "5215551234567"
_members = itertools.count(1)


class Sent(msgspec.Struct, frozen=True):
    """A message to WhatsApp that is on the wire, another waiting behind it, and three sessions."""

    portal: str
    channel: str
    message: str
    first: Session
    second: Session
    watcher: Session

    async def settled(self, session: Session, outcome: str, more: dict[str, Any]) -> str:
        """The worker reports on the attempt."""
        query = "select tests.settled(%s, %s, %s, %s)"
        return str(await value(session, query, self.portal, self.message, outcome, Jsonb(more)))

    async def receipt(self, session: Session, event: str, gs: str) -> str:
        """A status comes in."""
        query = "select tests.receipt(%s, %s, %s, %s)"
        return str(await value(session, query, self.portal, self.channel, event, Jsonb({"gs": gs})))

    async def state(self) -> str:
        """Where the message stands."""
        return str(await value(self.watcher, "select tests.state_of(%s, %s)", self.portal, self.message))

    async def until_second_waits(self) -> None:
        """Come back when the second session waits for a lock."""
        async with asyncio.timeout(10):
            while not await value(self.watcher, _BLOCKED, self.second.info.backend_pid):
                pass


async def value(session: Session, query: str, *arguments: object) -> Any:
    """The first column of the first row, None where there is no row."""
    row = await (await session.execute(query.encode(), arguments)).fetchone()
    return row[0] if row else None


@pytest.fixture
async def sent(database: TestDatabase) -> AsyncIterator[Sent]:
    """One message claimed, one behind it."""
    async with AsyncExitStack() as stack:
        first, second, watcher = [
            await stack.enter_async_context(await Session.connect(database.url, autocommit=True))
            for _ in range(3)
        ]
        portal = await value(watcher, "select tests.create_portal(%s)", f"crossing{next(_members)}")
        channel = await value(watcher, "select tests.create_channel(%s)", portal)
        await value(watcher, "select tests.customer_writes(%s, %s)", portal, channel)
        message = await value(watcher, "select tests.submitted(%s, 'uno', '101')", portal)
        await value(watcher, "select tests.submitted(%s, 'dos', '102')", portal)
        await value(watcher, "select tests.claimed(%s)", portal)
        yield Sent(str(portal), str(channel), str(message), first, second, watcher)


async def test_a_status_that_crosses_with_the_settle_of_its_message_is_found_by_the_next_round(
    sent: Sent,
) -> None:
    async with sent.first.transaction():
        answered = await sent.settled(sent.first, "accepted", {"keys": {"gs": "gs-1"}})
        crossed = await sent.receipt(sent.second, "delivered", "gs-1")
    assert ("accepted submitted", "parked") == (answered, crossed)
    assert "submitted" == await sent.state()
    assert 1 == await value(sent.watcher, "select messaging.apply_parked()")
    assert "delivered" == await sent.state()


async def test_a_late_word_and_a_status_about_the_same_unknown_send_wait_for_each_other(sent: Sent) -> None:
    await sent.settled(sent.watcher, "unknown", {})
    await sent.receipt(sent.watcher, "sent", "gs-2")
    async with sent.first.transaction():
        await sent.settled(sent.first, "failed", {"code": "1002"})
        matched = asyncio.create_task(
            value(
                sent.second,
                "select messaging.match_unknown(%s, %s, %s)",
                sent.portal,
                sent.channel,
                _CUSTOMER,
            )
        )
        await sent.until_second_waits()
    assert None is await matched
    assert "failed" == await sent.state()
    outcome = await value(
        sent.watcher, "select outcome from messaging.attempt where message_id = %s", sent.message
    )
    assert "failed" == outcome


async def test_the_end_of_a_wait_does_not_leave_behind_a_message_that_a_late_word_made_sendable(
    sent: Sent,
) -> None:
    await sent.settled(sent.watcher, "unknown", {})
    await sent.second.execute(
        "select set_config('whatsappb24.now', (tenancy.now() + interval '61 seconds')::text, false)"
    )
    async with sent.first.transaction():
        await sent.settled(sent.first, "retry", {"retry_after_s": 0})
        unblocked = asyncio.create_task(value(sent.second, "select messaging.unblock_lanes()"))
        await sent.until_second_waits()
    assert 0 == await unblocked
    assert "queued" == await sent.state()
    assert sent.message == str(await value(sent.watcher, "select tests.claimed(%s)", sent.portal))
