"""The whole house as running processes: database, sandbox, API, workers. Tests kill them for real."""

from __future__ import annotations

import json
import os
import signal
import socket
import time
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx
import psycopg

from cli.clicks import Administrator
from cli.processes import Child, stop_all
from cli.sandbox import DEMO_CLIENT_ID
from sandbox.bitrix24 import php
from tests.servers import SECRET_KEYS, TestDatabase

PORTAL = "p1"
PHONE = "5215550001111"
LINE = "1"
SHELF_PHONE = "5215550009999"
PATIENCE_S = 60.0  # a portal takes two calls a second once its burst is used up
T = TypeVar("T")


class House:
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
        self.owner_url = owner_url or database.url
        self._settings = settings or {}
        self._sandbox_port, self._api_port = free_ports(2)
        self.sandbox_url = f"http://127.0.0.1:{self._sandbox_port}"
        self.api_url = f"http://127.0.0.1:{self._api_port}"
        self.sandbox = httpx.Client(base_url=self.sandbox_url, timeout=30, trust_env=False)
        self.api = httpx.Client(base_url=self.api_url, timeout=30, trust_env=False)
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

    # What people do

    def shows(self, phone: str, kind: str, content: bytes, text: str = "", **media: str) -> None:
        """The customer sends a file."""
        file = {"base64": b64encode(content).decode(), **media}
        self.customer_writes(phone, text, kind=kind, media=file)

    def hands_over(self, phone: str, name: str, mime: str, content: bytes, text: str = "") -> None:
        """The operator sends a file in the chat with this customer."""
        file = {"name": name, "mime": mime, "base64": b64encode(content).decode()}
        self.operator_writes(self.chat_id(phone), text, files=[file])

    def customer_writes(self, phone: str, text: str, **more: Any) -> str:
        """The customer types on his phone; returns WhatsApp's id."""
        answer = self.sandbox.post(f"/sandbox/whatsapp/{phone}/messages", json={"text": text, **more})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def operator_writes(self, chat_id: int | str, text: str, **more: Any) -> str:
        """The operator types in the open line; returns the portal's message id."""
        answer = self.sandbox.post(f"/sandbox/bitrix24/chats/{chat_id}/messages", json={"text": text, **more})
        assert answer.is_success, answer.text
        return str(answer.json()["id"])

    def on_gupshups_shelf(self, kind: str, content_type: str, content: bytes) -> str:
        """Some customer sent this file; returns where Gupshup keeps it for whoever knows the address."""
        self.shows(SHELF_PHONE, kind, content, content_type=content_type)
        return str(self.on_the_phone(SHELF_PHONE)[-1]["media"]["url"])

    def gupshup_knobs(self, **knobs: Any) -> None:
        """Change how the channel's app behaves (`sandbox.gupshup.state.Knobs`)."""
        answer = self.sandbox.put(f"/sandbox/gupshup/apps/{PHONE}", json=knobs)
        assert answer.is_success, answer.text

    # What people see

    def on_the_phone(self, phone: str) -> list[dict[str, Any]]:
        """The conversation on the customer's phone."""
        answer = self.sandbox.get(f"/sandbox/whatsapp/{phone}/messages")
        return list(answer.json()) if answer.is_success else []

    def chat_of(self, phone: str) -> dict[str, Any] | None:
        """The open-line chat with this customer, once there is one."""
        chats = self.sandbox.get("/sandbox/bitrix24/chats").json()
        return next((chat for chat in chats if chat["channel"] == phone), None)

    def chat_id(self, phone: str) -> int:
        """The portal's number of that chat, which must be there."""
        chat = self.chat_of(phone)
        assert chat is not None, f"no chat with {phone}"
        return int(chat["chat_id"])

    def in_the_chat(self, phone: str, author: str | None = None) -> list[str]:
        """The texts of that chat in order, of one author or of all."""
        chat = self.chat_of(phone)
        messages = chat["messages"] if chat else []
        return [message["text"] for message in messages if author in (None, message["author"])]

    def received_by(self, phone: str) -> list[str]:
        """The texts that the company's messages brought to the phone, in order."""
        return [message["text"] for message in self.on_the_phone(phone) if message["direction"] == "out"]

    def files_in_the_chat(self, phone: str) -> list[tuple[str, str, bytes]]:
        """Name, MIME type and bytes of every file in that chat, in order, as a person downloads them."""
        chat = self.chat_of(phone)
        files = [file for message in (chat["messages"] if chat else []) for file in message["files"]]
        return [
            (file["name"], file["mime"], self.sandbox.get(file["link"], follow_redirects=True).content)
            for file in files
        ]

    def told(self, user_id: int | None = None) -> list[str]:
        """The notifications in the portal, of one employee or of all, oldest first."""
        notices = self.sandbox.get("/sandbox/bitrix24/notifications").json()
        return [notice["text"] for notice in notices if user_id in (None, notice["user_id"])]

    # What the database knows

    def query(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Look into the database as its owner."""
        with psycopg.connect(self.owner_url, autocommit=True) as connection:
            return connection.execute(sql.encode(), parameters).fetchall()

    def states(self, direction: str) -> dict[str, int]:
        """How many messages of a direction are in which state."""
        rows = self.query(
            "select state, count(*) from messaging.message where direction = %s group by 1", direction
        )
        return {str(state): int(count) for state, count in rows}

    def state_of(self, message_id: str) -> str | None:
        """The state of one message; None while there is no such message."""
        rows = self.query("select state from messaging.message where message_id = %s", message_id)
        return str(rows[0][0]) if rows else None

    def assert_conserved(self) -> None:
        """Everything that was accepted stands where it is counted, and nothing is adrift."""
        rows = self.query("select hour, direction, balance, adrift from trace.conservation()")
        assert [row for row in rows if row[2:] != (0, 0)] == []

    def digest(self) -> dict[str, str]:
        """A digest of every table but the log and the heartbeat: equal digests mean that nothing changed."""
        tables = self.query(
            "select c.oid::regclass::text from pg_class c"
            " where c.relnamespace = any (array['tenancy', 'messaging', 'billing']::regnamespace[])"
            " and c.relkind = 'r' and c.relname <> 'heartbeat' order by 1"
        )
        one = "select '{0}', md5(coalesce(string_agg(t::text, '' order by t::text), '')) from {0} t"
        rows = self.query(" union all ".join(one.format(table) for (table,) in tables))
        return {str(table): str(digest) for table, digest in rows}

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
        seen: Callable[[], object] = str,
    ) -> None:
        """Wait for something observable; fails with what was waited for, what `seen` shows, and the logs."""
        deadline = time.monotonic() + within_s
        while not is_so():
            if time.monotonic() > deadline:
                ends = "\n".join(
                    f"--- {c.name}\n{c.last_words()}" for c in self.processes.values() if c.log.exists()
                )
                raise AssertionError(f"waited {within_s:g} s for: {what}\n{seen()}\n{ends}")
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
