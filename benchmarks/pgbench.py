"""Runs pgbench and reads its answer."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

from benchmarks.rows import SCRIPTS, Row
from cli.embedded_installation import programs

_TPS = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)
_FAILED = re.compile(r"number of failed transactions: ([1-9]\d*)")
_COMMIT = {
    "on": "",
    "off": "-c synchronous_commit=off",
    "wait": "-c commit_delay=2000 -c commit_siblings=0",
}


class PgBenchFailed(Exception):
    """pgbench ended with an error, or transactions failed; the text is what it said."""


class PgBench:
    """pgbench of the embedded PostgreSQL 18, against any server."""

    def __init__(self, url: str, workplace: Path) -> None:
        self._url = url
        self._programs = programs(18, workplace)

    def prepare(self, scale: int) -> None:
        """The tables of pgbench's own scripts."""
        self._run("pgbench", "-i", "-q", "-s", str(scale), self._url)

    def psql(self, *arguments: str) -> str:
        """Run psql, stop at the first error; returns the bare rows."""
        return self._run("psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", self._url, *arguments)

    def per_second(self, row: Row, seconds: float, variables: dict[str, int]) -> float:
        """Units of the row a second. Raises PgBenchFailed."""
        load = ("-c", str(row.clients), "-j", "2", "-T", f"{max(seconds, 1):.0f}")
        told = self._told(row, variables, *load)
        found = _TPS.search(told)
        if found is None or _FAILED.search(told):
            raise PgBenchFailed(told)
        return float(found.group(1)) * row.each

    def turns(self, row: Row, count: int, variables: dict[str, int]) -> None:
        """Run a row's script so often, by one client. Raises PgBenchFailed."""
        told = self._told(row, variables, "-c", "1", "-t", str(count))
        if _FAILED.search(told):
            raise PgBenchFailed(told)

    def _told(self, row: Row, variables: dict[str, int], *load: str) -> str:
        own = row.script.startswith("-")
        what = (
            shlex.split(row.script) if own else ["-M", "prepared", "-f", str(SCRIPTS / f"{row.script}.sql")]
        )
        known = {"wallets": row.wallets, **variables}
        named = (part for name, value in known.items() for part in ("-D", f"{name}={value}"))
        return self._run("pgbench", "-n", *what, *named, *load, self._url, options=_COMMIT[row.commit])

    def _run(self, program: str, *arguments: str, options: str = "") -> str:
        done = subprocess.run(
            [self._programs / program, *arguments],
            env={"PGOPTIONS": options, "LC_ALL": "C.UTF-8"},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise PgBenchFailed(f"{program}: {done.stderr.strip()[-2000:]}")
        return done.stdout
