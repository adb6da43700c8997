"""The parts of a worker process: none holds up or ends another."""

from __future__ import annotations

import asyncio
import os
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from structlog.testing import capture_logs

from adapters.media import MediaShelf
from connectors.outside import Failure, Policy
from runtime.errors import DatabaseAway, SqlRefusal
from runtime.secrets import SealBroken, Signer
from runtime.wake import Wake
from tests.worker.conftest import KEYS, House, Owner
from tests.worker.test_outbox import until
from worker import errands as errands_module
from worker.errands import Errands, within_lease
from worker.rounds import Rounds, every
from worker.worker import Worker

pytestmark = pytest.mark.requirement("R2.2-a")


async def test_a_slow_errand_holds_up_no_other_and_is_waited_for() -> None:
    done: list[str] = []
    go = asyncio.Event()

    async def slow() -> None:
        await go.wait()
        done.append("slow")

    async def quick() -> None:
        done.append("quick")

    async with Errands("test", at_once=3) as errands:
        errands.begin("a", slow())
        errands.begin("b", quick())
        assert (1, True, False) == (errands.free, errands.is_running("a"), errands.is_running("c"))
        await until(lambda: done == ["quick"])
        assert 2 == errands.free
        asyncio.get_running_loop().call_later(0.1, go.set)
    assert ["quick", "slow"] == done


async def test_a_second_errand_of_the_same_key_follows_the_first() -> None:
    said: list[str] = []
    go = asyncio.Event()

    async def first() -> None:
        said.append("first begins")
        await go.wait()
        said.append("first ends")
        raise DatabaseAway("away")

    async def second() -> None:
        said.append("second")

    async with Errands("test", at_once=3) as errands:
        errands.begin("a", first())
        errands.begin("a", second())
        await until(lambda: said == ["first begins"])
        assert 2 == errands.free
        go.set()
        await until(lambda: errands.free == 3)
        assert not errands.is_running("a")
    assert ["first begins", "first ends", "second"] == said


async def test_an_errand_that_fails_is_logged_and_ends_no_other() -> None:
    async def fails(error: Exception) -> None:
        raise error

    with capture_logs() as said:
        async with Errands("test", at_once=3) as errands:
            errands.begin("a", fails(DatabaseAway("away")))
            errands.begin("b", fails(RuntimeError("ours")))
    assert {("a", "warning"), ("b", "error")} == {(entry["key"], entry["log_level"]) for entry in said}


@pytest.mark.parametrize(
    ("error", "policy", "code"),
    [
        (DatabaseAway("away"), Policy.RETRY, "database_away"),
        (SqlRefusal(sqlstate="WB404", http_status=404, reason="gone", message=""), Policy.FIX, "gone"),
        (SealBroken("damaged"), Policy.FIX, "key_unreadable"),
        (RuntimeError("ours"), Policy.RETRY, "fault"),
    ],
)
async def test_whatever_goes_wrong_in_an_errand_can_be_reported(
    error: Exception, policy: Policy, code: str
) -> None:
    async def work() -> Failure | None:
        raise error

    failure = await within_lease(work())
    assert failure is not None
    assert (policy, code) == (failure.policy, failure.code)


async def test_an_errand_does_not_outlast_its_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(errands_module, "_WITHIN_S", 0.05)

    async def hangs() -> Failure | None:
        await asyncio.Event().wait()
        return None

    failure = await within_lease(hangs())
    assert failure is not None
    assert (Policy.RETRY, "too_slow") == (failure.policy, failure.code)


async def test_a_round_that_fails_comes_again() -> None:
    rounds = 0
    stop = asyncio.Event()

    async def task() -> None:
        nonlocal rounds
        rounds += 1
        if rounds == 1:
            raise DatabaseAway("away")
        if rounds == 2:
            raise RuntimeError("ours")
        stop.set()

    async with asyncio.timeout(10):
        await every(0.01, task, stop, name="test")
    assert 3 == rounds


async def test_the_failure_of_one_round_costs_no_other(house: House, owner: Owner, tmp_path: Path) -> None:
    left = tmp_path / "00" / "left-by-a-broken-copy"
    left.parent.mkdir()
    left.touch()
    os.utime(left, (0, 0))
    shelf = MediaShelf(tmp_path, Signer(KEYS, "media"), "https://app.example", house.journal, frozenset())
    message = house.customer_writes()
    await house.claims("in", p_lease=timedelta(seconds=0))
    await house.database.call("messaging.expire_leases")
    owner.rows("update messaging.lane set blocked_until = now() where portal_id = %s", house.portal)
    owner.rows("alter function messaging.expire_leases(int) rename to expire_nothing")
    owner.rows("alter function tenancy.ensure_partitions(interval) rename to ensure_nothing")
    stop = asyncio.Event()
    rounds = Rounds(house.database, shelf, Wake(""), trace_keep_days=30)
    running = asyncio.create_task(rounds.run(stop))
    lane = "select (tests.lane_of(%s, %s)).blocked_until"
    await until(lambda: owner.value(lane, house.portal, message) is None and not left.exists())
    stop.set()
    await running
    owner.rows("alter function messaging.expire_nothing(int) rename to expire_leases")
    owner.rows("alter function tenancy.ensure_nothing(interval) rename to ensure_partitions")


class Part:
    """A part of a worker that runs until told to stop, or fails."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.ended_well = False

    async def run(self, stop: asyncio.Event) -> None:
        if self.error:
            raise self.error
        await stop.wait()
        self.ended_well = True


async def test_a_part_that_fails_stops_the_others_in_good_order_and_then_the_process() -> None:
    parts = [Part() for _ in range(12)]
    broken = Part(RuntimeError("ours"))
    first, second, notices, bells, checks, repairs, clients, *others = cast("list[Any]", parts)
    templates, automations, companies, payments, mail = others
    worker = Worker(
        outboxes=(first, second),
        notices=notices,
        channel_notices=bells,
        money_notices=bells,
        checks=checks,
        repairs=repairs,
        clients=clients,
        templates=templates,
        automations=automations,
        directories=companies,
        payments=payments,
        mail=mail,
        rounds=cast("Any", broken),
    )
    async with asyncio.timeout(10):
        with pytest.raises(RuntimeError, match="ours"):
            await worker.run(asyncio.Event())
    assert all(part.ended_well for part in parts)
