"""The command `bench`: how much this machine carries, beside baselines of the same run."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.option("--full", is_flag=True, help="Larger tables, longer rounds, memory over half an hour.")
@click.option(
    "--database-url",
    help="A PostgreSQL to measure instead of an embedded one, as a role that may create databases and roles; "
    "databases whatsappb24_bench… are made on it.",
)
@click.option("--only", default="", help="Stages or rows, with commas (see benchmarks/README.md).")
@click.option("--tiny", is_flag=True, help="Only prove that everything runs; the figures mean nothing.")
@click.option(
    "--speed", type=float, default=1.0, show_default=True, help="2 measures half as long, 0.5 twice as long."
)
@click.option(
    "--results",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("benchmarks/results"),
    show_default=True,
    help="Where the figures are kept.",
)
def bench(full: bool, database_url: str | None, only: str, tiny: bool, speed: float, results: Path) -> None:
    """Measure PostgreSQL, our functions, HTTP and the whole pipeline; in minutes, or --full."""
    from benchmarks.pgbench import PgBenchFailed
    from benchmarks.profile import FULL, QUICK, TINY
    from benchmarks.report import keep, markdown
    from benchmarks.run import Bench, unknown

    wanted = [name for name in only.split(",") if name]
    if strange := unknown(wanted):
        raise click.UsageError(f"there is no stage or row {', '.join(strange)}")
    if speed <= 0:
        raise click.UsageError("--speed must be above 0")
    profile = (FULL if full else TINY if tiny else QUICK).scaled(1 / speed)
    try:
        found = Bench(profile, wanted, click.echo).run(database_url)
    except PgBenchFailed as failure:
        raise click.ClickException(str(failure)) from None
    click.echo(f"\n{markdown(found)}")
    if wanted or tiny:
        click.echo("\nnot kept: this was not a whole run")
    else:
        click.echo(f"\nkept in {keep(found, results)}")
