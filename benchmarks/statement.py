"""What a long statement takes: a million lines as CSV, the longest document as PDF; time, size and memory.

    python -m benchmarks.statement [--lines 1000000]

Runs the API's own handlers in this process, with the API's role, on an embedded PostgreSQL, and reads the
process's peak of memory for each. Results go to benchmarks/results/statement-latest.json.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import psycopg
from litestar.response import Stream

from adapters.documents.statement import MOST_LINES
from api.services import Services
from api.v1.statement import download_statement, download_statement_document
from benchmarks.place import database, machine
from runtime.bearer import Holder
from runtime.database import Database

RESULTS = Path(__file__).parent / "results"
_EACH = 1_000
_PORTAL = """
select tenancy.install_portal(jsonb_build_object(
  'member_id', 'a223c6b3710f85df22e9377d6c4f7553', 'domain', 'p1.example', 'language', 'es',
  'client_endpoint', 'https://p1.example/rest/', 'server_endpoint', 'https://oauth.example/rest/',
  'application_token_digest', encode(sha256('x'), 'hex'), 'scope', 'imopenlines', 'connector', 'wab24',
  'time_zone', 'America/Bogota', 'user', '{"user_id": "1", "name": "Ana", "is_admin": true}'::jsonb,
  'token', jsonb_build_object('access', 'aa', 'refresh', 'bb', 'expires_at', now() + interval '1 hour')))
"""
_LINES = """
with m as materialized (
  select n, tenancy.new_id() as message_id, now() - interval '30 days' + n * interval '1 second' as at
    from generate_series(1, %(lines)s) n),
c as (
  insert into billing.charge (
    portal_id, message_id, channel_id, category, country, currency, price, held, state, hold_until,
    changed_at)
  select %(portal)s, message_id, %(portal)s, 'service', 'MX', 'USD', 800, 0, 'captured', at, at from m)
insert into billing.transfer (
  portal_id, transfer_id, group_id, key, currency, debit, credit, amount, debit_balance, credit_balance,
  debit_seq, credit_seq, reason, messages, at)
select %(portal)s, tenancy.new_id(), %(portal)s, 'bench:' || place, 'USD', 'wallet', 'revenue',
       800 * count(*), 2000000000 - 800 * max(n), 800 * max(n), place, place, 'messages',
       array_agg(message_id order by n), max(at)
  from (select m.*, 1 + (n - 1) / %(each)s as place from m) s
 group by place
"""
Ask = Callable[..., Awaitable[Stream]]


def measured(lines: int) -> dict[str, Any]:
    """Fill a portal with so many lines and read its statement."""
    with database(None) as url:
        with psycopg.connect(url, autocommit=True) as connection:
            ((portal,),) = connection.execute(_PORTAL.encode()).fetchall()
            connection.execute("select billing.open_wallet(%s, 'USD')", (portal,))
            filling = {"portal": portal, "lines": lines, "each": _EACH}
            connection.execute(_LINES.encode(), filling)
            connection.execute("analyze")
        found = asyncio.run(_read(url, portal, lines))
        return {"at": f"{datetime.now(UTC):%Y-%m-%d %H:%M}Z", "machine": machine(url), **found}


async def _read(url: str, portal: UUID, lines: int) -> dict[str, Any]:
    async with Database(url) as rows:
        services = cast("Services", SimpleNamespace(database=rows, app_name="WhatsAppB24"))
        holder = Holder(portal_id=str(portal), user_id="1", language="es")
        asked: dict[str, Any] = {"services": services, "holder": holder}
        begins = datetime.now(UTC) - timedelta(days=30)
        csv, document = cast("Ask", download_statement.fn), cast("Ask", download_statement_document.fn)
        few = begins + timedelta(seconds=MOST_LINES - _EACH)
        await _taken(csv, **asked, until=few)
        return {
            "csv_of_a_tenth": await _taken(csv, **asked, until=begins + timedelta(seconds=lines // 10)),
            "csv": await _taken(csv, **asked),
            "pdf": await _taken(document, MOST_LINES - _EACH, **asked, until=few),
        }


async def _taken(ask: Ask, lines: int = 0, **asked: Any) -> dict[str, Any]:
    """`lines`: how many the answer has, where they cannot be counted (0: they are lines of text)."""
    gc.collect()
    _forget_peak()
    before, started = _memory("VmRSS"), time.perf_counter()
    size = written = 0
    answer = await ask(**asked)
    async for piece in cast("AsyncIterator[bytes]", answer.iterator):
        size += len(piece)
        written += piece.count(b"\n")
    seconds = time.perf_counter() - started
    return {
        "lines": lines or written - 1,
        "seconds": round(seconds, 1),
        "megabytes": round(size / 1e6, 1),
        "memory_before_mb": before,
        "memory_peak_mb": _memory("VmHWM"),
    }


def _forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def _memory(name: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    (kilobytes,) = (line.split()[1] for line in lines if line.startswith(name))
    return round(int(kilobytes) / 1024, 1)


def main() -> None:
    """Measure and write the result."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--lines", type=int, default=1_000_000)
    given = arguments.parse_args()
    result = measured(given.lines)
    text = json.dumps(result, indent=2) + "\n"
    (RESULTS / "statement-latest.json").write_text(text)
    (RESULTS / f"statement-{datetime.now(UTC):%Y-%m-%d}.json").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
