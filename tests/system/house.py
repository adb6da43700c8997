"""The whole house as running processes: database, sandbox, API, workers. Tests kill them for real."""

from __future__ import annotations

import json
import os
import signal
import socket
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx

from cli.clicks import Administrator
from cli.processes import Child, stop_all
from cli.sandbox import DEMO_CLIENT_ID
from sandbox.bitrix24 import php
from tests.servers import SECRET_KEYS, TestDatabase
from tests.system.known import Known
from tests.system.people import PHONE, People

PORTAL = "p1"
LINE = "1"
PATIENCE_S = 60.0  # a portal takes two calls a second once its burst is used up
T = TypeVar("T")


class House(People, Known):
    """One portal with one connected channel. `sandbox` and `api` are HTTP clients on their addresses."""

    def __init__(
        self,
        database: TestDatabase,
        home: Path,
        *,
        workers: int = 1,
        owner_url: str = "",
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.database = database
        self.home = home
        Known.__init__(self, owner_url or database.url)
        self._settings = settings or {}
        self._sandbox_port, self._api_port = free_ports(2)
        self.sandbox_url = f"http://127.0.0.1:{self._sandbox_port}"
        self.api_url = f"http://127.0.0.1:{self._api_port}"
        People.__init__(self, _client(self.sandbox_url))
        self.api = _client(self.api_url)
        self.administrator = Administrator(self.sandbox_url, self.api_url, PORTAL)
        environment = self._environment()
        self.processes = {
            "sandbox": self._child("sandbox", self._sandbox_arguments(), environment),
            "api": self._child("api", ["serve"], environment),
            **{
                f"worker{n}": self._child(f"worker{n}", ["worker"], environment)
                for n in range(1, workers + 1)
            },
        }
        self.channel_id = ""

    def open(self) -> None:
        """Start everything, install, connect the channel."""
        for child in self.processes.values():
            child.start()
        self.until("the sandbox answers", lambda: self._answers(self.sandbox, "/sandbox/bitrix24/portals"))
        self.until("the API is ready", lambda: self._answers(self.api, "/health/ready"))
        self.administrator.install()
        self.channel_id = self.administrator.connect("VentasDemo", PHONE, LINE)

    def close(self) -> None:
        """Stop everything; on failure the logs stay in `home`."""
        stop_all(list(self.processes.values()))
        self.sandbox.close()
        self.api.close()
        self.administrator.close()

    def kill(self, name: str) -> None:
        """SIGKILL one process and wait until it is gone. It stays down until `start`."""
        child = self.processes[name]
        child.signal(signal.SIGKILL)
        child.stop(time.monotonic() + 10)

    def start(self, name: str) -> None:
        """Start a process that is down."""
        self.processes[name].start()
        if name == "api":
            self.until("the API is alive", lambda: self._answers(self.api, "/health/live"))

    def set(self, name: str, **variables: str) -> None:
        """Start a process with these variables from its next start on."""
        self.processes[name].set(variables)

    def until_calm(self, for_s: float = 1.5) -> None:
        """Wait until no table has changed for longer than a worker's longest pause."""
        seen, since = self.digest(), time.monotonic()

        def is_calm() -> bool:
            nonlocal seen, since
            now = self.digest()
            if now != seen:
                seen, since = now, time.monotonic()
            return time.monotonic() - since > for_s

        self.until("nothing changes any more", is_calm)

    def until(
        self,
        what: str,
        is_so: Callable[[], object],
        within_s: float = PATIENCE_S,
    ) -> None:
        """Wait for something observable; a failure shows what was waited for, the database, the logs."""
        deadline = time.monotonic() + within_s
        while not is_so():
            if time.monotonic() > deadline:
                ends = "\n".join(
                    f"--- {c.name}\n{c.last_words()}" for c in self.processes.values() if c.log.exists()
                )
                raise AssertionError(f"waited {within_s:g} s for: {what}\n{self.seen()}\n{ends}")
            time.sleep(0.05)

    def faults(self, **parties: dict[str, Any]) -> None:
        """Switch faults on (`gupshup={…}`, `bitrix24={…}`) or, without any, off."""
        answer = self.sandbox.put("/sandbox/faults", json=parties)
        assert answer.is_success, answer.text

    def webhook_secrets(self) -> tuple[str, str]:
        """Route and header secret of the channel's webhook, as only their owner can open them."""
        from adapters.webhook_secrets import WebhookSecrets
        from runtime.secrets import Box

        ((sealed,),) = self.query(
            "select secrets_sealed from tenancy.channel where channel_id = %s", self.channel_id
        )
        opened = WebhookSecrets.opened(Box(SECRET_KEYS), bytes(sealed))
        return opened.route, opened.header

    def bearer(self, user_id: str = "1") -> dict[str, str]:
        """The header with which this user of the portal calls the API."""
        from runtime.bearer import Bearer, Holder

        ((portal_id,),) = self.query(
            "select portal_id::text from tenancy.channel where channel_id = %s", self.channel_id
        )
        holder = Holder(portal_id=portal_id, user_id=user_id, language="es")
        return {"Authorization": f"Bearer {Bearer(SECRET_KEYS).issue(holder)}"}

    def staff(self, role: str = "owner", name: str = "Olga") -> dict[str, str]:
        """The headers with which this person of the provider's staff calls the API; added where unknown."""
        import secrets

        from runtime.secrets import digest

        person = {"email": f"{name}.{role}@provider.example".lower(), "name": name, "role": role}
        if not self.query("select 1 from tenancy.staff where email = %s", person["email"]):
            person["language"] = "es"
            self.query("select tenancy.add_staff('tests', %s::jsonb)", json.dumps(person))
        secret, link = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        self.query(
            "select tenancy.invite_staff('tests', staff_id, %s) from tenancy.staff where email = %s",
            digest(link),
            person["email"],
        )
        self.query("select tenancy.redeem_staff_link(%s, %s)", digest(link), digest(secret))
        return {"Cookie": f"wab24_staff={secret}", "Origin": self.api_url}

    def call_back(self, body: Any, *, header: str | None = None) -> httpx.Response:
        """Post a callback as Gupshup does: bytes as they are, anything else as JSON."""
        route, secret = self.webhook_secrets()
        content = body if isinstance(body, bytes) else httpx.Request("POST", "http://x", json=body).content
        headers = {
            "Content-Type": "application/json",
            "X-Gupshup-Webhook-Secret": secret if header is None else header,
        }
        return self.api.post(f"/webhooks/gupshup/{route}", content=content, headers=headers)

    def remembered(self) -> dict[str, Any]:
        """What the simulated parties know (tokens as well), as of a second ago at most."""
        return dict(json.loads((self.home / "sandbox.json").read_bytes()))

    def event(self, name: str, content: Any, **auth: Any) -> dict[str, Any]:
        """An event's form as the portal posts it (bitrix24.md §1.7), with `auth` said otherwise."""
        portal = self.remembered()["bitrix24"]["portals"][PORTAL]
        said = {
            "domain": self.sandbox_url.partition("://")[2],
            "server_endpoint": f"{self.sandbox_url}/auth/rest/",
            "client_endpoint": f"{self.sandbox_url}/portals/{PORTAL}/rest/",
            "member_id": portal["member_id"],
            "application_token": portal["installation"]["application_token"],
        }
        return {
            "event": name,
            "event_handler_id": 1,
            "data": content,
            "ts": int(time.time()),
            "auth": {**said, **auth},
        }

    def operator_event(self, phone: str, *messages: tuple[int, str], user_id: int = 27) -> dict[str, Any]:
        """`ONIMCONNECTORMESSAGEADD` with these message ids and texts, in the chat with this customer."""
        chat = self.chat_of(phone)
        assert chat is not None, f"no chat with {phone}"
        elements = [
            {
                "im": {"chat_id": chat["chat_id"], "message_id": message_id},
                "message": {"user_id": user_id, "text": text},
                "chat": {"id": chat["channel"]},
            }
            for message_id, text in messages
        ]
        content = {"CONNECTOR": chat["connector"], "LINE": chat["line"], "MESSAGES": elements}
        return self.event("ONIMCONNECTORMESSAGEADD", content)

    def post_event(self, form: Mapping[str, Any] | bytes) -> httpx.Response:
        """Post an event as a portal does: bytes as they are, anything else as PHP's form."""
        content = form if isinstance(form, bytes) else php.build_query(form).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.api.post("/bitrix24/events", content=content, headers=headers)

    def _child(self, name: str, arguments: list[str], environment: dict[str, str]) -> Child:
        return Child(name, arguments, environment, self.home / f"{name}.log")

    def _sandbox_arguments(self) -> list[str]:
        snapshot = str(self.home / "sandbox.json")
        port = str(self._sandbox_port)
        return [
            "sandbox",
            "--port",
            port,
            "--base-url",
            self.sandbox_url,
            "--snapshot",
            snapshot,
            "--seed",
            "7",
            "--app-url",
            self.api_url,
        ]

    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DATABASE_URL": self.database.url,
            "API_DATABASE_URL": self.database.api_url,
            "WORKER_DATABASE_URL": self.database.worker_url,
            "TRACE_DATABASE_URL": self.database.trace_url,
            "SECRET_KEYS": ",".join(SECRET_KEYS),
            "PUBLIC_URL": self.api_url,
            "HOST": "127.0.0.1",
            "PORT": str(self._api_port),
            "BITRIX24_CLIENT_ID": DEMO_CLIENT_ID,
            "BITRIX24_CLIENT_SECRET": "tests-only",
            "BITRIX24_AUTH_SERVERS": f"{self.sandbox_url}/auth",
            "GUPSHUP_URL": f"{self.sandbox_url}/gupshup",
            "TRUSTED_ORIGINS": self.sandbox_url,
            "MEDIA_DIR": str(self.home / "media"),
            "SPOOL_DIR": str(self.home / "spool"),
            **self._settings,
        }

    @staticmethod
    def _answers(client: httpx.Client, path: str) -> bool:
        try:
            return client.get(path).is_success
        except httpx.HTTPError:
            return False


def _client(url: str) -> httpx.Client:
    return httpx.Client(base_url=url, timeout=30, trust_env=False)


def at_once(calls: Iterable[Callable[[], T]], how_many: int = 10) -> list[T]:
    """Make the calls, `how_many` at a time; returns what they returned, in their order."""
    with ThreadPoolExecutor(how_many) as pool:
        return list(pool.map(lambda call: call(), calls))


@contextmanager
def open_house(
    database: TestDatabase,
    home: Path,
    *,
    workers: int = 1,
    settings: Mapping[str, str] | None = None,
    before: Callable[[House], object] = lambda _: None,
) -> Iterator[House]:
    """A house with its portal installed and its channel connected, for the time of the block.

    `settings` are environment variables that differ from the house's own; `before` is called before anything
    starts.
    """
    house = House(database, home, workers=workers, settings=settings)
    before(house)
    try:
        house.open()
        yield house
    finally:
        house.close()


def free_ports(count: int) -> list[int]:
    """Ports that were free a moment ago, all different."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()
