"""A whole sandbox and a receiver, both served for real, and a channel that connects them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import msgspec
import pytest

from sandbox.app import Sandbox, create_app
from tests.sandbox.browsing import chromium as chromium
from tests.sandbox.serving import Receiver, free_socket, serving

MODES = "SENT,DELIVERED,READ,FAILED,ENQUEUED,MESSAGE,OTHERS,BILLING,TEMPLATE,ACCOUNT"


class Stage(msgspec.Struct):
    """What a test plays on: the sandbox's address, our receiver, one connected app."""

    base: str
    http: httpx.AsyncClient
    receiver: Receiver
    receiver_url: str
    sandbox: Sandbox
    app: dict[str, Any] = {}

    async def post(self, path: str, body: Any = None) -> httpx.Response:
        return await self.http.post(f"{self.base}{path}", json=body)

    async def put(self, path: str, body: Any) -> httpx.Response:
        return await self.http.put(f"{self.base}{path}", json=body)

    async def get(self, path: str) -> Any:
        return (await self.http.get(f"{self.base}{path}")).json()

    def url(self, path: str) -> str:
        return f"{self.base}/gupshup/wa/app/{self.app['app_id']}{path}"

    async def subscribe(self, **fields: str) -> httpx.Response:
        form = {
            "url": f"{self.receiver_url}/hook",
            "tag": "ours",
            "version": "2",
            "modes": MODES,
            "meta": json.dumps({"headers": {"X-Channel-Secret": "s3"}}),
            **fields,
        }
        return await self.http.post(self.url("/subscription"), data=form, headers={"apikey": self.app["key"]})

    async def send(self, message: Any, to: str = "51987654321", **fields: str) -> httpx.Response:
        form = {
            "channel": "whatsapp",
            "source": self.app["phone"],
            "destination": to,
            "src.name": self.app["name"],
            "message": message if isinstance(message, str) else json.dumps(message),
            **fields,
        }
        return await self.http.post(
            f"{self.base}/gupshup/wa/api/v1/msg", data=form, headers={"apikey": self.app["key"]}
        )

    async def writes(self, text: str = "hola", phone: str = "51987654321", **fields: Any) -> httpx.Response:
        return await self.post(f"/sandbox/whatsapp/{phone}/messages", {"text": text, **fields})

    async def conversation(self, phone: str = "51987654321") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = await self.get(f"/sandbox/whatsapp/{phone}/messages")
        return found


@pytest.fixture
async def empty_stage() -> AsyncIterator[Stage]:
    """A sandbox without any app."""
    receiver = Receiver()
    receiver_socket, receiver_url = free_socket()
    sandbox_socket, base = free_socket()
    app = create_app(base, client_id="local.test", client_secret="secret", seed=7)
    async with (
        serving(receiver.app(), receiver_socket),
        serving(app, sandbox_socket),
        httpx.AsyncClient(trust_env=False, timeout=20) as http,
    ):
        yield Stage(base, http, receiver, receiver_url, app.state.sandbox)


@pytest.fixture
async def stage(empty_stage: Stage) -> Stage:
    """A sandbox with one app whose callbacks reach the receiver; the probe is forgotten."""
    made = await empty_stage.post("/sandbox/gupshup/apps", {"name": "TiendaDemo", "phone": "51911111111"})
    empty_stage.app = made.json()
    answer = await empty_stage.subscribe()
    assert answer.status_code == 200, answer.text
    empty_stage.receiver.all.clear()
    return empty_stage
