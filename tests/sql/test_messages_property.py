"""Whatever happens, in whatever order: no message is lost, stuck, sent twice blindly or charged wrongly.

Hypothesis plays customers, operators, two outside parties, a worker that dies and an administrator, against
the SQL functions alone, in one transaction with a clock of its own; after every step the promises are checked
in the tables.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)
from psycopg.pq import TransactionStatus
from psycopg.rows import namedtuple_row
from psycopg.types.json import Jsonb

from tests.servers import TestDatabase

pytestmark = pytest.mark.requirement("R2.4-c")

Connection = psycopg.Connection[Any]
CUSTOMERS = ("5215551234567", "5215557654321")
DIRECTIONS = st.sampled_from(["out", "in"])
EVENTS = st.sampled_from(["enqueued", "sent", "delivered", "read", "failed", "deleted"])
OUTCOMES = st.sampled_from(["accepted", "accepted", "retry", "failed", "fix", "unknown"])
BROKEN_PROMISES = {
    "a message is counted twice or nowhere": """
        select c.* from trace.conservation(
          tenancy.now() - interval '9 days', tenancy.now() + interval '1 hour', %(portal)s) c
         where c.balance <> 0 or c.adrift <> 0""",
    "a message is tried twice at once": """
        select a.message_id from messaging.attempt a where a.portal_id = %(portal)s and a.outcome is null
         group by a.message_id having count(*) > 1""",
    "a message waits, failed or is unknown while an attempt is open": """
        select m.message_id, m.state
          from messaging.attempt a join messaging.message m using (portal_id, message_id)
         where a.portal_id = %(portal)s and a.outcome is null
           and m.state in ('queued', 'unknown', 'failed')""",
    "a message is being sent by nobody": """
        select m.message_id from messaging.message m
         where m.portal_id = %(portal)s and m.state = 'sending' and not exists (
           select from messaging.attempt a
            where a.portal_id = m.portal_id and a.message_id = m.message_id and a.outcome is null)""",
    "a message that is done or failed stands in a lane": """
        select m.message_id, m.state
          from messaging.queue q join messaging.message m using (portal_id, message_id)
         where q.portal_id = %(portal)s and m.state not in ('queued', 'sending', 'unknown')""",
    "a message stands in its lane twice": """
        select q.message_id from messaging.queue q where q.portal_id = %(portal)s
         group by q.message_id having count(*) > 1""",
    "a lane's cursors do not count its messages": """
        select l.* from messaging.lane l
         where l.portal_id = %(portal)s and l.last_seq - l.done_seq <> (
           select count(*) from messaging.queue q
            where q.portal_id = l.portal_id and q.conversation_id = l.conversation_id
              and q.direction = l.direction)""",
    "a lane is stuck, or due while its head is being sent": """
        select l.*, h.state from messaging.lane l
         cross join lateral (
           select m.state from messaging.queue q join messaging.message m using (portal_id, message_id)
            where q.portal_id = l.portal_id and q.conversation_id = l.conversation_id
              and q.direction = l.direction
            order by q.seq limit 1) h
         where l.portal_id = %(portal)s and case h.state
           when 'sending' then l.next_at < 'infinity'
           when 'unknown' then l.next_at < 'infinity' or l.blocked_until is null
           else (l.next_at < 'infinity') = (l.paused is not null) or l.blocked_until is not null end""",
    "a lane is paused by a state that nobody was in": """
        select l.* from messaging.lane l
         where l.portal_id = %(portal)s and l.paused = 'active'""",
    "a charge does not say what its message says": """
        select c.state as charge, m.state from messaging.message m
          left join billing.charge c using (portal_id, message_id)
         where m.portal_id = %(portal)s and m.direction = 'out' and m.state <> 'refused'
           and c.state is distinct from case
             when m.state in ('sent', 'delivered', 'read') or exists (
               select from messaging.receipt r
                where r.portal_id = m.portal_id and r.message_id = m.message_id
                  and r.to_state in ('sent', 'delivered', 'read')) then 'captured'
             when m.state = 'failed' then 'released' else 'held' end""",
}


ALL_PROMISES = " union all ".join(
    f"select $${promise}$$ as promise, to_jsonb(b) as broken from ({query}) b"  # noqa: S608 (constants)
    for promise, query in BROKEN_PROMISES.items()
)


class Messages(RuleBasedStateMachine):
    """One portal, one channel, two customers, and everything that can happen to their messages.

    The same draws do the same again: random() is seeded, and nothing depends on the random bits of an id.
    """

    db: Connection
    ladder: frozenset[tuple[str, str]]

    def __init__(self) -> None:
        super().__init__()
        self.db.execute("select setseed(0.5), tests.at('2026-11-22 12:00+00')")
        self.portal = self.value("select tests.create_portal()")
        self.channel = self.value("select tests.create_channel(%s)", self.portal)
        self.states: dict[Any, str] = {}
        self.attempts: list[tuple[Any, int]] = []
        self.resolved: set[Any] = set()
        self.keys = 0
        for customer in CUSTOMERS:
            self.receive(customer, again=False)

    def teardown(self) -> None:
        try:
            if self.db.info.transaction_status is TransactionStatus.INTRANS:
                self.everything_goes_through_in_the_end()
        finally:
            self.db.rollback()

    def rows(self, query: str, *parameters: Any, **named: Any) -> list[Any]:
        return self.db.execute(query.encode(), named or parameters).fetchall()

    def value(self, query: str, *parameters: Any) -> Any:
        return self.rows(query, *parameters)[0][0]

    def key(self, *, again: bool) -> str:
        self.rows("select tests.pass('1 millisecond') as passed")
        self.keys += not again
        return str(self.keys)

    @rule(customer=st.sampled_from(CUSTOMERS), again=st.booleans())
    def receive(self, customer: str, again: bool) -> None:
        item = {
            "portal_id": str(self.portal),
            "channel_id": str(self.channel),
            "key": f"in-{self.key(again=again)}",
        }
        self.rows(
            "select * from messaging.receive(%s)",
            Jsonb([{**item, "wa_id": customer, "kind": "text", "text": "Hola"}]),
        )

    @rule(customer=st.sampled_from(CUSTOMERS), parts=st.integers(1, 2), again=st.booleans())
    def submit(self, customer: str, parts: int, again: bool) -> None:
        self.rows(
            "select * from tests.operator_writes(%s, p_key => %s, p_chat_key => %s, p_parts => %s)"
            " as s(item int, part int, outcome text, reason text, detail jsonb, message_id uuid)",
            self.portal, self.key(again=again), customer, parts,
        )  # fmt: skip

    @rule(direction=DIRECTIONS)
    def claim(self, direction: str) -> None:
        claims = "select * from messaging.claim(%s, array[%s::uuid]) order by chat_key"
        for claim in self.rows(claims, direction, self.portal):
            before = self.rows(
                "select outcome from messaging.attempt where message_id = %s and number < %s order by number",
                claim.message_id, claim.number,
            )  # fmt: skip
            assert all(attempt.outcome not in (None, "accepted") for attempt in before), (claim, before)
            if before and claim.message_id not in self.resolved:
                assert before[-1].outcome == "retry", (claim, before)
            self.resolved.discard(claim.message_id)
            self.attempts.append((claim.message_id, claim.number))

    @rule(back=st.integers(0, 5), outcome=OUTCOMES, knows_id=st.booleans())
    def settle(self, back: int, outcome: str, knows_id: bool) -> None:
        if not self.attempts:
            return
        message, number = self.attempts[-1 - back % len(self.attempts)]
        keys = {"gs": f"gs-{message}-{number}"} if knows_id or outcome == "accepted" else {}
        item = {
            "portal_id": str(self.portal),
            "message_id": str(message),
            "number": number,
            "keys": keys,
            "code": "1",
        }
        said = {"outcome": "failed", "policy": "fix"} if outcome == "fix" else {"outcome": outcome}
        self.rows("select * from messaging.settle(%s)", Jsonb([{**item, **said}]))

    @rule(
        back=st.integers(0, 5),
        events=st.lists(EVENTS, min_size=1, max_size=3),
        customer=st.sampled_from(CUSTOMERS),
    )
    def receipts(self, back: int, events: list[str], customer: str) -> None:
        if not self.attempts:
            return
        message, number = self.attempts[-1 - back % len(self.attempts)]
        item = {
            "portal_id": str(self.portal),
            "channel_id": str(self.channel),
            "keys": {"gs": f"gs-{message}-{number}"},
        }
        items = [{**item, "event": event, "destination": customer} for event in events]
        self.rows("select * from messaging.apply_receipts(%s)", Jsonb(items))

    @rule(seconds=st.sampled_from([1, 6, 61, 130, 700, 90_000]))
    def time_passes(self, seconds: int) -> None:
        self.rows("select tests.pass(make_interval(secs => %s)) as passed", seconds)

    @rule()
    def the_worker_makes_its_round(self) -> None:
        self.rows("select messaging.expire_leases(), messaging.unblock_lanes(), messaging.apply_parked()")

    @rule(event=st.sampled_from(["problem", "connect", "connected", "suspend", "resume"]))
    def change_channel(self, event: str) -> None:
        known = self.rows(
            "select from tenancy.channel c join tenancy.channel_transition t on t.from_state = c.state"
            " where c.channel_id = %s and t.event = %s", self.channel, event,
        )  # fmt: skip
        if known:
            self.rows("select tenancy.change_channel(%s, %s, %s)", self.portal, self.channel, event)

    @rule(verdict=st.sampled_from(["arrived", "absent", "resend", "drop"]))
    def resolve_unknown(self, verdict: str) -> None:
        unknown = [message for message, state in self.states.items() if state == "unknown"]
        for message in unknown[:1]:
            self.rows("select messaging.resolve_unknown(%s, %s, %s, '1')", self.portal, message, verdict)
            if verdict in ("absent", "resend"):
                self.resolved.add(message)

    @invariant()
    def every_promise_holds(self) -> None:
        assert self.rows(ALL_PROMISES, portal=self.portal) == []

    @invariant()
    def states_move_only_along_the_ladder(self) -> None:
        present = dict(
            self.rows(
                "select message_id, state from messaging.message where portal_id = %s"
                " order by tenancy.id_time(message_id), direction, part",
                self.portal,
            )
        )
        for message, state in present.items():
            before = self.states.get(message, state)
            assert before == state or (before, state) in self.ladder, (message, before, state)
        assert self.states.keys() <= present.keys()
        self.states = present

    def everything_goes_through_in_the_end(self) -> None:
        """Once the channel works and the other sides answer, nothing waits any more."""
        for event in ("problem", "resume", "connect", "connected"):
            self.change_channel(event)
        for _ in range(100):
            self.time_passes(700)
            self.the_worker_makes_its_round()
            for direction in ("in", "out"):
                began = len(self.attempts)
                self.claim(direction)
                for _ in self.attempts[began:]:
                    self.settle(len(self.attempts) - 1 - began, "accepted", True)
                    began += 1
            if not self.rows("select from messaging.queue where portal_id = %s limit 1", self.portal):
                return
        raise AssertionError("messages still wait")


@pytest.fixture
def connection(database: TestDatabase) -> Iterator[Connection]:
    with psycopg.connect(database.url, row_factory=namedtuple_row) as connection:
        yield connection


def published_ladder(connection: Connection) -> frozenset[tuple[str, str]]:
    """Which states can be reached from which, in any number of published steps."""
    found = connection.execute("""
        with recursive way as (
          select from_state, to_state from messaging.transition
          union
          select w.from_state, t.to_state
            from way w join messaging.transition t on t.from_state = w.to_state)
        select from_state, to_state from way""").fetchall()
    connection.rollback()
    return frozenset((row.from_state, row.to_state) for row in found)


def explore(connection: Connection, examples: int, *, derandomize: bool) -> None:
    class OnThisDatabase(Messages):
        db = connection
        ladder = published_ladder(connection)

    run_state_machine_as_test(
        OnThisDatabase,
        settings=settings(
            max_examples=examples,
            stateful_step_count=40,
            deadline=None,
            database=None,
            report_multiple_bugs=False,
            derandomize=derandomize,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )


def test_no_order_of_events_loses_sticks_doubles_or_mischarges_a_message(connection: Connection) -> None:
    explore(connection, 80, derandomize=True)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_no_order_of_events_breaks_a_promise_in_a_long_search(connection: Connection) -> None:
    explore(connection, 1000, derandomize=False)
