"""Bitrix24, Gupshup and Stripe as a load needs them: they answer at once, remember nothing, and say when.

The sandbox plays these parties faithfully and spends more time on it than our service does; beside it nothing
could be measured. These answer what our connectors read (contracts bitrix24.md §2.2, gupshup.md §2.1, §4.2).
"""

from __future__ import annotations

import asyncio
import itertools
import re
import socket
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any
from urllib.parse import unquote_plus
from uuid import uuid4

import msgspec
import uvicorn

_NUMBERED = re.compile(r"bench (\d+)")
_DESTINATION = re.compile(rb"(?:^|&)destination=(\d+)")
_SOURCE = re.compile(rb"(?:^|&)source=(\d+)")
_JSON = [(b"content-type", b"application/json")]
Sent = Callable[[int, str, str, str], None]
"""Hears of a message that Gupshup took: its number, gs id, destination, source."""


class Outside:
    """An ASGI application. `delivered(number)` hears of each numbered message that entered a portal."""

    def __init__(self) -> None:
        self.delivered: Callable[[int], None] = lambda _: None
        self.sent: Sent = lambda *_: None
        self.exchanges: Counter[str] = Counter()
        self.certificate = b""
        """What `/paypal/v1/notifications/certs/…` serves."""
        self._numbers = itertools.count(1)

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """One request."""
        if scope["type"] != "http":
            return
        body = b""
        while True:
            part = await receive()
            body += part.get("body", b"")
            if not part.get("more_body"):
                break
        status, answer = self._answer(scope["path"], body)
        length = (b"content-length", str(len(answer)).encode())
        await send({"type": "http.response.start", "status": status, "headers": [*_JSON, length]})
        await send({"type": "http.response.body", "body": answer})

    def _answer(self, path: str, body: bytes) -> tuple[int, bytes]:
        if path == "/gupshup/wa/api/v1/msg":
            return 202, self._gupshup(body)
        if path.startswith("/portals/"):
            return 200, self._portal(path.rpartition("/")[2], body)
        if path.startswith("/paypal/v1/notifications/certs/"):
            return 200, self.certificate
        if path == "/stripe/v1/checkout/sessions":
            return 200, self._checkout()
        return 200, msgspec.json.encode({"id": f"obj_{next(self._numbers)}", "object": "customer"})

    def _gupshup(self, body: bytes) -> bytes:
        self.exchanges["gupshup"] += 1
        gs_id = str(uuid4())
        number = _NUMBERED.search(unquote_plus(body.decode()))
        destination, source = _DESTINATION.search(body), _SOURCE.search(body)
        if number and destination:
            self.sent(int(number[1]), gs_id, destination[1].decode(), source[1].decode() if source else "")
        return msgspec.json.encode({"status": "submitted", "messageId": gs_id})

    def _portal(self, method: str, body: bytes) -> bytes:
        self.exchanges[method] += 1
        asked = msgspec.json.decode(body)
        time = {"operating": 0.01, "operating_reset_at": 2_000_000_000}
        if method == "imconnector.send.messages":
            return msgspec.json.encode({"result": self._entered(asked["MESSAGES"]), "time": time})
        if method == "batch":
            names = list(asked["cmd"])
            result = {"result": {name: {"SUCCESS": True} for name in names}, "result_error": {}}
            return msgspec.json.encode({"result": result, "time": time})
        return msgspec.json.encode({"result": True, "time": time})

    def _entered(self, messages: list[dict[str, Any]]) -> dict[str, Any]:
        elements = []
        for message in messages:
            found = _NUMBERED.search(str(message["message"].get("text", "")))
            if found:
                self.delivered(int(found[1]))
            session = {"ID": "1", "CHAT_ID": "1"}
            elements.append(
                {"SUCCESS": True, "user": 1, "message": {"id": message["message"]["id"]}, "session": session}
            )
        return {"SUCCESS": True, "DATA": {"RESULT": elements}}

    def _checkout(self) -> bytes:
        number = next(self._numbers)
        page = {
            "id": f"cs_test_{number}",
            "object": "checkout.session",
            "url": f"https://checkout.stripe.com/c/pay/cs_test_{number}",
            "status": "open",
            "payment_status": "unpaid",
            "mode": "payment",
            "livemode": False,
            "expires_at": 2_000_000_000,
        }
        return msgspec.json.encode(page)


class _Server(uvicorn.Server):
    """A server that leaves the signals to the process that it is a part of."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """None of them."""
        yield


@asynccontextmanager
async def serving(outside: Outside, port: int) -> AsyncIterator[None]:
    """Serve it on the running loop. Raises `OSError` where the port is taken."""
    listener = socket.create_server(("127.0.0.1", port), backlog=1024)
    config = uvicorn.Config(outside, http="httptools", log_config=None, access_log=False, lifespan="off")
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield
    finally:
        server.should_exit = True
        await task


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
