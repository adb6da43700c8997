"""What this simulator needs from the sandbox around it: faults on demand and a clock that tests own."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

PARTY = "bitrix24"
"""The name under which faults are asked for."""


class Injected(Protocol):
    """One fault to act out: `http_500`, `http_503`, `html_502`, `drop_response` or `drop_request`."""

    @property
    def kind(self) -> str:
        """Which fault."""
        ...


class Faults(Protocol):
    """Draws faults by the settings of a party (owned by `sandbox/faults.py`)."""

    async def before(self, party: str, operation: str) -> Injected | None:
        """Sleep the configured delay of a call to the party, then name the fault to act out, if any."""

    def copies(self, party: str) -> int:
        """How often an event is delivered: 1, or more when it is duplicated."""
        ...

    async def hold(self, party: str) -> None:
        """Sleep before an event is delivered, so that a later one may overtake it; else return at once."""


class Clock(Protocol):
    """The time of the simulated world."""

    def now(self) -> datetime:
        """The current instant, with its zone."""
        ...
