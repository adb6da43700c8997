"""The load generator: it counts answers, and charges a stall to everybody who had to wait."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from benchmarks import load
from benchmarks.load import Latency, LoadRefused
from benchmarks.outside import free_port, serving

pytestmark = pytest.mark.requirement("R2.2-d")


class Party:
    """Answers what `status` says; the first request after `stall_s` was set holds up all behind it."""

    def __init__(self) -> None:
        self.status = 200
        self.stall_s = 0.0
        self.asked = 0
        self.chunked = False

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """One request."""
        await receive()
        self.asked += 1
        if self.stall_s:
            stall, self.stall_s = self.stall_s, 0.0
            time.sleep(stall)  # noqa: ASYNC251 - the whole server stands still
        headers = [] if self.chunked else [(b"content-length", b"2")]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"ok"})


@asynccontextmanager
async def a_party() -> AsyncIterator[tuple[Party, str]]:
    """On a port of its own."""
    party, port = Party(), free_port()
    async with serving(party, port):
        yield party, f"http://127.0.0.1:{port}"


async def test_every_answer_is_counted_whether_its_length_is_known_or_not() -> None:
    async with a_party() as (party, url):
        for party.chunked in (False, True):
            party.asked = 0
            rate = await load.per_second(url, lambda _: load.request("GET", f"{url}/x?y=1"), 4, 0.1)
            assert party.asked == pytest.approx(rate * 0.1, rel=0.5)


async def test_a_server_that_stands_still_is_charged_for_everybody_who_waited() -> None:
    async with a_party() as (party, url):
        party.stall_s = 0.3
        found = await load.latency(url, lambda _: load.request("GET", url + "/"), 100, 0.4, lines=2)
    assert found.p50_ms > 50  # with coordinated omission two requests alone would have seen it
    assert found.p99_ms > 250


async def test_a_refusal_ends_the_measurement_with_its_words() -> None:
    async with a_party() as (party, url):
        party.status = 503
        with pytest.raises(LoadRefused, match="503 ok"):
            await load.per_second(url, lambda _: load.request("GET", url + "/"), 1, 0.1)


async def test_arrivals_do_not_wait_for_those_before_them() -> None:
    begun: list[float] = []

    async def one(_: int, due: float) -> None:
        begun.append(due)
        await asyncio.sleep(0.1)

    began = time.perf_counter()
    await load.arrivals(one, 200, 0.1)
    assert 20 == len(begun)
    assert time.perf_counter() - began < 1.5  # in turn it would be two seconds
    assert pytest.approx(0.095) == begun[-1] - begun[0]


def test_percentiles_are_of_all_times() -> None:
    found = Latency.of([n / 1000 for n in range(100)], 7)
    assert (50.0, 99.0, 7) == (found.p50_ms, found.p99_ms, found.at_rate)
