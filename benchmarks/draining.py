"""Draining a queue in the order of its conversations: ours beside what the registries offer.

Everybody gets the same messages, conversations, clients (psycopg in threads) and server. procrastinate hands
out a job a call, by its lock; pgmq a hundred, by its group; ours what `claim` gives. What was claimed is
finished as each queue does it, in a transaction of its own.
"""

from __future__ import annotations

import contextlib
import importlib.util
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.pgbench import PgBench
from benchmarks.place import DATABASE, other
from benchmarks.profile import Profile
from benchmarks.report import Measured
from benchmarks.rows import PORTALS, SCRIPTS
from runtime.migrate import ensure_database, migrate

CLIENTS = 8
_EACH = 30
"""Messages a conversation."""
_BATCH = 100
_LEASE_S = 600
Connection = psycopg.Connection[Any]
Take = Callable[[Connection], int]
"""Claims and finishes some; returns how many, 0 when nothing is left."""
Say = Callable[[str], None]


def rows(url: str, workplace: Path, profile: Profile, say: Say) -> tuple[list[Measured], list[str]]:
    """The rows, and why one is missing."""
    conversations = max(profile.drained // _EACH, 1)
    rates = {"drain_in_order": _ours(url, workplace, profile, conversations)}
    say(f"drain_in_order         {rates['drain_in_order']:>10,.0f}/s")
    notes = []
    for name, package, measure in (
        ("drain_procrastinate", "procrastinate", _procrastinate),
        ("drain_pgmq", "pgmq", _pgmq),
    ):
        sql = _carried(package)
        if sql is None:
            notes.append(f"{name}: the package {package} is not installed (it is in requirements/dev.txt)")
            continue
        address = _fresh(url, name)
        rates[name] = measure(address, sql, profile, conversations)
        say(f"{name:<22} {rates[name]:>10,.0f}/s")
    return _measured(rates, profile.drained, conversations), notes


def _measured(rates: dict[str, float], drained: int, conversations: int) -> list[Measured]:
    who = {
        "drain_in_order": "draining in order",
        "drain_procrastinate": "procrastinate with locks",
        "drain_pgmq": "pgmq, grouped read",
    }
    load = f"{drained:,} messages in {conversations:,} conversations"
    ours = rates["drain_in_order"]
    found = [
        Measured.of([rate], [rate], id=name, what=f"{who[name]}, {load}", unit="messages", baseline=name)
        for name, rate in rates.items()
        if name != "drain_in_order"
    ]
    for number, (name, at_least) in enumerate((("drain_procrastinate", 50.0), ("drain_pgmq", 5.0))):
        if name in rates:
            found.append(
                Measured.of(
                    [ours],
                    [rates[name]],
                    id="drain_in_order"
                    if number == 0 or "drain_procrastinate" not in rates
                    else "drain_in_order_2",
                    what=f"{who['drain_in_order']}, {load}, against {who[name]}",
                    unit="messages",
                    baseline=name,
                    at_least=at_least,
                )
            )
    if len(rates) == 1:
        found.append(
            Measured.of(
                [ours], [ours], id="drain_in_order", what=load, unit="messages", baseline="drain_in_order"
            )
        )
    return found


def _ours(url: str, workplace: Path, profile: Profile, conversations: int) -> float:
    address = _fresh(url, "drain_in_order")
    migrate(address)
    pgbench = PgBench(address, workplace)
    pgbench.psql("-f", str(SCRIPTS / "setup.sql"))
    each, chats = profile.drained // PORTALS, max(conversations // PORTALS, 1)
    items = f"bench.numbered(n, {each}, {chats})"
    filling = f"select count(*) from bench.portal, messaging.receive({items})"  # noqa: S608 - our own numbers
    pgbench.psql("-c", _NUMBERED, "-c", filling, "-c", "analyze")

    def take(connection: Connection) -> int:
        (claimed, count) = _one(connection, _CLAIM)
        if count:
            _one(connection, "select count(*) from messaging.settle(bench.settled(%s::jsonb))", claimed)
        return int(count)

    return _drained(address, take, profile.seconds * 5)


_NUMBERED = """
create function bench.numbered(p_n int, p_count int, p_chats int) returns jsonb language sql as $$
  select jsonb_agg(jsonb_build_object(
           'portal_id', p.portal_id, 'channel_id', p.channel_id, 'key', 'wamid.' || gen_random_uuid(),
           'kind', 'text', 'text', 'Hola', 'name', 'Carla',
           'wa_id', '5215' || lpad(p_n::text, 3, '0') || lpad((i % p_chats)::text, 6, '0')) order by i)
    from bench.portal p, generate_series(1, p_count) i where p.n = p_n
$$
"""
_CLAIM = """
select coalesce(jsonb_agg(jsonb_build_object(
         'portal_id', portal_id, 'message_id', message_id, 'number', number)), '[]')::text, count(*)
  from messaging.claim('in', (select array_agg(portal_id) from bench.portal), 50, 500)
"""


def _procrastinate(address: str, sql: Path, profile: Profile, conversations: int) -> float:
    schema = (sql / "schema.sql").read_text()
    fill = """
    select procrastinate_defer_jobs_v1(array_agg(row(
             'bench', 'bench', 0, 'chat' || i %% %s, null, '{"text": "Hola"}', null
           )::procrastinate_job_to_defer_v1 order by i))
      from generate_series(1, %s) i
    """
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(schema.encode())
        connection.execute(fill.encode(), (conversations, profile.drained))
        connection.execute("analyze")

    def take(connection: Connection) -> int:
        (job,) = _one(connection, "select id from procrastinate_fetch_job_v2(null, null)")
        if job is None:
            return 0
        _one(connection, "select procrastinate_finish_job_v1(%s, 'succeeded', true)", job)
        return 1

    return _drained(address, take, profile.seconds * 3)


def _pgmq(address: str, sql: Path, profile: Profile, conversations: int) -> float:
    fill = """
    select count(*) from (select pgmq.send_batch('bench', array_agg('{"text": "Hola"}'::jsonb),
             array_agg(jsonb_build_object('x-pgmq-group', 'chat' || i %% %s) order by i))
      from generate_series(1, %s) i) s
    """
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("create schema if not exists pgmq")
        connection.execute((sql / "pgmq.sql").read_text().encode())
        connection.execute("select pgmq.create('bench')")
        connection.execute("select pgmq.create_fifo_index('bench')")
        connection.execute(fill.encode(), (conversations, profile.drained))
        connection.execute("analyze")

    def take(connection: Connection) -> int:
        query = "select array_agg(msg_id order by msg_id) from pgmq.read_grouped('bench', %s, %s)"
        (ids,) = _one(connection, query, _LEASE_S, _BATCH)
        if not ids:
            return 0
        _one(connection, "select count(*) from pgmq.delete('bench', %s::bigint[])", ids)
        return len(ids)

    return _drained(address, take, profile.seconds * 3)


def _drained(address: str, take: Take, at_most_s: float) -> float:
    """Messages a second by 8 clients, until nothing is left or the time is over."""
    counts = [0] * CLIENTS
    failures: list[BaseException] = []
    begin, deadline = threading.Barrier(CLIENTS + 1), 0.0

    def client(place: int) -> None:
        try:
            with psycopg.connect(address, autocommit=True, prepare_threshold=1) as connection:
                begin.wait()
                while time.monotonic() < deadline and (count := take(connection)):
                    counts[place] += count
        except BaseException as failure:
            failures.append(failure)
            begin.abort()

    threads = [threading.Thread(target=client, args=(place,)) for place in range(CLIENTS)]
    for thread in threads:
        thread.start()
    began = time.monotonic()
    deadline = began + at_most_s
    with contextlib.suppress(threading.BrokenBarrierError):
        begin.wait()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return sum(counts) / (time.monotonic() - began)


def _fresh(url: str, name: str) -> str:
    """An empty database beside the measured one."""
    database = f"{DATABASE}_{name}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"drop database if exists {database} with (force)".encode())
    ensure_database(url, database)
    return other(url, database)


def address_of(url: str, name: str) -> str:
    """Of the database that a row was measured on."""
    return other(url, f"{DATABASE}_{name}")


def forget(url: str) -> None:
    """Drop what `_fresh` made."""
    with psycopg.connect(url, autocommit=True) as connection:
        for name in ("drain_in_order", "drain_procrastinate", "drain_pgmq"):
            connection.execute(f"drop database if exists {DATABASE}_{name} with (force)".encode())


def _carried(package: str) -> Path | None:
    """The directory of SQL that the package's wheel carries; its Python is not imported."""
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        return None
    return Path(found.submodule_search_locations[0]) / "sql"


def _one(connection: Connection, query: str, *parameters: Any) -> tuple[Any, ...]:
    row = connection.execute(query.encode(), parameters or None).fetchone()
    return row if row is not None else (None, 0)
