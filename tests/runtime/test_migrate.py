"""Migrations on 16 and 18: versioned once, replaced always, edited never; and the same as one script."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from cli.embedded_installation import Version
from runtime.errors import DatabaseAway
from runtime.migrate import MigrationRefused, Report, connect, migrate
from runtime.migrate_script import script
from runtime.settings import LOGIN_ROLES, role_address
from runtime.sql_files import SQL_ROOT, SqlFilesWrong
from tests.servers import PASSWORDS, TestDatabase, fresh_database, run_psql, server

pytestmark = [pytest.mark.requirement("R2.4-b")]

_OWNER = """
do $$
begin
  if not exists (select from pg_roles where rolname = 'whatsappb24_owner') then
    create role whatsappb24_owner nologin;
  end if;
exception when duplicate_object or unique_violation then null;
end
$$;
"""
_APP = """
do $$ begin execute format('grant create on database %I to whatsappb24_owner', current_database()); end $$;
set local role whatsappb24_owner;
create schema app;
create table app.thing (id int primary key, note text default 'it''s 5 % -- not a comment; really');
insert into app.thing values (1, '%s %(name)s :name %%');
create function app.pieces(p_text text) returns text language plpgsql as $body$
declare v_out text := $q$;$q$;
begin
  case when p_text like '%;%' then v_out := 'semicolon; inside'; else v_out := format('%s', p_text); end case;
  return v_out;
end
$body$;
create function app.atomic(p_n int) returns int language sql begin atomic select p_n + 1; select p_n + 2; end;
"""
_FIRST = "-- the ground: 100 % of it\n" + _OWNER + _APP
_SECOND = """-- transactional: false
create index concurrently thing_note on app.thing (note);
"""
_HELLO = "create or replace function app.hello() returns text language sql as $$ select 'hello, 100 %' $$;\n"


@pytest.fixture(params=[18, 16])
def empty(request: pytest.FixtureRequest) -> Iterator[TestDatabase]:
    with fresh_database(request.param, migrated=False) as made:
        yield made


@pytest.fixture
def sql_root(tmp_path: Path) -> Path:
    """A small application: two schema files, one function."""
    (tmp_path / "schema").mkdir()
    (tmp_path / "procs" / "app").mkdir(parents=True)
    (tmp_path / "schema" / "0001.ground.sql").write_text(_FIRST)
    (tmp_path / "schema" / "0002.index.sql").write_text(_SECOND)
    (tmp_path / "procs" / "app" / "hello.sql").write_text(_HELLO)
    return tmp_path


def _value(url: str, query: str) -> Any:
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(query.encode()).fetchone()
        assert row is not None
        return row[0]


def test_everything_is_applied_once_and_in_order(empty: TestDatabase, sql_root: Path) -> None:
    report = migrate(empty.url, sql_root)
    assert ("0001.ground.sql", "0002.index.sql") == report.schema_applied
    assert ("app/hello.sql",) == report.procs_changed
    assert "hello, 100 %" == _value(empty.url, "select app.hello()")
    nothing = Report(
        schema_applied=(),
        procs_applied=False,
        procs_changed=(),
        procs_vanished=(),
        dropped=(),
        partitions_made=0,
        passwords_set=(),
        passwords_refused=(),
    )
    assert nothing == migrate(empty.url, sql_root)


def test_percent_signs_dollar_quotes_and_atomic_bodies_arrive_as_written(
    empty: TestDatabase, sql_root: Path
) -> None:
    migrate(empty.url, sql_root)
    assert "%s %(name)s :name %%" == _value(empty.url, "select note from app.thing")
    assert "semicolon; inside" == _value(empty.url, "select app.pieces('a;b')")
    assert 3 == _value(empty.url, "select app.atomic(1)")
    assert _value(empty.url, "select indisvalid from pg_index where indexrelid = 'app.thing_note'::regclass")


def test_functions_belong_to_the_owner_and_the_bookkeeping_to_nobody_else(
    empty: TestDatabase, sql_root: Path
) -> None:
    migrate(empty.url, sql_root)
    owner = "select proowner::regrole::text from pg_proc where oid = 'app.hello()'::regprocedure"
    assert "whatsappb24_owner" == _value(empty.url, owner)
    usage = "select has_schema_privilege('whatsappb24_owner', 'whatsappb24_meta', 'usage')"
    assert _value(empty.url, usage) is False
    public = "select count(*) from pg_class where relnamespace = 'public'::regnamespace"
    assert 0 == _value(empty.url, public)


def test_an_edited_function_replaces_the_old_one_although_no_schema_file_is_pending(
    empty: TestDatabase, sql_root: Path
) -> None:
    migrate(empty.url, sql_root)
    (sql_root / "procs" / "app" / "hello.sql").write_text(_HELLO.replace("hello,", "goodbye,"))
    report = migrate(empty.url, sql_root)
    assert ((), ("app/hello.sql",)) == (report.schema_applied, report.procs_changed)
    assert "goodbye, 100 %" == _value(empty.url, "select app.hello()")


@pytest.mark.parametrize("missing", [False, True])
def test_an_applied_schema_file_may_not_change_or_vanish(
    empty: TestDatabase, sql_root: Path, missing: bool
) -> None:
    migrate(empty.url, sql_root)
    file = sql_root / "schema" / "0001.ground.sql"
    if missing:
        file.unlink()
    else:
        file.write_text(_FIRST + "-- one more word\n")
    (sql_root / "procs" / "app" / "hello.sql").write_text(_HELLO.replace("hello,", "goodbye,"))
    with pytest.raises(MigrationRefused, match=r"schema/0001\.ground\.sql (was edited|is missing)"):
        migrate(empty.url, sql_root)
    assert "hello, 100 %" == _value(empty.url, "select app.hello()")


def test_a_function_may_call_one_of_a_later_file_and_its_body_is_still_checked(
    empty: TestDatabase, sql_root: Path
) -> None:
    caller = "create or replace function app.caller() returns text language sql as $$ select app.zzz() $$;\n"
    (sql_root / "procs" / "app" / "caller.sql").write_text(caller)
    with pytest.raises(
        MigrationRefused, match=r"procs/app/caller\.sql: function app\.zzz\(\) does not exist"
    ):
        migrate(empty.url, sql_root)
    (sql_root / "procs" / "app" / "zzz.sql").write_text(_HELLO.replace("hello()", "zzz()"))
    migrate(empty.url, sql_root)
    assert "hello, 100 %" == _value(empty.url, "select app.caller()")


def test_one_bad_function_leaves_all_functions_as_they_were(empty: TestDatabase, sql_root: Path) -> None:
    migrate(empty.url, sql_root)
    (sql_root / "procs" / "app" / "hello.sql").write_text(_HELLO.replace("hello,", "goodbye,"))
    (sql_root / "procs" / "app" / "zzz.sql").write_text("create or replace function app.zzz() retorns int;")
    with pytest.raises(MigrationRefused, match=r"procs/app/zzz\.sql: syntax error"):
        migrate(empty.url, sql_root)
    assert "hello, 100 %" == _value(empty.url, "select app.hello()")


def test_a_function_outside_the_named_schemas_is_refused(empty: TestDatabase, sql_root: Path) -> None:
    (sql_root / "procs" / "app" / "stray.sql").write_text(_HELLO.replace("app.hello", "stray"))
    with pytest.raises(MigrationRefused, match="no schema has been selected"):
        migrate(empty.url, sql_root)


def test_a_failing_schema_file_leaves_nothing_and_can_be_mended(empty: TestDatabase, sql_root: Path) -> None:
    third = sql_root / "schema" / "0003.more.sql"
    third.write_text("create table app.more (id int);\nselect 1 / 0;\n")
    with pytest.raises(MigrationRefused, match=r"schema/0003\.more\.sql: division by zero"):
        migrate(empty.url, sql_root)
    assert _value(empty.url, "select to_regclass('app.more')") is None
    third.write_text("create table app.more (id int);\n")
    assert ("0003.more.sql",) == migrate(empty.url, sql_root).schema_applied


def test_a_vanished_function_is_reported_and_dropped_when_it_is_listed(
    empty: TestDatabase, sql_root: Path
) -> None:
    old = sql_root / "procs" / "app" / "old.sql"
    old.write_text(_HELLO.replace("hello()", "old(p_id int, p_names text[])").replace("100 %", "bye"))
    migrate(empty.url, sql_root)
    old.unlink()
    report = migrate(empty.url, sql_root)
    assert (("app/old.sql",), ()) == (report.procs_vanished, report.dropped)
    signature = "app.old(int, text[])"
    assert _value(empty.url, f"select to_regprocedure('{signature}') is not null")
    (sql_root / "procs" / "removed.txt").write_text(f"# since 0.2\n{signature}  # replaced by hello\n")
    assert (signature,) == migrate(empty.url, sql_root).dropped
    assert () == migrate(empty.url, sql_root).dropped
    assert _value(empty.url, f"select to_regprocedure('{signature}') is null")


def test_names_that_break_the_rules_are_refused_before_anything_happens(
    empty: TestDatabase, sql_root: Path
) -> None:
    stray = sql_root / "schema" / "more.sql"
    stray.write_text("select 1;")
    with pytest.raises(SqlFilesWrong, match=r"schema/more\.sql"):
        migrate(empty.url, sql_root)
    stray.unlink()
    (sql_root / "procs" / "removed.txt").write_text("app.hello(); drop schema app\n")
    with pytest.raises(SqlFilesWrong, match=r"removed\.txt"):
        migrate(empty.url, sql_root)
    assert _value(empty.url, "select to_regnamespace('whatsappb24_meta') is null")


def test_services_that_all_migrate_at_their_start_do_not_disturb_each_other(
    empty: TestDatabase, sql_root: Path
) -> None:
    with ThreadPoolExecutor(4) as threads:
        reports = list(threads.map(lambda _: migrate(empty.url, sql_root), range(4)))
    assert 1 == sum(bool(report.schema_applied) for report in reports)
    assert 1 == sum(report.procs_applied for report in reports)


def test_databases_of_one_cluster_migrate_at_once_although_roles_are_shared(sql_root: Path) -> None:
    role = f"shared_{uuid4().hex}"
    make = f"""
    do $$ begin
      if not exists (select from pg_roles where rolname = '{role}') then create role {role} nologin; end if;
    end $$;
    alter role {role} set statement_timeout = '60s';
    """
    (sql_root / "schema" / "0003.role.sql").write_text(make)
    with ExitStack() as opened, ThreadPoolExecutor(4) as threads:
        made = [opened.enter_context(fresh_database(18, migrated=False)) for _ in range(4)]
        reports = list(threads.map(lambda database: migrate(database.url, sql_root), made))
        assert 4 == sum("0003.role.sql" in report.schema_applied for report in reports)
        with psycopg.connect(made[0].url, autocommit=True) as connection:
            connection.execute(f"drop role {role}".encode())


def test_a_first_migrate_that_was_killed_does_not_stop_the_next(empty: TestDatabase, sql_root: Path) -> None:
    with psycopg.connect(empty.url) as connection:
        connection.execute("create schema whatsappb24_meta")
        connection.execute(
            "create table whatsappb24_meta.yoyo_lock "
            "(locked int default 1 primary key, ctime timestamp, pid int)"
        )
        connection.execute("insert into whatsappb24_meta.yoyo_lock (locked, ctime, pid) values (1, now(), 1)")
    assert ("0001.ground.sql", "0002.index.sql") == migrate(empty.url, sql_root).schema_applied


def test_a_server_that_is_away_is_told_without_the_password() -> None:
    with pytest.raises(DatabaseAway) as away:
        migrate("postgresql://u:hush-hush@127.0.0.1:1/x")
    assert "hush-hush" not in str(away.value)
    assert "127.0.0.1" in str(away.value)


@pytest.mark.requirement("R2.4-d")
@pytest.mark.parametrize("version", [18, 16])
def test_the_login_roles_get_derived_passwords_and_the_server_never_sees_them(version: Version) -> None:
    with fresh_database(version) as made:
        report = migrate(made.url, passwords=PASSWORDS)
        assert LOGIN_ROLES == report.passwords_set
        for address in (made.api_url, made.worker_url, made.trace_url):
            connect(address).close()
        with pytest.raises(DatabaseAway, match="password authentication failed"):
            connect(made.api_url.replace(PASSWORDS["whatsappb24_api"], "wrong"))
        stored = "select rolpassword from pg_authid where rolname = 'whatsappb24_api'"
        assert _value(made.url, stored).startswith("SCRAM-SHA-256$")


@pytest.mark.requirement("R2.4-d")
def test_who_may_not_set_passwords_migrates_all_the_same_and_is_told(
    empty: TestDatabase, sql_root: Path
) -> None:
    name = f"modest_{empty.name}"
    with psycopg.connect(empty.url, autocommit=True) as connection:
        connection.execute(_OWNER.encode())
        connection.execute(f"create role {name} login password 'modest'".encode())
        connection.execute(f"grant whatsappb24_owner to {name}".encode())
        connection.execute(f"alter database {empty.name} owner to {name}".encode())
        try:
            modest = role_address(empty.url, name, "modest")
            report = migrate(modest, sql_root, passwords={"whatsappb24_owner": "x"})
            assert ((), ("whatsappb24_owner",)) == (report.passwords_set, report.passwords_refused)
            assert ("app/hello.sql",) == report.procs_changed
        finally:
            connection.execute(f"reassign owned by {name} to current_user; drop owned by {name}".encode())
            connection.execute(f"drop role {name}".encode())


@pytest.mark.parametrize("version", [18, 16])
def test_the_script_makes_the_same_database_as_migrate(version: Version, tmp_path: Path) -> None:
    root = tmp_path / "sql"
    for part in ("schema", "procs"):
        shutil.copytree(SQL_ROOT / part, root / part)
    file = tmp_path / "whatsappb24.sql"
    file.write_text(script(root))
    with fresh_database(version, migrated=False) as migrated, fresh_database(version, migrated=False) as made:
        migrate(migrated.url, root)
        applied = run_psql(server(version), made.name, "-f", str(file))
        assert "" == applied.stderr
        assert _dump(version, migrated) == _dump(version, made)
        report = migrate(made.url, root)
        assert ((), False) == (report.schema_applied, report.procs_applied)


def test_a_small_application_as_script_keeps_what_cannot_run_in_a_transaction(
    empty: TestDatabase, sql_root: Path, tmp_path: Path
) -> None:
    file = tmp_path / "small.sql"
    file.write_text(script(sql_root))
    version: Version = 16 if _value(empty.url, "show server_version_num") < "17" else 18
    applied = run_psql(server(version), empty.name, "-f", str(file))
    assert ("", 0) == (applied.stderr, applied.returncode)
    assert () == migrate(empty.url, sql_root).schema_applied


def test_the_real_procs_are_found_in_the_checkout() -> None:
    assert list((SQL_ROOT / "procs").rglob("*.sql"))


def _dump(version: Version, database: TestDatabase) -> str:
    """Return the schema as pg_dump writes it, without the two lines that are random by design."""
    dumped = subprocess.run(
        [server(version).program("pg_dump"), "--schema-only", "--dbname", database.url],
        check=True,
        capture_output=True,
        text=True,
    )
    return "\n".join(line for line in dumped.stdout.splitlines() if "restrict" not in line)
