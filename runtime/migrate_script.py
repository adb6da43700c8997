"""The whole database as one file for psql: what a DBA applies where our command line cannot run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yoyo
from psycopg import sql

from runtime.migrate import BOOKKEEPING, META, MIGRATION_TABLE, PROCS_BEGIN
from runtime.sql_files import SQL_ROOT, SqlFile, read_sql_files

_YOYO_TABLES = f"""
set search_path = {META};
create table yoyo_lock (locked int default 1, ctime timestamp, pid int not null, primary key (locked));
create table _yoyo_log (
  id varchar(36), migration_hash varchar(64), migration_id varchar(255), operation varchar(10),
  username varchar(255), hostname varchar(255), comment varchar(255), created_at_utc timestamp,
  primary key (id)
);
create table _yoyo_version (version int not null primary key, installed_at_utc timestamp);
create table {MIGRATION_TABLE} (
  migration_hash varchar(64), migration_id varchar(255), applied_at_utc timestamp,
  primary key (migration_hash)
);
"""
_YOYO_VERSION = "insert into _yoyo_version values (2, now() at time zone 'utc');"
_HEADER = """-- WhatsAppB24: the complete database, made by «whatsappb24 migrate --script».
-- Apply to an empty PostgreSQL 16 database or newer, as a role that may create roles:
--   psql -v ON_ERROR_STOP=1 -f whatsappb24.sql "$DATABASE_URL"
-- A later «whatsappb24 migrate» finds every file here as applied; it also sets the roles' passwords.
set client_min_messages = warning;
"""
_PARTITIONS = """
do $$
begin
  if to_regprocedure('tenancy.ensure_partitions(interval)') is not null then
    perform tenancy.ensure_partitions();
  end if;
end
$$;
"""


def script(sql_root: Path = SQL_ROOT) -> str:
    """Return the text that `psql -v ON_ERROR_STOP=1 -f` applies to an empty database.

    Raises `SqlFilesWrong`. It makes what `migrate` makes, bookkeeping included.
    """
    return "\n".join(_parts(sql_root))


def _parts(sql_root: Path) -> Iterator[str]:
    files = read_sql_files(sql_root)
    migrations = {
        f"{migration.id}.sql": migration for migration in yoyo.read_migrations(str(sql_root / "schema"))
    }
    yield _HEADER
    yield _transaction("bookkeeping", BOOKKEEPING + _YOYO_TABLES + _YOYO_VERSION)
    for file in files.schema:
        migration = migrations[file.name]
        migration.load()
        title = f"schema/{file.name}"
        yield _transaction(title, file.text) if migration.use_transactions else f"-- {title}\n{file.text}"
    procs = "\n".join(f"-- procs/{file.name}\n{file.text}" for file in files.procs)
    yield _transaction("procs", f"{PROCS_BEGIN}{procs}")
    yield _transaction("what was applied", "".join(_records(files.schema, files.procs, migrations.values())))
    yield _PARTITIONS


def _transaction(title: str, text: str) -> str:
    return f"-- {title}\nbegin;\n{text}\ncommit;\n"


def _records(
    schema: tuple[SqlFile, ...], procs: tuple[SqlFile, ...], migrations: Iterable[Any]
) -> Iterator[str]:
    """Record the files as `migrate` would have."""
    for table, recorded in (("schema_file", schema), ("proc_file", procs)):
        for file in recorded:
            yield _insert(table, "name, sha256", file.name, file.sha256)
    for migration in migrations:
        columns = "migration_hash, migration_id, applied_at_utc"
        yield _insert(MIGRATION_TABLE, columns, migration.hash, migration.id, now=True)


def _insert(table: str, columns: str, *values: str, now: bool = False) -> str:
    quoted = ", ".join(sql.Literal(value).as_string() for value in values)
    last = ", now() at time zone 'utc'" if now else ""
    return f"insert into {META}.{table} ({columns}) values ({quoted}{last});\n"  # noqa: S608 quoted above
