"""One direction of the worker, against a real database: what is begun ends, or says that it does not know."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from runtime.database import Database
from runtime.wake import Wake
from tests.worker.conftest import House, Owner
from worker.outbox import Claim, Outbox
from worker.settling import accepted

pytestmark = pytest.mark.requirement("R2.2-a")

_ATTEMPTS = (
    "select outcome, extract(epoch from lease_until - now())::float as left_s from messaging.attempt"
    " where portal_id = %s order by message_id, number"
)


class Carrier:
    """A sender that keeps what it is given until told to go on."""

    def __init__(self) -> None:
        self.carried: list[str] = []
        self.leave_by: list[float] = []
        self.most_at_once = 0
        self.on_the_way = 0
        self.go = asyncio.Event()
        self.stumbles_over: set[str] = set()

    def parcels(self, claims: Sequence[Claim]) -> list[list[Claim]]:
        return [[claim] for claim in claims]

    async def send(self, parcel: Sequence[Claim], leave_by: float) -> list[dict[str, Any]]:
        (claim,) = parcel
        self.leave_by.append(leave_by)
        self.on_the_way += 1
        self.most_at_once = max(self.most_at_once, self.on_the_way)
        await self.go.wait()
        self.on_the_way -= 1
        self.carried.append(claim["text"])
        if claim["text"] in self.stumbles_over:
            raise RuntimeError(claim["text"])
        return [accepted(claim, chat_id="1807")]


@asynccontextmanager
async def running(database: Database, carrier: Carrier, *, concurrency: int = 8) -> AsyncIterator[None]:
    """An outbox to the portals, told to stop at the end and waited for."""
    outbox = Outbox("in", database, carrier, Wake(""), concurrency=concurrency, worker="test:1")
    stop = asyncio.Event()
    task = asyncio.create_task(outbox.run(stop))
    try:
        yield
    finally:
        stop.set()
        async with asyncio.timeout(20):
            await task


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not is_so():  # noqa: ASYNC110 - what is waited for happens in the database
            await asyncio.sleep(0.01)


async def test_what_is_on_the_wire_when_told_to_stop_is_settled(house: House) -> None:
    house.customer_writes("one")
    carrier = Carrier()
    async with running(house.database, carrier):
        await until(lambda: carrier.on_the_way == 1)
        asyncio.get_running_loop().call_later(0.2, carrier.go.set)
    assert ["delivered"] == house.states("in")


async def test_no_more_is_claimed_than_there_is_room_on_the_wire(house: House) -> None:
    for number in range(7):
        house.customer_writes(f"m{number}", f"52155512300{number:02d}")
    carrier = Carrier()
    async with running(house.database, carrier, concurrency=3):
        await until(lambda: carrier.on_the_way == 3)
        await asyncio.sleep(0.3)
        assert {"sending": 3, "queued": 4} == {
            state: house.states("in").count(state) for state in ("sending", "queued")
        }
        carrier.go.set()
        await until(lambda: len(carrier.carried) == 7)
    assert 3 == carrier.most_at_once
    assert ["delivered"] * 7 == house.states("in")


async def test_a_mistake_of_ours_leaves_its_attempt_open_and_spares_the_others(
    house: House, owner: Owner
) -> None:
    house.customer_writes("good", "5215551230001")
    house.customer_writes("bad", "5215551230002")
    carrier = Carrier()
    carrier.go.set()
    carrier.stumbles_over = {"bad"}
    async with running(house.database, carrier):
        await until(lambda: len(carrier.carried) == 2)
        house.customer_writes("later", "5215551230003")
        await until(lambda: len(carrier.carried) == 3)
    assert ["delivered", "sending", "delivered"] == house.states("in")
    assert [None] == [row["outcome"] for row in owner.rows(_ATTEMPTS, house.portal) if not row["outcome"]]


async def test_there_is_time_for_a_whole_exchange_between_the_last_moment_to_leave_and_the_lease_s_end(
    house: House, owner: Owner
) -> None:
    house.customer_writes("one")
    carrier = Carrier()
    async with running(house.database, carrier):
        await until(lambda: carrier.on_the_way == 1)
        (attempt,) = owner.rows(_ATTEMPTS, house.portal)
        assert attempt["left_s"] - (carrier.leave_by[0] - time.monotonic()) >= 75
        carrier.go.set()


async def test_a_claim_that_goes_wrong_does_not_end_the_outbox(house: House, owner: Owner) -> None:
    owner.rows("alter function messaging.portals_with_work(text) rename to portals_without_work")
    carrier = Carrier()
    carrier.go.set()
    house.customer_writes("one")
    async with running(house.database, carrier):
        await asyncio.sleep(0.2)
        owner.rows("alter function messaging.portals_without_work(text) rename to portals_with_work")
        await until(lambda: carrier.carried == ["one"])
    assert ["delivered"] == house.states("in")
