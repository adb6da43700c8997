"""The pipeline without a database: what the HTTP exchanges alone take.

`python -m benchmarks.null_pipeline PORT OUTSIDE`

The same server, client and exchanges as the real one, in one process that forgets everything: a customer's
message enters the portal (up to ten of a portal a call, as ours), an operator's message goes to Gupshup, a
delivered one is told to the portal (up to 50 a batch, as ours). Nothing is kept, checked, ordered or charged.
"""

from __future__ import annotations

import asyncio
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlencode

import httpx
import msgspec
from litestar import Litestar, Request, Response, post
from litestar.params import FromPath

from benchmarks.echo import ready, serve
from connectors.http import new_client

_ROUND_S = 0.01
Item = dict[str, Any]
T = TypeVar("T")


class NullPipeline:
    """What waits to go out, by portal."""

    def __init__(self, outside: str) -> None:
        self.outside = outside
        self._http: httpx.AsyncClient = new_client()
        self._wire = asyncio.Semaphore(32)
        self._messages: dict[str, list[Item]] = defaultdict(list)
        self._ticks: dict[str, list[str]] = defaultdict(list)
        self._portals: dict[str, str] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def running(self, _: Litestar) -> AsyncIterator[None]:
        """Send what waits, round after round."""
        rounds = asyncio.create_task(self._rounds())
        try:
            yield
        finally:
            rounds.cancel()
            await self._http.aclose()

    def from_customer(self, portal: str, body: Item) -> None:
        """A callback of Gupshup."""
        payload = body["payload"]
        if body["type"] == "message":
            self._messages[portal].append({"id": payload["id"], "text": payload["payload"]["text"]})
        elif payload["type"] == "delivered" and payload["gsId"] in self._portals:
            self._ticks[self._portals.pop(payload["gsId"])].append(payload["gsId"])

    def from_operator(self, form: dict[str, list[str]]) -> None:
        """An event of a portal."""
        self._begin(self._to_whatsapp(form))

    def _begin(self, sending: Awaitable[None]) -> None:
        task = asyncio.ensure_future(sending)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _rounds(self) -> None:
        while True:
            await asyncio.sleep(_ROUND_S)
            for portal, messages in _taken(self._messages):
                for first in range(0, len(messages), 10):
                    self._begin(self._to_portal(portal, messages[first : first + 10]))
            for portal, ticks in _taken(self._ticks):
                for first in range(0, len(ticks), 50):
                    self._begin(self._tick(portal, ticks[first : first + 50]))

    async def _to_whatsapp(self, form: dict[str, list[str]]) -> None:
        """Every message alone, as Gupshup takes them."""
        text = form["data[MESSAGES][0][message][text]"][0]
        message = msgspec.json.encode({"type": "text", "text": text}).decode()
        sent = {
            "channel": "whatsapp",
            "destination": form["data[MESSAGES][0][chat][id]"][0],
            "message": message,
        }
        answer = await self._post("/gupshup/wa/api/v1/msg", sent, form=True)
        self._portals[msgspec.json.decode(answer)["messageId"]] = form["auth[member_id]"][0]

    async def _to_portal(self, portal: str, items: list[Item]) -> None:
        messages = [{"message": {"id": item["id"], "text": item["text"]}} for item in items]
        await self._post(f"/portals/{portal}/rest/imconnector.send.messages", {"MESSAGES": messages})

    async def _tick(self, portal: str, ids: list[str]) -> None:
        calls = {f"c{n}": urlencode({"MESSAGES[0][message][id][0]": one}) for n, one in enumerate(ids)}
        await self._post(f"/portals/{portal}/rest/batch", {"halt": 0, "cmd": calls})

    async def _post(self, path: str, body: dict[str, Any], *, form: bool = False) -> bytes:
        async with self._wire:
            content = urlencode(body).encode() if form else msgspec.json.encode(body)
            kind = "application/x-www-form-urlencoded" if form else "application/json"
            answer = await self._http.post(
                self.outside + path, content=content, headers={"content-type": kind}
            )
            answer.raise_for_status()
            return answer.content


def _taken(waiting: dict[str, list[T]]) -> list[tuple[str, list[T]]]:
    """All that waits; from now on nothing does."""
    taken = list(waiting.items())
    waiting.clear()
    return taken


def application(outside: str) -> Litestar:
    """The two doors that messages come in by."""
    pipeline = NullPipeline(outside)

    @post("/webhooks/gupshup/{secret:str}", status_code=200)
    async def gupshup(request: Request[Any, Any, Any], secret: FromPath[str]) -> Response[bytes]:
        pipeline.from_customer(secret, msgspec.json.decode(await request.body()))
        return Response(b"", media_type="text/plain")

    @post("/bitrix24/events", status_code=200)
    async def events(request: Request[Any, Any, Any]) -> Response[bytes]:
        pipeline.from_operator(parse_qs((await request.body()).decode()))
        return Response(b"", media_type="text/plain")

    return Litestar([ready, gupshup, events], lifespan=[pipeline.running], openapi_config=None)


if __name__ == "__main__":
    serve(application(sys.argv[2]), int(sys.argv[1]))
