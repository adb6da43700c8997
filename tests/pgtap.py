"""Reads what pgTAP prints."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from tap.line import Bail, Diagnostic, Plan, Result
from tap.parser import Parser


class Assertions(msgspec.Struct, kw_only=True):
    """What a TAP stream says: its plan, each result with its diagnostics, and whether it bailed out."""

    planned: int | None = None
    results: list[tuple[bool, str, list[str]]] = []
    bailed: str | None = None

    def problems(self) -> Iterator[str]:
        """Say everything that is wrong with this stream."""
        for passed, line, diagnostics in self.results:
            if not passed:
                yield "\n".join([line, *diagnostics])
        if self.bailed is not None:
            yield f"Bail out! {self.bailed}"
        if self.planned is None:
            yield "no plan: the file ended before select plan(n) was answered"
        elif self.planned != len(self.results):
            yield f"planned {self.planned} assertions, ran {len(self.results)}"


def read_tap(text: str) -> Assertions:
    """Read TAP as pgTAP prints it; a failing TODO does not count."""
    found = Assertions()
    for line in Parser().parse_text(text):
        if isinstance(line, Result):
            found.results.append((bool(line.ok or line.todo), str(line).strip(), []))
        elif isinstance(line, Diagnostic) and found.results:
            found.results[-1][2].append(line.text)
        elif isinstance(line, Plan):
            found.planned = line.expected_tests
        elif isinstance(line, Bail):
            found.bailed = line.reason
    return found
