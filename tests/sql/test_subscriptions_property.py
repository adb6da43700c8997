"""Whatever happens to subscriptions, in whatever order and on whatever clock: a period is charged once.

Hypothesis plays a customer who changes his mind, a wallet that is sometimes empty, a clock that jumps forward
and back, and workers that come and go, in zones whose clocks change; after every step the promises are looked
for in the tables. Then many workers renew at once, in sessions of their own.
"""

from __future__ import annotations

import calendar
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from psycopg.rows import namedtuple_row
from psycopg.types.json import Jsonb

from tests.servers import TestDatabase
from tests.sql.schedules import ordered, paid, refunded, schedule

pytestmark = [pytest.mark.requirement("R2.4-c"), pytest.mark.requirement("R2.1-b")]

Connection = psycopg.Connection[Any]
ZONES = ("America/Sao_Paulo", "America/Mexico_City", "Asia/Kolkata", "America/Santiago")
BEGINNINGS = (
    "2026-01-31 03:30+00",
    "2028-02-29 12:00+00",
    "2018-10-04 03:30+00",
    "2018-01-18 01:30+00",
    "2026-08-30 23:59+00",
    "2027-12-31 06:00+00",
)
BROKEN_PROMISES = {
    "what was charged is not what its history says": """
        select e.amount, t.amount as transferred from (
          select channel_id, sum(amount)::bigint as amount from billing.subscription_event group by 1) e
          left join (
          select (detail ->> 'channel_id')::uuid as channel_id, sum(amount)::bigint as amount
            from billing.transfer where reason = 'subscription' group by 1) t using (channel_id)
         where e.amount <> coalesce(t.amount, 0)""",
    "a period is left out": """
        select s.period_no, count(distinct e.period_no) as periods
          from billing.subscription s
          left join billing.subscription_event e on e.channel_id = s.channel_id and e.period_no > 0
         group by s.channel_id, s.period_no
        having count(distinct e.period_no) <> s.period_no""",
    "a period is begun twice": """
        select e.channel_id, e.period_no from billing.subscription_event e
         where e.event in ('begin', 'renew', 'restart')
         group by 1, 2 having count(*) > 1""",
    "a period has no length": """
        select * from billing.subscription s where s.period_ends_at <= s.period_starts_at""",
    "a channel works that has not paid, or rests that has": """
        select s.state, c.state as channel, c.state_reason
          from billing.subscription s
          join billing.subscription_state t using (state)
          join tenancy.channel c using (portal_id, channel_id)
         where not t.runs and c.state in ('connecting', 'active', 'attention')
            or t.runs and c.state = 'suspended' and c.state_reason ~ '^subscription_'
            or not t.runs and billing.entitled(c.portal_id, c.channel_id, 'send')""",
    "nobody looks at it any more, or somebody for nothing": """
        select s.* from billing.subscription s
         where (s.due_at = 'infinity') <> (s.state in ('paused', 'cancelled'))
            or s.state in ('trialing', 'active') and s.due_at <> s.period_ends_at""",
    "a wallet is below nothing": "select * from billing.wallet where balance < 0",
    "the books are not sound": "select * from billing.verify() where promise = 'held'",
    "something is kept for what ended or was paused": """
        select s.channel_id, sum(r.held) as kept from billing.reservation r
          join billing.subscription s using (portal_id, channel_id)
         where r.state = 'held' and s.state in ('paused', 'cancelled') group by 1""",
}
THE_TABLES = " union all ".join(
    f"(select $${promise}$$ as promise, to_jsonb(b) as found from ({query}) b limit 1)"  # noqa: S608 (constants)
    for promise, query in BROKEN_PROMISES.items()
)
PLANS = ("basic", "small", "large", "yearly")
CHANNELS = st.integers(0, 1)
MOVES = st.one_of(
    st.tuples(st.just("time_passes"), st.sampled_from([1, 24, 24 * 6, 24 * 6, 24 * 15, 24 * 31, 24 * 100])),
    st.tuples(st.just("the_clock_goes_back"), st.integers(1, 48)),
    st.tuples(st.just("renew"), st.sampled_from([1, 100])),
    st.tuples(st.just("renew"), st.just(100)),
    st.tuples(st.just("top_up"), st.sampled_from([3, 10, 45])),
    st.tuples(st.just("the_provider_pays"), st.sampled_from([3, 10, 45])),
    st.tuples(
        st.just("is_taken_back"),
        st.sampled_from(["refund", "dispute_withdrawn"]),
        st.sampled_from([2, 3, 10]),
    ),
    st.tuples(st.just("asks"), CHANNELS, st.sampled_from(["cancel", "keep", "pause", "resume", "restart"])),
    st.tuples(st.just("changes_plan"), CHANNELS, st.sampled_from(PLANS)),
    st.tuples(
        st.just("channel"), CHANNELS, st.sampled_from(["connect", "connected", "disconnect", "problem"])
    ),
)


def months_after(anchor: datetime, months: int) -> datetime:
    """The local date and time so many months later; the last day where there is no such day."""
    year, month = divmod(anchor.year * 12 + anchor.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return anchor.replace(year=year, month=month + 1, day=min(anchor.day, last))


class Story:
    """One portal with two channels, in one transaction with a clock of its own."""

    def __init__(self, db: Connection, zone: str, begins: str) -> None:
        self.db = db
        self.keys = 0
        self.now = datetime.fromisoformat(begins.replace("+00", "+00:00"))
        self.set_clock()
        self.portal = self.value("select tests.create_portal()")
        self.value("update tenancy.portal set time_zone = %s returning 1", zone)
        for code, price, every in (
            ("small", "10", "month"),
            ("large", "30", "month"),
            ("yearly", "100", "year"),
        ):
            more = f'{{"every": "{every}", "trial_days": 0}}'
            self.value("select tests.publish_plan(%s, %s, %s)", code, price, more)
        self.value("select tests.fund(%s, 25000000)", self.portal)
        self.channels = [
            self.value("select tests.create_channel(%s, %s, %s)", self.portal, line, f"52155500011{line}")
            for line in ("1", "2")
        ]
        self.periods = 0
        order = self.value("select tests.scheduled(%s, %s)", self.portal, self.channels[0])
        self.value("select tests.agreed(%s)", order)

    def value(self, query: str, *parameters: Any) -> Any:
        row = self.db.execute(query.encode(), parameters).fetchone()
        return row[0] if row else None

    def try_to(self, call: str) -> None:
        """It may be refused, with a reason of ours; then nothing of it stays."""
        said = self.value("select tests.refusal(%s)", call)
        assert said == "accepted" or said[:2] == "WB", (call, said)

    def set_clock(self) -> None:
        self.value("select tests.at(%s)", self.now)

    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours, minutes=1)
        self.set_clock()

    def the_clock_goes_back(self, hours: int) -> None:
        self.now -= timedelta(hours=hours)
        self.set_clock()

    def renew(self, limit: int) -> None:
        for _ in range(200):
            if not self.value("select billing.renew_due(%s)", limit):
                return
        raise AssertionError("renewing does not come to an end")

    def top_up(self, amount: int) -> None:
        self.keys += 1
        self.value("select billing.wake_subscriptions(%s)", self.portal)
        self.value("select tests.fund(%s, %s, %s)", self.portal, amount * 1_000_000, f"topup:{self.keys}")

    def the_provider_pays(self, amount: int) -> None:
        """A period of a repeating top-up for the first channel's subscription."""
        self.periods += 1
        told = self.value("select tests.period(%s, %s)", self.periods, amount * 1_000_000)
        assert "done" == told

    def is_taken_back(self, kind: str, amount: int) -> None:
        """Of the last period's payment: a part, all, or more than it was."""
        if self.periods:
            self.keys += 1
            key = f"refund:re_{self.keys}" if kind == "refund" else f"dispute:dp_{self.keys}:withdrawn"
            self.value(
                "select tests.booked(tests.proof(%s, %s, %s, jsonb_build_object('payment', %s::text)))",
                kind, amount * 1_000_000, f"stripe:{key}",
                f"pi_s{self.periods}",
            )  # fmt: skip

    def asks(self, channel: int, what: str) -> None:
        self.try_to(f"select billing.{what}_subscription('{self.portal}', '1', '{self.channels[channel]}')")

    def changes_plan(self, channel: int, code: str) -> None:
        self.try_to(f"select billing.change_plan('{self.portal}', '1', '{self.channels[channel]}', '{code}')")

    def channel(self, channel: int, event: str) -> None:
        self.try_to(f"select tenancy.change_channel('{self.portal}', '{self.channels[channel]}', '{event}')")

    def every_promise_holds(self) -> None:
        found = {row.promise: row.found for row in self.db.execute(THE_TABLES.encode()).fetchall()}
        assert found == {}
        for row in self.db.execute(
            "select s.*, p.every from billing.subscription s join billing.plan p using (plan_id)"
            " where s.state in ('trialing', 'active', 'grace')"
        ):
            zone = ZoneInfo(row.time_zone)
            anchor = row.anchor_at.astimezone(zone).replace(tzinfo=None)
            ends = months_after(anchor, row.anchor_n * (12 if row.every == "year" else 1))
            if row.anchor_n > 0:
                instants = {ends.replace(tzinfo=zone, fold=fold).timestamp() for fold in (0, 1)}
                assert row.period_ends_at.timestamp() in instants, (row, ends)


@pytest.fixture
def connection(database: TestDatabase) -> Iterator[Connection]:
    with psycopg.connect(database.url, row_factory=namedtuple_row) as connection:
        yield connection


def explore(connection: Connection, examples: int, *phases: Phase, derandomize: bool) -> None:
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=phases,
        derandomize=derandomize,
        suppress_health_check=[
            HealthCheck.too_slow,
            HealthCheck.data_too_large,
            HealthCheck.large_base_example,
        ],
    )
    @given(
        st.sampled_from(ZONES),
        st.sampled_from(BEGINNINGS),
        st.lists(MOVES, min_size=10, max_size=60),
    )
    def holds(zone: str, begins: str, moves: list[tuple[Any, ...]]) -> None:
        try:
            story = Story(connection, zone, begins)
            for name, *facts in moves:
                getattr(story, name)(*facts)
                story.every_promise_holds()
        finally:
            connection.rollback()

    holds()


def test_no_order_of_events_charges_a_period_twice_or_lets_one_drift(connection: Connection) -> None:
    explore(connection, 25, Phase.generate, derandomize=True)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_no_order_of_events_breaks_a_subscription_in_a_long_search(connection: Connection) -> None:
    explore(connection, 600, Phase.generate, Phase.shrink, derandomize=False)


WORKERS, CHANNELS_EACH, PORTALS, MISSED = 4, 3, 8, 3
STILL_DUE = "select count(*) from billing.subscription where due_at <= tenancy.now()"


def committed(database: TestDatabase, at: str) -> Connection:
    connection = psycopg.connect(database.url, autocommit=True, row_factory=namedtuple_row)
    connection.execute("select set_config('whatsappb24.now', %s, false)", (at,))
    return connection


@pytest.fixture
def many(database: TestDatabase) -> list[tuple[Any, Any]]:
    """Eight portals with three channels each on a plan of 10 USD that has missed three months."""
    with committed(database, "2026-01-31 12:00+00") as connection:
        connection.execute("delete from billing.subscription_event")
        connection.execute("delete from billing.subscription")
        connection.execute("select tests.publish_plan('small', '10')")
        made = connection.execute(
            "select p, tests.create_channel(p, line::text, '5730011' || lpad(line::text, 5, '0')) as c"
            " from (select tests.create_portal('many' || md5(random()::text)) as p"
            "         from generate_series(1, %s) offset 0) x"
            " cross join generate_series(1, %s) line", (PORTALS, CHANNELS_EACH),
        ).fetchall()  # fmt: skip
        for portal in {row.p for row in made}:
            connection.execute("select tests.fund(%s, 1000000000, 'start')", (portal,))
        connection.execute(
            "update billing.subscription s set state = 'active', period_no = 1, anchor_n = 1,"
            " anchor_at = tenancy.now(), period_ends_at = tenancy.now() + interval '28 days',"
            " due_at = tenancy.now() + interval '28 days',"
            " plan_id = (select plan_id from billing.plan where code = 'small' and withdrawn_at is null)"
        )
        return [(row.p, row.c) for row in made]


def test_many_workers_at_once_charge_each_missed_period_once(
    database: TestDatabase, many: list[tuple[Any, Any]]
) -> None:
    def work(_: int) -> int:
        seen = 0
        with committed(database, "2026-05-15 12:00+00") as connection:
            # one runner at a time: whoever finds another at work is told 0 and comes again
            while connection.execute(STILL_DUE.encode()).fetchone() != (0,):
                row = connection.execute("select billing.renew_due(5)").fetchone()
                seen += row[0] if row else 0
        return seen

    with ThreadPoolExecutor(WORKERS) as workers:
        looked_at = sum(workers.map(work, range(WORKERS)))
    with committed(database, "2026-05-15 12:00+00") as connection:
        found = connection.execute(
            "select count(*) as transfers, count(distinct key) as keys, sum(amount)::bigint as amount"
            " from billing.transfer where reason = 'subscription' and portal_id = any (%s)",
            ([portal for portal, _ in many],),
        ).fetchone()
        ends = connection.execute("select distinct period_ends_at::date from billing.subscription").fetchall()
    renewals = len(many) * MISSED
    assert (renewals, renewals, renewals, renewals * 10_000_000) == (looked_at, *(found or ()))
    assert 1 == len(ends)


def test_whoever_does_what_at_once_nobody_deadlocks(
    database: TestDatabase, many: list[tuple[Any, Any]]
) -> None:
    with committed(database, "2026-02-01 12:00+00") as connection:
        schedule(connection, many)

    def meddle(seed: int) -> list[str]:
        dice = random.Random(seed)
        said = []
        with committed(database, "2026-05-15 12:00+00") as connection:
            for turn in range(60):
                (portal, channel), (_, other) = dice.sample(many, 2)
                now, before = f"{seed}_{turn}", f"{seed}_{dice.randint(1, turn + 1)}"
                event = dice.choice(
                    ["disconnect", "connect", "connected", "problem", "pause", "unpause", "remove"]
                )
                call = dice.choice([
                    "select billing.renew_due(7)",
                    f"select tenancy.change_channel('{portal}', '{channel}', '{event}')",
                    f"select tenancy.change_channel('{portal}', '{channel}', 'connect')",
                    f"select billing.pause_subscription('{portal}', '1', '{channel}')",
                    f"select billing.resume_subscription('{portal}', '1', '{channel}')",
                    f"select billing.change_plan('{portal}', '1', '{channel}', 'basic')",
                    f"select billing.wake_subscriptions('{portal}'),"
                    f" tests.fund('{portal}', 1000000, 'more:{seed}:{turn}')",
                    f"select tenancy.finish_install('{portal}')",
                    f"select tests.booked({paid(now, channel)}, {paid(now, other)})",
                    f"select tests.booked({refunded(before, channel)})",
                    f"select tests.opened('{portal}', '{ordered(channel, now)}')",
                ])  # fmt: skip
                row = connection.execute(b"select tests.refusal(%s)", (call,)).fetchone()
                said.append(row[0] if row else "")
        return said

    with ThreadPoolExecutor(WORKERS) as people:
        said = [word for words in people.map(meddle, range(WORKERS)) for word in words]
    assert [] == [word for word in said if word != "accepted" and not word.startswith("WB")]
    assert said.count("accepted") > len(said) / 3
    with committed(database, "2026-05-15 12:00+00") as connection:
        while connection.execute("select billing.renew_due()").fetchone() != (0,):
            pass
        found = {row.promise: row.found for row in connection.execute(THE_TABLES.encode()).fetchall()}
        kept = {row.state for row in connection.execute("select distinct state from billing.reservation")}
    assert found.keys() <= {"a period is left out"}
    assert "used" in kept


def test_numbers_that_many_sessions_price_at_once_never_get_more_than_what_is_free(
    database: TestDatabase,
) -> None:
    with committed(database, "2026-05-15 12:00+00") as connection:
        portal, channel = connection.execute(
            "select p, tests.create_channel(p) from (select tests.create_portal('prices') as p offset 0) x"
        ).fetchone() or (None, None)
        connection.execute("select tests.publish_card('out service * 1 1 sent 100')")

    def price(_: int) -> int:
        items = [{"portal_id": str(portal), "channel_id": str(channel)}] * 7
        free = 0
        with committed(database, "2026-05-15 12:00+00") as connection:
            for _ in range(10):
                for row in connection.execute("select is_free from billing.prices(%s)", (Jsonb(items),)):
                    free += row.is_free
        return free

    with ThreadPoolExecutor(WORKERS) as sessions:
        assert 100 == sum(sessions.map(price, range(WORKERS)))
