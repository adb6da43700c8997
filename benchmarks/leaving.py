"""What a message leaves behind: bytes of WAL, of tables and of indexes."""

from __future__ import annotations

from benchmarks.pgbench import PgBench
from benchmarks.report import Bytes
from benchmarks.rows import ROWS

_SIZES = """
select coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint from pg_class c
 where c.relnamespace = any (array['messaging', 'billing', 'trace']::regnamespace[])
   and c.relkind in ('r', 'm')
"""
_ROWS = (
    ("cycle_100", "an operator's message with its charge, 100 a call"),
    ("cycle_1", "an operator's message with its charge, one a call"),
    ("receive_100", "a customer's message, waiting, 100 a call"),
    ("receipts_100", "a receipt, 100 a call"),
    ("trace_100", "an entry of the log, 100 a call"),
)


def measured(pgbench: PgBench, calls: int) -> list[Bytes]:
    """Each script so often by one client; the tables are not cleaned meanwhile, as they are in service."""
    found = []
    rows = {row.id: row for row in ROWS}
    for name, what in _ROWS:
        row = rows[name]
        turns = calls * (10 if row.each == 1 else 1)
        tables, wal = _now(pgbench)
        pgbench.turns(row, turns, {})
        tables_after, wal_after = _now(pgbench)
        count = turns * row.each
        found.append(Bytes(what=what, wal=(wal_after - wal) / count, tables=(tables_after - tables) / count))
    return found


def _now(pgbench: PgBench) -> tuple[int, int]:
    tables, wal = pgbench.psql(
        "-c", "checkpoint", "-c", _SIZES, "-c", "select pg_current_wal_insert_lsn() - '0/0'::pg_lsn"
    ).split()
    return int(tables), int(wal)
