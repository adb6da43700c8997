"""The door for Gupshup's callbacks: whom it knows, for how long, and how many."""

from __future__ import annotations

from collections.abc import AsyncIterator

import psycopg
import pytest

from api.spool import Call
from api.webhooks import gupshup as gupshup_module
from api.webhooks.gupshup import GupshupDoor
from runtime.database import Database
from runtime.errors import SqlRefusal
from runtime.secrets import digest
from runtime.wake import Alarm
from tests.servers import TestDatabase

pytestmark = pytest.mark.requirement("R2.2-a")

_BODY = b'{"app":"x","timestamp":1,"version":2,"type":"user-event","payload":{"type":"opted-in","phone":"1"}}'


@pytest.fixture
def portal(database: TestDatabase) -> str:
    with psycopg.connect(database.url, autocommit=True) as owner:
        row = owner.execute("select tests.create_portal(md5(random()::text))").fetchone()
        assert row is not None
        for line in range(1, 7):
            owner.execute(
                "select tests.create_channel(%s, %s, %s)", (row[0], str(line), f"52155500000{line}")
            )
    return str(row[0])


@pytest.fixture
async def door(database: TestDatabase) -> AsyncIterator[GupshupDoor]:
    async with Database(database.api_url, max_size=2) as api:
        made = GupshupDoor(api, Alarm(api))
        async with made.messages, made.receipts, made.events:
            yield made


def _call(portal: str, line: int, header: str = "header") -> Call:
    return Call(
        door="gupshup", body=_BODY, route_digest=digest(f"{portal}{line}"), header_digest=digest(header)
    )


async def test_the_channels_that_are_remembered_are_bounded(
    door: GupshupDoor, portal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gupshup_module, "_MOST_ROUTES", 3)
    for line in range(1, 7):
        await door.accept(_call(portal, line))
        assert len(door._routes) <= 3


async def test_a_foreign_header_is_refused_and_not_remembered(door: GupshupDoor, portal: str) -> None:
    for guess in range(3):
        with pytest.raises(SqlRefusal) as refused:
            await door.accept(_call(portal, 1, f"guess {guess}"))
        assert "route_header" == refused.value.reason
    assert {} == door._routes


async def test_a_removed_channel_is_forgotten_after_a_while(
    database: TestDatabase, door: GupshupDoor, portal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gupshup_module, "_ROUTE_KNOWN_S", 0.0)
    await door.accept(_call(portal, 1))
    with psycopg.connect(database.url, autocommit=True) as owner:
        owner.execute("update tenancy.channel set state = 'removed' where portal_id = %s", (portal,))
    with pytest.raises(SqlRefusal) as refused:
        await door.accept(_call(portal, 1))
    assert "unknown_route" == refused.value.reason
