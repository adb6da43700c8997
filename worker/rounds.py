"""What is done by the clock: leases that end, lanes that go on, receipts that are due, partitions."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

import structlog

from adapters.media import MediaShelf
from runtime.database import Database
from runtime.errors import SqlFailure
from runtime.wake import Wake

_SECOND_S, _FEW_SECONDS_S, _MINUTE_S, _HOUR_S = 1.0, 5.0, 60.0, 3600.0
_SLOW_CALL_S = 300.0
_KEEP_MEDIA = timedelta(days=3)
log = structlog.get_logger(__name__)


async def every(
    seconds: float, task: Callable[[], Awaitable[object]], stop: asyncio.Event, *, name: str
) -> None:
    """Run `task` again and again until told to stop; a failure is logged and the next round tries again."""
    while not stop.is_set():
        try:
            await task()
        except SqlFailure as failure:
            log.warning("round_failed", round=name, reason=failure.reason)
        except Exception:
            log.exception("round_failed", round=name)
        try:
            await asyncio.wait_for(stop.wait(), seconds)
        except TimeoutError:
            continue


class Rounds:
    """The platform functions that one runner at a time performs; any number of workers may call them."""

    def __init__(self, database: Database, shelf: MediaShelf, wake: Wake, *, trace_keep_days: int) -> None:
        self._database = database
        self._shelf = shelf
        self._wake = wake
        self._keep_trace = timedelta(days=trace_keep_days)

    async def run(self, stop: asyncio.Event) -> None:
        """Run until told to stop. Each task has a round of its own: the failure of one costs no other."""
        quick = ("messaging.expire_leases", "messaging.unblock_lanes", "messaging.apply_parked")
        slow = (
            self._make_partitions,
            self._drop_partitions,
            self._release_holds,
            self._keep_books,
            self._invoice,
            self._forget_mail,
            self._forget_automations,
            self._drop_events,
            self._forget_files,
        )
        await asyncio.gather(
            *(
                every(_SECOND_S, partial(self._wait_over, function), stop, name=function)
                for function in quick
            ),
            every(_FEW_SECONDS_S, self._erase, stop, name="erase"),
            every(_MINUTE_S, self._renew, stop, name="_renew"),
            every(_MINUTE_S, self._tell_trials, stop, name="_tell_trials"),
            every(_MINUTE_S, self._reconcile, stop, name="_reconcile"),
            *(every(_HOUR_S, task, stop, name=task.__name__) for task in slow),
        )

    async def _wait_over(self, function: str) -> None:
        """What an attempt, a lane or a receipt waits for."""
        if await self._database.call_value(function):
            self._wake.ring()

    async def _make_partitions(self) -> None:
        await self._database.call("tenancy.ensure_partitions", timeout_s=_SLOW_CALL_S)

    async def _drop_partitions(self) -> None:
        keep = {"p_keep_trace": self._keep_trace}
        await self._database.call("tenancy.drop_partitions", keep, timeout_s=_SLOW_CALL_S)

    async def _release_holds(self) -> None:
        while await self._database.call_value("billing.expire_holds"):
            pass  # a call releases some of what is over

    async def _keep_books(self) -> None:
        """The month's checkpoints, and the proof that every balance is what its transfers say."""
        while await self._database.call_value("billing.take_checkpoints", timeout_s=_SLOW_CALL_S):
            pass  # a call does some of the wallets
        if broken := await self._database.call_value("billing.prove_books", timeout_s=_SLOW_CALL_S):
            log.error("books_broken", promises=broken)

    async def _invoice(self) -> None:
        """What was used in the months that ended; those that were missed follow one another."""
        while await self._database.call_value("billing.issue_invoices", timeout_s=_SLOW_CALL_S):
            pass  # a call does some of the portals

    async def _forget_mail(self) -> None:
        while await self._database.call_value("billing.forget_mail"):
            pass  # a call forgets some of it

    async def _forget_automations(self) -> None:
        while await self._database.call_value("messaging.forget_automations"):
            pass  # a call deletes some of it

    async def _drop_events(self) -> None:
        """What payment providers sent, once nobody can open a case about it any more."""
        while await self._database.call_value("billing.drop_events"):
            pass  # a call deletes some of it

    async def _erase(self) -> None:
        """What removed channels leave, piece by piece, with their files on this machine."""
        while (piece := await self._database.call_one("tenancy.erase_due")) is not None:
            await self._shelf.discard(piece["files"])

    async def _renew(self) -> None:
        """Periods that were missed while no worker lived follow one another."""
        while await self._database.call_value("billing.renew_due", timeout_s=_SLOW_CALL_S):
            self._wake.ring()

    async def _tell_trials(self) -> None:
        while await self._database.call_value("billing.tell_trials"):
            pass  # a call looks at some of them

    async def _reconcile(self) -> None:
        """What Gupshup says it billed, beside what we charged."""
        while await self._database.call_value("billing.reconcile", timeout_s=_SLOW_CALL_S):
            pass  # a call compares some of it

    async def _forget_files(self) -> None:
        await self._shelf.forget(_KEEP_MEDIA)
