"""One direction of the worker: claim what is due, hand it to the sender, report what came back.

A claim is committed before any byte leaves, and no more is claimed than there is room on the wire. Several
workers may run at once; SQL gives each lane to one of them. A lease that ends makes a message unknown, and
somebody may send it again: so nothing leaves that could still be on its way by then.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Literal, Protocol

import structlog

from runtime.database import Database
from runtime.errors import SqlFailure
from runtime.wake import Wake
from worker.settling import Settler

_BUSY_S = 0.1
_IDLE_S = 1.0
_FAIR_SHARE = 10
_LEASE_S = 180.0
_EXCHANGE_S = 90.0
"""The longest exchange: a portal may take 65 s to answer, and its token may have to be renewed first."""
log = structlog.get_logger(__name__)
Claim = dict[str, Any]


class Sender(Protocol):
    """Carries claimed messages to the other side."""

    def parcels(self, claims: Sequence[Claim]) -> list[list[Claim]]:
        """Divide claims into what goes on the wire together."""
        ...

    async def send(self, parcel: Sequence[Claim], leave_by: float) -> list[dict[str, Any]]:
        """Send one parcel; returns an item for `messaging.settle` per claim whose outcome is known.

        What has not left by `leave_by` (monotonic seconds) must stay.
        """
        ...


class Outbox:
    """Runs until `stop` is set, then waits for what is on the wire."""

    def __init__(
        self,
        direction: Literal["in", "out"],
        database: Database,
        sender: Sender,
        wake: Wake,
        *,
        concurrency: int,
        worker: str,
    ) -> None:
        self._direction = direction
        self._database = database
        self._sender = sender
        self._wake = wake
        self._bell = wake.bell()
        self._concurrency = concurrency
        self._worker = worker
        self._settler = Settler(database)
        self._on_the_wire: set[asyncio.Task[None]] = set()
        self._claimed = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Claim and send until told to stop."""
        pause_s = _BUSY_S
        while not stop.is_set():
            try:
                found = await self._round()
            except Exception:
                log.exception("round_failed", direction=self._direction)
                found = None
            if found is None:
                await asyncio.sleep(_IDLE_S)
            elif found:
                pause_s = _BUSY_S
            else:
                await self._bell.within(pause_s)
                pause_s = min(pause_s * 1.5, _IDLE_S)
        await asyncio.gather(*self._on_the_wire)

    async def _round(self) -> int | None:
        """Claim once; returns how many messages, or None when the database did not answer."""
        free = self._concurrency - self._claimed
        if free <= 0:
            await asyncio.wait(self._on_the_wire, return_when=asyncio.FIRST_COMPLETED)
            return 1
        leave_by = time.monotonic() + _LEASE_S - _EXCHANGE_S
        try:
            claims = await self._claim(free)
        except SqlFailure as failure:
            log.warning("claim_failed", direction=self._direction, reason=failure.reason)
            return None
        for parcel in self._sender.parcels(claims):
            self._claimed += len(parcel)
            task = asyncio.create_task(self._deliver(parcel, leave_by), name=f"outbox-{self._direction}")
            self._on_the_wire.add(task)
            task.add_done_callback(self._on_the_wire.discard)
        return len(claims)

    async def _claim(self, free: int) -> list[Claim]:
        portals = await self._database.call("messaging.portals_with_work", {"p_direction": self._direction})
        if not portals:
            return []
        ids = [next(iter(row.values())) for row in portals]
        arguments = {
            "p_direction": self._direction,
            "p_portals": ids,
            "p_each": max(_FAIR_SHARE, free // len(ids)),
            "p_limit": free,
            "p_lease": timedelta(seconds=_LEASE_S),
            "p_worker": self._worker,
        }
        return await self._database.call("messaging.claim", arguments)

    async def _deliver(self, parcel: Sequence[Claim], leave_by: float) -> None:
        """Send and settle. An error of ours leaves the attempt open; its lease makes it unknown."""
        try:
            items = await self._sender.send(parcel, leave_by)
        except Exception:
            log.exception(
                "send_failed", direction=self._direction, messages=[str(c["message_id"]) for c in parcel]
            )
            return
        finally:
            self._claimed -= len(parcel)
        await asyncio.gather(*(self._settler.settle(item) for item in items))
        self._wake.ring()
