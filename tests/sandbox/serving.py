"""A real uvicorn on a free port of 127.0.0.1, and a tiny receiver that stores what is posted to it."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import msgspec
import uvicorn
from litestar import Litestar, Request, Response, post
from litestar.datastructures import State
from litestar.params import FromPath

T = TypeVar("T")
AnyRequest = Request[Any, Any, State]


def free_socket() -> tuple[socket.socket, str]:
    """A listening socket on a port of the system's choice, and its base address."""
    listener = socket.create_server(("127.0.0.1", 0))
    return listener, f"http://127.0.0.1:{listener.getsockname()[1]}"


@asynccontextmanager
async def serving(app: Litestar, listener: socket.socket) -> AsyncIterator[None]:
    """Serve `app` on `listener` as the demo does, and stop it afterwards."""
    config = uvicorn.Config(app, log_level="critical", access_log=False, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:
        if running.done():
            running.result()
        await asyncio.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        await running
        listener.close()


class Received(msgspec.Struct):
    """One callback as it arrived."""

    path: str
    headers: dict[str, str]
    body: Any


class Receiver:
    """What stands for our server: stores callbacks, answers what the test decides."""

    def __init__(self) -> None:
        self.all: list[Received] = []
        self.answer: Callable[[int, Received], int] = lambda _n, _received: 200

    def app(self) -> Litestar:
        """The application to serve."""

        @post("/{path:path}")
        async def receive(path: FromPath[str], request: AnyRequest) -> Response[None]:
            raw = (await request.body()).decode()
            try:
                body = json.loads(raw)
            except ValueError:
                body = raw
            received = Received(path, dict(request.headers), body)
            status = self.answer(len(self.all), received)
            self.all.append(received)
            return Response(None, status_code=status)

        return Litestar([receive], logging_config=None)

    def of_type(self, *types: str) -> list[Any]:
        """The bodies of one envelope type, and of one inner type where a second is given, in order."""
        found = [
            one.body for one in self.all if isinstance(one.body, dict) and one.body.get("type") == types[0]
        ]
        return [body for body in found if len(types) == 1 or body["payload"].get("type") == types[1]]


async def until(find: Callable[[], T], seconds: float = 8.0) -> T:
    """The first truthy answer of `find`; fails after `seconds`."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not (found := find()):
        if asyncio.get_running_loop().time() > deadline:
            raise AssertionError("waited in vain")
        await asyncio.sleep(0.01)
    return found
