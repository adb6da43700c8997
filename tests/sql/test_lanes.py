"""Real sessions at once: producers that repeat each other, workers that share the lanes.

Every message is seen once and in order per conversation, nobody deadlocks (psycopg would raise it), two calls
that meet a new customer at once agree on who he is, and everything is accounted for.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.servers import TestDatabase

pytestmark = pytest.mark.requirement("R2.2-a")

CONVERSATIONS = 20
MESSAGES = 15
PRODUCERS = 8
WORKERS = 4
Sent = dict[int, list[int]]


@pytest.fixture
def admin(database: TestDatabase) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database.url, autocommit=True) as connection:
        yield connection


def produce(url: str, portal: str, channel: str, seed: int) -> int:
    """Tell the whole history of all customers, as the seven other producers do; returns how many were new."""
    choice = random.Random(seed)
    told = [0] * CONVERSATIONS
    accepted = 0
    with psycopg.connect(url, autocommit=True) as connection:
        while open_ := [customer for customer in range(CONVERSATIONS) if told[customer] < MESSAGES]:
            items: list[dict[str, Any]] = []
            for customer in choice.sample(open_, min(len(open_), choice.randint(1, 12))):
                first = told[customer]
                told[customer] = min(first + choice.randint(1, 4), MESSAGES)
                items += [item(portal, channel, customer, number) for number in range(first, told[customer])]
            rows = connection.execute("select outcome from messaging.receive(%s)", (Jsonb(items),)).fetchall()
            assert {outcome for (outcome,) in rows} <= {"accepted", "duplicate"}
            accepted += sum(outcome == "accepted" for (outcome,) in rows)
    return accepted


def item(portal: str, channel: str, customer: int, number: int) -> dict[str, Any]:
    return {
        "portal_id": portal,
        "channel_id": channel,
        "key": f"wamid.{customer}.{number}",
        "wa_id": f"52155500000{customer:02}",
        "kind": "text",
        "text": f"{customer} {number}",
    }


def work(url: str, portal: str, seed: int, sent: Sent, noted: Lock, over: Event) -> None:
    """Claim and settle like a worker, now and then with a retry, until there is nothing more to come."""
    choice = random.Random(seed)
    with psycopg.connect(url, autocommit=True) as connection:
        while True:
            was_over = over.is_set()
            claims = connection.execute(
                "select portal_id, message_id, number, text from messaging.claim('in', array[%s::uuid], 10)",
                (portal,),
            ).fetchall()
            items = [settling(choice, *claim, sent=sent, noted=noted) for claim in claims]
            connection.execute("select count(*) from messaging.settle(%s)", (Jsonb(items),))
            if was_over and not claims and not waiting(connection, portal):
                return


def settling(
    choice: random.Random, portal: UUID, message: UUID, number: int, text: str, *, sent: Sent, noted: Lock
) -> dict[str, Any]:
    """Hand one message over, or fail to on the first try; returns the item for `messaging.settle`."""
    customer, place = map(int, text.split())
    outcome = "retry" if number == 1 and choice.random() < 0.1 else "accepted"
    if outcome == "accepted":
        with noted:
            sent[customer].append(place)
    return {
        "portal_id": str(portal),
        "message_id": str(message),
        "number": number,
        "outcome": outcome,
        "retry_after_s": 0,
        "chat_id": f"chat {customer}",
    }


def waiting(connection: psycopg.Connection[Any], portal: str) -> bool:
    found = connection.execute("select messaging.portals_with_work('in')").fetchall()
    return portal in [str(due) for (due,) in found]


def test_eight_producers_and_four_workers_hand_over_every_message_once_and_in_order(
    database: TestDatabase, admin: psycopg.Connection[Any]
) -> None:
    portal = str(admin.execute("select tests.create_portal()").fetchall()[0][0])
    channel = str(admin.execute("select tests.create_channel(%s)", (portal,)).fetchall()[0][0])
    sent: Sent = defaultdict(list)
    noted, over = Lock(), Event()
    with ThreadPoolExecutor(PRODUCERS + WORKERS) as pool:
        workers = [
            pool.submit(work, database.worker_url, portal, n, sent, noted, over) for n in range(WORKERS)
        ]
        producers = [pool.submit(produce, database.api_url, portal, channel, n) for n in range(PRODUCERS)]
        try:
            accepted = sum(producer.result() for producer in producers)
        finally:
            over.set()
        for worker in workers:
            worker.result()

    assert accepted == CONVERSATIONS * MESSAGES
    assert dict(sent) == {customer: list(range(MESSAGES)) for customer in range(CONVERSATIONS)}
    stands = admin.execute(
        "select sum(accepted), sum(done), sum(balance), sum(adrift)"
        " from trace.conservation(now() - interval '1 hour', now() + interval '1 hour', %s)", (portal,),
    ).fetchall()  # fmt: skip
    assert stands == [(CONVERSATIONS * MESSAGES, CONVERSATIONS * MESSAGES, 0, 0)]
    assert admin.execute("select count(*) from messaging.contact").fetchall() == [(CONVERSATIONS,)]


def test_a_retry_that_crosses_with_the_end_of_its_lease_keeps_its_message_in_the_lane(
    database: TestDatabase, admin: psycopg.Connection[Any]
) -> None:
    portal = admin.execute("select tests.create_portal('crossing0portal')").fetchall()[0][0]
    channel = admin.execute("select tests.create_channel(%s)", (portal,)).fetchall()[0][0]
    message = admin.execute("select tests.customer_writes(%s, %s)", (portal, channel)).fetchall()[0][0]
    admin.execute("select messaging.claim('in', array[%s], p_lease => interval '0')", (portal,))
    with ThreadPoolExecutor(1) as pool, psycopg.connect(database.url) as worker:
        worker.execute("select tests.settled(%s, %s, 'retry')", (portal, message))
        expiring = pool.submit(expire_leases, database.worker_url)
        while not expiring.done() and not is_waited_for(admin, worker):
            pass
        worker.commit()
        assert expiring.result() == 0
    stands = admin.execute(
        "select tests.state_of(%s, %s), tests.lane(%s, %s)", (portal, message, portal, message)
    ).fetchall()
    assert stands == [("queued", "waits 1")]


def test_a_channel_that_resumes_waits_for_nobody_who_holds_one_of_its_lanes(
    database: TestDatabase, admin: psycopg.Connection[Any]
) -> None:
    """A renewal resumes lanes and holds the wallet; a submit holds a lane and waits for the wallet."""
    portal = admin.execute("select tests.create_portal('resuming0portal')").fetchall()[0][0]
    channel = admin.execute("select tests.create_channel(%s)", (portal,)).fetchall()[0][0]
    admin.execute("select tests.customer_writes(%s, %s)", (portal, channel))
    admin.execute(
        "update messaging.lane set paused = 'suspended', next_at = 'infinity' where portal_id = %s", (portal,)
    )
    with psycopg.connect(database.url) as holder:
        holder.execute(
            "select from messaging.lane where portal_id = %s and direction = 'in' for update", (portal,)
        )
        admin.execute("set lock_timeout = '2s'")
        assert [(0,)] == admin.execute("select messaging.resume_lanes(%s, %s)", (portal, channel)).fetchall()
    admin.execute("select messaging.unblock_lanes()")
    assert [(None, True)] == admin.execute(
        "select paused, next_at < 'infinity' from messaging.lane where portal_id = %s and direction = 'in'",
        (portal,),
    ).fetchall()


def expire_leases(url: str) -> int:
    with psycopg.connect(url, autocommit=True) as connection:
        return int(connection.execute("select messaging.expire_leases()").fetchall()[0][0])


def is_waited_for(admin: psycopg.Connection[Any], holder: psycopg.Connection[Any]) -> bool:
    """Does another session wait for a lock of this one?"""
    query = "select from pg_stat_activity where %s = any (pg_blocking_pids(pid))"
    return bool(admin.execute(query, (holder.info.backend_pid,)).fetchall())
