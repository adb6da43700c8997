"""A portal and an authorization server that play the contract, on a real port (contracts/bitrix24.md §1)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from connectors.bitrix24.auth import AuthServer, TokenPair
from connectors.bitrix24.client import PortalClient
from connectors.bitrix24.form import parse_form
from connectors.bitrix24.ports import Lease, PortalAddress, Token, Wait
from connectors.http import new_client
from connectors.outside import Actor, Exchange, Failure, Policy
from connectors.redaction import Secret

MEMBER = "a223c6b3710f85df22e9377d6c4f7553"
CLIENT_ID = "app.66f1.1"
CLIENT_SECRET = "the-client-secret-of-the-application"
FAR_FUTURE = 4_000_000_000.0

Responder = Callable[[dict[str, Any]], web.StreamResponse]


def answer(result: Any, status: int = 200, **more: Any) -> Responder:
    """JSON with the portal's `time` block."""
    time = {"operating": 0.25, "operating_reset_at": 1_780_000_000}
    return lambda _: web.json_response({"result": result, "time": time, **more}, status=status)


def error(status: int, code: str, words: str = "words", **more: Any) -> Responder:
    return lambda _: web.json_response({"error": code, "error_description": words, **more}, status=status)


def bare(body: Any) -> Responder:
    """JSON as given, without an envelope."""
    return lambda _: web.json_response(body)


def html(status: int) -> Responder:
    return lambda _: web.Response(status=status, text="<html>Bad Gateway</html>", content_type="text/html")


def redirect(location: str) -> Responder:
    return lambda _: web.Response(status=302, headers={"Location": location})


class Silence:
    """The request is read; no answer ever comes."""


class Cut:
    """The request is read, then the connection breaks."""


class Bitrix24:
    """Portals under `/<name>/rest/`, the authorization server under `/auth`."""

    def __init__(self) -> None:
        self.base = ""
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.scripts: dict[str, list[Responder | Silence | Cut]] = {}
        self.defaults: dict[str, Responder] = {}
        self.access: dict[str, int] = {"access-0": 1}
        self.refresh: dict[str, int] = {"refresh-0": 1}
        self.refreshes = 0
        self.refresh_over_post = True
        self.token_member = MEMBER
        self.cut_token = False
        self.portal_name = "p1"
        self.moved_to: str | None = None
        self.info: dict[str, Any] = {}
        self.released = asyncio.Event()

    def script(self, method: str, *responders: Responder | Silence | Cut) -> None:
        """What the next calls of `method` are answered; then its default again."""
        self.scripts.setdefault(method, []).extend(responders)

    def params(self, method: str) -> list[dict[str, Any]]:
        """What `method` was called with, in order, inside batches or not."""
        return [params for name, params in self.calls if name == method]

    def endpoint(self, name: str | None = None) -> str:
        return f"{self.base}/{name or self.portal_name}/rest/"

    async def rest(self, request: web.Request) -> web.StreamResponse:
        params = await request.json()
        method = request.match_info["method"]
        if self.moved_to and request.match_info["portal"] != self.moved_to:
            return web.Response(status=302, headers={"Location": self.endpoint(self.moved_to) + method})
        if params.pop("auth", None) not in self.access:
            return web.json_response({"error": "expired_token", "error_description": "expired"}, status=401)
        self.calls.append((method, params))
        return await self._respond(request, method, params)

    async def _respond(self, request: web.Request, method: str, params: dict[str, Any]) -> web.StreamResponse:
        scripted = self.scripts.get(method)
        responder = scripted.pop(0) if scripted else self.defaults.get(method)
        if isinstance(responder, Silence):
            await self.released.wait()
            return web.Response()
        if isinstance(responder, Cut):
            assert request.transport is not None
            request.transport.close()
            return web.Response()
        if responder is None and method == "batch":
            return self._batch(params)
        return (responder or answer(True))(params)

    def _batch(self, params: dict[str, Any]) -> web.StreamResponse:
        result: dict[str, Any] = {}
        errors: dict[str, Any] = {}
        for key, command in params["cmd"].items():
            method, _, query = command.partition("?")
            inner = parse_form(query.encode())
            self.calls.append((method, inner))
            scripted = self.scripts.get(method)
            responder = (scripted.pop(0) if scripted else self.defaults.get(method)) or answer(True)
            assert not isinstance(responder, Silence | Cut)
            response = responder(inner)
            assert isinstance(response, web.Response)
            body = json.loads(response.text or "{}")
            if "error" in body:
                errors[key] = body
            else:
                result[key] = body["result"]
        return answer(
            {
                "result": result or [],
                "result_error": errors or [],
                "result_total": [],
                "result_next": [],
                "result_time": [],
            }
        )({})

    async def app_info(self, request: web.Request) -> web.StreamResponse:
        token = (await request.json())["auth"]
        if token not in self.access:
            return web.json_response({"error": "expired_token", "error_description": token}, status=401)
        name = self.moved_to or self.portal_name
        install = {
            "installed": True,
            "version": "1",
            "status": "F",
            "scope": "crm, im imopenlines",
            "domain": f"{name}.bitrix24.com",
            "client_endpoint": self.endpoint(name),
            "member_id": MEMBER,
            **self.info.get("install", {}),
        }
        body = {"client_id": CLIENT_ID, "scope": "crm", "user_id": self.access[token], **self.info}
        return web.json_response({"result": {**body, "install": install}})

    async def token(self, request: web.Request) -> web.StreamResponse:
        if self.cut_token:
            assert request.transport is not None
            request.transport.close()
            return web.Response()
        if request.method == "POST" and not self.refresh_over_post:
            return web.json_response({"error": "invalid_request", "error_description": "GET"}, status=400)
        fields = dict(request.query) if request.method == "GET" else dict(await request.post())
        if fields.get("client_secret") != CLIENT_SECRET:
            return web.json_response({"error": "invalid_client"}, status=401)
        user = self.refresh.pop(str(fields["refresh_token"]), None)
        if user is None:
            return web.json_response({"error": "invalid_grant", "error_description": "used"}, status=400)
        self.refreshes += 1
        access, refresh = f"access-{self.refreshes}", f"refresh-{self.refreshes}"
        self.access[access], self.refresh[refresh] = user, user
        return web.json_response(
            {
                "access_token": access,
                "refresh_token": refresh,
                "expires_in": 3600,
                "member_id": self.token_member,
                "user_id": user,
                "client_endpoint": self.endpoint(),
            }
        )


class MemoryTokens:
    """A TokenStore whose lease is given to one caller at a time."""

    def __init__(self) -> None:
        self.tokens: dict[str, tuple[Token, str]] = {}
        self.refused: dict[str, Failure] = {}
        self.leased: set[str] = set()
        self.moves: list[str] = []
        self.wait_s = 0.01
        self.put("1", "access-0", "refresh-0")

    def put(self, user_id: str, access: str, refresh: str, expires_at: float = FAR_FUTURE) -> Token:
        token = Token(user_id=user_id, access=Secret(access), expires_at=expires_at)
        self.tokens[user_id] = (token, refresh)
        return token

    async def current(self, portal_id: str) -> Token | Failure:
        for user_id, (token, _) in self.tokens.items():
            if user_id not in self.refused:
                return token
        return Failure(policy=Policy.FIX, code="no_token", message="nobody", who_acts=Actor.ADMINISTRATOR)

    async def lease(self, portal_id: str, user_id: str, stale: Secret) -> Lease | Token | Wait | Failure:
        token, refresh = self.tokens[user_id]
        if token.access != stale:
            return token
        if user_id in self.leased:
            return Wait(seconds=self.wait_s)
        self.leased.add(user_id)
        return Lease(lease_id=f"lease-{user_id}", refresh=Secret(refresh))

    async def save(self, portal_id: str, user_id: str, lease_id: str, pair: TokenPair) -> Token:
        self.leased.discard(user_id)
        return self.put(user_id, pair.access.reveal(), pair.refresh.reveal())

    async def give_up(self, portal_id: str, user_id: str, lease_id: str | None, failure: Failure) -> None:
        self.leased.discard(user_id)
        if failure.policy is Policy.FIX:
            self.refused[user_id] = failure

    async def moved(self, portal_id: str, client_endpoint: str) -> None:
        self.moves.append(client_endpoint)


class MemoryBucket:
    """A CallBucket that says what it is told to say."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self.taken: list[str] = []
        self.reported: list[tuple[str, float, float | None]] = []
        self.refusals: list[str] = []

    async def take(self, portal_id: str, method: str, n: int = 1) -> float:
        if self.waits:
            return self.waits.pop(0)
        self.taken.append(method)
        return 0.0

    async def refused(self, portal_id: str) -> None:
        self.refusals.append(portal_id)

    async def spent(self, portal_id: str, method: str, operating: float, resets_at: float | None) -> None:
        self.reported.append((method, operating, resets_at))


class Records:
    """A Journal in memory."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []

    def record(self, exchange: Exchange) -> None:
        self.exchanges.append(exchange)


class World:
    """Everything a test needs, wired."""

    def __init__(self, server: Bitrix24, http: Any) -> None:
        self.server = server
        self.tokens = MemoryTokens()
        self.bucket = MemoryBucket()
        self.journal = Records()
        self.http = http
        self.auth = self.auth_server()
        self.client = self.portal_client()
        self.secrets = [CLIENT_SECRET, "the-secret-of-a-media-link"]

    def auth_server(self, *, trusted: bool = True) -> AuthServer:
        return AuthServer(
            self.http,
            (f"{self.server.base}/auth",),
            CLIENT_ID,
            Secret(CLIENT_SECRET),
            self.journal,
            trusted_origins=frozenset({self.server.base}) if trusted else frozenset(),
        )

    def portal_client(self, http: Any = None) -> PortalClient:
        address = PortalAddress(
            portal_id="portal-1",
            member_id=MEMBER,
            client_endpoint=self.server.endpoint(),
            server=f"{self.server.base}/auth",
        )
        return PortalClient(http or self.http, address, self.tokens, self.bucket, self.auth, self.journal)

    def recorded(self) -> str:
        """All exchanges as they would be stored."""
        return json.dumps(
            [
                [exchange.request, exchange.response, exchange.error, exchange.method]
                for exchange in self.journal.exchanges
            ],
            ensure_ascii=False,
        )


@pytest.fixture
async def server() -> AsyncIterator[Bitrix24]:
    bitrix = Bitrix24()
    app = web.Application()
    app.router.add_route("*", "/auth/oauth/token/", bitrix.token)
    app.router.add_post("/auth/rest/app.info", bitrix.app_info)
    app.router.add_post("/{portal}/rest/{method}", bitrix.rest)
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    bitrix.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield bitrix
    bitrix.released.set()
    await runner.cleanup()


@pytest.fixture
async def world(server: Bitrix24) -> AsyncIterator[World]:
    """No test ends with a secret in the journal."""
    async with new_client() as http:
        made = World(server, http)
        yield made
    stored = made.recorded()
    shown = [f'"{name}"' for name in (*server.access, *server.refresh)]
    assert [secret for secret in (*made.secrets, *shown) if secret in stored] == []


@pytest.fixture
def say() -> Any:
    """The server's ways to answer, since test modules cannot import each other."""

    class Say:
        answer = staticmethod(answer)
        error = staticmethod(error)
        bare = staticmethod(bare)
        html = staticmethod(html)
        redirect = staticmethod(redirect)
        silence = Silence()
        cut = Cut()
        member = MEMBER

    return Say


@pytest.fixture
def event_body() -> Callable[[str], bytes]:
    """A body of `tests/fixtures/bitrix24/events` by its name."""
    folder = Path(__file__).parents[2] / "fixtures/bitrix24/events"
    return lambda name: (folder / f"{name}.txt").read_bytes()
