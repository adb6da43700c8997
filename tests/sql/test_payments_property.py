"""Whatever order evidence of payments comes in, and from however many sessions: the books end the same.

The sequences A and B that were seen in the wild (contracts/payments.md §1.6) are told in every order that
hypothesis thinks of, in pieces and twice, with refunds that fail, disputes and declines among them.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

import msgspec
import psycopg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from connectors.money import IN_COUNTRY_ONLY, STRIPE_MINIMUM, ProviderName, minor_unit, takes
from connectors.payment_evidence import Evidence, EvidenceKind, Ids
from connectors.stripe.client import CAPABILITIES as STRIPE_CAPABILITIES
from tests.servers import TestDatabase, fresh_database
from tests.sql.money import Connection

pytestmark = [pytest.mark.requirement("R4-c"), pytest.mark.requirement("R2.3-b")]

NOW = "2026-11-22 12:00+00"
SESSIONS = 4
Item = dict[str, Any]
_members = itertools.count(1)

# The money that each event of a successful checkout is about, in the orders observed: charge, invoice,
# intent, session. Both keys name the same money, so the second says nothing.
SEQUENCE_A = ("charge", "charge", "fee", "session", "invoice", "intent", "intent", "session")
SEQUENCE_B = ("charge", "session", "intent", "fee", "intent", "charge", "invoice", "fee")


@pytest.fixture(scope="module")
def own() -> Iterator[TestDatabase]:
    """Make a database of their own for these stories: the issuer's numbers are everybody's."""
    with fresh_database(18) as made:
        with psycopg.connect(made.url, autocommit=True) as admin:
            admin.execute("select set_config('whatsappb24.now', %s, false)", (NOW,))
            admin.execute("select tests.publish_plan('early', '15')")
        yield made


@pytest.fixture
def sessions(own: TestDatabase) -> Iterator[list[Connection]]:
    with ExitStack() as stack:
        opened = [stack.enter_context(psycopg.connect(own.url, autocommit=True)) for _ in range(SESSIONS)]
        for session in opened:
            session.execute("select set_config('whatsappb24.now', %s, false)", (NOW,))
        yield opened


class Story:
    """A portal with one payment, and the evidence that its provider could ever show.

    `repeats`: it is the first of a repeating top-up for a channel that pays 15 USD in nine days.
    """

    def __init__(self, admin: Connection, *, repeats: bool = False) -> None:
        self.number = next(_members)
        self.portal = _value(admin, "select tests.create_portal(%s)", f"pay{self.number}x")
        self.money = f"pi_{self.number}"
        order: dict[str, Any] = {"key": f"o{self.number}"}
        if repeats:
            channel = _value(admin, "select tests.create_channel(%s)", self.portal)
            admin.execute("select tests.set_subscription(%s, 'active', 'early')", (channel,))
            admin.execute(
                "update billing.subscription set period_ends_at = tenancy.now() + interval '9 days',"
                " due_at = tenancy.now() + interval '9 days' where channel_id = %s",
                (channel,),
            )
            order |= {"kind": "scheduled", "every": "month", "channel_id": str(channel)}
        self.payment = _value(admin, "select tests.opened(%s, %s)", self.portal, Jsonb(order))

    def said(self, kind: str, amount: int, key: str, **more: Any) -> Item:
        """Give one evidence; all of it names the intent, as the provider's metadata does."""
        ids = {"payment_id": str(self.payment), "payment": self.money, **more.pop("ids", {})}
        return {
            "provider": "stripe",
            "business_key": f"stripe:{key}",
            "kind": kind,
            "amount": amount,
            "currency": "USD",
            "ids": ids,
            "at": "2026-11-22T11:59:00Z",
            "livemode": True,
            **more,
        }

    def of_event(self, event: str) -> Item:
        """Give what is read from the provider after an event of the sequences."""
        if event == "fee":
            return self.said("fee", 900_000, f"pi:{self.money}:fee")
        if event == "invoice":
            ids, key = {"invoice": f"in_{self.number}"}, f"in:in_{self.number}"
        else:
            object_kind = "checkout" if event == "session" else "charge"
            ids, key = {object_kind: f"{object_kind}_{self.number}"}, f"pi:{self.money}"
        return self.said("topup", 23_200_000, key, tax=3_200_000, ids=ids)

    def afterwards(self) -> list[Item]:
        """Give refunds (one fails, one is too large), a dispute that is lost, one that is won, a decline."""
        dispute = {"ids": {"dispute": f"dp_{self.number}"}}
        won = {"ids": {"dispute": f"dw_{self.number}"}}
        key = self.money
        return [
            self.said("refund", 5_800_000, f"re:{key}a"),
            self.said("refund", 11_600_000, f"re:{key}b"),
            self.said("refund_failed", 11_600_000, f"re:{key}b:failed"),
            self.said("refund", 1_160_000, f"re:{key}c"),
            self.said("refund", 23_200_001, f"re:{key}d"),
            self.said("dispute_withdrawn", 2_320_000, f"dp:{key}:withdrawn", fee=15_000_000, **dispute),
            self.said("dispute_closed", 2_320_000, f"dp:{key}:closed", status="lost", **dispute),
            self.said("dispute_withdrawn", 2_320_000, f"dw:{key}:withdrawn", **won),
            self.said("dispute_reinstated", 2_320_000, f"dw:{key}:reinstated", **won),
            self.said("declined", 0, f"pi:{key}:declined:1", reason="card_declined", retry="later"),
        ]


# 23.2 paid, of it 3.2 tax; 5.8 + 1.16 refunded and 2.32 lost: 9.28, of which 1.28 are tax.
ENDS = {
    "clearing_stripe": -23_200_000 + 900_000 + 9_280_000 + 15_000_000,
    "fees": -15_900_000,
    "tax": 1_920_000,
    "wallet": 12_000_000,
}


def tell(session: Connection, evidence: Sequence[Item]) -> list[str]:
    """Settle evidence in one call; gives the outcomes."""
    rows = session.execute(
        "select outcome from billing.settle_payment(%s) order by item", (Jsonb(list(evidence)),)
    ).fetchall()
    return [row[0] for row in rows]


def ends(session: Connection, story: Story) -> dict[str, int]:
    """Give the portal's accounts that are not empty."""
    rows = session.execute(
        "select kind, balance from billing.account where portal_id = %(p)s and balance <> 0 union all"
        " select 'wallet', balance from billing.wallet where portal_id = %(p)s",
        {"p": story.portal},
    )
    return dict(rows.fetchall())


def broken(session: Connection) -> list[Any]:
    """Say what may not be: unsound books, a second credit, too much refunded or kept, numbers with gaps."""
    return session.execute(
        """
        select 'books', found::text from billing.verify()
        union all
        select 'credited', p.payment_id::text from billing.payment p
          join billing.evidence e on e.payment_id = p.payment_id and e.kind = 'topup' and e.state = 'posted'
         group by p.payment_id having count(*) > 1
        union all
        select 'refunded', p.payment_id::text from billing.payment p where p.refunded > p.captured
        union all
        select 'numbers', s.kind from billing.document_series s
          left join billing.document d on d.issuer = s.issuer and d.kind = s.kind
         group by s.kind, s.last_number
        having s.last_number <> count(d.number) or s.last_number <> coalesce(max(d.number), 0)
        union all
        select 'reserved', r.payment_id::text from billing.reservation r
          join billing.payment p on p.portal_id = r.portal_id and p.payment_id = r.payment_id
         where r.held > least(15000000, p.captured - p.tax - p.refunded - p.disputed + p.tax_returned)
        """
    ).fetchall()


def explore(sessions: list[Connection], examples: int, *phases: Phase, derandomize: bool) -> None:
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=phases,
        derandomize=derandomize,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(
        st.sampled_from([SEQUENCE_A, SEQUENCE_B]),
        st.randoms(use_true_random=False),
        st.integers(1, 5),
        st.booleans(),
    )
    def the_books_end_the_same(
        sequence: tuple[str, ...], dice: random.Random, size: int, repeats: bool
    ) -> None:
        story = Story(sessions[0], repeats=repeats)
        told = [story.of_event(event) for event in sequence] + story.afterwards() + story.afterwards()
        dice.shuffle(told)
        calls = [told[n : n + size] for n in range(0, len(told), size)]
        with ThreadPoolExecutor(SESSIONS) as pool:
            done = [pool.submit(run, session, calls[n::SESSIONS]) for n, session in enumerate(sessions)]
            for one in done:
                one.result()
        assert ENDS == ends(sessions[0], story)
        assert [] == broken(sessions[0])

    the_books_end_the_same()


def run(session: Connection, calls: Sequence[Sequence[Item]]) -> None:
    for call in calls:
        outcomes = set(tell(session, call))
        assert outcomes <= {"done", "repeated", "waits", "moot"}, outcomes


def test_evidence_in_any_order_from_several_sessions_ends_in_the_same_books(
    sessions: list[Connection],
) -> None:
    explore(sessions, 20, Phase.generate, derandomize=True)


@pytest.mark.parametrize("sequence", [SEQUENCE_A, SEQUENCE_B], ids=["A", "B"])
def test_the_observed_sequences_credit_once(sessions: list[Connection], sequence: tuple[str, ...]) -> None:
    story = Story(sessions[0])
    outcomes = [tell(sessions[0], [story.of_event(event)])[0] for event in sequence]
    assert ["done"] * 2 == [outcome for outcome in outcomes if outcome == "done"]
    expected = {"clearing_stripe": -22_300_000, "fees": -900_000, "tax": 3_200_000, "wallet": 20_000_000}
    assert expected == ends(sessions[0], story)


def test_fifty_sessions_worth_of_the_same_evidence_make_one_credit(own: TestDatabase) -> None:
    with ExitStack() as stack:
        opened = [stack.enter_context(psycopg.connect(own.url, autocommit=True)) for _ in range(50)]
        for session in opened:
            session.execute("select set_config('whatsappb24.now', %s, false)", (NOW,))
        story = Story(opened[0])
        with ThreadPoolExecutor(50) as pool:
            told = list(pool.map(lambda session: tell(session, [story.of_event("intent")])[0], opened))
        assert ["done", *["repeated"] * 49] == sorted(told)
        assert 20_000_000 == ends(opened[0], story)["wallet"]
        assert [] == broken(opened[0])


def test_a_crash_before_the_commit_is_healed_by_whoever_tells_it_again(own: TestDatabase) -> None:
    with psycopg.connect(own.url, autocommit=True) as admin:
        admin.execute("select set_config('whatsappb24.now', %s, false)", (NOW,))
        story = Story(admin)
        with psycopg.connect(own.url) as crashing:
            assert ["done"] == tell(crashing, [story.of_event("intent")])
            crashing.rollback()
        assert 0 == ends(admin, story)["wallet"]
        assert ["done"] == tell(admin, [story.of_event("intent")])
        assert [] == broken(admin)


def test_one_object_told_of_two_portals_at_once_belongs_to_one(sessions: list[Connection]) -> None:
    one, two = Story(sessions[0]), Story(sessions[0])
    two.money = one.money
    with ThreadPoolExecutor(2) as pool:
        pairs = [(sessions[0], one), (sessions[1], two)]
        told = list(pool.map(lambda pair: tell(pair[0], [pair[1].of_event("intent")])[0], pairs))
    assert ["done", "refused"] == sorted(told)
    assert [0, 20_000_000] == sorted(ends(sessions[0], story)["wallet"] for story in (one, two))


def test_the_currencies_of_sql_are_those_of_the_port(sessions: list[Connection]) -> None:
    providers: tuple[ProviderName, ...] = ("stripe", "paypal")
    for provider in providers:
        rows = sessions[0].execute(
            "select currency, exponent, grain, minimum, in_country_only"
            " from billing.provider_currency where provider = %s",
            (provider,),
        )
        for currency, exponent, grain, minimum, in_country_only in rows.fetchall():
            unit = minor_unit(provider, currency)
            assert (unit.exponent, unit.micros * unit.step) == (exponent, grain), currency
            assert (currency in IN_COUNTRY_ONLY[provider]) == in_country_only, currency
            least = STRIPE_MINIMUM.get(currency, grain) if provider == "stripe" else grain
            assert least == minimum, currency
    known = (
        sessions[0].execute("select distinct provider, currency from billing.provider_currency").fetchall()
    )
    every = {currency for _, currency in known}
    missing = [(p, c) for p in providers for c in every if takes(p, c) and (p, c) not in known]
    assert [] == missing


def test_the_evidence_of_the_port_is_an_item_as_it_is(sessions: list[Connection]) -> None:
    story = Story(sessions[0])
    evidence = Evidence(
        provider="stripe",
        business_key=f"stripe:pi:{story.money}",
        kind=EvidenceKind.TOPUP,
        amount=20_000_000,
        currency="USD",
        ids=Ids(payment_id=str(story.payment), portal_id=str(story.portal), payment=story.money),
        at=datetime(2026, 11, 22, 12, tzinfo=UTC),
        livemode=True,
    )
    assert ["done"] == tell(sessions[0], [msgspec.to_builtins(evidence)])
    assert 20_000_000 == ends(sessions[0], story)["wallet"]


def test_what_sql_says_that_stripe_can_do_is_what_its_connector_can(sessions: list[Connection]) -> None:
    query = b"select capabilities from billing.provider where provider = 'stripe'"
    ((known,),) = sessions[0].execute(query).fetchall()
    assert {str(cap) for cap in STRIPE_CAPABILITIES} == set(known)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_evidence_in_any_order_in_a_long_search(sessions: list[Connection]) -> None:
    explore(sessions, 2_000, Phase.generate, Phase.shrink, derandomize=False)


def _value(connection: Connection, query: str, *parameters: Any) -> Any:
    return connection.execute(query.encode(), parameters).fetchall()[0][0]
