"""A pytest plugin: `--catalogue DIRECTORY` writes what was tested, for which requirement, and how it ended.

`catalogue.md` and `.json`, and `catalogo.md` in Spanish: case, requirement, expected, outcome, duration, by
requirement. Requirements without a case are listed as such. Under pytest-xdist the controller writes.
"""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

import msgspec
import pytest

from cli.requirements_page import Requirement, read_requirements

Language = Literal["en", "es"]
Outcome = Literal["passed", "failed", "error", "skipped", "xfailed"]
_ASSERTION: Final = re.compile(r"^(?:not )?ok \d+(?: - )?")


class Case(msgspec.Struct, kw_only=True):
    """One case of one run."""

    case: str
    """pytest's node id."""
    requirements: list[str]
    expected: list[str]
    """The test's sentence, or a pgTAP file's assertions."""
    outcome: Outcome
    duration_s: float
    note: str = ""
    """Why it was skipped."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--catalogue`."""
    parser.addoption(
        "--catalogue", metavar="DIRECTORY", help="write the catalogue of cases into this directory"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Record in the process that hears of every case: pytest-xdist's controller, or the only one."""
    directory = config.getoption("--catalogue")
    if directory and not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Recorder(config.rootpath / directory), "catalogue-recorder")


class _Recorder:
    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._cases: dict[str, Case] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take a phase of a case; the worst one is its outcome."""
        case = self._cases.get(report.nodeid)
        if case is None:
            case = Case(case=report.nodeid, requirements=[], expected=[], outcome="passed", duration_s=0.0)
            self._cases[report.nodeid] = case
        case.duration_s += report.duration
        case.outcome = _worse(case.outcome, report)
        case.requirements = sorted(
            {str(row) for name, row in report.user_properties if name == "requirement"}
        )
        assertions = [str(line) for name, line in report.user_properties if name == "assertion"]
        case.expected = [_ASSERTION.sub("", line) for line in assertions] or [sentence(report.nodeid)]
        if report.skipped and isinstance(report.longrepr, tuple):
            case.note = report.longrepr[2].removeprefix("Skipped: ")

    def pytest_sessionfinish(self) -> None:
        """Write the catalogue of what has run."""
        cases = sorted(self._cases.values(), key=lambda case: case.case)
        rows = read_requirements()
        self._directory.mkdir(parents=True, exist_ok=True)
        json = msgspec.json.format(msgspec.json.encode(cases))
        (self._directory / "catalogue.json").write_bytes(json)
        (self._directory / "catalogue.md").write_text(page(cases, rows, "en"))
        (self._directory / "catalogo.md").write_text(page(cases, rows, "es"))


def _worse(before: Outcome, report: pytest.TestReport) -> Outcome:
    """The outcome of a case after one more of its phases."""
    if report.failed:
        return "failed" if report.when == "call" else "error"
    if report.skipped and before == "passed":
        return "xfailed" if hasattr(report, "wasxfail") else "skipped"
    return before


def sentence(case: str) -> str:
    """What a case expects, as its name says it: `test_a_late_word[de]` → «a late word (de)»."""
    name, bracket, parameters = case.rpartition("::")[2].partition("[")
    words = name.removeprefix("test_").replace("_", " ")
    return f"{words} ({parameters.removesuffix(']')})" if bracket else words


def page(cases: Sequence[Case], rows: Sequence[Requirement], language: Language) -> str:
    """Return the catalogue as Markdown, by requirement."""
    words = _WORDS[language]
    known = [row.id for row in rows]
    strays = sorted({name for case in cases for name in case.requirements} - set(known))
    parts = [f"# {words['title']}", _facts(cases, words)]
    bare = [row.id for row in rows if not any(row.id in case.requirements for case in cases)]
    if bare:
        parts.append(f"{words['bare']} {', '.join(bare)}")
    for row in rows:
        parts += [f"## {row.id}", row.en if language == "en" else row.es]
        parts.append(_table([case for case in cases if row.id in case.requirements], words))
    for name in strays:
        parts += [
            f"## {name}",
            words["stray"],
            _table([case for case in cases if name in case.requirements], words),
        ]
    parts += [f"## {words['none']}", _table([case for case in cases if not case.requirements], words)]
    return "\n\n".join(parts) + "\n"


def _facts(cases: Sequence[Case], words: dict[str, str]) -> str:
    """When and where it ran, and how it ended."""
    counts = {case.outcome: sum(other.outcome == case.outcome for other in cases) for case in cases}
    ended = ", ".join(f"{number} {words[outcome]}" for outcome, number in sorted(counts.items()))
    python = ".".join(str(part) for part in sys.version_info[:3])
    when = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    where = f"Python {python}, {platform.system()} {platform.machine()}"
    return f"{when}, {where}. {len(cases)} {words['cases']}: {ended}."


def _table(cases: Sequence[Case], words: dict[str, str]) -> str:
    if not cases:
        return words["nothing"]
    header = (words["case"], words["expected"], words["outcome"], words["duration"])
    lines = [header, ("---", "---", "---", "---:"), *_rows(cases, words)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _rows(cases: Sequence[Case], words: dict[str, str]) -> Iterator[tuple[str, str, str, str]]:
    for case in cases:
        outcome = words[case.outcome] + (f": {_cell(case.note)}" if case.note else "")
        expected = "<br>".join(_cell(line) for line in case.expected)
        yield f"`{_cell(case.case)}`", expected, outcome, f"{case.duration_s:.2f} s"


def _cell(text: str) -> str:
    """Text that does not end its cell of a Markdown table."""
    return " ".join(text.replace("|", "\\|").split())


_WORDS: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "title": "Catalogue of cases",
        "cases": "cases",
        "bare": "Requirements without a case in this run:",
        "nothing": "*No case in this run.*",
        "none": "Cases that name no requirement",
        "stray": "*No row of docs/reference/requirements.json.*",
        "case": "case",
        "expected": "expected",
        "outcome": "outcome",
        "duration": "duration",
        "passed": "passed",
        "failed": "failed",
        "error": "error",
        "skipped": "skipped",
        "xfailed": "expected failure",
    },
    "es": {
        "title": "Catálogo de casos",
        "cases": "casos",
        "bare": "Requisitos sin ningún caso en esta ejecución:",
        "nothing": "*Ningún caso en esta ejecución.*",
        "none": "Casos que no nombran requisito",
        "stray": "*No es una fila de docs/reference/requirements.json.*",
        "case": "caso",
        "expected": "esperado",
        "outcome": "resultado",
        "duration": "duración",
        "passed": "correcto",
        "failed": "fallido",
        "error": "error",
        "skipped": "omitido",
        "xfailed": "fallo esperado",
    },
}
