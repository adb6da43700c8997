"""What all parts of the simulator share: the memory, the clock, the faults and the work in the background."""

from __future__ import annotations

import asyncio
import ssl
from collections import defaultdict, deque
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec

from sandbox.bitrix24.errors import NoSuchThing
from sandbox.bitrix24.parties import PARTY, Clock, Faults
from sandbox.bitrix24.state import Chat, Memory, Portal

HANDLER_TIMEOUT_S = 5.0
"""How long an event handler may take (§1.7: the real value is not published)."""
DOWNLOAD_TIMEOUT_S = 30.0
REMEMBERED = 2000
"""Complaints, requests and deliveries that are kept to be looked at."""


class Complaint(msgspec.Struct, frozen=True, kw_only=True):
    """Something our side sent that the real service would have refused or overlooked."""

    party: str
    portal: str
    operation: str
    complaint: str
    at: datetime


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One REST call as it came, without its token."""

    portal: str
    method: str
    params: dict[str, Any]


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One POST of an event, robot or SMS to a handler; `status` is None when no answer came."""

    portal: str
    what: str
    handler: str
    status: int | None


@cache
def tls() -> ssl.SSLContext:
    """Loading the certificates takes long, so they are loaded once."""
    return ssl.create_default_context()


class World:
    """One origin, one application (client id and secret), any number of portals."""

    def __init__(
        self, base_url: str, *, client_id: str, client_secret: str, faults: Faults, clock: Clock
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.client_id = client_id
        self.client_secret = client_secret
        self.faults = faults
        self.clock = clock
        self.memory = Memory()
        self.complaints: deque[Complaint] = deque(maxlen=REMEMBERED)
        self.requests: deque[Request] = deque(maxlen=REMEMBERED)
        self.deliveries: deque[Delivery] = deque(maxlen=REMEMBERED)
        self.listeners: list[Callable[[str, str], None]] = []
        """Called with what happened (`message`, `delivered`, `notification`, …) and the portal's name."""
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._background: set[asyncio.Task[None]] = set()
        self._http: httpx.AsyncClient | None = None

    @property
    def host(self) -> str:
        """`host:port` of the one origin: the `domain` of every portal and of the auth server."""
        return urlsplit(self.base_url).netloc

    @property
    def protocol(self) -> str:
        """`PROTOCOL` of frames and the bridge: `1` is https."""
        return "1" if urlsplit(self.base_url).scheme == "https" else "0"

    @property
    def server_endpoint(self) -> str:
        """Where the auth server answers `app.info`."""
        return f"{self.base_url}/auth/rest/"

    def portal_url(self, portal: Portal) -> str:
        """The portal's address, without a slash at the end."""
        return f"{self.base_url}/portals/{portal.name}"

    def client_endpoint(self, portal: Portal) -> str:
        """Where the portal's REST methods are."""
        return f"{self.portal_url(portal)}/rest/"

    def now(self) -> float:
        """Unix seconds of the simulated clock."""
        return self.clock.now().timestamp()

    def iso(self, instant: float | None = None) -> str:
        """An instant as the REST API writes it: ISO 8601 with seconds and offset."""
        moment = datetime.fromtimestamp(self.now() if instant is None else instant, tz=UTC)
        return moment.isoformat(timespec="seconds")

    def portal(self, name: str) -> Portal:
        """The portal of this name. Raises NoSuchThing."""
        try:
            return self.memory.portals[name]
        except KeyError:
            raise NoSuchThing(f"there is no portal {name!r}") from None

    def portal_of(self, member_id: str) -> Portal | None:
        """The portal of this member id."""
        return next((one for one in self.memory.portals.values() if one.member_id == member_id), None)

    def chat(self, portal: Portal, chat_id: int) -> Chat:
        """A chat of the portal. Raises NoSuchThing."""
        try:
            return portal.chats[chat_id]
        except KeyError:
            raise NoSuchThing(f"portal {portal.name!r} has no chat {chat_id}") from None

    def complain(self, portal: Portal, operation: str, complaint: str) -> None:
        """Remember what the real service would not have taken."""
        self.complaints.append(
            Complaint(
                party=PARTY,
                portal=portal.name,
                operation=operation,
                complaint=complaint,
                at=self.clock.now(),
            )
        )

    def tell(self, what: str, portal: Portal) -> None:
        """Tell whoever watches that something changed."""
        for listener in self.listeners:
            listener(what, portal.name)

    def lock(self, key: str) -> asyncio.Lock:
        """The lock of this key; waiters are served in the order of their arrival."""
        return self._locks[key]

    def http(self) -> httpx.AsyncClient:
        """The portal's own HTTP client: it posts events and downloads files.

        Each request has a connection of its own: a kept one that our side closes meanwhile would lose an
        event that nobody dropped on purpose.
        """
        if self._http is None:
            self._http = httpx.AsyncClient(
                timeout=httpx.Timeout(HANDLER_TIMEOUT_S, pool=None),
                limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
                verify=tls(),
                trust_env=False,
                headers={"User-Agent": "Bitrix24 Webhook Engine"},
            )
        return self._http

    def in_background(self, work: Coroutine[Any, Any, None]) -> None:
        """Start work that outlives the request."""
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def settle(self) -> None:
        """Wait until nothing is under way: events delivered, CRM linked."""
        while self._background:
            await asyncio.gather(*self._background)

    async def close(self) -> None:
        """Stop what is under way and close the connections."""
        for task in list(self._background):
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        if self._http is not None:
            await self._http.aclose()
            self._http = None
