"""One worker process: two outboxes, notices, checks, repairs and rounds, until told to stop."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

from worker.checks import Checks
from worker.notices import Notices
from worker.outbox import Outbox
from worker.repairs import Repairs
from worker.rounds import Rounds, every

_CHECK_EVERY_S = 0.5
_ROUND_EVERY_S = 1.0
_HOUR_S = 3600.0


class Worker(msgspec.Struct, frozen=True, kw_only=True):
    """What runs in a worker process; the command line puts it together."""

    outboxes: tuple[Outbox, Outbox]
    notices: Notices
    checks: Checks
    repairs: Repairs
    rounds: Rounds

    async def run(self, stop: asyncio.Event) -> None:
        """Run until `stop` is set; what is on the wire is waited for and settled."""
        tasks: list[Any] = [
            *(outbox.run(stop) for outbox in self.outboxes),
            self.notices.run(stop),
            every(_CHECK_EVERY_S, self.checks.round, stop),
            every(_CHECK_EVERY_S, self.repairs.round, stop),
            every(_ROUND_EVERY_S, self.rounds.quick, stop),
            every(_HOUR_S, self.rounds.slow, stop),
        ]
        await asyncio.gather(*tasks)
