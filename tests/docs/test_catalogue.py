"""The catalogue of cases: what a run leaves as evidence, alone and with pytest-xdist."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.catalogue import Case, page, sentence
from tests.servers import ROOT

pytestmark = pytest.mark.requirement("R2.1-e")

_STORY = """
import pytest

@pytest.mark.requirement("R1")
@pytest.mark.parametrize("answer", ["late", "never"])
def test_a_word_that_comes_is_kept(answer, record_property):
    assert answer

@pytest.mark.requirement("R1")
@pytest.mark.requirement("R2.3-c")
def test_a_door_stays_shut():
    assert False

@pytest.mark.skip(reason="no Chromium | here")
def test_a_page_is_shown():
    pass

@pytest.mark.requirement("R99")
def test_a_row_that_nobody_asked_for(record_property):
    record_property("assertion", "ok 1 - one | holds")
    record_property("assertion", "not ok 2 - two does not")
"""


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_run_leaves_the_outcome_of_every_case_by_requirement(tmp_path: Path, workers: str) -> None:
    (tmp_path / "test_story.py").write_text(_STORY)
    options = ["-c", "pyproject.toml", f"--rootdir={ROOT}", "-p", "conftest", "-q", "-n", workers]
    subprocess.run(
        [sys.executable, "-m", "pytest", *options, f"--catalogue={tmp_path / 'reports'}", tmp_path],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    cases = json.loads((tmp_path / "reports" / "catalogue.json").read_text())
    told = [(one["case"].rpartition("::")[2], one["requirements"], one["outcome"]) for one in cases]
    assert [
        ("test_a_door_stays_shut", ["R1", "R2.3-c"], "failed"),
        ("test_a_page_is_shown", [], "skipped"),
        ("test_a_row_that_nobody_asked_for", ["R99"], "passed"),
        ("test_a_word_that_comes_is_kept[late]", ["R1"], "passed"),
        ("test_a_word_that_comes_is_kept[never]", ["R1"], "passed"),
    ] == told
    assert ["one | holds", "two does not"] == cases[2]["expected"]
    english = (tmp_path / "reports" / "catalogue.md").read_text()
    assert "| a door stays shut | failed |" in english.partition("## R2.3-c")[2].partition("##")[0]
    assert "R4-c" in english.partition("Requirements without a case in this run:")[2].partition("\n")[0]
    assert "skipped: no Chromium \\| here" in english.partition("## Cases that name no requirement")[2]
    assert "| one \\| holds<br>two does not | passed |" in english.partition("## R99")[2]
    spanish = (tmp_path / "reports" / "catalogo.md").read_text()
    assert "| a door stays shut | fallido |" in spanish


def test_a_case_that_proves_two_rows_stands_under_both() -> None:
    case = Case(
        case="t.py::test_it", requirements=["R1", "R3"], expected=["it"], outcome="passed", duration_s=1.0
    )
    told = page([case], (), "en")
    assert 2 == told.count("| `t.py::test_it` | it | passed | 1.00 s |")


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ("tests/x.py::test_a_late_word_is_kept", "a late word is kept"),
        ("tests/x.py::TestIt::test_it_holds[de-1]", "it holds (de-1)"),
        ("sql/tests/messaging/claim.sql::claim[18]", "claim (18)"),
    ],
)
def test_a_name_is_read_as_a_sentence(case: str, expected: str) -> None:
    assert expected == sentence(case)
