"""What every test below may ask for: a PostgreSQL server of each version, and databases on it."""

from __future__ import annotations

import contextlib
import os
from collections import Counter
from collections.abc import Iterator

import hypothesis
import pytest

from tests.servers import RUN_VARIABLE, Server, TestDatabase, fresh_database, server, test_run

# a shared machine may pause any single example; pytest-timeout bounds the whole test
hypothesis.settings.register_profile("project", deadline=None)
hypothesis.settings.load_profile("project")
pytest_plugins = ("tests.catalogue",)
_RUN = pytest.StashKey[contextlib.ExitStack]()


def pytest_configure(config: pytest.Config) -> None:
    """Begin a run in the process that owns it; pytest-xdist's workers find its name in the environment."""
    if RUN_VARIABLE not in os.environ:
        config.stash[_RUN] = contextlib.ExitStack()
        config.stash[_RUN].enter_context(test_run())


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the run where it began."""
    if _RUN in config.stash:
        config.stash[_RUN].close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Write the requirement that a case proves into its report (JUnit's properties); give every case an id.

    schemathesis names each of its cases and leaves all of them one id. pytest-xdist runs one case per id, so
    two cases of one id are an error.
    """
    for item in items:
        if item.parent is not None and not item.nodeid.endswith(item.name):
            item._id = type(item.id).parse(f"{item.parent.nodeid}::{item.name}")
        for marker in item.iter_markers("requirement"):
            item.user_properties.append(("requirement", str(marker.args[0])))
    shared = [name for name, count in Counter(item.nodeid for item in items).items() if count > 1]
    if shared:
        raise pytest.UsageError(f"cases share an id, and only one of each would run: {shared[:3]}")


@pytest.fixture(scope="session")
def pg18() -> Server:
    """A running PostgreSQL 18, or the server that DATABASE_URL names."""
    return server(18)


@pytest.fixture(scope="session")
def pg16() -> Server:
    """A running PostgreSQL 16."""
    return server(16)


@pytest.fixture(scope="module")
def database() -> Iterator[TestDatabase]:
    """A fresh, migrated database on 18, dropped after the module."""
    with fresh_database(18) as made:
        yield made


@pytest.fixture(scope="module")
def database_on_16() -> Iterator[TestDatabase]:
    """A fresh, migrated database on 16, dropped after the module."""
    with fresh_database(16) as made:
        yield made
