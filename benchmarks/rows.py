"""What is measured: every row is a pgbench script; what it must reach beside the baseline of the same run."""

from __future__ import annotations

from pathlib import Path

import msgspec

SCRIPTS = Path(__file__).parent / "pgbench"
BASELINE = "insert1"
PORTALS = 64


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
    commit: str = "on"
    """`synchronous_commit`: `on`, `off`; or `wait`: every commit waits 2 ms, as on a network disk."""
    at_least: float | None = None


ROWS: tuple[Row, ...] = (
    Row(id="insert1", what="one row a commit: the baseline", script="insert1", unit="rows"),
    Row(id="insert1_1", what="the same, 1 client", script="insert1", unit="rows", clients=1),
    Row(id="insert1_32", what="the same, 32 clients", script="insert1", unit="rows", clients=32),
    Row(id="insert1_async", what="the same, asynchronous", script="insert1", unit="rows", commit="off"),
    Row(id="insert1_wait", what="the same, commits wait 2 ms", script="insert1", unit="rows", commit="wait"),
    Row(id="simple_update", what="pgbench's simple-update", script="-N", unit="transactions"),
    Row(id="tpcb", what="pgbench's TPC-B", script="-b tpcb-like", unit="transactions"),
    Row(id="debit_1_many", what="debit, one a call", script="debit_1", unit="debits", at_least=0.4),
    Row(id="debit_10_many", what="debit, 10 a call", script="debit_10", each=10, unit="debits"),
    Row(
        id="debit_100_many", what="debit, 100 a call", script="debit_100", each=100, unit="debits", at_least=5
    ),
    Row(id="debit_1_hot", what="debit, one a call, one wallet", script="debit_1", unit="debits", wallets=1),
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
    Row(id="timeline", what="the story of a message by an outside id", script="timeline", unit="reads"),
)
