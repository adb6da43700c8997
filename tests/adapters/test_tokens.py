"""Portal tokens through SQL, as the worker's role: one refresh, nothing lost, nothing kept for ever."""

from __future__ import annotations

import asyncio

import psycopg
import pytest
from psycopg.types.json import Jsonb

from adapters.tokens import SqlTokenStore, sealed_pair
from connectors.bitrix24.auth import TokenPair
from connectors.bitrix24.ports import Lease, Token, Wait
from connectors.outside import Actor, Failure, Policy
from connectors.redaction import Secret
from runtime.database import Database
from runtime.secrets import Box, generate_key
from tests.adapters.conftest import Owner
from tests.servers import TestDatabase

pytestmark = [pytest.mark.requirement("R2.2-a"), pytest.mark.requirement("R2.4-d")]

ADMINISTRATOR = "1"
OLD_KEY, KEY = generate_key(), generate_key()
BOX = Box([KEY])


def _pair(name: str, expires_in_s: int = 3600) -> TokenPair:
    return TokenPair(
        access=Secret(f"access-{name}"),
        refresh=Secret(f"refresh-{name}"),
        expires_in_s=expires_in_s,
        member_id=None,
        user_id=None,
        client_endpoint=None,
    )


def _opens(
    database: TestDatabase, portal: str, name: str, *, box: Box = BOX, user: str = ADMINISTRATOR
) -> None:
    """A verified frame brings this user's tokens."""
    pair = _pair(name)
    sealed = Jsonb(sealed_pair(box, pair.access, pair.refresh, pair.expires_in_s))
    with psycopg.connect(database.api_url, autocommit=True) as api:
        api.execute("select tenancy.save_token(%s, %s, %s, true)", (portal, user, sealed))


@pytest.fixture
def store(worker: Database) -> SqlTokenStore:
    return SqlTokenStore(worker, BOX)


@pytest.fixture
def another(another_worker: Database) -> SqlTokenStore:
    return SqlTokenStore(another_worker, BOX)


async def _current(store: SqlTokenStore, portal: str) -> Token:
    token = await store.current(portal)
    assert isinstance(token, Token)
    return token


async def _leased(store: SqlTokenStore, portal: str, stale: Token) -> Lease:
    lease = await store.lease(portal, stale.user_id, stale.access)
    assert isinstance(lease, Lease)
    return lease


async def test_the_stored_token_comes_back_whole_and_sealed_it_says_nothing(
    database: TestDatabase, portal: str, store: SqlTokenStore, owner: Owner
) -> None:
    _opens(database, portal, "a")
    token = await _current(store, portal)
    assert (ADMINISTRATOR, "access-a") == (token.user_id, token.access.reveal())
    stored = owner.value("select access_sealed from tenancy.portal_token where portal_id = %s", portal)
    assert b"access-a" not in bytes(stored)
    assert "access-a" not in repr(token)


async def test_of_two_stores_at_once_one_refreshes_the_other_waits_and_then_has_the_new_token(
    database: TestDatabase, portal: str, store: SqlTokenStore, another: SqlTokenStore
) -> None:
    _opens(database, portal, "a")
    stale, seen_elsewhere = await _current(store, portal), await _current(another, portal)
    turns = await asyncio.gather(
        store.lease(portal, ADMINISTRATOR, stale.access),
        another.lease(portal, ADMINISTRATOR, seen_elsewhere.access),
    )
    assert {Lease, Wait} == {type(turn) for turn in turns}
    lease = next(turn for turn in turns if isinstance(turn, Lease))
    assert "refresh-a" == lease.refresh.reveal()

    new = await store.save(portal, ADMINISTRATOR, lease.lease_id, _pair("b"))
    assert "access-b" == new.access.reveal()
    newer = await another.lease(portal, ADMINISTRATOR, seen_elsewhere.access)
    assert isinstance(newer, Token)
    assert "access-b" == newer.access.reveal()


async def test_a_token_that_has_gone_stale_again_is_leased_again(
    database: TestDatabase, portal: str, store: SqlTokenStore
) -> None:
    _opens(database, portal, "a")
    token = await _current(store, portal)
    for name in ("b", "c", "d"):
        lease = await _leased(store, portal, token)
        token = await store.save(portal, ADMINISTRATOR, lease.lease_id, _pair(name))
        assert f"access-{name}" == token.access.reveal()


async def test_a_token_older_than_the_newest_seen_is_answered_with_the_newest(
    database: TestDatabase, portal: str, store: SqlTokenStore
) -> None:
    _opens(database, portal, "a")
    oldest = await _current(store, portal)
    _opens(database, portal, "b")
    await _current(store, portal)
    newer = await store.lease(portal, ADMINISTRATOR, oldest.access)
    assert isinstance(newer, Token)
    assert "access-b" == newer.access.reveal()


async def test_what_is_remembered_does_not_grow_with_refreshes_elsewhere(
    database: TestDatabase, portal: str, store: SqlTokenStore
) -> None:
    for number in range(5):
        _opens(database, portal, f"n{number}")
        await _current(store, portal)
    assert 1 == len(store._known)


async def test_a_pair_that_comes_after_its_lease_is_kept_because_the_old_one_is_spent(
    database: TestDatabase, portal: str, store: SqlTokenStore, another: SqlTokenStore, owner: Owner
) -> None:
    _opens(database, portal, "a")
    stale = await _current(store, portal)
    late = await _leased(store, portal, stale)
    owner.value(
        "update tenancy.portal_token set leased_until = now() where portal_id = %s returning 1", portal
    )
    again = await _leased(another, portal, await _current(another, portal))

    assert "access-b" == (await store.save(portal, ADMINISTRATOR, late.lease_id, _pair("b"))).access.reveal()
    refused = Failure(policy=Policy.FIX, code="invalid_grant", message="spent", who_acts=Actor.ADMINISTRATOR)
    await another.give_up(portal, ADMINISTRATOR, again.lease_id, refused)
    assert "access-b" == (await _current(another, portal)).access.reveal()


async def test_a_refused_refresh_token_is_put_aside_and_the_portal_waits_for_a_person(
    database: TestDatabase, portal: str, store: SqlTokenStore, owner: Owner
) -> None:
    _opens(database, portal, "a")
    lease = await _leased(store, portal, await _current(store, portal))
    refused = Failure(
        policy=Policy.FIX, code="invalid_grant", message="revoked", who_acts=Actor.ADMINISTRATOR
    )
    await store.give_up(portal, ADMINISTRATOR, lease.lease_id, refused)
    token = await store.current(portal)
    assert isinstance(token, Failure)
    assert (Policy.FIX, "no_token") == (token.policy, token.code)
    state = "select state from tenancy.portal where portal_id = %s"
    assert "needs_reauth" == owner.value(state, portal)

    _opens(database, portal, "b")
    assert "access-b" == (await _current(store, portal)).access.reveal()
    assert "installed" == owner.value(state, portal)


async def test_a_refresh_that_failed_for_the_moment_leaves_the_token_to_the_next(
    database: TestDatabase, portal: str, store: SqlTokenStore
) -> None:
    _opens(database, portal, "a")
    stale = await _current(store, portal)
    lease = await _leased(store, portal, stale)
    away = Failure(policy=Policy.RETRY, code="timeout", message="later", who_acts=Actor.NOBODY)
    await store.give_up(portal, ADMINISTRATOR, lease.lease_id, away)
    assert "refresh-a" == (await _leased(store, portal, stale)).refresh.reveal()


async def test_a_dismissed_user_s_token_is_passed_over_for_another_administrator_s(
    database: TestDatabase, portal: str, store: SqlTokenStore
) -> None:
    _opens(database, portal, "a")
    _opens(database, portal, "b", user="2")
    assert "2" == (await _current(store, portal)).user_id
    dismissed = Failure(
        policy=Policy.FIX, code="authorization_error", message="no", who_acts=Actor.ADMINISTRATOR
    )
    await store.give_up(portal, "2", None, dismissed)
    assert ADMINISTRATOR == (await _current(store, portal)).user_id


async def test_a_pair_for_a_portal_that_went_away_meanwhile_is_used_up_quietly(
    database: TestDatabase, portal: str, store: SqlTokenStore, owner: Owner
) -> None:
    _opens(database, portal, "a")
    lease = await _leased(store, portal, await _current(store, portal))
    owner.value("select tenancy.uninstall_portal(%s, false)", portal)
    token = await store.save(portal, ADMINISTRATOR, lease.lease_id, _pair("b"))
    assert "access-b" == token.access.reveal()
    assert isinstance(await store.current(portal), Failure)


async def test_tokens_are_read_with_older_keys_and_sealed_with_the_newest(
    database: TestDatabase, portal: str, worker: Database, store: SqlTokenStore
) -> None:
    _opens(database, portal, "a", box=Box([OLD_KEY]))
    rotated = SqlTokenStore(worker, Box([KEY, OLD_KEY]))
    lease = await _leased(rotated, portal, await _current(rotated, portal))
    await rotated.save(portal, ADMINISTRATOR, lease.lease_id, _pair("b"))
    assert "access-b" == (await _current(store, portal)).access.reveal()


async def test_a_token_whose_key_is_gone_is_a_failure_that_says_so(
    database: TestDatabase, portal: str, store: SqlTokenStore
) -> None:
    _opens(database, portal, "a", box=Box([OLD_KEY]))
    for outcome in (
        await store.current(portal),
        await store.lease(portal, ADMINISTRATOR, Secret("unknown")),
    ):
        assert isinstance(outcome, Failure)
        assert (Policy.FIX, "token_unreadable") == (outcome.policy, outcome.code)


async def test_a_lease_whose_refresh_token_cannot_be_opened_is_a_failure(
    database: TestDatabase, portal: str, store: SqlTokenStore, owner: Owner
) -> None:
    _opens(database, portal, "a")
    stale = await _current(store, portal)
    owner.value(
        "update tenancy.portal_token set refresh_sealed = %s where portal_id = %s returning 1",
        Box([OLD_KEY]).seal("refresh-a"),
        portal,
    )
    outcome = await store.lease(portal, ADMINISTRATOR, stale.access)
    assert isinstance(outcome, Failure)
    assert "token_unreadable" == outcome.code


async def test_nobody_has_a_token_for_a_portal_that_we_do_not_know(store: SqlTokenStore) -> None:
    outcome = await store.current("00000000-0000-0000-0000-00000000dead")
    assert isinstance(outcome, Failure)
    assert (Policy.FIX, "unknown_portal") == (outcome.policy, outcome.code)


async def test_while_the_database_is_away_it_is_worth_asking_again() -> None:
    address = "postgresql://nobody@127.0.0.1:1/nothing"
    away = Database(address, max_size=1, may_be_away=True)
    outcome = await SqlTokenStore(away, BOX).current("00000000-0000-0000-0000-00000000dead")
    assert isinstance(outcome, Failure)
    assert Policy.RETRY == outcome.policy


async def test_a_portal_that_moved_is_called_at_its_new_address(
    portal: str, store: SqlTokenStore, worker: Database
) -> None:
    await store.moved(portal, "https://renamed.example/rest/")
    row = await worker.call_one("tenancy.current_token", {"p_portal_id": portal})
    assert row is not None
    assert "https://renamed.example/rest/" == row["client_endpoint"]
