"""What doctor finds out about a database."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from runtime.diagnosis import Finding, Level, diagnose, role_script
from runtime.migrate import connect, migrate
from runtime.settings import API_ROLE
from tests.servers import PASSWORDS, TestDatabase, fresh_database

pytestmark = pytest.mark.requirement("R2.4-d")


@pytest.fixture(params=[18, 16])
def migrated(request: pytest.FixtureRequest) -> Iterator[TestDatabase]:
    """A database as in production: without the test loader's clock."""
    with fresh_database(request.param, migrated=False) as made:
        migrate(made.url, passwords=PASSWORDS)
        yield made


def _not_well(findings: list[Finding]) -> list[str]:
    return [f"{finding.text} → {finding.remedy}" for finding in findings if finding.level is not Level.OK]


def _stale(finding: str) -> bool:
    """The files in sql/ may be edited by their author between migrate and this look at them."""
    return finding.startswith(("functions not of this release", "schema files not applied"))


def test_a_migrated_database_is_well(migrated: TestDatabase) -> None:
    findings = list(diagnose(migrated.url, {API_ROLE: migrated.api_url}))
    assert [] == [text for text in _not_well(findings) if not _stale(text)]
    assert "whatsappb24_api can log in" in [finding.text for finding in findings]


def test_the_settable_clock_of_the_tests_is_refused(migrated: TestDatabase) -> None:
    with psycopg.connect(migrated.url) as connection:
        connection.execute(
            "create or replace function tenancy.now() returns timestamptz language sql set search_path = '' "
            "return coalesce(pg_catalog.current_setting('test.now', true)::timestamptz, "
            "pg_catalog.clock_timestamp())"
        )
    assert any("not the real clock" in text for text in _not_well(list(diagnose(migrated.url, {}))))


def test_a_role_that_cannot_log_in_is_named_and_the_script_mends_it(migrated: TestDatabase) -> None:
    wrong = {API_ROLE: migrated.api_url.replace(PASSWORDS[API_ROLE], "other-password")}
    found = _not_well(list(diagnose(migrated.url, wrong)))
    assert any("whatsappb24_api cannot log in" in text for text in found)
    text = role_script(migrated.url, PASSWORDS)
    assert PASSWORDS[API_ROLE] not in text
    with connect(migrated.url) as connection:
        connection.execute(text.encode())
    connect(migrated.api_url).close()


def test_an_empty_database_and_a_server_that_is_away_say_what_to_do(migrated: TestDatabase) -> None:
    with fresh_database(18, migrated=False) as empty:
        assert ["the database is empty → run «whatsappb24 migrate»"] == _not_well(
            list(diagnose(empty.url, {}))
        )
    away = _not_well(list(diagnose("postgresql://u:hush-hush@127.0.0.1:1/x", {})))
    assert 1 == len(away)
    assert "check DATABASE_URL" in away[0]
    assert "hush-hush" not in away[0]


def test_a_database_behind_this_release_must_be_migrated(migrated: TestDatabase) -> None:
    with psycopg.connect(migrated.url) as connection:
        connection.execute("update whatsappb24_meta.proc_file set sha256 = 'old'")
        connection.execute("delete from whatsappb24_meta.schema_file where name like '0002%'")
    found = _not_well(list(diagnose(migrated.url, {})))
    assert any(text.startswith("schema files not applied: 0002") for text in found)
    assert any(text.startswith("functions not of this release") for text in found)
