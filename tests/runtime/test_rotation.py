"""rotate-keys: everything at rest moves to the newest key while services go on writing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import psycopg
import pytest

from runtime.database import Database
from runtime.rotation import rotate_keys
from runtime.secrets import Box, generate_key
from tests.servers import TestDatabase, fresh_database

OLD, NEW = generate_key(), generate_key()
_VAULT = """
create schema tenancy;
create table tenancy.vault (ref text primary key, sealed bytea);
create function tenancy.sealed_after(p_after text, p_limit int) returns table (ref text, sealed bytea)
language sql as $$
  select v.ref, v.sealed from tenancy.vault v where v.ref > p_after order by v.ref limit p_limit $$;
create function tenancy.reseal(p_items jsonb) returns int language sql as $$
  with changed as (
    update tenancy.vault v set sealed = decode(i.new, 'hex')
    from jsonb_to_recordset(p_items) i (ref text, old text, new text)
    where v.ref = i.ref and v.sealed = decode(i.old, 'hex') returning 1)
  select count(*)::int from changed $$;
"""


@pytest.fixture(scope="module")
def vault() -> Iterator[TestDatabase]:
    with fresh_database(18, migrated=False) as made:
        with psycopg.connect(made.url, autocommit=True) as connection:
            connection.execute(_VAULT.encode())
        yield made


@pytest.fixture
async def database(vault: TestDatabase) -> AsyncIterator[Database]:
    async with Database(vault.url, max_size=1) as opened:
        yield opened


def _fill(vault: TestDatabase, values: dict[str, bytes | None]) -> None:
    with psycopg.connect(vault.url) as connection:
        connection.execute("delete from tenancy.vault")
        for ref, sealed in values.items():
            connection.execute("insert into tenancy.vault values (%s, %s)", (ref, sealed))


def _sealed(vault: TestDatabase) -> dict[str, bytes]:
    with psycopg.connect(vault.url) as connection:
        return dict(connection.execute("select ref, sealed from tenancy.vault where sealed is not null"))


async def test_every_value_of_every_page_ends_under_the_newest_key(
    vault: TestDatabase, database: Database
) -> None:
    _fill(vault, {f"token/{n:04}": Box([OLD]).seal(f"secret {n}") for n in range(1101)})
    done = await rotate_keys(database, [NEW, OLD])
    assert (1101, ()) == (done.resealed, done.unreadable)
    opened = {ref: Box([NEW]).open(sealed) for ref, sealed in _sealed(vault).items()}
    assert {f"token/{n:04}": f"secret {n}" for n in range(1101)} == opened


async def test_a_second_rotation_changes_nothing(vault: TestDatabase, database: Database) -> None:
    _fill(vault, {"a": Box([OLD]).seal("x"), "b": Box([NEW]).seal("y"), "c": None})
    assert 1 == (await rotate_keys(database, [NEW, OLD])).resealed
    before = _sealed(vault)
    assert 0 == (await rotate_keys(database, [NEW, OLD])).resealed
    assert before == _sealed(vault)


async def test_what_no_key_opens_is_named_and_left_alone(vault: TestDatabase, database: Database) -> None:
    lost = Box([generate_key()]).seal("x")
    _fill(vault, {"a": lost, "b": Box([OLD]).seal("y")})
    done = await rotate_keys(database, [NEW, OLD])
    assert (1, ("a",)) == (done.resealed, done.unreadable)
    assert lost == _sealed(vault)["a"]
