"""A database with the worker's role in front of it, a portal and a provider that answer as told."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import psycopg
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import Jsonb

from adapters.media import MediaShelf
from adapters.portals import Portals
from adapters.tokens import sealed_pair
from connectors.bitrix24.auth import AuthServer
from connectors.gupshup.client import Gupshup
from connectors.http import new_client
from connectors.redaction import Secret
from runtime.database import Database
from runtime.secrets import Box, Signer, generate_key
from tests.connectors.media.conftest import Kept
from tests.servers import TestDatabase

KEYS = (generate_key(),)
BOX = Box(KEYS)
_members = itertools.count(1)

Respond = Callable[[dict[str, Any]], Awaitable[Any]]


class Owner:
    """Looks at and changes what no login role may."""

    def __init__(self, url: str) -> None:
        self._url = url

    def rows(self, query: str, *arguments: Any) -> list[DictRow]:
        """What a statement returns."""
        with psycopg.connect(self._url, autocommit=True, row_factory=dict_row) as connection:
            cursor = connection.execute(query.encode(), arguments)
            return cursor.fetchall() if cursor.description else []

    def value(self, query: str, *arguments: Any) -> Any:
        """The only value that a statement returns, or None."""
        rows = self.rows(query, *arguments)
        return next(iter(rows[0].values())) if rows else None


class Outside:
    """A portal and Gupshup on this machine: what each method answers, and what was asked."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.answers: dict[str, Respond] = {}

    def names(self) -> list[str]:
        """The methods that were called, in their order."""
        return [name for name, _ in self.asked]

    async def rest(self, request: web.Request) -> web.Response:
        """A method of a portal's REST; 200 with `result` unless told otherwise."""
        name, body = request.match_info["method"], await request.json()
        self.asked.append((name, body))
        answer = await self.answers[name](body) if name in self.answers else True
        return answer if isinstance(answer, web.Response) else web.json_response({"result": answer})

    async def send(self, request: web.Request) -> web.Response:
        """Gupshup takes a message."""
        body = dict(await request.post())
        self.asked.append(("msg", body))
        if "msg" in self.answers:
            return web.json_response(await self.answers["msg"](body))
        return web.json_response({"status": "submitted", "messageId": f"gs-{len(self.asked)}"}, status=202)

    async def app(self, request: web.Request) -> web.Response:
        """A call about an application, such as `GET business`; 404 unless told otherwise."""
        name = f"{request.method} {request.match_info['what']}"
        body = dict(await request.post())
        self.asked.append((name, body))
        if name not in self.answers:
            return web.json_response({"status": "error", "message": "Not Found"}, status=404)
        answer = await self.answers[name](body)
        return answer if isinstance(answer, web.Response) else web.json_response(answer)


class House:
    """What a worker works with, around one portal with one channel."""

    def __init__(
        self, owner: Owner, database: Database, http: httpx.AsyncClient, outside: Outside, shelf: MediaShelf
    ) -> None:
        self.owner = owner
        self.database = database
        self.outside = outside
        self.shelf = shelf
        self.journal = Kept()
        server = f"{outside.url}/auth"
        auth = AuthServer(
            http,
            (server,),
            "app.1",
            Secret("s"),
            self.journal,
            trusted_origins=frozenset({outside.url}),
        )
        self.portals = Portals(database, http, auth, BOX, self.journal)
        self.gupshup = Gupshup(http, outside.url, self.journal)
        self.portal, self.channel = self.install()

    def install(self) -> tuple[str, str]:
        """One more portal with an active channel; both of this house."""
        number = next(_members)
        portal = str(self.owner.value("select tests.create_portal(%s)", f"worker{number}"))
        phone = f"52155500{number:05d}"
        channel = str(self.owner.value("select tests.create_channel(%s, '1', %s)", portal, phone))
        self.owner.rows(
            "update tenancy.portal set client_endpoint = %s, server_endpoint = %s where portal_id = %s",
            f"{self.outside.url}/{number}/rest/",
            f"{self.outside.url}/auth/rest/",
            portal,
        )
        pair = sealed_pair(BOX, Secret("access"), Secret("refresh"), 3600)
        self.owner.rows("select tenancy.save_token(%s, '1', %s, true)", portal, Jsonb(pair))
        self.owner.rows(
            "update tenancy.channel set key_sealed = %s where channel_id = %s",
            BOX.seal("a-key-of-gupshup"),
            channel,
        )
        return portal, channel

    def customer_writes(self, text: str = "Hola", wa_id: str = "5215551234567") -> str:
        """A customer writes to the channel; returns the message."""
        query = "select tests.customer_writes(%s, %s, %s, %s)"
        return str(self.owner.value(query, self.portal, self.channel, text, wa_id))

    def operator_writes(
        self, text: str, key: str, chat_key: str = "5215551234567", *, user_id: str = "7"
    ) -> str:
        """An operator writes to a customer; returns the message."""
        query = "select tests.submitted(%s, %s, %s, '1', %s, %s)"
        return str(self.owner.value(query, self.portal, text, key, chat_key, user_id))

    async def claims(self, direction: str, **more: Any) -> list[dict[str, Any]]:
        """What the worker claims for this portal."""
        arguments = {"p_direction": direction, "p_portals": [self.portal], "p_each": 100, **more}
        return await self.database.call("messaging.claim", arguments)

    def states(self, direction: str) -> list[str]:
        """The states of this portal's messages, in the order in which they came."""
        query = (
            "select state from messaging.message where portal_id = %s and direction = %s order by message_id"
        )
        return [row["state"] for row in self.owner.rows(query, self.portal, direction)]


@pytest.fixture
def owner(database: TestDatabase) -> Owner:
    return Owner(database.url)


@pytest.fixture
async def worker_database(database: TestDatabase) -> AsyncIterator[Database]:
    async with Database(database.worker_url, max_size=4) as opened:
        yield opened


@pytest.fixture
async def outside() -> AsyncIterator[Outside]:
    standing = Outside()
    application = web.Application()
    application.router.add_post("/{number}/rest/{method}", standing.rest)
    application.router.add_post("/wa/api/v1/msg", standing.send)
    application.router.add_route("*", "/wa/app/{app_id}/{what:.*}", standing.app)
    async with TestServer(application, host="127.0.0.1") as server:
        standing.url = f"http://127.0.0.1:{server.port}"
        yield standing


@pytest.fixture
async def house(
    owner: Owner,
    worker_database: Database,
    outside: Outside,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[House]:
    shelf = MediaShelf(
        tmp_path_factory.mktemp("media"),
        Signer(KEYS, "media"),
        "https://app.example",
        Kept(),
        frozenset({outside.url}),
    )
    async with new_client() as http:
        yield House(owner, worker_database, http, outside, shelf)
