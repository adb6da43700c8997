"""One worker process: two outboxes, notices, checks, repairs and rounds, until told to stop."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import msgspec

from worker.automations import Automations
from worker.channel_notices import ChannelNotices
from worker.checks import Checks
from worker.clients import Clients
from worker.directories import Directories
from worker.mail import Mail
from worker.money_notices import MoneyNotices
from worker.notices import Notices
from worker.outbox import Outbox
from worker.payments import Payments
from worker.repairs import Repairs
from worker.rounds import Rounds
from worker.templates import Templates


class Worker(msgspec.Struct, frozen=True, kw_only=True):
    """What runs in a worker process; the command line puts it together."""

    outboxes: tuple[Outbox, Outbox]
    notices: Notices
    channel_notices: ChannelNotices
    money_notices: MoneyNotices
    payments: Payments
    mail: Mail
    checks: Checks
    repairs: Repairs
    clients: Clients
    templates: Templates
    automations: Automations
    directories: Directories
    rounds: Rounds

    async def run(self, stop: asyncio.Event) -> None:
        """Run until `stop` is set; what is on the wire is waited for and settled.

        A part that fails stops the others in good order, then the process: whoever supervises it begins anew.
        """
        tellers = (self.notices, self.channel_notices, self.money_notices)
        kept = (self.checks, self.repairs, self.directories)
        errands = (*kept, self.clients, self.templates, self.automations)
        money = (self.payments, self.mail)
        parts = (*self.outboxes, *tellers, *errands, *money, self.rounds)
        outcomes = await asyncio.gather(
            *(_stopping_all(part.run(stop), stop) for part in parts), return_exceptions=True
        )
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome


async def _stopping_all(part: Coroutine[Any, Any, None], stop: asyncio.Event) -> None:
    """A part ends when told to, or takes the others with it."""
    try:
        await part
    finally:
        stop.set()
