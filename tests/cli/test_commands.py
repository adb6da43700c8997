"""The command line: what it prints, its exit codes, and that it never shows a secret."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

from cli.docs import PAGES, ROOT
from cli.doctor import SCOPES
from cli.main import main
from runtime.secrets import Box, digest, is_key
from tests.servers import SECRET_KEYS, TestDatabase, fresh_database, server

pytestmark = pytest.mark.requirement("R2.2-f")


@pytest.fixture
def empty() -> Iterator[TestDatabase]:
    with fresh_database(18, migrated=False) as made:
        yield made


def _environment(url: str, place: Path) -> dict[str, str]:
    return {
        "DATABASE_URL": url,
        "SECRET_KEYS": SECRET_KEYS[0],
        "PUBLIC_URL": "https://wab.example.com",
        "BITRIX24_CLIENT_ID": "local.1",
        "BITRIX24_CLIENT_SECRET": "hush-hush",
        "MEDIA_DIR": str(place / "media"),
        "SPOOL_DIR": str(place / "spool"),
    }


def _run(*arguments: str, environment: dict[str, str] | None = None) -> Result:
    nothing = dict.fromkeys(("DATABASE_URL", "SECRET_KEYS", "PUBLIC_URL"))
    return CliRunner().invoke(main, list(arguments), env={**nothing, **(environment or {})})


@pytest.mark.requirement("R2.4-b")
def test_migrate_makes_the_database_and_says_so_then_has_nothing_to_do(
    empty: TestDatabase, tmp_path: Path
) -> None:
    environment = _environment(empty.url, tmp_path)
    first = _run("migrate", environment=environment)
    assert 0 == first.exit_code, first.output
    assert "applied schema/0001.foundation.sql" in first.output
    assert 0 == _run("migrate", environment=environment).exit_code
    with psycopg.connect(empty.api_url) as connection:
        assert ("whatsappb24_api",) == connection.execute("select current_user").fetchone()


@pytest.mark.requirement("R2.4-b")
def test_migrate_script_prints_the_whole_database_without_any_setting() -> None:
    printed = _run("migrate", "--script")
    assert 0 == printed.exit_code
    assert "create schema tenancy" in printed.stdout


def test_a_missing_setting_is_one_line_and_exit_code_2() -> None:
    refused = _run("migrate")
    assert 2 == refused.exit_code
    assert refused.stderr.startswith("Error: DATABASE_URL is not set.")
    assert 1 == refused.stderr.count("\n")


def test_a_server_that_is_away_is_an_error_without_traceback_or_password(tmp_path: Path) -> None:
    refused = _run("migrate", environment=_environment("postgresql://u:hush-hush@127.0.0.1:1/x", tmp_path))
    assert 1 == refused.exit_code
    assert refused.stderr.startswith("Error: connection failed")
    assert "hush-hush" not in refused.output


@pytest.mark.requirement("R2.5-d")
def test_doctor_says_all_is_well_and_what_to_enter_in_bitrix24(empty: TestDatabase, tmp_path: Path) -> None:
    environment = _environment(empty.url, tmp_path)
    _run("migrate", environment=environment)
    told = _run("doctor", environment=environment)
    assert "whatsappb24_trace can log in" in told.output
    assert "https://wab.example.com/bitrix24/app" in told.output
    assert "https://wab.example.com/bitrix24/install" in told.output
    for scope in SCOPES:
        assert scope in told.output
    for secret in ("hush-hush", SECRET_KEYS[0]):
        assert secret not in told.output


@pytest.mark.requirement("R2.5-b")
def test_doctor_shows_each_channels_connection_tests(tmp_path: Path) -> None:
    with fresh_database(18) as database:
        with psycopg.connect(database.url, autocommit=True) as owner:
            owner.execute("select tests.create_channel(tests.create_portal())")
            owner.execute(
                "insert into tenancy.channel_fact (portal_id, channel_id, fact, asked_at, failure)"
                " select portal_id, channel_id, 'callback', now(),"
                ' \'{"code": "http_401", "policy": "fix"}\' from tenancy.channel'
            )
        told = _run("doctor", environment=_environment(database.url, tmp_path))
    assert "Ventas 1 (+5215550001111, p1.example): active, never checked" in told.output
    assert "  ok install_finished" in told.output
    assert "FAIL gupshup_app: Gupshup does not accept the app key. [http_401] → check_key" in told.output
    assert "   … round_trip: " in told.output


def test_doctor_warns_of_what_belongs_to_the_sandbox_and_fails_on_an_empty_database(
    empty: TestDatabase, tmp_path: Path
) -> None:
    (tmp_path / "media").write_text("a file where a directory should be")
    environment = {
        **_environment(empty.url, tmp_path),
        "TRUSTED_ORIGINS": "http://127.0.0.1:9000",
        "PUBLIC_URL": "http://wab.example.com",
    }
    told = _run("doctor", environment=environment)
    assert 1 == told.exit_code
    assert "warn TRUSTED_ORIGINS exempts http://127.0.0.1:9000" in told.output
    assert "is not https" in told.output
    assert "fail MEDIA_DIR" in told.output
    assert "fail the database is empty" in told.output


def test_psql_gets_its_password_through_the_environment(
    empty: TestDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[tuple[str, list[str], dict[str, str]]] = []
    monkeypatch.setattr("os.execve", lambda *arguments: called.append(arguments))
    url = "postgresql://me:p%40ss@db:5433/wab?sslmode=require"
    _run("psql", "-c", "select 1", environment={"DATABASE_URL": url})
    _, command, environment = called[0]
    assert ["--dbname", "postgresql://me@db:5433/wab?sslmode=require", "-c", "select 1"] == command[1:]
    assert "p@ss" == environment["PGPASSWORD"]


def test_psql_without_a_database_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    refused = _run("psql")
    assert 2 == refused.exit_code
    assert "make demo" in refused.stderr
    assert not list(tmp_path.iterdir())


def test_new_key_prints_a_key() -> None:
    assert is_key(_run("new-key").output.strip())


def test_rotate_keys_seals_what_is_at_rest_with_the_newest_key(empty: TestDatabase, tmp_path: Path) -> None:
    new = _run("new-key").output.strip()
    with psycopg.connect(empty.url) as connection:
        connection.execute(_VAULT.encode())
        connection.execute("insert into tenancy.vault values ('a', %s)", (Box(SECRET_KEYS).seal("token"),))
    environment = {**_environment(empty.url, tmp_path), "SECRET_KEYS": f"{new},{SECRET_KEYS[0]}"}
    done = _run("rotate-keys", environment=environment)
    assert "1 values sealed again" in done.output
    with psycopg.connect(empty.url) as connection:
        row = connection.execute("select sealed from tenancy.vault").fetchone()
    assert row is not None
    assert "token" == Box([new]).open(row[0])
    lost = _run("rotate-keys", environment={**environment, "SECRET_KEYS": SECRET_KEYS[0]})
    assert 1 == lost.exit_code
    assert "no key in SECRET_KEYS opens these" in lost.output


_VAULT = """
create schema tenancy;
create table tenancy.vault (ref text primary key, sealed bytea);
create function tenancy.sealed_after(p_after text, p_limit int) returns table (ref text, sealed bytea)
language sql as $$ select v.ref, v.sealed from tenancy.vault v where v.ref > p_after limit p_limit $$;
create function tenancy.reseal(p_items jsonb) returns int language sql as $$
  update tenancy.vault set sealed = decode(p_items -> 0 ->> 'new', 'hex')
  where ref = p_items -> 0 ->> 'ref' and sealed = decode(p_items -> 0 ->> 'old', 'hex') returning 1 $$;
"""


@pytest.mark.long
def test_the_generated_pages_are_current() -> None:
    assert [] == [page.path for page in PAGES if (ROOT / page.path).read_text() != page.render()]
    assert 0 == _run("docs", "--check").exit_code


@pytest.mark.long
def test_an_outdated_page_is_named_and_written_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.docs.ROOT", tmp_path)
    refused = _run("docs", "--check")
    assert (1, True) == (refused.exit_code, "outdated docs/reference/ENVVARS.md" in refused.output)
    assert 0 == _run("docs").exit_code
    assert 0 == _run("docs", "--check").exit_code


def test_the_given_server_is_the_one_that_tests_run_on() -> None:
    assert server(18).program("psql").exists()


@pytest.mark.requirement("R2.3-c")
def test_people_of_the_staff_are_added_invited_listed_and_disabled(tmp_path: Path) -> None:
    with fresh_database(18) as made:
        environment = _environment(made.url, tmp_path)
        added = _run("staff", "add", "Ana@provider.example", "--name", "Ana", environment=environment)
        (first,) = added.stdout.split()
        again = _run("staff", "link", "ana@provider.example", environment=environment).stdout.strip()
        for address in (first, again):
            assert address.startswith("https://wab.example.com/staff/enter#")
        assert first != again
        with psycopg.connect(made.url) as connection:
            known = connection.execute("select link_digest from tenancy.staff_link").fetchall()
        assert [(digest(again.partition("#")[2]),)] == known
        refused = _run("staff", "disable", "ana@provider.example", environment=environment)
        assert (1, True) == (refused.exit_code, "last active owner" in refused.output)
        bea = ("bea@provider.example", "--name", "Bea", "--role", "support")
        _run("staff", "add", *bea, environment=environment)
        _run("staff", "disable", "bea@provider.example", environment=environment)
        listed = [line.split() for line in _run("staff", "list", environment=environment).output.splitlines()]
        assert ["ana@provider.example", "Ana", "owner", "active", "never"] in listed
        assert ["bea@provider.example", "Bea", "support", "disabled", "never"] in listed
        unknown = _run("staff", "link", "zoe@provider.example", environment=environment)
        assert (1, True) == (unknown.exit_code, "nobody of the staff" in unknown.output)
