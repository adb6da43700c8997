"""Large tables: messages by the million, and a month's dead rows under a snapshot that somebody holds."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg

from benchmarks.pgbench import PgBench
from benchmarks.place import messages
from benchmarks.profile import Profile
from benchmarks.report import Measured
from benchmarks.rows import BASELINES, GROWTH, ROWS, SCRIPTS

_AT_ONCE = 2
_CHOSEN = 20_000
_CHURN = ("cycle_100", "receipts_100", "receive_100")
Say = Callable[[str], None]


def grow(pgbench: PgBench, to: int) -> int:
    """Fill up to so many messages; returns how many there are."""
    missing = to - messages(pgbench)
    if pgbench.psql("-c", "select to_regproc('bench.grow') is null").strip() == "t":
        pgbench.psql("-f", str(SCRIPTS / "setup_growth.sql"))
    if missing > 0:
        call = f"call bench.grow({missing // _AT_ONCE + 1})"
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            list(pool.map(lambda _: pgbench.psql("-c", call), range(_AT_ONCE)))
    pgbench.psql("-c", "vacuum analyze", "-c", f"call bench.choose({_CHOSEN})", "-c", "checkpoint")
    return messages(pgbench)


def rows_again(
    pgbench: PgBench,
    small: dict[str, Measured],
    profile: Profile,
    size: str,
    say: Say,
    *,
    is_asked: bool = True,
) -> list[Measured]:
    """The rows of growth once more; their ratios to what they did on small tables, each beside insert1."""
    base = BASELINES[0]
    variables = {"sent": int(pgbench.psql("-c", "select count(*) from bench.sent"))}
    measured = []
    for row in (row for row in ROWS if row.id in GROWTH and row.id in small):
        rates, bases = [], []
        for _ in range(profile.rounds_again):
            beside = pgbench.per_second(base, profile.baseline_s, variables)
            rates.append(pgbench.per_second(row, profile.seconds, variables))
            bases.append(beside * small[row.id].ratio)
        found = Measured.of(
            rates,
            bases,
            id=f"{row.id}@{size}",
            what=f"{row.what}, {size}",
            unit=row.unit,
            baseline=row.id,
            at_least=GROWTH[row.id] if is_asked else None,
        )
        say(f"{found.id:<28} {found.per_second:>10,.0f}/s   {found.ratio:6.2f} × {row.id}")
        measured.append(found)
    return measured


@contextmanager
def held_snapshot(url: str) -> Iterator[None]:
    """Somebody's report that does not end: nothing that dies meanwhile can be cleaned away."""
    with psycopg.connect(url) as connection:
        connection.execute("set transaction isolation level repeatable read")
        connection.execute("select 1")
        yield


def churn(pgbench: PgBench, profile: Profile) -> None:
    """Messages come and go, by several writers at once."""
    rows = [row for row in ROWS if row.id in _CHURN]
    failures: list[BaseException] = []
    variables = {"sent": 1}

    def write(place: int) -> None:
        try:
            pgbench.per_second(rows[place], profile.churn_s, variables)
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=write, args=(place,)) for place in range(len(rows))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def named(count: int) -> str:
    """10000000 as `10M`."""
    return f"{count // 1_000_000}M" if count >= 1_000_000 else f"{count // 1_000}k"


def dead_rows(pgbench: PgBench) -> int:
    """How many dead rows the statistics know of."""
    pgbench.psql("-c", "select pg_stat_force_next_flush()")
    return int(pgbench.psql("-c", "select coalesce(sum(n_dead_tup), 0)::bigint from pg_stat_user_tables"))
