"""The demo's database: DATABASE_URL, or an embedded server that is stopped with the demo."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from cli.embedded import demo_server
from runtime.migrate import ensure_database

NAME = "whatsappb24"


@contextmanager
def demo_database() -> Iterator[str]:
    """The address of the demo's database as its owner, for the time of the block."""
    given = os.environ.get("DATABASE_URL", "").strip()
    if given:
        yield given
        return
    server = demo_server()
    server.start()
    try:
        ensure_database(server.url(), NAME)
        yield server.url(NAME)
    finally:
        server.stop()
