"""Gupshup's examples, a journal that keeps, and a small real server in Gupshup's place."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qsl

import httpx
import msgspec
import pytest

from connectors.gupshup.client import App, Gupshup
from connectors.http import new_client
from connectors.outside import Exchange
from connectors.redaction import Secret

_REPOSITORY = Path(__file__).resolve().parents[3]
_SHARED = _REPOSITORY.parent / "shared" / "payloads" / "gupshup"
_COPIED = _REPOSITORY / "tests" / "fixtures" / "gupshup"
_EXAMPLES = _SHARED if _SHARED.is_dir() else _COPIED


class Kept:
    """A journal whose exchanges can be looked at."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []

    def record(self, exchange: Exchange) -> None:
        self.exchanges.append(exchange)


class Asked(msgspec.Struct):
    """A request as the server saw it."""

    verb: str
    path: str
    headers: dict[str, str]
    form: dict[str, str]


class Host:
    """What stands in for api.gupshup.io: answers in turn, raw bytes each, or None to cut the connection."""

    def __init__(self) -> None:
        self.answers: list[bytes | None] = []
        self.asked: list[Asked] = []
        self.url = ""

    def will(self, status: int, body: str | bytes = b"", *, headers: str = "") -> None:
        content = body.encode() if isinstance(body, str) else body
        head = f"HTTP/1.1 {status} x\r\nConnection: close\r\nContent-Length: {len(content)}\r\n{headers}\r\n"
        self.answers.append(head.encode() + content)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        verb, path, _ = head[0].split(" ")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:])}
        body = await reader.readexactly(int(headers.get("content-length") or 0))
        form = dict(parse_qsl(body.decode(), keep_blank_values=True))
        self.asked.append(Asked(verb=verb, path=path, headers=headers, form=form))
        answer = self.answers.pop(0)
        if answer is None:
            writer.transport.abort()
            return
        writer.write(answer)
        await writer.drain()
        writer.close()


@pytest.fixture
def example() -> Callable[[str], bytes]:
    def read(name: str) -> bytes:
        path = _EXAMPLES / name
        if not path.exists():
            pytest.skip(f"{name} is in ../shared/payloads/gupshup only, which is not beside this clone")
        return path.read_bytes()

    return read


@pytest.fixture
def example_names() -> set[str]:
    return {path.name for path in _EXAMPLES.glob("*.json")}


@pytest.fixture
def journal() -> Kept:
    return Kept()


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with new_client(connect_s=2.0, read_s=5.0) as client:
        yield client


@pytest.fixture
def app() -> App:
    return App(
        app_id="b1c2-id", app_name="DemoApp", phone="5215550001111", key=Secret("sk_the_application_key")
    )


@pytest.fixture
async def host() -> AsyncIterator[Host]:
    standing = Host()
    async with _listening(standing.serve) as url:
        standing.url = url
        yield standing


@asynccontextmanager
async def _listening(
    serve: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[str]:
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def gupshup(http: httpx.AsyncClient, host: Host, journal: Kept) -> Gupshup:
    return Gupshup(http, host.url, journal)
