"""Rate limits that all processes share, and clients for portals."""

from __future__ import annotations

import asyncio
import time

import httpx
import pytest

from adapters.portals import Portals, SqlBuckets
from connectors.bitrix24.auth import AuthServer
from connectors.bitrix24.client import PortalClient
from connectors.http import new_client
from connectors.outside import Failure, Policy
from connectors.redaction import Secret
from runtime.database import Database
from runtime.secrets import Box, generate_key
from tests.adapters.conftest import Owner
from tests.connectors.media.conftest import Kept

pytestmark = pytest.mark.requirement("R2.2-a")

METHOD = "imconnector.send.messages"
BURST = 50
_UNTIL = (
    "select extract(epoch from closed_until - now())::float from messaging.bucket"
    " where portal_id = %s and bucket = %s and key = %s"
)


async def test_two_processes_take_from_one_bucket(
    portal: str, worker: Database, another_worker: Database
) -> None:
    both = [SqlBuckets(worker), SqlBuckets(another_worker)]
    began = time.monotonic()
    waits = await asyncio.gather(*(both[n % 2].take(portal, METHOD) for n in range(BURST + 10)))
    refilled = 2 * (time.monotonic() - began) + 1
    taken = sum(wait == 0 for wait in waits)
    assert BURST <= taken <= BURST + refilled
    assert all(0 < wait <= 0.5 for wait in waits if wait)


async def test_a_closed_bucket_is_closed_for_every_process_and_for_nobody_else(
    portal: str, worker: Database, another_worker: Database
) -> None:
    here, there = SqlBuckets(worker), SqlBuckets(another_worker)
    await here.close(portal, "number", "5215550001111", 5.0)
    assert 4 < await there.take_from(portal, "number", "5215550001111") <= 5
    assert 0 == await there.take_from(portal, "number", "5215550002222")


async def test_a_longer_pause_stands(portal: str, worker: Database) -> None:
    buckets = SqlBuckets(worker)
    await buckets.close(portal, "number", "n", 60.0)
    await buckets.close(portal, "number", "n", 1.0)
    assert 50 < await buckets.take_from(portal, "number", "n") <= 60


async def test_a_method_that_used_up_its_time_rests_until_the_portal_gives_some_back(
    portal: str, worker: Database, another_worker: Database
) -> None:
    here, there = SqlBuckets(worker), SqlBuckets(another_worker)
    await here.spent(portal, METHOD, 399.9, time.time() + 200)
    assert 0 == await there.take(portal, METHOD)
    await here.spent(portal, METHOD, 400.0, time.time() + 200)
    assert 190 < await there.take(portal, METHOD) <= 200
    assert 0 == await there.take(portal, "im.notify.system.add")


@pytest.mark.parametrize(
    ("resets_in_s", "expected_s"), [(None, 60), (-3600, 1), (86_400, 600)], ids=["unsaid", "past", "far"]
)
async def test_a_strange_clock_pauses_a_method_neither_never_nor_for_ever(
    portal: str, worker: Database, owner: Owner, resets_in_s: float | None, expected_s: float
) -> None:
    resets_at = None if resets_in_s is None else time.time() + resets_in_s
    await SqlBuckets(worker).spent(portal, METHOD, 480.0, resets_at)
    assert expected_s - 5 <= owner.value(_UNTIL, portal, "method", METHOD) <= expected_s


async def test_a_pause_that_cannot_be_kept_does_not_spoil_the_outcome_it_came_with(worker: Database) -> None:
    nobody = "00000000-0000-0000-0000-00000000dead"
    await SqlBuckets(worker).close(nobody, "number", "n", 1.0)


async def test_while_the_database_is_away_nobody_calls(portal: str) -> None:
    away = Database("postgresql://nobody@127.0.0.1:1/nothing", max_size=1, may_be_away=True)
    assert 0 < await SqlBuckets(away).take(portal, METHOD)


def _portals(worker: Database, http: httpx.AsyncClient, *servers: str) -> Portals:
    journal = Kept()
    auth = AuthServer(http, servers, "app.1", Secret("s"), journal, trusted_origins=frozenset(servers))
    return Portals(worker, http, auth, Box([generate_key()]), journal)


async def test_a_known_portal_has_a_client(portal: str, worker: Database) -> None:
    async with new_client() as http:
        made = await _portals(worker, http, "https://oauth.example").client(portal)
    assert isinstance(made, PortalClient)


async def test_a_portal_of_a_foreign_authorization_server_has_none(portal: str, worker: Database) -> None:
    async with new_client() as http:
        made = await _portals(worker, http, "https://oauth.bitrix.info").client(portal)
    assert isinstance(made, Failure)
    assert (Policy.FIX, "server_endpoint") == (made.policy, made.code)


async def test_a_portal_without_a_usable_token_has_none(portal: str, worker: Database, owner: Owner) -> None:
    owner.value("select tenancy.uninstall_portal(%s, false)", portal)
    async with new_client() as http:
        made = await _portals(worker, http, "https://oauth.example").client(portal)
    assert isinstance(made, Failure)
    assert (Policy.FIX, "no_token") == (made.policy, made.code)
