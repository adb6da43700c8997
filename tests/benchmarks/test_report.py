"""What is kept of a run: rows, aims, tables, plots."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import msgspec
import pytest

from benchmarks.plot import bars, growth
from benchmarks.profile import FULL, QUICK
from benchmarks.report import Bytes, Measured, Memory, Results, aims, keep, markdown
from benchmarks.rows import BASELINES, GROWTH, ROWS

pytestmark = pytest.mark.requirement("R2.4-c")
FACTS = {"unit": "messages", "baseline": "insert1"}


def results() -> Results:
    """One row that falls short, one that is slow, one process that is too large."""
    slow = Measured.of([90.0], [100.0], id="http_balance", what="balance", **FACTS, p99_ms=120.0, p50_ms=9.0)
    return Results(
        profile="tiny",
        machine={"cores": 2, "postgresql": {"fsync": "on"}},
        messages=1_234,
        rows=[
            Measured.of([40.0, 60.0, 50.0], [100.0, 100.0, 50.0], id="a", what="<a>", **FACTS, at_least=0.7),
            Measured.of([50.0], [50.0], id="a@1M", what="a, 1M", unit="messages", baseline="a", at_least=0.9),
            msgspec.structs.replace(slow, at_rate=45.0, at_most_ms=100.0),
        ],
        memory=[Memory(process="api", during="load", peak_mb=210, last_mb=200, grew_mb=1.5, at_most_mb=200)],
        bytes=[Bytes(what="a message", wal=2_293.4, tables=328)],
        notes=["drain_pgmq: not installed"],
    )


def test_a_row_is_the_median_of_the_ratios_of_its_rounds() -> None:
    row = results().rows[0]
    assert (50.0, 0.6, (0.4, 1.0)) == (row.per_second, row.ratio, row.spread)


def test_what_was_asked_for_is_met_or_not() -> None:
    assert [False, True, False, False] == [aim.is_met for aim in aims(results())]


def test_the_table_tells_everything_with_the_stated_settings() -> None:
    told = markdown(results())
    for part in (
        "**not met**",
        "0.40–1.00",
        "120.0 ms",
        "210 MB",
        "2,293 bytes",
        "left out: drain_pgmq",
        "fsync on",
    ):
        assert part in told


def test_plots_are_images_that_any_program_reads() -> None:
    for image in (bars(results()), growth(results()), growth(Results(profile="x", machine={}, messages=0))):
        assert "{http://www.w3.org/2000/svg}svg" == ET.fromstring(image).tag  # noqa: S314 - our own


def test_a_run_is_kept_under_its_date_and_as_the_latest(tmp_path: Path) -> None:
    assert tmp_path / "latest.md" == keep(results(), tmp_path)
    kept = msgspec.json.decode((tmp_path / "latest.json").read_bytes())
    assert {"id", "what", "per_second", "baseline", "ratio", "spread", "unit"} <= kept["rows"][0].keys()
    assert 8 == len(list(tmp_path.iterdir()))


def test_the_rows_that_are_asked_for_are_there() -> None:
    ids = [row.id for row in (*BASELINES, *ROWS)]
    wanted = {
        "insert1",
        "debit_1_many",
        "debit_100_many",
        "debit_1000_hot",
        "hold_capture_100",
        "cycle_100",
        "receive_100",
        "receipts_100",
        "trace_100",
    }
    assert len(ids) == len(set(ids))
    assert wanted <= set(ids)
    assert GROWTH.keys() <= set(ids)


def test_a_slower_run_measures_longer_on_the_same_tables() -> None:
    slow = FULL.scaled(2)
    assert (12, 3_600, FULL.sizes) == (slow.seconds, slow.soak_s, slow.sizes)
    assert (1, 0) == (QUICK.scaled(0.01).seconds, QUICK.scaled(0.01).soak_s)
