"""What is measured: every row is a pgbench script; what it must reach beside the baseline of the same run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec

SCRIPTS = Path(__file__).parent / "pgbench"
BASELINE = "insert1"
PORTALS = 64


Commit = Literal["on", "off", "wait"]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One script with its circumstances. `at_least` is the ratio to `insert1` that it must reach."""

    id: str
    what: str
    script: str
    each: int = 1
    """How many messages, debits or entries a transaction of the script is about."""
    unit: str = "messages"
    wallets: int = PORTALS
    clients: int = 8
    commit: Commit = "on"
    """`synchronous_commit`: `on`, `off`; or `wait`: every commit waits 2 ms, as on a network disk."""
    at_least: float | None = None


def _baselines() -> Iterator[Row]:
    """What PostgreSQL does at all: three scripts of pgbench's kind, at three loads, with three commits."""
    scripts = {
        "insert1": ("insert1", "one row a commit", "rows"),
        "simple_update": ("-N", "pgbench's simple-update", "transactions"),
        "tpcb": ("-b tpcb-like", "pgbench's TPC-B", "transactions"),
    }
    commits: dict[Commit, tuple[str, str]] = {
        "on": ("", ""),
        "off": ("_async", ", asynchronous"),
        "wait": ("_wait", ", commits wait 2 ms"),
    }
    for name, (script, what, unit) in scripts.items():
        for clients in (8, 1, 32):
            for commit, (ending, words) in commits.items():
                load = "" if clients == 8 else f"_{clients}"
                yield Row(
                    id=f"{name}{load}{ending}",
                    what=f"{what}, {clients} client{'s' if clients > 1 else ''}{words}",
                    script=script,
                    unit=unit,
                    clients=clients,
                    commit=commit,
                )


BASELINES: tuple[Row, ...] = tuple(_baselines())
"""The first is the baseline of all rows."""
ROWS: tuple[Row, ...] = (
    Row(id="debit_1_many", what="debit, one a call", script="debit_1", unit="debits", at_least=0.4),
    Row(id="debit_10_many", what="debit, 10 a call", script="debit_10", each=10, unit="debits"),
    Row(
        id="debit_100_many", what="debit, 100 a call", script="debit_100", each=100, unit="debits", at_least=5
    ),
    Row(id="debit_1000_many", what="debit, 1,000 a call", script="debit_1000", each=1000, unit="debits"),
    Row(id="debit_1_hot", what="debit, one a call, one wallet", script="debit_1", unit="debits", wallets=1),
    Row(
        id="debit_100_hot",
        what="debit, 100 a call, one wallet",
        script="debit_100",
        each=100,
        unit="debits",
        wallets=1,
    ),
    Row(
        id="debit_1000_hot",
        what="debit, 1,000 a call, one wallet",
        script="debit_1000",
        each=1000,
        unit="debits",
        wallets=1,
        at_least=5,
    ),
    Row(
        id="hold_capture_100",
        what="hold, then capture, 100 a call",
        script="hold_capture_100",
        each=100,
        unit="charges",
    ),
    Row(id="cycle_1", what="submit → claim → settle with hold and capture, one a call", script="cycle_1"),
    Row(
        id="cycle_100",
        what="submit → claim → settle with hold and capture, 100 a call",
        script="cycle_100",
        each=100,
        at_least=0.5,
    ),
    Row(id="receive_100", what="receive, 100 a call", script="receive_100", each=100, at_least=1),
    Row(
        id="receipts_100",
        what="receipts of messages that were sent, 100 a call",
        script="receipts_100",
        each=100,
        unit="receipts",
    ),
    Row(
        id="trace_100",
        what="log entries, 100 a call",
        script="trace_100",
        each=100,
        unit="entries",
        at_least=4,
    ),
    Row(
        id="renew_due",
        what="renewals of subscriptions",
        script="renew_due",
        each=64,
        unit="renewals",
        clients=1,
    ),
    Row(id="timeline", what="the story of a message by an outside id", script="timeline", unit="reads"),
)

GROWTH: dict[str, float] = {
    "debit_100_many": 0.9,
    "hold_capture_100": 0.9,
    "cycle_1": 0.9,
    "cycle_100": 0.9,
    "receive_100": 0.5,
    "receipts_100": 0.5,
    "trace_100": 0.9,
    "timeline": 0.9,
}
"""Rows that run again when the tables have grown, and the least ratio to what they did before."""
