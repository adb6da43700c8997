"""What `whatsappb24 doctor` finds out about the database: each finding with what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

import msgspec
import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from runtime.errors import DatabaseAway
from runtime.migrate import META, connect, recorded_files, verifier
from runtime.sql_files import SQL_ROOT, SqlFile, read_sql_files

_OLDEST = 160000
_MIGRATE = "run «whatsappb24 migrate»"


class Level(StrEnum):
    """How bad a finding is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class Finding(msgspec.Struct, frozen=True):
    """One thing that was looked at. `remedy` says what to do, empty when all is well."""

    level: Level
    text: str
    remedy: str = ""


class Connection(msgspec.Struct, frozen=True, kw_only=True):
    """One connection test of one channel as it was last found (`tenancy.every_connection`)."""

    domain: str
    channel_id: UUID
    name: str
    phone: str
    state: str
    checked_at: datetime | None
    test: str
    party: Literal["ours", "bitrix24", "gupshup"]
    outcome: Literal["ok", "warn", "fail", "waiting"]
    code: str | None
    detail: str | None
    at: datetime | None
    action: str | None


def connections(url: str) -> list[Connection]:
    """Return the connection tests of every channel, one after the other; none where nobody can be asked."""
    try:
        connection = connect(url)
    except DatabaseAway:
        return []
    with connection:
        if not _value(connection, "select to_regproc('tenancy.every_connection') is not null"):
            return []
        cursor = connection.cursor(row_factory=dict_row)
        return [
            Connection(**row)
            for row in cursor.execute(b"select * from tenancy.every_connection()").fetchall()
        ]


def diagnose(url: str, role_urls: Mapping[str, str], sql_root: Path = SQL_ROOT) -> Iterator[Finding]:
    """Look at the server, the schema's state, the clock and the login roles (role name to address).

    Never raises for what it finds; a server that is away is a finding.
    """
    try:
        connection = connect(url)
    except DatabaseAway as away:
        yield Finding(Level.FAIL, away.message, "check DATABASE_URL and that the server runs")
        return
    with connection:
        yield _version(connection)
        yield _encoding(connection)
        if not _value(connection, "select to_regnamespace(%s) is not null", META):
            yield Finding(Level.FAIL, "the database is empty", _MIGRATE)
            return
        yield from _freshness(connection, sql_root)
        yield _clock(connection)
    for role, address in role_urls.items():
        yield _login(role, address)


def role_script(url: str, passwords: Mapping[str, str]) -> str:
    """Return the SQL for an administrator where we may not set passwords: verifiers, no passwords."""
    with connect(url) as connection:
        return "\n".join(
            sql.SQL("alter role {} login password {};")
            .format(sql.Identifier(role), sql.Literal(verifier(connection, role, password)))
            .as_string(connection)
            for role, password in passwords.items()
        )


def _value(connection: psycopg.Connection[Any], query: str, *values: object) -> Any:
    row = connection.execute(query.encode(), values).fetchone()
    return row[0] if row else None


def _version(connection: psycopg.Connection[Any]) -> Finding:
    number = connection.info.server_version
    text = f"PostgreSQL {number // 10000}.{number % 10000}"
    if number < _OLDEST:
        return Finding(Level.FAIL, text, "use PostgreSQL 16 or newer")
    return Finding(Level.OK, text)


def _encoding(connection: psycopg.Connection[Any]) -> Finding:
    encoding = _value(connection, "show server_encoding")
    if encoding != "UTF8":
        return Finding(Level.FAIL, f"encoding {encoding}", "create the database with encoding UTF8")
    return Finding(Level.OK, "encoding UTF8")


def _freshness(connection: psycopg.Connection[Any], sql_root: Path) -> Iterator[Finding]:
    """Compare what was applied with the files of this release."""
    files = read_sql_files(sql_root)
    pending = _differences(recorded_files(connection, "schema_file"), files.schema)
    if pending:
        yield Finding(
            Level.FAIL, f"schema files not applied: {', '.join(pending)}", "run «whatsappb24 migrate»"
        )
    else:
        yield Finding(Level.OK, f"schema at {files.schema[-1].name}")
    changed = _differences(recorded_files(connection, "proc_file"), files.procs)
    if changed:
        yield Finding(
            Level.FAIL, f"functions not of this release: {len(changed)}", "run «whatsappb24 migrate»"
        )
    else:
        yield Finding(Level.OK, f"{len(files.procs)} functions of this release")


def _differences(recorded: Mapping[str, str], files: tuple[SqlFile, ...]) -> list[str]:
    return [file.name for file in files if recorded.get(file.name) != file.sha256]


def _clock(connection: psycopg.Connection[Any]) -> Finding:
    """Refuse the settable clock of the test loader: whoever may set it moves money in time."""
    body = _value(connection, "select pg_get_functiondef(to_regprocedure('tenancy.now()'))") or ""
    if "clock_timestamp()" not in body or "current_setting" in body:
        return Finding(
            Level.FAIL,
            "tenancy.now() is not the real clock: this is a test database",
            "never serve from it; make a new database and migrate it",
        )
    return Finding(Level.OK, "tenancy.now() is the real clock")


def _login(role: str, address: str) -> Finding:
    try:
        connect(address).close()
    except DatabaseAway as away:
        remedy = "run «whatsappb24 migrate», or let an administrator run the script below"
        return Finding(Level.FAIL, f"{role} cannot log in: {away.message}", remedy)
    return Finding(Level.OK, f"{role} can log in")
