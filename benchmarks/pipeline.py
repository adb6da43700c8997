"""The whole way in both directions, through real processes, beside the same exchanges without a database.

Half of the messages are customers' (webhook → portal), half are operators' (event → Gupshup, then enqueued,
sent, delivered and read, each after the answer to the one before). A message is done when it has arrived and
its statuses are answered. Its latency is from when its webhook should have left until it arrives.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import uuid4

import msgspec

from benchmarks import load
from benchmarks.house import House, Portal, beside, resident_mb
from benchmarks.http_rows import callback, incoming, operator_event, webhook
from benchmarks.load import Latency, Lines
from benchmarks.outside import Outside
from benchmarks.profile import Profile
from benchmarks.report import Measured, Memory
from cli.processes import Child

_UNDER_WAY = 256
_LINES = 64
_PATIENCE_S = 60.0
_STATUSES = ("enqueued", "sent", "delivered", "read")
MOST_MB = 200.0
Say = Callable[[str], None]


class Traffic:
    """Messages in both directions against one address; `done` counts those that are."""

    def __init__(self, outside: Outside, url: str, lines: Lines, portals: list[Portal], chats: int) -> None:
        self.done = 0
        self.times: list[float] = []
        self.failure: BaseException | None = None
        self._url, self._lines, self._chats = url, lines, chats
        self._portals = {portal.n: portal for portal in portals}
        self._turn = itertools.cycle(portals)
        self._numbers = itertools.count(int(time.time() * 1_000))
        self._begun: dict[int, float] = {}
        self._ended: dict[int, asyncio.Future[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        outside.delivered, outside.sent = self._arrived, self._taken

    async def one(self, number: int, due: float) -> None:
        """A message from its beginning to its end; even numbers are customers'."""
        mine = next(self._numbers)
        portal = next(self._turn)
        place, text = mine // len(self._portals), f"bench {mine}"
        if number % 2:
            asked = operator_event(self._url, portal, mine, self._chats, text)
        else:
            asked = webhook(self._url, portal, incoming(portal, place, self._chats, text))
        self._begun[mine] = due
        self._ended[mine] = asyncio.get_running_loop().create_future()
        await self._lines.ask(asked)
        async with asyncio.timeout(_PATIENCE_S):
            await self._ended[mine]
        del self._ended[mine]
        self.done += 1

    def _arrived(self, number: int) -> None:
        """A message came out at the other end; a second time is no news."""
        due = self._begun.pop(number, None)
        if due is None:
            return
        self.times.append(time.perf_counter() - due)
        self._end(number)

    def _taken(self, number: int, gs_id: str, destination: str, _: str) -> None:
        due = self._begun.pop(number, None)
        if due is None:
            return
        self.times.append(time.perf_counter() - due)
        task = asyncio.ensure_future(self._tell(number, gs_id, destination))
        self._tasks.add(task)
        task.add_done_callback(self._told)

    def _told(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self.failure = task.exception()

    async def _tell(self, number: int, gs_id: str, destination: str) -> None:
        portal, wa_id = self._portals[int(destination[4:7])], str(uuid4())
        for status in _STATUSES:
            ids = {"id": gs_id} if status == "enqueued" else {"id": wa_id, "gsId": gs_id}
            more = (
                {"whatsappMessageId": wa_id, "type": "session"}
                if status == "enqueued"
                else {"ts": int(time.time())}
            )
            said = {**ids, "type": status, "destination": destination, "payload": more}
            body = callback("message-event", said)
            await self._lines.ask(webhook(self._url, portal, body))
        self._end(number)

    def _end(self, number: int) -> None:
        ended = self._ended.get(number)
        if ended is not None and not ended.done():
            ended.set_result(None)


async def calm(outside: Outside, for_s: float = 1.5, at_most_s: float = 60.0) -> None:
    """Wait until our side asks nothing more: after a start it looks after every portal that it missed."""
    seen, since = -1, time.perf_counter()
    end = since + at_most_s
    while time.perf_counter() - since < for_s and time.perf_counter() < end:
        now = outside.exchanges.total()
        if now != seen:
            seen, since = now, time.perf_counter()
        await asyncio.sleep(0.1)


class Run(msgspec.Struct, kw_only=True):
    """What one arrangement reached."""

    per_second: float
    latency: Latency


async def most(traffic: Traffic, seconds: float) -> float:
    """Messages a second when so many are always under way; the first half second does not count."""
    end = time.perf_counter() + seconds + 0.5
    numbers = itertools.count()

    async def keep_going() -> None:
        while time.perf_counter() < end:
            await traffic.one(next(numbers), time.perf_counter())

    tasks = [asyncio.ensure_future(keep_going()) for _ in range(_UNDER_WAY)]
    await asyncio.sleep(0.5)
    began, before = time.perf_counter(), traffic.done
    await asyncio.sleep(seconds)
    rate = (traffic.done - before) / (time.perf_counter() - began)
    await asyncio.gather(*tasks)
    return rate


async def steady(traffic: Traffic, rate: float, seconds: float) -> Latency:
    """From webhook to arrival when messages come at a constant rate."""
    traffic.times.clear()
    await load.arrivals(traffic.one, rate, seconds)
    return Latency.of(traffic.times, rate)


async def measured(
    outside: Outside, url: str, portals: list[Portal], profile: Profile, *, half_of: float | None = None
) -> Run:
    """The most that goes through, then the latency at half of that."""
    lines = await Lines.open(url, _LINES)
    try:
        traffic = Traffic(outside, url, lines, portals, profile.conversations)
        rate = await most(traffic, profile.pipeline_s)
        latency = await steady(traffic, max((half_of or rate) / 2, 2), profile.pipeline_s)
    finally:
        lines.close()
    if traffic.failure is not None:
        raise traffic.failure
    return Run(per_second=rate, latency=latency)


async def rows(
    house: House, outside: Outside, profile: Profile, home: Path, say: Say
) -> tuple[list[Measured], list[Memory]]:
    """The null pipeline and the real one with one and with two workers, in turn."""
    runs: dict[str, list[Run]] = {"pipeline_null": [], "pipeline": [], "pipeline_2": []}
    memory: list[Memory] = []
    for turn in range(profile.rounds_again):
        with beside("null", "benchmarks.null_pipeline", home, house.outside) as (url, _):
            runs["pipeline_null"].append(await measured(outside, url, house.portals, profile))
        for workers, name in ((1, "pipeline"), (2, "pipeline_2")):
            house.start(workers=workers)
            await calm(outside)
            watch = Watch(house.processes)
            runs[name].append(await watch.during(measured(outside, house.api, house.portals, profile)))
            if turn == 0:
                memory += watch.memory(f"pipeline, {workers} worker{'s' * (workers - 1)}")
            house.stop()
        reached = "   ".join(f"{name} {found[-1].per_second:,.0f}/s" for name, found in runs.items())
        say(f"{turn + 1}  {reached}")
    what = {
        "pipeline_null": "null pipeline: the same exchanges, no database",
        "pipeline": "pipeline, both directions with statuses, 1 worker",
        "pipeline_2": "the same, 2 workers",
    }
    bases = [run.per_second for run in runs["pipeline_null"]]
    return [
        _row(name, what[name], found, bases, at_least=0.5 if name == "pipeline" else None)
        for name, found in runs.items()
    ], memory


def _row(name: str, what: str, runs: list[Run], bases: list[float], at_least: float | None) -> Measured:
    latency = runs[len(runs) // 2].latency
    return Measured.of(
        [run.per_second for run in runs],
        bases,
        id=name,
        what=what,
        unit="messages",
        baseline="pipeline_null",
        at_least=at_least,
        p50_ms=latency.p50_ms,
        p99_ms=latency.p99_ms,
        at_rate=latency.at_rate,
    )


class Watch:
    """The memory of processes, once a second while something goes on."""

    def __init__(self, processes: dict[str, Child], every_s: float = 1.0) -> None:
        self._processes = dict(processes)
        self._every_s = every_s
        self._seen: dict[str, list[float]] = {name: [] for name in processes}

    async def during(self, work: Awaitable[Run]) -> Run:
        """Look on while `work` is done."""
        looking = asyncio.ensure_future(self._look())
        try:
            return await work
        finally:
            looking.cancel()

    async def _look(self) -> None:
        while True:
            for name, process in self._processes.items():
                self._seen[name].append(resident_mb(process))
            await asyncio.sleep(self._every_s)

    def memory(self, during: str) -> list[Memory]:
        """What was seen, a row a process."""
        found = []
        for name, seen in self._seen.items():
            third = max(1, len(seen) // 3)
            grew = sum(seen[-third:]) / third - sum(seen[third : 2 * third] or seen) / len(
                seen[third : 2 * third] or seen
            )
            found.append(
                Memory(
                    process=name,
                    during=during,
                    peak_mb=max(seen),
                    last_mb=seen[-1],
                    grew_mb=round(grew, 1),
                    at_most_mb=MOST_MB,
                )
            )
        return found


async def soak(house: House, outside: Outside, profile: Profile, rate: float, say: Say) -> list[Memory]:
    """Half of the speed for a long time: does memory stay where it is?"""
    house.start(workers=1)
    await calm(outside)
    watch = Watch(house.processes, every_s=min(10.0, profile.soak_s / 30))
    lines = await Lines.open(house.api, _LINES)
    try:
        traffic = Traffic(outside, house.api, lines, house.portals, profile.conversations)

        async def go() -> Run:
            return Run(per_second=rate, latency=await steady(traffic, rate, profile.soak_s))

        run = await watch.during(go())
    finally:
        lines.close()
        house.stop()
    say(f"soak: {profile.soak_s:.0f} s at {rate:,.0f}/s, p99 {run.latency.p99_ms} ms")
    return watch.memory(f"{profile.soak_s / 60:.0f} minutes at half speed")
