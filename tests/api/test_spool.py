"""What arrives while the database is away, or while we fail: kept on disk, in order, bounded, replayed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from api import spool as spool_module
from api.bitrix24.events import _MEMBER
from api.intake import Intake
from api.problems import Refused
from api.spool import Accept, Call, Spool, SpoolFull
from runtime.errors import DatabaseAway, SqlRefusal
from runtime.secrets import Box, generate_key

pytestmark = pytest.mark.requirement("R2.2-a")

BOX = Box([generate_key()])
NO = Refused(403, "no", "no")
NOT_FOUND = SqlRefusal(sqlstate="WB404", http_status=404, reason="unknown_route", message="")
BROKEN = SqlRefusal(sqlstate="42P01", http_status=500, reason="internal", message="no such table")


def _call(body: str, lane: bytes = b"a") -> Call:
    return Call(door="gupshup", body=body.encode(), lane=lane)


class Door:
    """Takes calls; away, refusing or failing as told."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.error: Exception | None = None
        self.errors: dict[str, Exception] = {}
        self.takes_s = 0.0

    async def accept(self, call: Call) -> None:
        text = call.body.decode()
        await asyncio.sleep(self.takes_s)
        error = self.errors.get(text, self.error)
        if error is not None:
            raise error
        self.taken.append(text)


@asynccontextmanager
async def replaying(spool: Spool, accept: Accept) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(spool.replay(accept, stop))
    try:
        yield
    finally:
        stop.set()
        async with asyncio.timeout(10):
            await task


async def _until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not is_so():  # noqa: ASYNC110 - what is waited for happens on the disk
            await asyncio.sleep(0.01)


def _files(directory: Path, suffix: str) -> list[Path]:
    return sorted(directory.glob(f"*{suffix}"))


@pytest.fixture
def door() -> Door:
    return Door()


@pytest.fixture
def spool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Spool:
    monkeypatch.setattr(spool_module, "_EVERY_S", 0.02)
    return Spool(tmp_path, BOX)


@pytest.fixture
def intake(spool: Spool, door: Door) -> Intake:
    return Intake(spool, {"gupshup": door.accept})


async def test_what_is_kept_is_sealed(spool: Spool, tmp_path: Path) -> None:
    await spool.put(_call("access_token=abc"))
    (file,) = _files(tmp_path, ".call")
    assert b"access_token" not in file.read_bytes()
    assert 1 == spool.count == Spool(tmp_path, BOX).count


async def test_a_lane_is_replayed_in_its_order_and_the_lanes_side_by_side(spool: Spool, door: Door) -> None:
    for number in range(40):
        await spool.put(_call(f"{number:02d}", lane=str(number % 20).encode()))
    door.takes_s = 0.05
    began = time.monotonic()
    async with replaying(spool, door.accept):
        await _until(lambda: spool.is_empty)
    assert time.monotonic() - began < 40 * door.takes_s
    assert 40 == len(door.taken)
    for lane in range(20):
        assert [f"{lane:02d}", f"{lane + 20:02d}"] == [t for t in door.taken if int(t) % 20 == lane]


async def test_while_the_database_is_away_everything_waits(spool: Spool, door: Door) -> None:
    door.error = DatabaseAway("away")
    for number in range(3):
        await spool.put(_call(str(number)))
    async with replaying(spool, door.accept):
        await asyncio.sleep(0.1)
        assert 3 == spool.count
        door.error = None
        await _until(lambda: spool.is_empty)
    assert ["0", "1", "2"] == door.taken


@pytest.mark.parametrize("refusal", [NO, NOT_FOUND])
async def test_what_a_door_refuses_goes_and_the_next_is_replayed(
    spool: Spool, door: Door, tmp_path: Path, refusal: Exception
) -> None:
    door.errors["bad"] = refusal
    await spool.put(_call("bad"))
    await spool.put(_call("good"))
    async with replaying(spool, door.accept):
        await _until(lambda: spool.is_empty)
    assert (["good"], []) == (door.taken, _files(tmp_path, ".failed"))


@pytest.mark.parametrize("mistake", [RuntimeError("ours"), BROKEN])
async def test_what_we_fail_over_is_set_aside_and_can_be_replayed(
    spool: Spool, door: Door, tmp_path: Path, mistake: Exception
) -> None:
    door.errors["bad"] = mistake
    await spool.put(_call("bad"))
    await spool.put(_call("good"))
    async with replaying(spool, door.accept):
        await _until(lambda: spool.is_empty)
        (kept,) = _files(tmp_path, ".failed")
        door.errors.clear()
        kept.rename(kept.with_suffix(".call"))
        await _until(lambda: door.taken == ["good", "bad"])


async def test_what_cannot_be_read_is_set_aside(spool: Spool, door: Door, tmp_path: Path) -> None:
    await Spool(tmp_path, Box([generate_key()])).put(_call("of another key"))
    (tmp_path / "00000000000000000001-1.call").write_bytes(b"no seal")
    await spool.put(_call("good"))
    async with replaying(spool, door.accept):
        await _until(lambda: spool.is_empty)
    assert (["good"], 2) == (door.taken, len(_files(tmp_path, ".unreadable")))


async def test_two_processes_may_replay_one_directory(spool: Spool, door: Door, tmp_path: Path) -> None:
    door.takes_s = 0.01
    for number in range(20):
        await spool.put(_call(str(number)))
    another = Spool(tmp_path, BOX)
    async with replaying(spool, door.accept), replaying(another, door.accept):
        await _until(lambda: spool.is_empty and another.is_empty)
    assert set(map(str, range(20))) == set(door.taken)
    assert [] == _files(tmp_path, "")


async def test_trouble_with_the_disk_does_not_end_the_replay(
    spool: Spool, door: Door, tmp_path: Path
) -> None:
    (tmp_path / "00000000000000000001-1.call").mkdir()
    async with replaying(spool, door.accept):
        await asyncio.sleep(0.1)
        (tmp_path / "00000000000000000001-1.call").rmdir()
        await spool.put(_call("good"))
        await _until(lambda: door.taken == ["good"])


async def test_a_stop_does_not_wait_for_the_whole_spool(
    spool: Spool, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool_module, "_AT_ONCE", 1)
    door.takes_s = 0.05
    for number in range(40):
        await spool.put(_call(str(number)))
    async with replaying(spool, door.accept):
        await _until(lambda: len(door.taken) > 0)
    assert len(door.taken) < 10
    assert 40 == spool.count + len(door.taken)


@pytest.mark.parametrize(("limit", "value"), [("_MOST_CALLS", 1), ("_MOST_BYTES", 1)])
async def test_a_full_spool_says_so(
    spool: Spool, intake: Intake, door: Door, monkeypatch: pytest.MonkeyPatch, limit: str, value: int
) -> None:
    await spool.put(_call("1"))
    monkeypatch.setattr(spool_module, limit, value)
    with pytest.raises(SpoolFull):
        await spool.put(_call("2"))
    with pytest.raises(Refused) as refused:
        await intake.take(_call("3"))
    assert 503 == refused.value.problem.status


async def test_a_call_that_cannot_be_written_is_not_counted(tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.touch()
    spool = Spool(blocked, BOX)
    with pytest.raises(OSError, match="exists"):
        await spool.put(_call("1"))
    assert spool.is_empty


async def test_while_anything_waits_what_arrives_goes_behind_it(
    spool: Spool, intake: Intake, door: Door
) -> None:
    door.error = DatabaseAway("away")
    await intake.take(_call("1"))
    door.error = None
    await intake.take(_call("2"))
    assert (2, []) == (intake.spooled, door.taken)
    async with replaying(spool, door.accept):
        await _until(lambda: spool.is_empty)
        await intake.take(_call("3"))
    assert ["1", "2", "3"] == door.taken


@pytest.mark.parametrize("mistake", [RuntimeError("ours"), BROKEN])
async def test_a_call_over_which_we_fail_is_kept_although_its_sender_is_told(
    intake: Intake, door: Door, tmp_path: Path, mistake: Exception
) -> None:
    door.error = mistake
    with pytest.raises(type(mistake)):
        await intake.take(_call("1"))
    assert (1, 0) == (len(_files(tmp_path, ".failed")), intake.spooled)


@pytest.mark.parametrize("refusal", [NO, NOT_FOUND])
async def test_a_refused_call_is_not_kept(
    intake: Intake, door: Door, tmp_path: Path, refusal: Exception
) -> None:
    door.error = refusal
    with pytest.raises(type(refusal)):
        await intake.take(_call("1"))
    assert [] == _files(tmp_path, "")


@pytest.mark.parametrize(
    "body",
    [
        b"event=X&auth%5Bmember_id%5D=bac1cd5c&auth%5Buser_id%5D=27",
        b"auth[member_id]=bac1cd5c",
        b"data%5bx%5d=1&auth%5bmember_id%5d=bac1cd5c",
    ],
)
def test_the_lane_of_an_event_is_its_portal(body: bytes) -> None:
    found = _MEMBER.search(body)
    assert found is not None
    assert b"bac1cd5c" == found[1]
