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
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
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
             when m.state in ('failed', 'expired') then 'released' else 'held' end""",
}


OVERTAKEN = """
    select o.message_id, o.state_at from messaging.message m
      join messaging.message o using (portal_id, conversation_id, direction)
     where m.portal_id = %(portal)s and m.message_id = %(message)s
       and o.state = 'unknown' and o.state_at > tenancy.now() - interval '60 seconds'"""
ANYBODY = st.sampled_from(CUSTOMERS)
OFTEN_FALSE = st.sampled_from([False, False, False, True])
RECENT = st.sampled_from([0, 0, 0, 1, 1, 2, 3, 4, 5])
OUTCOMES = st.sampled_from(["accepted", "accepted", "retry", "failed", "fix", "unknown", "unknown"])
EVENTS = st.sampled_from(["enqueued", "sent", "sent", "delivered", "read", "failed", "deleted"])
DECISIONS = st.sampled_from(["connected"] * 5 + ["resume"] * 3 + ["connect", "problem", "suspend"])
SECONDS = st.sampled_from([1, 6, 61, 61, 130, 700] * 3 + [90_000])
MOVES = st.one_of(
    st.tuples(st.just("receive"), ANYBODY, OFTEN_FALSE),
    st.tuples(st.just("submit"), ANYBODY, st.integers(1, 2), OFTEN_FALSE),
    st.tuples(st.just("claim"), st.sampled_from(["out", "out", "out", "in"])),
    st.tuples(st.just("claim_and_settle"), OUTCOMES, st.booleans()),
    st.tuples(
        st.just("a_late_word"),
        ANYBODY,
        st.booleans(),
        st.booleans(),
        st.booleans(),
        OUTCOMES | st.lists(EVENTS, max_size=2),
    ),
    st.tuples(st.just("settle"), RECENT, OUTCOMES, st.booleans()),
    st.tuples(st.just("receipts"), RECENT, st.lists(EVENTS, min_size=1, max_size=3), ANYBODY),
    st.tuples(st.just("time_passes"), SECONDS),
    st.tuples(st.just("the_worker_makes_its_round")),
    st.tuples(st.just("change_channel"), DECISIONS),
    st.tuples(st.just("resolve_unknown"), st.sampled_from(["resend", "absent", "arrived", "drop"])),
)
THE_TABLES = " union all ".join(
    f"(select $${promise}$$ as promise, to_jsonb(b) as found from ({query}) b limit 1)"  # noqa: S608 (constants)
    for promise, query in BROKEN_PROMISES.items()
)
THE_TABLES += """
    union all
    select 'states', jsonb_agg(
             jsonb_build_array(m.message_id, m.state)
             order by tenancy.id_time(m.message_id), m.direction, m.part)
      from messaging.message m where m.portal_id = %(portal)s"""


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
        self.states: dict[str, str] = {}
        self.attempts: list[tuple[Any, int]] = []
        self.resolved: set[str] = set()
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

    @rule(moves=st.lists(MOVES, min_size=1, max_size=10))
    def something_happens(self, moves: list[tuple[Any, ...]]) -> None:
        for name, *facts in moves:
            getattr(self, name)(*facts)
            self.every_promise_holds()

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

    def submit(self, customer: str, parts: int, again: bool) -> None:
        self.rows(
            "select * from tests.operator_writes(%s, p_key => %s, p_chat_key => %s, p_parts => %s)"
            " as s(item int, part int, outcome text, reason text, detail jsonb, message_id uuid)",
            self.portal, self.key(again=again), customer, parts,
        )  # fmt: skip

    def claim(self, direction: str) -> None:
        claims = "select * from messaging.claim(%s, array[%s::uuid]) order by chat_key"
        for claim in self.rows(claims, direction, self.portal):
            before = self.rows(
                "select outcome from messaging.attempt"
                " where portal_id = %s and message_id = %s and number < %s order by number",
                self.portal, claim.message_id, claim.number,
            )  # fmt: skip
            assert all(attempt.outcome not in (None, "accepted") for attempt in before), (claim, before)
            if before and str(claim.message_id) not in self.resolved:
                assert before[-1].outcome == "retry", (claim, before)
            self.resolved.discard(str(claim.message_id))
            assert self.rows(OVERTAKEN, portal=self.portal, message=claim.message_id) == [], claim
            self.attempts.append((claim.message_id, claim.number))

    def claim_and_settle(self, outcome: str, knows_id: bool) -> None:
        began = len(self.attempts)
        self.claim("out")
        for back in range(len(self.attempts) - began):
            self.settle(back, outcome, knows_id)

    def a_late_word(
        self, customer: str, is_followed: bool, waits: bool, is_tried_again: bool, word: str | list[str]
    ) -> None:
        """Nobody knows if a message arrived; its lane moves on, or it is sent again; then a word comes."""
        self.the_channel_is_mended()
        self.submit(customer, 1, again=False)
        self.claim_and_settle("unknown", knows_id=True)
        late = len(self.attempts) - 1
        if is_followed:
            self.submit(customer, 1, again=False)
        if waits:
            self.time_passes(61)
            self.the_worker_makes_its_round()
        else:
            self.every_promise_holds()
            self.resolve_unknown("resend")
        if is_tried_again:
            self.claim("out")
        back = max(len(self.attempts) - 1 - late, 0)
        if isinstance(word, str):
            self.settle(back, word, knows_id=True)
        else:
            self.receipts(back, word, customer)

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

    def time_passes(self, seconds: int) -> None:
        self.rows("select tests.pass(make_interval(secs => %s)) as passed", seconds)

    def the_worker_makes_its_round(self) -> None:
        self.rows("select messaging.expire_leases(), messaging.unblock_lanes(), messaging.apply_parked()")

    def change_channel(self, event: str) -> None:
        known = self.rows(
            "select from tenancy.channel c join tenancy.channel_transition t on t.from_state = c.state"
            " where c.channel_id = %s and t.event = %s", self.channel, event,
        )  # fmt: skip
        if known:
            self.rows("select tenancy.change_channel(%s, %s, %s)", self.portal, self.channel, event)

    def resolve_unknown(self, verdict: str) -> None:
        unknown = [message for message, state in self.states.items() if state == "unknown"]
        for message in unknown[:1]:
            self.rows("select messaging.resolve_unknown(%s, %s, %s, '1')", self.portal, message, verdict)
            if verdict in ("absent", "resend"):
                self.resolved.add(message)

    def every_promise_holds(self) -> None:
        """Look into the tables: nothing broken, and every state reached along the published ladder."""
        found = {row.promise: row.found for row in self.rows(THE_TABLES, portal=self.portal)}
        states = dict(found.pop("states"))
        assert found == {}
        for message, state in states.items():
            before = self.states.get(message, state)
            assert before == state or (before, state) in self.ladder, (message, before, state)
        assert self.states.keys() <= states.keys()
        self.states = states

    def the_channel_is_mended(self) -> None:
        for event in ("resume", "connect", "connected"):
            self.change_channel(event)

    def everything_goes_through_in_the_end(self) -> None:
        """Once the channel works and the other sides answer, nothing waits any more."""
        self.the_channel_is_mended()
        for _ in range(100):
            self.time_passes(700)
            self.the_worker_makes_its_round()
            for direction in ("in", "out"):
                began = len(self.attempts)
                self.claim(direction)
                for back in range(len(self.attempts) - began):
                    self.settle(back, "accepted", knows_id=True)
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


def explore(connection: Connection, examples: int, *phases: Phase, derandomize: bool) -> None:
    class OnThisDatabase(Messages):
        db = connection
        ladder = published_ladder(connection)

    run_state_machine_as_test(
        OnThisDatabase,
        settings=settings(
            max_examples=examples,
            stateful_step_count=30,
            deadline=None,
            database=None,
            report_multiple_bugs=False,
            phases=phases,
            derandomize=derandomize,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )


def test_no_order_of_events_loses_sticks_doubles_or_mischarges_a_message(connection: Connection) -> None:
    explore(connection, 15, Phase.generate, derandomize=True)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_no_order_of_events_breaks_a_promise_in_a_long_search(connection: Connection) -> None:
    explore(connection, 200, Phase.generate, Phase.shrink, derandomize=False)
