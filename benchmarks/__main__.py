"""How many messages the core carries, beside a baseline of the same run.

    python -m benchmarks [--full] [--database-url …] [--only id,id]

Every row is measured in rounds, the baseline right before it in each, and what is reported is the median
of their ratios: machines are noisy, ratios less so. Results go to benchmarks/results/.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import click
import msgspec

from benchmarks.pgbench import PgBench, PgBenchFailed
from benchmarks.place import database, fill, machine
from benchmarks.report import Measured, Results, keep, table
from benchmarks.rows import BASELINE, ROWS, Row


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """How long, and on tables that hold so many conversations per portal and messages that were sent."""

    name: str
    rounds: int
    seconds: float
    baseline_s: float
    conversations: int
    sent: int


QUICK = Profile(name="quick", rounds=3, seconds=3, baseline_s=2, conversations=200, sent=20_000)
FULL = Profile(name="full", rounds=5, seconds=20, baseline_s=10, conversations=2_000, sent=500_000)


@click.command(help=__doc__)
@click.option("--full", is_flag=True, help="larger tables, longer rounds: about an hour")
@click.option(
    "--database-url", help="a server to measure instead of the embedded one; a database is made on it"
)
@click.option("--only", default="", help="ids of rows, with commas")
def main(full: bool, database_url: str | None, only: str) -> None:
    """Measure, print the table, keep the figures."""
    profile = FULL if full else QUICK
    wanted = {one for one in only.split(",") if one}
    rows = [row for row in ROWS if row.id == BASELINE or not wanted or row.id in wanted]
    with database(database_url) as url, tempfile.TemporaryDirectory() as workplace:
        pgbench = PgBench(url, Path(workplace))
        click.echo("filling the tables …")
        messages = fill(pgbench, profile.conversations, profile.sent)
        variables = {"sent": profile.sent}
        rates = _rounds(pgbench, rows, profile, variables)
        results = Results(
            profile=profile.name,
            machine=machine(url),
            messages=messages,
            rows=[Measured.of(row, *rates[row.id]) for row in rows],
        )
    click.echo(table(results))
    keep(results)


def _rounds(
    pgbench: PgBench, rows: list[Row], profile: Profile, variables: dict[str, int]
) -> dict[str, tuple[list[float], list[float]]]:
    """By row: its rates, and the baseline's right before each of them."""
    baseline = next(row for row in ROWS if row.id == BASELINE)
    rates: dict[str, tuple[list[float], list[float]]] = {row.id: ([], []) for row in rows}
    for number in range(1, profile.rounds + 1):
        for row in rows:
            base = pgbench.per_second(baseline, profile.baseline_s, variables)
            try:
                rate = base if row is baseline else pgbench.per_second(row, profile.seconds, variables)
            except PgBenchFailed as failure:
                raise click.ClickException(f"{row.id}: {failure}") from failure
            rates[row.id][0].append(rate)
            rates[row.id][1].append(base)
            click.echo(
                f"{number}/{profile.rounds}  {row.id:<18} {rate:>10,.0f}/s   {rate / base:6.2f} × insert1"
            )
    return rates


if __name__ == "__main__":
    main()
