"""Brings a database to the state of the SQL files: what is, is migrated; what happens, is replaced.

yoyo applies each file of `sql/schema/` once, in order. Then, whenever one of them differs from what was
applied last, all files of `sql/procs/` run in one transaction. Both are recorded with their content's hash in
the schema `whatsappb24_meta`, which only the migrating role can read; yoyo's own tables live there as well.
Everything happens under one advisory lock, so that services may all migrate at their start.
(yoyo's hash is of the name only, and its post-apply hooks do not notice an edited file: postgres.md §3.)
"""

from __future__ import annotations

import contextlib
import io
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlencode, urlsplit

import msgspec
import psycopg
import yoyo
from psycopg import sql

from runtime.errors import DatabaseAway
from runtime.sql_files import SQL_ROOT, SqlFile, read_sql_files

META = "whatsappb24_meta"
OWNER = "whatsappb24_owner"
MIGRATION_TABLE = "_yoyo_migration"
BOOKKEEPING = f"""
create schema if not exists {META};
comment on schema {META} is 'Which files of sql/ made this database. For «whatsappb24 migrate» only.';
create table if not exists {META}.schema_file (
  name text primary key,
  sha256 text not null,
  applied_at timestamptz not null default clock_timestamp()
);
create table if not exists {META}.proc_file (
  name text primary key,
  sha256 text not null,
  applied_at timestamptz not null default clock_timestamp()
);
"""
"""The statements that make the bookkeeping; also the beginning of the script for psql."""
PROCS_BEGIN = f"""
set local role {OWNER};
set local search_path = '';
set local check_function_bodies = off;
"""
"""Functions belong to the owner, name every schema, and may call functions of later files."""


_WAIT_S = 600


class MigrationRefused(Exception):
    """The database cannot be brought to the state of these files; nothing of this step was kept."""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What one run changed. All names are paths below `schema/` and `procs/`."""

    schema_applied: tuple[str, ...]
    procs_applied: bool
    procs_changed: tuple[str, ...]
    """New or edited since the last run; empty when the procs were left alone."""
    procs_vanished: tuple[str, ...]
    """Files that are gone: list their functions in removed.txt one release later."""
    dropped: tuple[str, ...]
    partitions_made: int
    passwords_set: tuple[str, ...]
    passwords_refused: tuple[str, ...]
    """Roles whose password we may not set (no CREATEROLE): `doctor` prints the script."""


def migrate(url: str, sql_root: Path = SQL_ROOT, *, passwords: Mapping[str, str] | None = None) -> Report:
    """Apply everything that is new or changed in `sql_root` to the database at `url`.

    `passwords` are those of the login roles; they travel as SCRAM verifiers. Raises `MigrationRefused` when
    an applied schema file was edited or a file fails, `SqlFilesWrong`, `DatabaseAway`.
    """
    files = read_sql_files(sql_root)
    with _only_one(url), connect(url) as connection:
        connection.execute(BOOKKEEPING.encode())
        _refuse_edited(connection, files.schema)
        schema_applied = _apply_schema(url, sql_root / "schema", connection, files.schema)
        recorded = recorded_files(connection, "proc_file")
        wanted = {file.name: file.sha256 for file in files.procs}
        procs_applied = recorded != wanted
        if procs_applied:
            _apply_procs(connection, files.procs)
        dropped = tuple(name for name in files.removed if _drop(connection, name))
        made = _ensure_partitions(connection)
        done, refused = _set_passwords(connection, passwords or {})
    return Report(
        schema_applied=schema_applied,
        procs_applied=procs_applied,
        procs_changed=tuple(name for name, sha256 in wanted.items() if recorded.get(name) != sha256),
        procs_vanished=tuple(sorted(recorded.keys() - wanted.keys())),
        dropped=dropped,
        partitions_made=made,
        passwords_set=done,
        passwords_refused=refused,
    )


def connect(url: str, *, autocommit: bool = True) -> psycopg.Connection[Any]:
    """Connect for a command. Raises `DatabaseAway` with libpq's reason, which names no password."""
    try:
        return psycopg.connect(url, autocommit=autocommit, connect_timeout=10)
    except psycopg.OperationalError as error:
        raise DatabaseAway(" ".join(str(error).split())) from None


def verifier(connection: psycopg.Connection[Any], role: str, password: str) -> str:
    """Return the SCRAM verifier of a password, so that the server and its log never see the password."""
    return connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()


@contextlib.contextmanager
def _only_one(url: str) -> Iterator[None]:
    """Hold the advisory lock in a transaction of its own: it ends with the process and passes any pooler.

    Who waits asks again and again: a waiting statement has a snapshot, and `create index concurrently` in the
    migrate that holds the lock would wait for that for ever.
    """
    give_up_at = time.monotonic() + _WAIT_S
    with connect(url, autocommit=False) as guard:
        while not _take_lock(guard):
            if time.monotonic() > give_up_at:
                raise MigrationRefused(
                    "another migrate has been running for ten minutes: look for it, then try again"
                )
            guard.rollback()
            time.sleep(0.1)
        yield


def _take_lock(guard: psycopg.Connection[Any]) -> bool:
    guard.execute("set local idle_in_transaction_session_timeout = 0")
    row = guard.execute(
        "select pg_try_advisory_xact_lock(hashtextextended('whatsappb24.migrate', 0))"
    ).fetchone()
    return row is not None and bool(row[0])


def recorded_files(
    connection: psycopg.Connection[Any], table: Literal["schema_file", "proc_file"]
) -> dict[str, str]:
    """Return name and hash of every file that was applied to a migrated database."""
    query = sql.SQL("select name, sha256 from {}").format(sql.Identifier(META, table))
    return dict(connection.execute(query).fetchall())


def _refuse_edited(connection: psycopg.Connection[Any], files: tuple[SqlFile, ...]) -> None:
    """Raise when a schema file is no longer the one that was applied, or is gone."""
    recorded = recorded_files(connection, "schema_file")
    found = {file.name: file.sha256 for file in files}
    for name, sha256 in recorded.items():
        if found.get(name) != sha256:
            problem = "was edited" if name in found else "is missing"
            raise MigrationRefused(
                f"schema/{name} {problem} after it was applied here: put it back as it was, "
                "and say what must change in a new file with the next number"
            )


def _apply_schema(
    url: str, directory: Path, connection: psycopg.Connection[Any], files: tuple[SqlFile, ...]
) -> tuple[str, ...]:
    """Let yoyo apply the pending files one by one, recording each one's hash."""
    parts = urlsplit(url)
    query = "&".join(part for part in (parts.query, urlencode({"schema": META})) if part)
    address = parts._replace(scheme="postgresql+psycopg", query=query).geturl()
    hashes = {file.name: file.sha256 for file in files}
    migrations = yoyo.read_migrations(str(directory))
    applied: list[str] = []
    with yoyo.get_backend(address, MIGRATION_TABLE) as backend:
        # we hold the advisory lock, so a row in yoyo's lock table is of a process that died
        backend.break_lock()
        pending = {f"{migration.id}.sql" for migration in backend.to_apply(migrations)}
        for migration in migrations:
            name = f"{migration.id}.sql"
            if name in pending:
                _apply_one(backend, migration, name)
                applied.append(name)
            connection.execute(
                sql.SQL("insert into {} (name, sha256) values (%s, %s) on conflict (name) do nothing").format(
                    sql.Identifier(META, "schema_file")
                ),
                (name, hashes[name]),
            )
    return tuple(applied)


def _apply_one(backend: Any, migration: Any, name: str) -> None:
    """Apply one file; yoyo prints the rows of a `select`, which nobody asked for."""
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            _despite_other_databases(lambda: backend.apply_one(migration))
    except psycopg.Error as error:
        raise MigrationRefused(f"schema/{name}: {_told(error)}") from error


def _apply_procs(connection: psycopg.Connection[Any], files: tuple[SqlFile, ...]) -> None:
    """Replace all functions in one transaction, twice: to make them, then to have their bodies checked."""
    with connection.transaction():
        connection.execute(PROCS_BEGIN.encode())
        for check in (False, True):
            if check:
                connection.execute("set local check_function_bodies = on")
            for file in files:
                try:
                    connection.execute(file.text.encode())
                except psycopg.Error as error:
                    raise MigrationRefused(f"procs/{file.name}: {_told(error)}") from error
        connection.execute("reset role")
        table = sql.Identifier(META, "proc_file")
        connection.execute(sql.SQL("delete from {}").format(table))
        with connection.cursor() as cursor:
            cursor.executemany(
                sql.SQL("insert into {} (name, sha256) values (%s, %s)").format(table),
                [(file.name, file.sha256) for file in files],
            )


def _told(error: psycopg.Error) -> str:
    """Return PostgreSQL's message with the place it speaks of."""
    parts = (error.diag.message_primary or str(error), error.diag.message_detail, error.diag.context)
    return "\n".join(part for part in parts if part)


def _drop(connection: psycopg.Connection[Any], signature: str) -> bool:
    """Drop a function of removed.txt; say whether it was there."""
    found = connection.execute("select to_regprocedure(%s) is not null", (signature,)).fetchone()
    if found is None or not found[0]:
        return False
    try:
        connection.execute(f"drop routine {signature}".encode())
    except psycopg.Error as error:
        raise MigrationRefused(f"procs/removed.txt, {signature}: {_told(error)}") from error
    return True


def _ensure_partitions(connection: psycopg.Connection[Any]) -> int:
    """Make the partitions ahead, where the schema has partitions at all."""
    known = connection.execute("select to_regprocedure('tenancy.ensure_partitions(interval)')").fetchone()
    if known is None or known[0] is None:
        return 0
    made = connection.execute("select tenancy.ensure_partitions()").fetchone()
    return int(made[0]) if made else 0


def _set_passwords(
    connection: psycopg.Connection[Any], passwords: Mapping[str, str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give each login role its password; return the roles that have it now and those we may not change."""
    done: list[str] = []
    refused: list[str] = []
    for role, password in passwords.items():
        statement = sql.SQL("alter role {} password {}").format(
            sql.Identifier(role), sql.Literal(verifier(connection, role, password))
        )
        try:
            _despite_other_databases(partial(connection.execute, statement))
            done.append(role)
        except psycopg.errors.InsufficientPrivilege:
            refused.append(role)
    return tuple(done), tuple(refused)


def _despite_other_databases(change: Callable[[], object]) -> None:
    """Make a change that may touch roles, again if need be.

    Roles belong to the cluster and the advisory lock to one database, so a migrate of another database may
    make or alter the same role at the same moment; PostgreSQL then fails one of the two.
    """
    for attempts_left in reversed(range(5)):
        try:
            change()
        except (psycopg.errors.UniqueViolation, psycopg.errors.InternalError_) as error:
            named = (error.diag.table_name, error.diag.message_primary)
            if not attempts_left or not {"pg_authid", "tuple concurrently updated"} & set(named):
                raise
            time.sleep(0.05)
        else:
            return


def ensure_database(url: str, name: str) -> None:
    """Create the database `name` on the server at `url` unless it exists. Raises `DatabaseAway`."""
    with connect(url) as connection:
        known = connection.execute("select from pg_database where datname = %s", (name,)).fetchone()
        if known is None:
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
