"""Where it is measured: an embedded PostgreSQL with fsync on and stated settings, or a DBA's own server."""

from __future__ import annotations

import os
import platform
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.pgbench import PgBench
from benchmarks.rows import SCRIPTS
from cli.embedded import EmbeddedServer
from runtime.migrate import ensure_database, migrate

DATABASE = "whatsappb24_bench"
SETTINGS = {
    "shared_buffers": "512MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "wal_compression": "on",
    "effective_cache_size": "2GB",
}
"""What differs from PostgreSQL's defaults in the embedded server; all else is as delivered, fsync on."""
STATED = (*SETTINGS, "fsync", "synchronous_commit", "full_page_writes", "server_version")


@contextmanager
def database(url: str | None) -> Iterator[str]:
    """An empty, migrated database: on the server of `url`, or on an embedded one."""
    with ExitStack() as stack:
        if url is None:
            place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="whatsappb24-bench-")))
            place.chmod(0o711)
            server = EmbeddedServer(18, place / "pg")
            server.start()
            stack.callback(server.destroy)
            with psycopg.connect(server.url(), autocommit=True) as connection:
                for name, value in SETTINGS.items():
                    connection.execute(f"alter system set {name} = '{value}'".encode())
            server.stop()
            server.start()
            url = server.url()
        ensure_database(url, DATABASE)
        ours = _named(url)
        migrate(ours)
        yield ours


def _named(url: str) -> str:
    from urllib.parse import urlsplit

    return urlsplit(url)._replace(path=f"/{DATABASE}").geturl()


def fill(pgbench: PgBench, conversations: int, sent: int) -> int:
    """Make the portals and their past; returns how many messages there are."""
    pgbench.psql("-f", str(SCRIPTS / "setup.sql"))
    pgbench.prepare()
    pgbench.psql("-c", f"call bench.fill({conversations}, {sent})", "-c", "analyze")
    return int(pgbench.psql("-c", "select count(*) from messaging.message"))


def machine(url: str) -> dict[str, Any]:
    """What it was measured on."""
    with psycopg.connect(url) as connection:
        stated = {name: str(_one(connection, name)) for name in STATED}
    return {
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "kind": platform.machine(),
        "python": platform.python_version(),
        "postgresql": stated,
    }


def _one(connection: psycopg.Connection[Any], setting: str) -> object:
    row = connection.execute("select current_setting(%s)", (setting,)).fetchone()
    return row and row[0]
