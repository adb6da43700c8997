"""The PostgreSQL servers of a test run: one per version, started when first asked for, shared by all workers.

A run has a directory of its own under the system's temporary directory. The process that made it holds a lock
on it as long as it lives, so the next run recognises what a killed one left behind, and clears it away.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Protocol
from urllib.parse import quote, urlsplit

import msgspec
import psycopg
from psycopg import sql

from cli.embedded import EmbeddedServer, locked
from cli.embedded_installation import Version, programs
from runtime.migrate import migrate
from runtime.secrets import role_password
from runtime.settings import API_ROLE, LOGIN_ROLES, TRACE_ROLE, WORKER_ROLE, role_address

ROOT = Path(__file__).parent.parent
SQL_TESTS = ROOT / "sql" / "tests"
SECRET_KEYS = ("dGVzdHMgb25seTogbm90IGEgc2VjcmV0IG9mIG91cnM=",)
"""What the roles' passwords in every test database come from."""
PASSWORDS = {role: role_password(SECRET_KEYS, role) for role in LOGIN_ROLES}
RUN_VARIABLE = "WHATSAPPB24_TEST_RUN"
_PREFIX = "whatsappb24-tests-"
_PGTAP = SQL_TESTS / "node_modules" / "@electric-sql" / "pglite-pgtap" / "dist" / "pgtap.tar.gz"
_PGTAP_SQL = "share/postgresql/extension/pgtap.sql"
_numbers = itertools.count(1)


class Server(Protocol):
    """A server that test databases are made on."""

    def url(self, dbname: str = ..., user: str = ..., password: str | None = ...) -> str:
        """Return the address of a database, as the superuser unless another role is named."""
        ...

    def program(self, name: str) -> Path:
        """Return the path of psql, pg_dump, … of its version."""
        ...


class GivenServer:
    """The server that DATABASE_URL names, in place of the embedded 18. Its databases get our run's prefix."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._programs = programs(18, run_directory() / "psql")

    def url(self, dbname: str = "", user: str = "", password: str | None = None) -> str:
        """Return the address of a database on this server."""
        parts = urlsplit(self._url)
        address = parts._replace(path=f"/{quote(dbname)}").geturl() if dbname else self._url
        return role_address(address, user, password or "") if user else address

    def program(self, name: str) -> Path:
        """Return a program of the newest version we have: it can speak to older servers."""
        return self._programs / name


class TestDatabase(msgspec.Struct, frozen=True, kw_only=True):
    """A fresh database with everything migrated, and its address for each role."""

    __test__ = False
    name: str
    url: str
    api_url: str
    worker_url: str
    trace_url: str


def run_directory() -> Path:
    """Return the directory of this run, the same in every worker."""
    return Path(os.environ[RUN_VARIABLE])


@contextlib.contextmanager
def test_run() -> Iterator[None]:
    """Own a run: clear leftovers, make its directory, and at the end stop whatever was started in it."""
    for leftover in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        if leftover.stat().st_uid == os.geteuid():
            with contextlib.suppress(BlockingIOError), locked(leftover / "owner", wait=False):
                _clear(leftover)
    run = Path(tempfile.mkdtemp(prefix=_PREFIX))
    run.chmod(0o711)
    os.environ[RUN_VARIABLE] = str(run)
    try:
        with locked(run / "owner"):
            yield
    finally:
        _clear(run)
        del os.environ[RUN_VARIABLE]


def _clear(run: Path) -> None:
    """Stop the run's servers and delete its directory; on a given server, drop its databases."""
    given = os.environ.get("DATABASE_URL")
    if given and (run / "18.ready").exists():
        with psycopg.connect(given, autocommit=True) as connection:
            query = "select datname from pg_database where starts_with(datname, %s)"
            for (name,) in connection.execute(query, (_database_prefix(run),)).fetchall():
                connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))
    for version in (16, 18):
        for place in run.glob(f"pg{version}*"):
            if (place / "data").exists():
                EmbeddedServer(version, place, durable=False).stop()
    shutil.rmtree(run, ignore_errors=True)


@cache
def server(version: Version) -> Server:
    """Return the running server of this version; the first worker to ask starts it."""
    given = os.environ.get("DATABASE_URL")
    if given and version == 18:
        return GivenServer(given)
    embedded = EmbeddedServer(version, run_directory() / f"pg{version}", durable=False)
    embedded.start()
    return embedded


@cache
def template(version: Version) -> str:
    """Return the name of the migrated database that test databases are copies of; made once per run.

    It carries pgTAP in the schema `tap`, and the settable clock of sql/tests/clock.sql.
    """
    run = run_directory()
    where = server(version)
    name = f"{_database_prefix(run)}template"
    with locked(run / f"{version}.template"):
        if not (run / f"{version}.ready").exists():
            with psycopg.connect(where.url(), autocommit=True) as connection:
                connection.execute(sql.SQL("drop database if exists {}").format(sql.Identifier(name)))
                connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
            migrate(where.url(name), passwords=PASSWORDS)
            _load_test_support(where, name)
            (run / f"{version}.ready").touch()
    return name


def _load_test_support(where: Server, name: str) -> None:
    """Load pgTAP and our own support files, which may use it."""
    if not _PGTAP.exists():
        raise FileNotFoundError(f"pgTAP is not installed in {_PGTAP.relative_to(ROOT)}: run «make install»")
    with tarfile.open(_PGTAP) as archive:
        member = archive.extractfile(_PGTAP_SQL)
        assert member is not None
        pgtap = member.read()
    with psycopg.connect(where.url(name), autocommit=True) as connection:
        connection.execute("create schema tap; grant usage on schema tap to public; set search_path = tap")
        connection.execute(pgtap)
        connection.execute("reset search_path")
    for file in (SQL_TESTS / "clock.sql", *sorted((SQL_TESTS / "support").glob("*.sql"))):
        if file.exists():
            run_psql(where, name, "-f", str(file)).check_returncode()


def run_psql(where: Server, dbname: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run psql as the superuser: bare rows, no psqlrc, stop at the first error, pgTAP in the path."""
    parts = urlsplit(where.url(dbname))
    options = "-c search_path=tap -c client_min_messages=warning -c statement_timeout=60s"
    return subprocess.run(
        [where.program("psql"), "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", where.url(dbname), *arguments],
        env={"PGOPTIONS": options, "LC_ALL": "C.UTF-8", "PGAPPNAME": f"test {parts.path}"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@contextlib.contextmanager
def fresh_database(version: Version, *, migrated: bool = True) -> Iterator[TestDatabase]:
    """Make a database for the time of the block: a copy of the template, or an empty one."""
    where = server(version)
    source = template(version) if migrated else "template0"
    name = f"{_database_prefix(run_directory())}{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(where.url(), autocommit=True) as connection:
        connection.execute(
            sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(source))
        )
    try:
        yield TestDatabase(
            name=name,
            url=where.url(name),
            api_url=where.url(name, API_ROLE, PASSWORDS[API_ROLE]),
            worker_url=where.url(name, WORKER_ROLE, PASSWORDS[WORKER_ROLE]),
            trace_url=where.url(name, TRACE_ROLE, PASSWORDS[TRACE_ROLE]),
        )
    finally:
        with psycopg.connect(where.url(), autocommit=True) as connection:
            connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def _database_prefix(run: Path) -> str:
    """Return how the databases of this run begin, so that several runs share a given server in peace."""
    return f"{run.name.replace('-', '_')}_".lower()
