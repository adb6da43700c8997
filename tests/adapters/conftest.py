"""A database with the worker's role in front of it, and an installed portal."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest

from runtime.database import Database
from tests.servers import TestDatabase

_members = itertools.count(1)


class Owner:
    """Looks at and changes what no login role may."""

    def __init__(self, url: str) -> None:
        self._url = url

    def value(self, query: str, *arguments: Any) -> Any:
        """The only value that a statement returns, or None."""
        with psycopg.connect(self._url, autocommit=True) as connection:
            row = connection.execute(query.encode(), arguments).fetchone()
        return row[0] if row else None


@pytest.fixture
def owner(database: TestDatabase) -> Owner:
    return Owner(database.url)


@pytest.fixture
async def worker(database: TestDatabase) -> AsyncIterator[Database]:
    async with Database(database.worker_url, max_size=4) as opened:
        yield opened


@pytest.fixture
async def another_worker(database: TestDatabase) -> AsyncIterator[Database]:
    """As in another process: a pool of its own."""
    async with Database(database.worker_url, max_size=4) as opened:
        yield opened


@pytest.fixture
def portal(owner: Owner) -> str:
    """An installed portal; its administrator is user 1."""
    return str(owner.value("select tests.create_portal(%s)", f"adapters{next(_members)}"))
