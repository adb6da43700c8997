"""Where it is measured: an embedded PostgreSQL with fsync on and stated settings, or a DBA's own server."""

from __future__ import annotations

import os
import platform
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from benchmarks.pgbench import PgBench
from benchmarks.profile import Profile
from benchmarks.rows import SCRIPTS
from cli.embedded import EmbeddedServer
from runtime.migrate import ensure_database, migrate
from runtime.settings import API_ROLE, TRACE_ROLE, WORKER_ROLE, role_address

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
ROLES = {"api": API_ROLE, "worker": WORKER_ROLE, "trace": TRACE_ROLE}


@contextmanager
def database(url: str | None) -> Iterator[str]:
    """An empty, migrated database: on the server of `url`, or on an embedded one."""
    with ExitStack() as stack:
        if url is None:
            url = stack.enter_context(_embedded())
        ensure_database(url, DATABASE)
        ours = other(url, DATABASE)
        migrate(ours)
        yield ours


@contextmanager
def _embedded() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="whatsappb24-bench-") as directory:
        place = Path(directory)
        place.chmod(0o711)
        server = EmbeddedServer(18, place / "pg")
        server.start()
        try:
            with psycopg.connect(server.url(), autocommit=True) as connection:
                for name, value in SETTINGS.items():
                    connection.execute(f"alter system set {name} = '{value}'".encode())
            server.stop()
            server.start()
            yield server.url()
        finally:
            server.destroy()


def other(url: str, name: str) -> str:
    """The address of another database on the same server."""
    return urlsplit(url)._replace(path=f"/{name}").geturl()


@contextmanager
def logins(url: str) -> Iterator[dict[str, str]]:
    """Addresses for API, worker and trace, by login roles of this run that inherit theirs.

    The roles of a release are the whole server's, and a DBA's server may serve customers with them: their
    passwords are not touched. What is set on a role is not inherited, so it is set again.
    """
    made: dict[str, str] = {}
    with psycopg.connect(url, autocommit=True) as connection:
        try:
            for name, role in ROLES.items():
                login, password = f"whatsappb24_bench_{name}", secrets.token_urlsafe(24)
                connection.execute(sql.SQL("drop role if exists {}").format(sql.Identifier(login)))
                connection.execute(
                    sql.SQL("create role {} login password {} in role {}").format(
                        sql.Identifier(login), sql.Literal(password), sql.Identifier(role)
                    )
                )
                _copy_settings(connection, role, login)
                made[name] = role_address(url, login, password)
            yield made
        finally:
            for name in made:
                mine = sql.Identifier(f"whatsappb24_bench_{name}")
                connection.execute(sql.SQL("drop role if exists {}").format(mine))


def _copy_settings(connection: psycopg.Connection[Any], role: str, login: str) -> None:
    query = """
    select unnest(s.setconfig) from pg_db_role_setting s join pg_roles r on r.oid = s.setrole
     where r.rolname = %s
    """
    for (setting,) in connection.execute(query, (role,)).fetchall():
        name, _, value = setting.partition("=")
        connection.execute(
            sql.SQL("alter role {} set {} = {}").format(
                sql.Identifier(login), sql.Identifier(name), sql.Literal(value)
            )
        )


def fill(pgbench: PgBench, profile: Profile) -> int:
    """Make the portals and their past; returns how many messages there are."""
    for script in ("setup", "setup_renewals"):
        pgbench.psql("-f", str(SCRIPTS / f"{script}.sql"))
    pgbench.prepare(profile.scale)
    pgbench.psql("-c", f"call bench.fill({profile.conversations}, {profile.sent})", "-c", "analyze")
    return messages(pgbench)


def messages(pgbench: PgBench) -> int:
    """How many messages are in the tables."""
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
