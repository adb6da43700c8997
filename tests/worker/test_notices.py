"""Telling the portal: each notice once, the slow portal alone, and nobody left in the dark."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from runtime.trace import Trace
from runtime.wake import Wake
from tests.worker.conftest import House, Owner
from tests.worker.test_outbox import until
from worker.notices import Notices

pytestmark = pytest.mark.requirement("R1")

_NOTIFY, _DIALOG, _NOTE = "im.notify.system.add", "imopenlines.dialog.get", "crm.timeline.logmessage.add"
_NOTICES = "select kind, tries, detail from messaging.notice where portal_id = %s order by notice_id"


def _error(status: int, code: str) -> web.Response:
    return web.json_response({"error": code, "error_description": code}, status=status)


def _always(answer: Callable[[], Any]) -> Callable[[dict[str, Any]], Any]:
    async def respond(_: dict[str, Any]) -> Any:
        return answer()

    return respond


@asynccontextmanager
async def telling(house: House) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(
        Notices(house.database, house.portals, Wake(""), Trace(house.database)).run(stop)
    )
    try:
        yield
    finally:
        stop.set()
        async with asyncio.timeout(20):
            await task


@pytest.fixture(autouse=True)
def portal_with_crm(house: House, owner: Owner) -> None:
    """A portal whose chats are linked to the CRM; no notices of the test before."""
    owner.rows("delete from messaging.notice")
    house.outside.answers[_DIALOG] = _always(lambda: {"id": 1807, "entity_data_2": "DEAL|7"})
    house.outside.answers[_NOTIFY] = _always(lambda: 5)


def refused_messages(house: House, count: int, *, first: int = 100) -> None:
    """Operator messages outside the 24-hour window: each is a trouble to tell."""
    house.customer_writes()
    house.owner.rows(
        "update messaging.conversation set window_until = now() - interval '1 hour' where portal_id = %s",
        house.portal,
    )
    for number in range(count):
        house.operator_writes(f"tarde {number}", str(first + number))


async def test_a_trouble_is_told_to_its_author_and_to_the_crm_once(house: House, owner: Owner) -> None:
    refused_messages(house, 3)
    async with telling(house):
        await until(lambda: not owner.rows(_NOTICES, house.portal))
    names = house.outside.names()
    assert (3, 3) == (names.count(_NOTIFY), names.count(_NOTE))


async def test_a_slow_portal_holds_up_no_other_and_is_not_told_twice(house: House, owner: Owner) -> None:
    slow, go = house.portal, asyncio.Event()

    async def waits(body: dict[str, Any]) -> Any:
        if "lento" in body["MESSAGE"]:
            await go.wait()
        return 5

    house.outside.answers[_NOTIFY] = waits
    house.customer_writes()
    house.owner.rows(
        "update messaging.conversation set window_until = now() - interval '1 hour' where portal_id = %s",
        slow,
    )
    house.operator_writes("lento", "100")
    async with telling(house):
        await until(lambda: _NOTIFY in house.outside.names())
        owner.rows("update messaging.notice set due_at = now() where portal_id = %s", slow)
        house.portal, house.channel = house.install()
        refused_messages(house, 2)
        await until(lambda: not owner.rows(_NOTICES, house.portal))
        assert 1 == len(owner.rows(_NOTICES, slow))
        assert 3 == house.outside.names().count(_NOTIFY)
        go.set()
        await until(lambda: not owner.rows(_NOTICES, slow))


async def test_what_was_told_is_reported_before_the_next_is_told(house: House, owner: Owner) -> None:
    go = asyncio.Event()
    told = 0

    async def hangs_at_the_second(_: dict[str, Any]) -> Any:
        nonlocal told
        told += 1
        if told > 1:
            await go.wait()
        return 5

    house.outside.answers[_NOTIFY] = hangs_at_the_second
    refused_messages(house, 2)
    async with telling(house):
        await until(lambda: told == 2)
        assert 1 == len(owner.rows(_NOTICES, house.portal))
        go.set()


async def test_where_nobody_could_be_told_for_want_of_a_right_it_is_told_later(
    house: House, owner: Owner
) -> None:
    house.outside.answers[_NOTIFY] = _always(lambda: _error(401, "insufficient_scope"))
    house.outside.answers[_DIALOG] = _always(lambda: {"id": 1807, "entity_data_2": "DEAL|0"})
    refused_messages(house, 1)
    waits = "select 1 from messaging.notice where portal_id = %s and detail ? 'failure'"
    async with telling(house):
        await until(lambda: bool(owner.rows(waits, house.portal)))
    (notice,) = owner.rows(_NOTICES, house.portal)
    assert {"failure": "insufficient_scope"} == notice["detail"]


async def test_a_note_in_the_crm_is_enough_where_the_author_cannot_be_told(
    house: House, owner: Owner
) -> None:
    house.outside.answers[_NOTIFY] = _always(lambda: _error(401, "insufficient_scope"))
    refused_messages(house, 1)
    async with telling(house):
        await until(lambda: not owner.rows(_NOTICES, house.portal))
    assert _NOTE in house.outside.names()


async def test_who_was_notified_is_not_notified_again_while_the_crm_is_away(
    house: House, owner: Owner
) -> None:
    house.outside.answers[_NOTE] = _always(lambda: _error(503, "QUERY_LIMIT_EXCEEDED"))
    refused_messages(house, 1)
    waits = "select 1 from messaging.notice where portal_id = %s and (detail ->> 'notified')::boolean"
    async with telling(house):
        await until(lambda: bool(owner.rows(waits, house.portal)))
        del house.outside.answers[_NOTE]
        owner.rows("update messaging.notice set due_at = now() where portal_id = %s", house.portal)
        await until(lambda: not owner.rows(_NOTICES, house.portal))
    assert 1 == house.outside.names().count(_NOTIFY)


async def test_a_notice_that_we_cannot_tell_spares_the_others(house: House, owner: Owner) -> None:
    refused_messages(house, 2)
    owner.rows(
        "update messaging.message set payload = '[]' where portal_id = %s and text = 'tarde 0'", house.portal
    )
    async with telling(house):
        await until(lambda: len(owner.rows(_NOTICES, house.portal)) == 1)
    (notice,) = owner.rows(_NOTICES, house.portal)
    assert {"failure": "fault"} == notice["detail"]
