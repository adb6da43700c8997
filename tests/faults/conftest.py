"""A house on a PostgreSQL of its own that keeps its data through restarts: here servers and processes die."""

from __future__ import annotations

import os
from collections.abc import Iterator

import psycopg
import pytest

from cli.embedded import EmbeddedServer
from runtime.migrate import ensure_database, migrate
from runtime.settings import API_ROLE, TRACE_ROLE, WORKER_ROLE
from tests.faults.hands import make_whole
from tests.servers import PASSWORDS, TestDatabase, run_directory
from tests.system.house import House, open_house

_NAME = "faults"


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedServer]:
    """A durable PostgreSQL 18 that tests may stop and start; it comes back on the same port."""
    server = EmbeddedServer(18, run_directory() / f"pg18-faults-{os.getpid()}")
    server.start()
    try:
        yield server
    finally:
        server.destroy()


@pytest.fixture(scope="session")
def standing_house(postgres: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One house with two workers for all of these tests."""
    ensure_database(postgres.url(), _NAME)
    migrate(postgres.url(_NAME), passwords=PASSWORDS)
    database = TestDatabase(
        name=_NAME,
        url=postgres.url(_NAME),
        api_url=postgres.url(_NAME, API_ROLE, PASSWORDS[API_ROLE]),
        worker_url=postgres.url(_NAME, WORKER_ROLE, PASSWORDS[WORKER_ROLE]),
        trace_url=postgres.url(_NAME, TRACE_ROLE, PASSWORDS[TRACE_ROLE]),
    )
    with open_house(database, tmp_path_factory.mktemp("house"), workers=2) as opened:
        yield opened


@pytest.fixture
def house(standing_house: House, postgres: EmbeddedServer) -> Iterator[House]:
    """The standing house: everything runs, no faults, room in all rate limits; whole again afterwards."""
    make_whole(standing_house, postgres)
    yield standing_house
    make_whole(standing_house, postgres)
    standing_house.until("nothing is adrift", lambda: _is_conserved(standing_house))


def _is_conserved(house: House) -> bool:
    """A message that is crossing right now may be between two statements of the proof."""
    try:
        house.assert_conserved()
    except (AssertionError, psycopg.OperationalError):
        return False
    return True
