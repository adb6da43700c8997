"""A whole run: baselines, rows, queues, growth, HTTP, pipeline, churn; each beside its baseline."""

from __future__ import annotations

import asyncio
import itertools
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import psycopg
import uvloop

from benchmarks import draining, growing, http_rows, leaving, pipeline
from benchmarks.house import open_house
from benchmarks.outside import Outside, free_port, serving
from benchmarks.pgbench import PgBench, PgBenchFailed
from benchmarks.place import database, fill, machine
from benchmarks.profile import Profile
from benchmarks.report import Measured, Results
from benchmarks.rows import BASELINES, GROWTH, ROWS, Row
from sandbox.paypal.signing import new_keys

STAGES = ("baselines", "rows", "bytes", "drain", "growth", "http", "pipeline", "churn", "soak")
_BYTES_CALLS = 40
Say = Callable[[str], None]


class Bench:
    """One run. `wanted` names stages (`STAGES`) or single rows; empty means everything."""

    def __init__(self, profile: Profile, wanted: Iterable[str], say: Say) -> None:
        self._profile = profile
        self._wanted = frozenset(wanted)
        self._say = say
        self._began = time.monotonic()

    def run(self, url: str | None) -> Results:
        """Measure on an embedded server, or on the one at `url`."""
        with database(url) as address, tempfile.TemporaryDirectory(prefix="whatsappb24-bench-") as directory:
            home = Path(directory)
            home.chmod(0o711)
            pgbench = PgBench(address, home)
            self._stage("filling the tables")
            count = fill(pgbench, self._profile)
            results = Results(profile=self._profile.name, machine=machine(address), messages=count)
            try:
                self._measure(pgbench, address, home, results)
            finally:
                draining.forget(address)
            results.minutes = round((time.monotonic() - self._began) / 60, 1)
            return results

    def _measure(self, pgbench: PgBench, url: str, home: Path, results: Results) -> None:
        if self._is_wanted("baselines"):
            self._stage("what PostgreSQL does")
            results.rows += self._rows(pgbench, BASELINES, rounds=1, seconds=self._profile.baseline_s)
        small = self._small(pgbench, results)
        if self._is_wanted("bytes"):
            self._stage("bytes a message")
            results.bytes += leaving.measured(pgbench, _BYTES_CALLS if self._profile.seconds >= 2 else 2)
        if self._is_wanted("drain"):
            self._stage("queues in order")
            rows, notes = draining.rows(url, home, self._profile, self._say)
            results.rows += rows
            results.notes += notes
        self._grown(pgbench, small, results, self._profile.sizes[:1])
        self._served(url, home, results)
        if self._is_wanted("churn"):
            self._churned(pgbench, url, small, results)
        self._grown(pgbench, small, results, self._profile.sizes[1:])

    def _small(self, pgbench: PgBench, results: Results) -> dict[str, Measured]:
        """The rows on small tables; growth is measured against them."""
        single = [row for row in ROWS if row.id in self._wanted]
        if single or self._is_wanted("rows"):
            self._stage("rows")
            found = self._rows(pgbench, single or ROWS, rounds=self._profile.rounds)
            results.rows += found
            return {row.id: row for row in found}
        if self._is_wanted("growth") or self._is_wanted("churn"):
            self._stage("rows on small tables")
            again = [row for row in ROWS if row.id in GROWTH]
            return {row.id: row for row in self._rows(pgbench, again, rounds=self._profile.rounds)}
        return {}

    def _rows(
        self, pgbench: PgBench, rows: Sequence[Row], *, rounds: int, seconds: float = 0
    ) -> list[Measured]:
        """Each in rounds, the baseline right before it every time. What cannot be set is left out."""
        base, profile = BASELINES[0], self._profile
        variables = {"sent": profile.sent}
        rates: dict[str, list[float]] = {row.id: [] for row in rows}
        bases: dict[str, list[float]] = {row.id: [] for row in rows}
        for number, row in itertools.product(range(1, rounds + 1), rows):
            beside = pgbench.per_second(base, profile.baseline_s, variables)
            try:
                rate = (
                    beside if row is base else pgbench.per_second(row, seconds or profile.seconds, variables)
                )
            except PgBenchFailed as failure:
                raise PgBenchFailed(f"{row.id}: {failure}") from None
            rates[row.id].append(rate)
            bases[row.id].append(beside)
            self._say(f"{number}/{rounds}  {row.id:<20} {rate:>10,.0f}/s   {rate / beside:6.2f} × {base.id}")
        return [
            Measured.of(
                rates[row.id],
                bases[row.id],
                id=row.id,
                what=row.what,
                unit=row.unit,
                baseline=base.id,
                at_least=row.at_least,
            )
            for row in rows
        ]

    def _grown(
        self, pgbench: PgBench, small: dict[str, Measured], results: Results, sizes: Sequence[int]
    ) -> None:
        """The reads of `http` are asked for with a million messages: they need the tables, too."""
        needs = [stage for stage in ("growth", "http", "pipeline", "churn") if self._is_wanted(stage)]
        for size in sizes if needs else ():
            name = growing.named(size)
            self._stage(f"growing to {size:,} messages")
            growing.grow(pgbench, size)
            if self._is_wanted("growth"):
                results.rows += growing.rows_again(pgbench, small, self._profile, name, self._say)

    def _churned(self, pgbench: PgBench, url: str, small: dict[str, Measured], results: Results) -> None:
        self._stage("a month of churn under a held snapshot")
        with growing.held_snapshot(url):
            growing.churn(pgbench, self._profile)
            self._say(f"{growing.dead_rows(pgbench):,} dead rows")
            results.rows += growing.rows_again(
                pgbench, small, self._profile, "churn", self._say, is_asked=False
            )

    def _served(self, url: str, home: Path, results: Results) -> None:
        """Everything that needs our processes."""
        if not any(self._is_wanted(stage) for stage in ("http", "pipeline", "soak")):
            return
        _empty_queues(url)
        uvloop.run(self._serve(url, home, results))

    async def _serve(self, url: str, home: Path, results: Results) -> None:
        keys, outside, port = new_keys(), Outside(), free_port()
        outside.certificate = keys.chain.encode()
        async with serving(outside, port):
            with open_house(url, home / "house", port, keys.authority) as house:
                if self._is_wanted("http"):
                    self._stage("HTTP")
                    house.start()
                    results.rows += await http_rows.measure(house, self._profile, keys, home, self._say)
                    house.stop()
                    await asyncio.to_thread(_empty_queues, url)
                rate = 0.0
                if self._is_wanted("pipeline") or self._is_soaked:
                    self._stage("pipeline")
                    rows, memory = await pipeline.rows(house, outside, self._profile, home, self._say)
                    results.rows += rows
                    results.memory += memory
                    rate = next(row.per_second for row in rows if row.id == "pipeline")
                if self._is_soaked:
                    self._stage(f"half speed for {self._profile.soak_s / 60:.0f} minutes")
                    results.memory += await pipeline.soak(house, outside, self._profile, rate / 2, self._say)

    @property
    def _is_soaked(self) -> bool:
        return bool(self._profile.soak_s) and self._is_wanted("soak")

    def _is_wanted(self, stage: str) -> bool:
        return not self._wanted or stage in self._wanted

    def _stage(self, what: str) -> None:
        minutes = (time.monotonic() - self._began) / 60
        self._say(f"\n{minutes:5.1f} min  {what} …")


def _empty_queues(url: str) -> None:
    """Hand over what the rows left waiting, as a worker without a network would."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("call bench.drain('in')")
        connection.execute("call bench.drain('out')")


def unknown(wanted: Iterable[str]) -> list[str]:
    """Names that are neither a stage nor a row of pgbench."""
    known = {*STAGES, *(row.id for row in ROWS)}
    return sorted(set(wanted) - known)
