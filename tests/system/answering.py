"""A door before the simulated Gupshup that answers the next send as a test says, and passes on the rest."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

from tests.system.house import House

_SEND = "/wa/api/v1/msg"


class Answering:
    """`url` is where the house finds its Gupshup; `stand_before` tells which one is behind."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.behind = ""
        self.answers: list[tuple[int, bytes]] = []
        """Status and body for the next sends, first come first served; without any, sends pass, too."""
        self.sends: list[bytes] = []
        """The forms of all sends."""

    def stand_before(self, house: House) -> None:
        """Pass on to the simulated Gupshup of this house."""
        self.behind = f"{house.sandbox_url}/gupshup"


@contextmanager
def answering_gupshup() -> Iterator[Answering]:
    """Serve on a free port for the time of the block."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    door = Answering(f"http://127.0.0.1:{server.server_address[1]}")
    client = httpx.Client(timeout=30, trust_env=False)
    _Handler.door, _Handler.client = door, client
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield door
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        client.close()


class _Handler(BaseHTTPRequestHandler):
    door: Answering
    client: httpx.Client

    def _pass(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.command == "POST" and self.path == _SEND:
            self.door.sends.append(body)
            if self.door.answers:
                self._answer(*self.door.answers.pop(0), "application/json")
                return
        kept = {name: self.headers[name] for name in ("apikey", "Content-Type") if name in self.headers}
        answer = self.client.request(
            self.command, f"{self.door.behind}{self.path}", content=body, headers=kept
        )
        self._answer(answer.status_code, answer.content, answer.headers.get("content-type", "text/plain"))

    do_GET = do_POST = do_PUT = do_DELETE = _pass  # noqa: N815 - http.server's names

    def _answer(self, status: int, body: bytes, content_type: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Nothing: addresses are the house's business."""
