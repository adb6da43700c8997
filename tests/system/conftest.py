"""One running house per module of system tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.servers import TestDatabase
from tests.system.house import House, open_house


@pytest.fixture(scope="module")
def house(database: TestDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The running house with one portal and one connected channel."""
    with open_house(database, tmp_path_factory.mktemp("house")) as opened:
        yield opened
