"""What a margin report takes at a million charges: each grouping, over all of them and over a month.

    python -m benchmarks.margins [--charges 1000000]

Twenty customers with a portal and two channels each, a year of charges, a quarter of them in another
currency, on an embedded PostgreSQL that is made for it. Results go to benchmarks/results/margins-latest.json.
"""

from __future__ import annotations

import argparse
import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.place import database, machine

RESULTS = Path(__file__).parent / "results"
_PORTALS = """
select tenancy.install_portal(jsonb_build_object(
  'member_id', md5('margins' || n), 'domain', 'p' || n || '.example', 'language', 'es',
  'client_endpoint', 'https://p1.example/rest/', 'server_endpoint', 'https://oauth.example/rest/',
  'application_token_digest', encode(sha256('x'), 'hex'), 'scope', 'imopenlines', 'connector', 'wab24',
  'time_zone', 'America/Bogota', 'user', '{"user_id": "1", "name": "Ana", "is_admin": true}'::jsonb,
  'token', jsonb_build_object('access', 'aa', 'refresh', 'bb', 'expires_at', now() + interval '1 hour')))
  from generate_series(1, 20) n
"""
_CHARGES = """
with portal as (select portal_id, row_number() over (order by portal_id) as p from tenancy.portal),
made as (
  select n, portal_id, now() - n * interval '365 days' / %(charges)s as at
    from generate_series(1, %(charges)s) n
    join portal on p = 1 + n %% 20),
placed as (
  select *, (substr(floor_id, 1, 24) || lpad(to_hex(n), 12, '0'))::uuid as message_id
    from (select made.*, tenancy.id_floor(at)::text as floor_id from made) m)
insert into billing.charge (
  portal_id, message_id, channel_id, category, country, currency, price, cost, held, state, hold_until,
  changed_at)
select portal_id, message_id, md5(portal_id::text || n %% 2)::uuid,
       (array['service', 'utility', 'marketing', 'authentication'])[1 + n %% 4],
       (array['MX', 'CO', 'AR', 'CL', 'PE', 'BR', 'EC', 'GT'])[1 + n %% 8],
       (array['USD', 'USD', 'USD', 'MXN'])[1 + (n %% 20) %% 4],
       40000, 25000, 0, (array['captured', 'captured', 'captured', 'captured', 'released'])[1 + n %% 5],
       at, at
  from placed
"""
_GROUPS = ("customer", "channel", "country", "category")
_TIMES = 3


def measured(charges: int) -> dict[str, Any]:
    """Fill a database with so many charges and read every report of them."""
    with database(None) as url:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(_PORTALS.encode())
            connection.execute(_CHARGES.encode(), {"charges": charges})
            connection.execute(
                "insert into billing.exchange_rate (currency, day, per_usd, set_by, set_at) "
                "values ('MXN', current_date - 400, 18.5, 'bench', now())"
            )
            connection.execute("vacuum analyze")
            spans = {"year": 366, "month": 30}
            seconds = {
                f"{by}_{span}": _median(connection, by, days)
                for by in _GROUPS
                for span, days in spans.items()
            }
        made = f"{datetime.now(UTC):%Y-%m-%d %H:%M}Z"
        return {"at": made, "machine": machine(url), "charges": charges, "seconds": seconds}


def _median(connection: psycopg.Connection[Any], by: str, days: int) -> float:
    taken: list[float] = []
    for _ in range(_TIMES):
        started = time.perf_counter()
        connection.execute(
            "select * from billing.margins(now() - make_interval(days => %s), now(), %s)", (days, by)
        ).fetchall()
        taken.append(time.perf_counter() - started)
    return round(sorted(taken)[_TIMES // 2], 2)


def main() -> None:
    """Measure and write the result."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--charges", type=int, default=1_000_000)
    result = measured(arguments.parse_args().charges)
    text = json.dumps(result, indent=2) + "\n"
    (RESULTS / "margins-latest.json").write_text(text)
    (RESULTS / f"margins-{datetime.now(UTC):%Y-%m-%d}.json").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
