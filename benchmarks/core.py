"""How many messages the SQL core carries, as ratios to a one-row insert measured in the same run.

    python -m benchmarks.core [--seconds 3] [--clients 4]

Starts an embedded PostgreSQL 18 with fsync on, or uses DATABASE_URL (an empty database). Rounds are
interleaved with the baseline, medians are reported, and results go to benchmarks/results/.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from psycopg.types.json import Jsonb

from cli.embedded import EmbeddedServer
from runtime.migrate import ensure_database, migrate

BATCH = 100
ROUNDS = 3
RESULTS = Path(__file__).parent / "results"
Work = Callable[[psycopg.Connection[Any], int], int]


def main() -> None:
    """Measure, print a table, keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--clients", type=int, default=4)
    options = parser.parse_args()
    with _database() as url:
        migrate(url)
        bench = Bench(url)
        rows = measure(url, bench, options.seconds, options.clients)
    table = "\n".join(
        f"| {name} | {row['per_second']:,.0f} | {row['ratio']:.2f} | {row['low']:,.0f}–{row['high']:,.0f} |"
        for name, row in rows.items()
    )
    heading = "| row | messages or rows a second (median) | ratio to insert1 | spread |\n|---|---|---|---|"
    print(f"{heading}\n{table}")
    _keep(rows, options)


class Bench:
    """A portal with a channel, and what the rows of the table do."""

    def __init__(self, url: str) -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("create table if not exists public.insert1 (id bigserial primary key, v text)")
            self.portals = [self._portal(connection, number) for number in range(8)]
            self._price(connection)

    def _price(self, connection: psycopg.Connection[Any]) -> None:
        """Service messages are free, marketing costs; every portal has more money than it can spend."""
        card = {"name": "bench", "currency": "USD"}
        line = {"direction": "out", "country": "*", "cost": "0", "moment": "sent"}
        rates = [
            {**line, "line": 2, "category": "service", "price": "0"},
            {**line, "line": 3, "category": "marketing", "price": "0.01"},
        ]
        (card_id,) = _one(
            connection,
            "select card_id from billing.load_rate_card('bench', %s, %s)",
            Jsonb(card),
            Jsonb(rates),
        )
        connection.execute("select billing.publish_rate_card('bench', %s)", (card_id,))
        for portal, _ in self.portals:
            connection.execute("select from billing.open_wallet(%s, 'USD', 'bench')", (portal,))
            topup = {"portal_id": portal, "key": "topup", "amount": 10**15, "reason": "topup"}
            connection.execute(
                "select from billing.credit(%s)", (Jsonb([{**topup, "from": "clearing_stripe"}]),)
            )

    @staticmethod
    def _portal(connection: psycopg.Connection[Any], number: int) -> tuple[str, str]:
        facts = {
            "member_id": f"bench{number:04d}",
            "domain": "bench.example",
            "client_endpoint": "https://bench.example/rest/",
            "server_endpoint": "https://oauth.bitrix.info/rest/",
            "connector": "wab24",
            "user": {"user_id": "1", "is_admin": True},
            "token": {"access": "aa", "refresh": "bb", "expires_at": "2099-01-01T00:00:00Z"},
        }
        (portal,) = _one(connection, "select tenancy.install_portal(%s)", Jsonb(facts))
        connection.execute("select tenancy.finish_install(%s)", (portal,))
        channel = {
            "name": "bench",
            "connector": "wab24",
            "line_id": "1",
            "phone": f"52155500{number:05d}",
            "app_id": "app",
            "app_name": "Bench",
            "key_sealed": "aa",
            "secrets_sealed": "bb",
            "route_digest": uuid4().hex * 2,
            "header_digest": uuid4().hex * 2,
        }
        (channel_id,) = _one(connection, "select tenancy.add_channel(%s, '1', %s)", portal, Jsonb(channel))
        connection.execute("select tenancy.change_channel(%s, %s, 'connected')", (portal, channel_id))
        return str(portal), str(channel_id)

    def insert1(self, connection: psycopg.Connection[Any], _: int) -> int:
        """The baseline: one row, one commit."""
        connection.execute("insert into public.insert1 (v) values ('x')")
        return 1

    def receive(self, connection: psycopg.Connection[Any], client: int) -> int:
        """100 customers' messages a call, 50 conversations a portal."""
        connection.execute("select count(*) from messaging.receive(%s)", (Jsonb(self._incoming(client)),))
        return BATCH

    def cycle(self, connection: psycopg.Connection[Any], client: int) -> int:
        """Submit 100, then claim and settle until they are gone: hold and release of the charge included."""
        portal, _ = self.portals[client % len(self.portals)]
        items = [
            {
                "portal_id": portal,
                "source": "open_line",
                "key": uuid4().hex,
                "connector": "wab24",
                "line": "1",
                "chat_key": f"52155{client:02d}{number % 50:05d}",
                "user_id": "1",
                "parts": [{"kind": "text", "text": "Buenos días"}],
            }
            for number in range(BATCH)
        ]
        (accepted,) = _one(
            connection,
            "select count(*) from messaging.submit(%s) s where s.outcome = 'accepted'",
            Jsonb(items),
        )
        done = 0
        while done < accepted:
            claimed = connection.execute(
                "select portal_id, message_id, number from messaging.claim('out', %s::uuid[], 100, 100)",
                ([portal],),
            ).fetchall()
            if not claimed:
                break
            settled = [
                {
                    "portal_id": str(p),
                    "message_id": str(m),
                    "number": n,
                    "outcome": "accepted",
                    "keys": {"gs": uuid4().hex},
                }
                for p, m, n in claimed
            ]
            connection.execute("select count(*) from messaging.settle(%s)", (Jsonb(settled),))
            done += len(claimed)
        return done

    def receipts(self, connection: psycopg.Connection[Any], client: int) -> int:
        """100 receipts of unknown messages a call (parked): the price of matching and keeping."""
        portal, channel = self.portals[client % len(self.portals)]
        items = [
            {
                "portal_id": portal,
                "channel_id": channel,
                "event": "sent",
                "keys": {"gs": uuid4().hex},
                "destination": "5215550009999",
            }
            for _ in range(BATCH)
        ]
        connection.execute("select count(*) from messaging.apply_receipts(%s)", (Jsonb(items),))
        return BATCH

    def debit(self, connection: psycopg.Connection[Any], client: int) -> int:
        """One debit a call, one wallet a client."""
        connection.execute("select count(*) from billing.debit(%s)", (Jsonb(self._debits(client, 1)),))
        return 1

    def debits(self, connection: psycopg.Connection[Any], client: int) -> int:
        """100 debits a call, one wallet a client."""
        connection.execute("select count(*) from billing.debit(%s)", (Jsonb(self._debits(client, BATCH)),))
        return BATCH

    def hot_debits(self, connection: psycopg.Connection[Any], _: int) -> int:
        """100 debits a call, all clients on one wallet."""
        connection.execute("select count(*) from billing.debit(%s)", (Jsonb(self._debits(0, BATCH)),))
        return BATCH

    def _debits(self, client: int, count: int) -> list[dict[str, Any]]:
        portal, _ = self.portals[client % len(self.portals)]
        item = {"portal_id": portal, "amount": 10, "reason": "bench"}
        return [{**item, "key": uuid4().hex} for _ in range(count)]

    def charges(self, connection: psycopg.Connection[Any], client: int) -> int:
        """Hold 100 priced messages in one call, capture them in the next."""
        portal, channel = self.portals[client % len(self.portals)]
        ids = connection.execute(
            "select tenancy.new_id()::text from generate_series(1, %s)", (BATCH,)
        ).fetchall()
        charge = {"portal_id": portal, "channel_id": channel, "direction": "out", "category": "marketing"}
        items = [{**charge, "message_id": message, "user_id": "1", "event": "sent"} for (message,) in ids]
        connection.execute("select count(*) from billing.hold(%s)", (Jsonb(items),))
        connection.execute("select billing.move_charges(%s)", (Jsonb(items),))
        return BATCH

    def trace(self, connection: psycopg.Connection[Any], _: int) -> int:
        """100 log entries a call, asynchronous commit as the role has it."""
        entry = {
            "event": "exchange",
            "level": "INFO",
            "party": "gupshup",
            "request": {"a": 1},
            "response": {"b": 2},
        }
        connection.execute("set synchronous_commit = off")
        connection.execute("select trace.write(%s)", (Jsonb([entry] * BATCH),))
        return BATCH

    def _incoming(self, client: int) -> list[dict[str, Any]]:
        portal, channel = self.portals[client % len(self.portals)]
        return [
            {
                "portal_id": portal,
                "channel_id": channel,
                "key": uuid4().hex,
                "wa_id": f"52155{client:02d}{number % 50:05d}",
                "name": "Carla",
                "kind": "text",
                "text": "Hola",
            }
            for number in range(BATCH)
        ]


def measure(url: str, bench: Bench, seconds: float, clients: int) -> dict[str, dict[str, float]]:
    """Interleave the rows with the baseline; medians, spreads and ratios."""
    rows: dict[str, Work] = {
        "insert1": bench.insert1,
        "receive, 100 a call": bench.receive,
        "submit, claim, settle, 100 a call": bench.cycle,
        "apply_receipts, 100 a call": bench.receipts,
        "debit, one by one": bench.debit,
        "debit, 100 a call": bench.debits,
        "debit, 100 a call, one wallet": bench.hot_debits,
        "hold and capture, 100 a call": bench.charges,
        "trace writes, 100 a call": bench.trace,
    }
    rates: dict[str, list[float]] = {name: [] for name in rows}
    for number in range(ROUNDS):
        for name, work in rows.items():
            rates[name].append(_rate(url, work, seconds, clients))
            print(f"round {number + 1}/{ROUNDS}  {name}: {rates[name][-1]:,.0f}/s", flush=True)
    base = statistics.median(rates["insert1"])
    return {
        name: {
            "per_second": statistics.median(found),
            "ratio": statistics.median(found) / base,
            "low": min(found),
            "high": max(found),
        }
        for name, found in rates.items()
    }


def _rate(url: str, work: Work, seconds: float, clients: int) -> float:
    """Run `work` on several connections for a while; how much was done a second."""
    done = [0] * clients
    deadline = time.monotonic() + seconds

    def client(number: int) -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            while time.monotonic() < deadline:
                done[number] += work(connection, number)

    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / (time.monotonic() - started)


def _one(connection: psycopg.Connection[Any], query: str, *parameters: Any) -> tuple[Any, ...]:
    row = connection.execute(query.encode(), parameters).fetchone()
    assert row is not None  # noqa: S101 - these functions return a row or raise
    return tuple(row)


@contextmanager
def _database() -> Iterator[str]:
    given = os.environ.get("DATABASE_URL", "").strip()
    if given:
        yield given
        return
    with ExitStack() as stack:
        server = EmbeddedServer(18, Path(stack.enter_context(tempfile.TemporaryDirectory())) / "pg")
        server.start()
        stack.callback(server.destroy)
        ensure_database(server.url(), "bench")
        yield server.url("bench")


def _keep(rows: dict[str, dict[str, float]], options: argparse.Namespace) -> None:
    RESULTS.mkdir(exist_ok=True)
    kept = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "clients": options.clients,
        "seconds": options.seconds,
        "rows": rows,
    }
    text = json.dumps(kept, indent=2)
    (RESULTS / f"core-{datetime.now(UTC):%Y-%m-%d}.json").write_text(text)
    (RESULTS / "core-latest.json").write_text(text)


if __name__ == "__main__":
    main()
