"""HTTP load: so many clients that wait for their answers, or arrivals at a constant rate.

At a constant rate a request's time begins when it should have left, not when a connection was free for it: a
server that stalls is charged for everybody who had to wait (no coordinated omission).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import cast
from urllib.parse import urlsplit

import msgspec

Make = Callable[[int], bytes]
"""The bytes of request number n."""


class LoadRefused(Exception):
    """The server answered otherwise than with 2xx, or broke a connection; the text is what it said."""


class Latency(msgspec.Struct, frozen=True, kw_only=True):
    """Milliseconds from when a request should have left to the end of its answer."""

    at_rate: float
    p50_ms: float
    p99_ms: float

    @classmethod
    def of(cls, seconds: list[float], at_rate: float) -> Latency:
        """From all measured times."""
        ordered = sorted(seconds)

        def percentile(part: float) -> float:
            return round(1000 * ordered[min(len(ordered) - 1, int(part * len(ordered)))], 2)

        return cls(at_rate=round(at_rate, 1), p50_ms=percentile(0.5), p99_ms=percentile(0.99))


class Connection(asyncio.Protocol):
    """One kept-alive connection, one request at a time; reads answers of a known length and chunks."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Whoever waits hears of it."""
        self._transport = None
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(LoadRefused("the connection was closed"))

    def data_received(self, data: bytes) -> None:
        """Answer as soon as an answer is whole."""
        self._received += data
        whole = _whole(self._received)
        if whole is not None and self._answer is not None and not self._answer.done():
            self._received = b""
            self._answer.set_result(whole)

    async def ask(self, request: bytes) -> bytes:
        """The body of the answer. Raises `LoadRefused`."""
        if self._transport is None:
            raise LoadRefused("the connection was closed")
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        status, body = await self._answer
        if not 200 <= status < 300:
            raise LoadRefused(f"{status} {body[:500].decode(errors='replace')} to {request[:300]!r}")
        return body

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()


def _whole(received: bytes) -> tuple[int, bytes] | None:
    head, found, body = received.partition(b"\r\n\r\n")
    if not found:
        return None
    status, lowered = int(head[9:12]), head.lower()
    if b"\r\ntransfer-encoding: chunked" in lowered:
        return (status, body) if body.endswith(b"0\r\n\r\n") else None
    length = lowered.partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0]
    return (status, body) if len(body) >= int(length or 0) else None


class Lines:
    """Connections to one server, lent out one request at a time."""

    def __init__(self, connections: list[Connection]) -> None:
        self._all = connections
        self._free: asyncio.Queue[Connection] = asyncio.Queue()
        for connection in connections:
            self._free.put_nowait(connection)

    @classmethod
    async def open(cls, url: str, count: int) -> Lines:
        """So many connections to the server at `url`."""
        parts = urlsplit(url)
        loop = asyncio.get_running_loop()
        host, port = parts.hostname or "127.0.0.1", parts.port or 80
        made = [await loop.create_connection(Connection, host, port) for _ in range(count)]
        return cls([connection for _, connection in made])

    async def ask(self, request: bytes) -> bytes:
        """Wait for a free connection and ask. Raises `LoadRefused`."""
        connection = await self._free.get()
        try:
            return await connection.ask(request)
        finally:
            self._free.put_nowait(connection)

    def close(self) -> None:
        """Hang up all."""
        for connection in self._all:
            connection.close()


def request(method: str, url: str, body: bytes = b"", **headers: str) -> bytes:
    """The bytes of a request; underscores in the names of headers are hyphens."""
    parts = urlsplit(url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    lines = [f"{method} {target} HTTP/1.1", f"host: {parts.netloc}", f"content-length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def per_second(url: str, make: Make, clients: int, seconds: float, *, start: int = 0) -> float:
    """Answers a second for so many clients, each asking again as soon as it is answered."""
    lines = await Lines.open(url, clients)
    number, answered = start, 0
    end = time.perf_counter() + seconds

    async def client() -> None:
        nonlocal number, answered
        while time.perf_counter() < end:
            number += 1
            await lines.ask(make(number))
            answered += 1

    began = time.perf_counter()
    try:
        await asyncio.gather(*(client() for _ in range(clients)))
    finally:
        lines.close()
    return answered / (time.perf_counter() - began)


async def latency(
    url: str, make: Make, rate: float, seconds: float, *, lines: int = 64, start: int = 0
) -> Latency:
    """How long answers take when requests arrive at a constant rate."""
    opened = await Lines.open(url, lines)
    times: list[float] = []

    async def one(number: int, due: float) -> None:
        await opened.ask(make(number))
        times.append(time.perf_counter() - due)

    try:
        await arrivals(lambda number, due: one(start + number, due), rate, seconds)
    finally:
        opened.close()
    return Latency.of(times, rate)


async def arrivals(one: Callable[[int, float], Awaitable[None]], rate: float, seconds: float) -> None:
    """Begin `one(number, due)` at a constant rate, whatever became of those before; wait for all."""
    began = time.perf_counter()
    tasks: list[asyncio.Task[None]] = []
    count = max(1, int(rate * seconds))
    for number in range(1, count + 1):
        due = began + number / rate
        pause = due - time.perf_counter()
        if pause > 0.001:
            await asyncio.sleep(pause)
        tasks.append(asyncio.ensure_future(one(number, due)))
    await asyncio.gather(*tasks)
