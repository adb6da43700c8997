"""A journal that keeps, and a small real file server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from connectors.outside import Exchange


class Kept:
    """A journal whose exchanges can be looked at."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []

    def record(self, exchange: Exchange) -> None:
        self.exchanges.append(exchange)


class Files:
    """A file server on this machine: what it serves at which path, and what was asked of it."""

    def __init__(self) -> None:
        self.serves: dict[str, Callable[[web.Request], Awaitable[web.StreamResponse]]] = {}
        self.asked: list[str] = []
        self.origin = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.path)
        return await self.serves[request.path](request)

    def will(self, path: str, body: bytes = b"", *, status: int = 200, **headers: str) -> str:
        named = {name.replace("_", "-"): value for name, value in headers.items()}

        async def respond(_: web.Request) -> web.StreamResponse:
            return web.Response(body=body, status=status, headers=named)

        self.serves[path] = respond
        return f"{self.origin}{path}"


@pytest.fixture
def journal() -> Kept:
    return Kept()


@pytest.fixture
async def files() -> AsyncIterator[Files]:
    standing = Files()
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", standing.answer)
    async with TestServer(application, host="127.0.0.1") as server:
        standing.origin = f"http://127.0.0.1:{server.port}"
        yield standing
