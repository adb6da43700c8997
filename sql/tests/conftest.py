"""Collects pgTAP: every file below sql/tests is one case per PostgreSQL version, run by that version's psql.

Files are `begin; select plan(n); … select * from finish(); rollback;` and share one database per worker;
`*.nontx.sql` gets a database of its own. Support, not tests: clock.sql and support/. Comments at the top such
as `-- requirement: R2.4-c` name the rows of the requirements that the file proves.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cli.embedded_installation import Version
from tests.pgtap import read_tap
from tests.servers import SQL_TESTS, fresh_database, run_psql, server

VERSIONS: tuple[Version, ...] = (18, 16)
_REQUIREMENT = re.compile(r"^--\s*requirement:\s*(.+)$")
_DATABASES = pytest.StashKey[dict[int, str]]()
_OPEN = pytest.StashKey[contextlib.ExitStack]()


class PgTapFailed(Exception):
    """A pgTAP file that did not pass; the text is what a reader needs to see."""


class PgTapItem(pytest.Item):
    """One pgTAP file on one version."""

    version: Version

    def runtest(self) -> None:
        """Run psql, record each assertion as a property of the case, and fail with what went wrong."""
        if self.path.name.endswith(".nontx.sql"):
            with fresh_database(self.version) as own:
                done = run_psql(server(self.version), own.name, "-f", str(self.path))
        else:
            done = run_psql(server(self.version), self._shared_database(), "-f", str(self.path))
        found = read_tap(done.stdout)
        for _, line, _ in found.results:
            self.user_properties.append(("assertion", line))
        problems = list(found.problems())
        if done.returncode != 0 or problems:
            raise PgTapFailed("\n\n".join([*problems, done.stderr.strip()]))

    def _shared_database(self) -> str:
        """Return the database that this worker's files use one after the other, each rolled back."""
        stash = self.config.stash
        names = stash.setdefault(_DATABASES, {})
        if self.version not in names:
            opened = stash.setdefault(_OPEN, contextlib.ExitStack())
            names[self.version] = opened.enter_context(fresh_database(self.version)).name
        return names[self.version]

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *args: Any, **kwargs: Any) -> Any:
        """Show the failing assertions and psql's own words instead of a Python traceback."""
        if isinstance(excinfo.value, PgTapFailed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, *args, **kwargs)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Name the case as a reader of sql/tests would."""
        return self.path, None, f"{self.path.relative_to(SQL_TESTS).as_posix()}[{self.version}]"


class PgTapFile(pytest.File):
    """One pgTAP file."""

    def collect(self) -> Iterable[PgTapItem]:
        """Make one case per version, marked with the requirements it names."""
        for version in VERSIONS:
            item = PgTapItem.from_parent(self, name=f"{self.path.stem}[{version}]")
            item.version = version
            for requirement in _requirements(self.path):
                item.add_marker(pytest.mark.requirement(requirement))
            yield item


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> PgTapFile | None:
    """Collect every .sql below this directory that is not support."""
    if file_path.suffix != ".sql" or file_path.name == "clock.sql" or "support" in file_path.parts:
        return None
    return PgTapFile.from_parent(parent, path=file_path)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Drop this worker's databases while the servers still run."""
    if _OPEN in config.stash:
        config.stash[_OPEN].close()


def _requirements(path: Path) -> Iterator[str]:
    """Read the rows named in the comments before the first statement, separated by commas."""
    with path.open() as lines:
        for line in lines:
            if line.strip() and not line.startswith("--"):
                return
            named = _REQUIREMENT.match(line)
            if named:
                yield from (row.strip() for row in named[1].split(","))
