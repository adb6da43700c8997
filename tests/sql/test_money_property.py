"""Whatever several sessions do to the books at once: they stay proven, nothing is paid twice, no deadlock.

Each round's actions run at the same time in sessions of their own, each with a clock of its own that jumps;
after every round `billing.verify()` and the promise that a message is paid once are asked.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from tests.servers import TestDatabase, fresh_database
from tests.sql.money import BASE, CARD, Action, Connection, House

pytestmark = [pytest.mark.requirement("R4-c"), pytest.mark.requirement("R2.4-c")]

SESSIONS = 4
HOURS = (0, 0, 1, -1, -20, 24, 40)
NAMES = (
    "hold",
    "hold",
    "hold",
    "move",
    "move",
    "move",
    "credit",
    "debit",
    "staff",
    "customer",
    "worker",
    "operators",
)
ACTIONS = st.builds(Action, st.sampled_from(NAMES), st.integers(0, 2**32), st.sampled_from(HOURS))
ROUNDS = st.lists(st.lists(ACTIONS, min_size=1, max_size=SESSIONS), min_size=1, max_size=8)
_members = itertools.count(1)


@pytest.fixture(scope="module")
def priced() -> Iterator[TestDatabase]:
    """Make a database of their own for these stories: its price list is everybody's."""
    with fresh_database(18) as made:
        with psycopg.connect(made.url, autocommit=True) as admin:
            admin.execute("select set_config('whatsappb24.now', '2026-11-01 00:00+00', false)")
            admin.execute("select tests.publish_card(variadic %s::text[])", (list(CARD),))
        yield made


@pytest.fixture
def sessions(priced: TestDatabase) -> Iterator[list[Connection]]:
    with ExitStack() as stack:
        opened = [stack.enter_context(psycopg.connect(priced.url, autocommit=True)) for _ in range(SESSIONS)]
        for session in opened:
            session.execute("select set_config('whatsappb24.now', %s, false)", (BASE,))
        yield opened


def at_once(house: House, sessions: list[Connection], actions: list[Action]) -> None:
    with ThreadPoolExecutor(SESSIONS) as pool:
        for done in [pool.submit(house.act, *both) for both in zip(sessions, actions, strict=False)]:
            done.result()


def explore(sessions: list[Connection], examples: int, *phases: Phase, derandomize: bool) -> None:
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=phases,
        derandomize=derandomize,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(ROUNDS)
    def the_books_stay_proven(rounds: list[list[Action]]) -> None:
        sessions[0].execute("select set_config('whatsappb24.now', %s, false)", (BASE,))
        house = House(sessions[0], f"money{next(_members)}x")
        for actions in rounds:
            at_once(house, sessions, actions)
            assert [] == house.broken(sessions[0])

    the_books_stay_proven()


def many_batches(url: str, house: House, session: int, batches: int) -> int:
    dice = random.Random(session)
    with psycopg.connect(url, autocommit=True) as connection:
        for _ in range(batches):
            house.act(connection, Action(dice.choice(NAMES), dice.getrandbits(32), dice.choice(HOURS)))
    return batches


def without_deadlock(priced: TestDatabase, sessions: list[Connection], batches: int) -> None:
    house = House(sessions[0], f"many{next(_members)}x")
    with ThreadPoolExecutor(SESSIONS) as pool:
        share = [batches // SESSIONS] * SESSIONS
        done = [pool.submit(many_batches, priced.url, house, n, b) for n, b in enumerate(share)]
        total = sum(d.result() for d in done)
    assert batches == total
    assert [] == house.broken(sessions[0])


def test_no_interleaving_of_money_functions_breaks_the_books(sessions: list[Connection]) -> None:
    explore(sessions, 25, Phase.generate, derandomize=True)


def test_two_thousand_mixed_batches_at_once_never_deadlock(
    priced: TestDatabase, sessions: list[Connection]
) -> None:
    without_deadlock(priced, sessions, 2_000)


def test_fifty_sessions_worth_of_the_same_evidence_credit_once(sessions: list[Connection]) -> None:
    house = House(sessions[0], f"same{next(_members)}x")
    item = {"portal_id": house.portals[0], "key": "stripe:pi:9", "amount": 700_000, "reason": "topup"}
    items = Jsonb([{**item, "from": "clearing_stripe"}])

    def tell(number: int) -> Any:
        row = (
            sessions[number % SESSIONS].execute("select outcome from billing.credit(%s)", (items,)).fetchall()
        )
        return row[0][0]

    with ThreadPoolExecutor(SESSIONS) as pool:
        told = list(pool.map(tell, range(50)))
    assert ["done", *["repeated"] * 49] == sorted(told)
    assert [] == house.broken(sessions[0])


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_no_interleaving_breaks_the_books_in_a_long_search(sessions: list[Connection]) -> None:
    explore(sessions, 1_000, Phase.generate, Phase.shrink, derandomize=False)


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_a_hundred_thousand_mixed_batches_at_once_never_deadlock(
    priced: TestDatabase, sessions: list[Connection]
) -> None:
    without_deadlock(priced, sessions, 100_000)
