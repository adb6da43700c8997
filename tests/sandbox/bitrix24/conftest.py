"""A simulated Bitrix24 on a real port, and a tiny application that stores what the portal posts to it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest
import uvicorn
from litestar import HttpMethod, Litestar, Request, Response, route
from litestar.params import FromPath

from sandbox.bitrix24 import AppCard, Bitrix24Sandbox
from sandbox.bitrix24.world import tls
from sandbox.clock import Clock
from sandbox.faults import Faults

CONNECTOR = {
    "ID": "wab24",
    "NAME": "WhatsApp",
    "ICON": {"DATA_IMAGE": "data:image/svg+xml,%3Csvg%2F%3E"},
    "NEED_SIGNATURE": False,
    "EDIT_INTERNAL_MESSAGES": True,
    "DEL_INTERNAL_MESSAGES": True,
}
EVENTS = (
    "OnImConnectorMessageAdd",
    "OnImConnectorMessageUpdate",
    "OnImConnectorMessageDelete",
    "OnImConnectorDialogStart",
    "OnImConnectorDialogFinish",
    "OnImConnectorStatusDelete",
    "OnImConnectorLineDelete",
    "OnAppInstall",
    "OnAppUninstall",
    "OnAppPayment",
    "OnAppUserReady",
)


OURS = "/ours"
"""Under which path of the one server the application under test stands."""


class Post:
    """One POST as the application saw it: path, query and the flat form pairs in their order."""

    def __init__(self, path: str, query: str, body: str) -> None:
        self.path = path
        self.query = dict(parse_qsl(query))
        self.body = body
        self.form = dict(parse_qsl(body, keep_blank_values=True))


class Application:
    """Our side: stores posts; a test sets what it answers and which files it serves."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.posts: list[Post] = []
        self.status = 200
        self.files: dict[str, bytes] = {}
        self.fetched: list[str] = []

    def events(self, name: str) -> list[dict[str, str]]:
        """The forms of this event, in the order of their arrival."""
        return [one.form for one in self.posts if one.form.get("event") == name]

    async def answer(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        path = request.url.path.removeprefix(OURS)
        if request.method == "GET":
            self.fetched.append(path)
            content = self.files.get(path)
            return Response(
                content or b"", status_code=404 if content is None else 200, media_type="image/png"
            )
        self.posts.append(Post(path, request.url.query, (await request.body()).decode()))
        return Response(b"<html></html>", status_code=self.status, media_type="text/html")


@asynccontextmanager
async def served(handlers: list[Any], listener: socket.socket) -> AsyncIterator[None]:
    app = Litestar(handlers, openapi_config=None)
    config = uvicorn.Config(app, log_level="critical", access_log=False, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:
        if running.done():
            running.result()
        await asyncio.sleep(0.005)
    try:
        yield
    finally:
        server.should_exit = True
        await running
        listener.close()


class Stage:
    """One portal, one application, one HTTP client that follows nothing."""

    def __init__(
        self, sandbox: Bitrix24Sandbox, application: Application, clock: Clock, faults: Faults
    ) -> None:
        self.sandbox = sandbox
        self.application = application
        self.clock = clock
        self.faults = faults
        self.http = httpx.AsyncClient(timeout=20, trust_env=False, verify=tls())
        self.base = sandbox.world.base_url
        self.portal = sandbox.create_portal("acme")
        self.token = ""
        self.refresh_token = ""

    async def install(self, *, finish: bool = True) -> None:
        """Install with a wizard and keep the tokens that its frame brought."""
        app = AppCard(handler=f"{self.application.base}/app", installer=f"{self.application.base}/install")
        await self.sandbox.install("acme", app)
        frame = self.application.posts[-1].form
        self.token, self.refresh_token = frame["AUTH_ID"], frame["REFRESH_ID"]
        handler = f"{self.application.base}/events"
        binds = {event: f"event.bind?event={event}&handler={handler}" for event in EVENTS}
        assert (await self.result("batch", {"cmd": binds}))["result_error"] == []
        if finish:
            await self.sandbox.install_finish("acme")
            await self.sandbox.settle()

    async def connect(self, line: int = 1, **flags: Any) -> None:
        """Register the connector and put it on a line."""
        handler = f"{self.application.base}/setting"
        await self.result("imconnector.register", {**CONNECTOR, "PLACEMENT_HANDLER": handler, **flags})
        await self.result("imconnector.activate", {"CONNECTOR": "wab24", "LINE": line, "ACTIVE": "1"})
        self.portal.crm_delay_s = 0.01

    async def call(
        self, method: str, params: dict[str, Any] | None = None, token: str | None = None
    ) -> httpx.Response:
        body = {**(params or {}), "auth": self.token if token is None else token}
        return await self.http.post(f"{self.base}/portals/{self.portal.name}/rest/{method}", json=body)

    async def result(self, method: str, params: dict[str, Any] | None = None) -> Any:
        answer = await self.call(method, params)
        assert answer.status_code == 200, answer.text
        return answer.json()["result"]

    async def refused(self, method: str, params: dict[str, Any] | None = None) -> tuple[int, str]:
        """HTTP status and error code of a call that must fail."""
        answer = await self.call(method, params)
        assert answer.status_code >= 400, answer.text
        return answer.status_code, answer.json()["error"]

    async def client_writes(
        self, text: str = "Hola", phone: str = "5215550001111", **message: Any
    ) -> dict[str, Any]:
        """One message of a customer through `imconnector.send.messages`; answers its element of RESULT."""
        element = {
            "user": {"id": phone, "name": "Ravi", "last_name": "Kumar", "phone": f"+{phone}"},
            "message": {"id": f"wamid.{len(text)}", "date": 1773265993, "text": text, **message},
            "chat": {"id": phone},
        }
        sent = {"CONNECTOR": "wab24", "LINE": 1, "MESSAGES": [element]}
        answer = await self.result("imconnector.send.messages", sent)
        element_answer: dict[str, Any] = answer["DATA"]["RESULT"][0]
        return element_answer

    def chat(self) -> dict[str, Any]:
        """The only chat, as the inspection shows it."""
        (chat,) = self.sandbox.chats()
        return chat


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with AsyncExitStack() as stack:
        listener = socket.create_server(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{listener.getsockname()[1]}"
        application = Application(f"{base}{OURS}")
        clock, faults = Clock(), Faults(seed=7)
        sandbox = Bitrix24Sandbox(
            base,
            client_id="local.abc.123",
            client_secret="the secret",
            faults=faults,
            clock=clock,
        )
        methods = [HttpMethod.GET, HttpMethod.POST]

        @route(f"{OURS}/{{path:path}}", http_method=methods)
        async def ours(request: Request[Any, Any, Any], path: FromPath[str]) -> Response[bytes]:
            return await application.answer(request)

        await stack.enter_async_context(served([*sandbox.routes, ours], listener))
        stack.push_async_callback(sandbox.close)
        staged = Stage(sandbox, application, clock, faults)
        stack.push_async_callback(staged.http.aclose)
        yield staged


@pytest.fixture
async def installed(stage: Stage) -> Stage:
    await stage.install()
    return stage


@pytest.fixture
async def connected(installed: Stage) -> Stage:
    await installed.connect()
    return installed
