"""The connector against the simulated PayPal, by each transport, and against a small server that lies."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
import pytest_asyncio

from connectors.http import new_client
from connectors.outside import Failure
from connectors.payment_commands import RefundCmd, TopupCmd
from connectors.payments import PaymentProvider, PaymentSnapshot, Redirect
from connectors.paypal.environment import connect, simulated
from connectors.paypal.provider import PayPal
from connectors.paypal.transport import Credentials, TransportName
from connectors.redaction import Secret
from sandbox.faults import FaultSettings, PartyFaults
from sandbox.paypal.app import create_paypal_app
from sandbox.paypal.party import PayPalSandbox
from sandbox.paypal.signing import Keys, new_keys
from sandbox.paypal.state import Webhook
from tests.connectors.payments_contract import Inbox, Kept, Raw
from tests.sandbox.serving import free_socket, serving, until

EXAMPLES = Path(__file__).resolve().parents[2] / "fixtures" / "paypal"
CLIENT_ID, CLIENT_SECRET = "AfClientId0001", "EsecretOfTheApplication0001"
CREDENTIALS = Credentials(Secret(CLIENT_ID), Secret(CLIENT_SECRET))


class House:
    """The simulated PayPal and our connector to it; see `PaymentsStage`."""

    secrets = (CLIENT_SECRET, CLIENT_ID, "A21AA")

    def __init__(
        self, base: str, http: httpx.AsyncClient, party: PayPalSandbox, transport: TransportName
    ) -> None:
        self.base = base
        self.http = http
        self.party = party
        self.transport = transport
        self.inbox = Inbox()
        self.journal = Kept()
        self.webhook = Webhook("8PT597110X687430L", "", ["*"])
        self.paypal = self.connected()

    @property
    def provider(self) -> PaymentProvider:
        return self.paypal

    def connected(self) -> PayPal:
        return connect(
            self.http,
            simulated(self.party.base_url, self.party.authority_pem),
            CREDENTIALS,
            (self.webhook.id,),
            self.journal,
            brand="Tienda",
            transport=self.transport,
            answer_within_s=20.0,
        )

    async def begin_anew(self) -> None:
        """A new account, no faults, an empty inbox: for tests that share the servers."""
        await self.party.reset()
        self.party.state.webhooks[self.webhook.id] = self.webhook
        self.party.clock.ahead = timedelta()
        await self.faults()
        await self.paypal.close()
        self.paypal = self.connected()
        self.inbox.all.clear()
        self.journal.exchanges.clear()

    async def opened(self, **changes: Any) -> Redirect:
        opened = await self.paypal.create_topup(topup(**changes))
        assert isinstance(opened, Redirect), opened
        return opened

    async def paid(self, **changes: Any) -> PaymentSnapshot:
        opened = await self.opened(**changes)
        await self.control(f"orders/{opened.provider_ref}/approve")
        paid = await self.paypal.confirm(opened.provider_ref)
        assert isinstance(paid, PaymentSnapshot), paid
        return paid

    async def control(self, path: str, body: Any = None) -> Any:
        answer = await self.http.post(f"{self.base}/sandbox/paypal/{path}", json=body)
        assert answer.status_code < 300, answer.text
        return answer.json()

    async def turn(self, **knobs: Any) -> None:
        answer = await self.http.put(f"{self.base}/sandbox/paypal/knobs", json=knobs)
        assert answer.status_code == 200, answer.text

    async def delivered(self, event_type: str) -> tuple[bytes, dict[str, str]]:
        """The first delivery of a kind of event, as it arrived."""

        def found() -> Raw | None:
            return next((one for one in self.inbox.all if f'"{event_type}"'.encode() in one.body), None)

        received = await until(found)
        assert received is not None
        return received.body, received.headers

    async def pays(self, page: Redirect) -> None:
        await self.control(f"orders/{page.provider_ref}/approve")

    async def refund_fails(self, refund: str) -> None:
        await self.control(f"refunds/{refund}/end", {"status": "FAILED"})

    async def disputes(self, payment: str) -> str:
        opened: str = (await self.control("disputes", {"payment": payment, "reverse": True}))["dispute_id"]
        return opened

    async def wins(self, dispute: str) -> None:
        await self.control(f"disputes/{dispute}/resolve", {"outcome": "RESOLVED_SELLER_FAVOUR"})

    async def faults(self, **faults: float) -> None:
        self.party.faults.put(FaultSettings(paypal=PartyFaults(**faults)))

    async def silence(self) -> None:
        await self.turn(webhooks="hold")

    def now(self) -> datetime:
        return self.party.clock.now()


def topup(**changes: Any) -> TopupCmd:
    command = TopupCmd(
        payment_id="0192f0c1-0000-7000-8000-000000000001",
        portal_id="0192f0c1-0000-7000-8000-0000000000aa",
        amount=20_000_000,
        currency="USD",
        description="Saldo de WhatsApp",
        return_url="https://app.example.com/pay/return/n0nce",
        cancel_url="https://app.example.com/pay/cancel/n0nce",
        expires_at=datetime.now(UTC) + timedelta(hours=2),
    )
    return msgspec.structs.replace(command, **changes)


def refund(payment: str, **changes: Any) -> RefundCmd:
    command = RefundCmd(
        refund_id="0192f0c1-0000-7000-8000-0000000000f1",
        payment_id="0192f0c1-0000-7000-8000-000000000001",
        portal_id="0192f0c1-0000-7000-8000-0000000000aa",
        payment=payment,
        amount=None,
        currency="USD",
    )
    return msgspec.structs.replace(command, **changes)


@pytest.fixture(scope="session")
def keys() -> Keys:
    return new_keys()


@pytest.fixture
def journal() -> Kept:
    return Kept()


@pytest.fixture(params=list(TransportName))
def transport(request: pytest.FixtureRequest) -> TransportName:
    found: TransportName = request.param
    return found


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with new_client(connect_s=5.0, read_s=20.0) as client:
        yield client


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=list(TransportName))
async def servers(request: pytest.FixtureRequest, keys: Keys) -> AsyncIterator[House]:
    """One simulated PayPal for a module and a transport."""
    ours, inbox_url = free_socket()
    theirs, base = free_socket()
    app = create_paypal_app(base, client_id=CLIENT_ID, client_secret=CLIENT_SECRET, seed=7, keys=keys)
    async with serving(app, theirs), new_client(connect_s=5.0, read_s=20.0) as http:
        house = House(base, http, app.state.paypal, request.param)
        async with serving(house.inbox.app(), ours):
            house.webhook.url = f"{inbox_url}/webhooks/paypal"
            yield house
            await house.paypal.close()


@pytest_asyncio.fixture(loop_scope="module")
async def house(servers: House) -> House:
    """A new account at that PayPal, for one test."""
    await servers.begin_anew()
    return servers


@pytest.fixture
def stage(house: House) -> House:
    """The contract suite's name for it."""
    return house


SILENCE = b""
"""An answer that never comes."""
UNFINISHED = b"(and the rest never comes)"


class Asked(msgspec.Struct):
    """A request as the server saw it."""

    verb: str
    path: str
    headers: dict[str, str]
    body: bytes


class Host:
    """What stands in PayPal's place and answers what a test says, in turn; None cuts the connection."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.serving: set[asyncio.Task[None] | None] = set()
        self.answers: list[bytes | float | None] = []
        self.token_s: float | None = 32_400
        self.tokens = 0
        self.token_delay_s = 0.0
        self.refused: set[str] = set()
        self.url = ""

    def will(self, status: int, body: Any = b"", *, headers: str = "") -> None:
        self.answers.append(packed(status, body, headers))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.serving.add(asyncio.current_task())
        try:
            answer = await self._answer(await _read(reader))
            if answer is None:
                writer.transport.abort()
                return
            if answer is SILENCE:
                await reader.read()  # until the caller has lost patience
                return
            writer.write(answer)
            await writer.drain()
            if answer.endswith(UNFINISHED):
                await reader.read()
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()

    async def _answer(self, asked: Asked) -> bytes | float | None:
        if asked.path == "/v1/oauth2/token" and self.token_s is not None:
            await asyncio.sleep(self.token_delay_s)
            self.tokens += 1
            return packed(200, {"access_token": f"A21AAtoken{self.tokens}", "expires_in": self.token_s})
        self.asked.append(asked)
        if asked.headers.get("authorization", "").removeprefix("Bearer ") in self.refused:
            return packed(401, {"error": "invalid_token", "error_description": "expired"})
        return self.answers.pop(0) if self.answers else packed(404, {"name": "RESOURCE_NOT_FOUND"})


def packed(status: int, body: Any, headers: str = "") -> bytes:
    content = body if isinstance(body, bytes) else msgspec.json.encode(body)
    head = f"HTTP/1.1 {status} x\r\nConnection: close\r\nContent-Length: {len(content)}\r\n{headers}\r\n"
    return head.encode() + content


async def _read(reader: asyncio.StreamReader) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    verb, path, _ = head[0].split(" ")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:])}
    body = await reader.readexactly(int(headers.get("content-length") or 0))
    return Asked(verb=verb, path=path, headers=headers, body=body)


@pytest.fixture
async def host() -> AsyncIterator[Host]:
    standing = Host()
    server = await asyncio.start_server(standing.serve, "127.0.0.1", 0)
    async with server:
        standing.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield standing
    await asyncio.gather(*(task for task in standing.serving if task))


def _to(
    host: Host, http: httpx.AsyncClient, journal: Kept, keys: Keys, name: TransportName, patience_s: float
) -> PayPal:
    environment = simulated(host.url, keys.authority.encode())
    return connect(
        http,
        environment,
        CREDENTIALS,
        ("WH",),
        journal,
        brand="Tienda",
        transport=name,
        answer_within_s=patience_s,
    )


@pytest.fixture
async def lonely(
    host: Host, http: httpx.AsyncClient, journal: Kept, keys: Keys, transport: TransportName
) -> AsyncIterator[PayPal]:
    """The connector to `host`."""
    paypal = _to(host, http, journal, keys, transport, 20.0)
    yield paypal
    await paypal.close()


@pytest.fixture
async def hasty(
    host: Host, http: httpx.AsyncClient, journal: Kept, keys: Keys, transport: TransportName
) -> AsyncIterator[PayPal]:
    """The same with little patience."""
    paypal = _to(host, http, journal, keys, transport, 1.0)
    yield paypal
    await paypal.close()


def failed(outcome: object) -> Failure:
    assert isinstance(outcome, Failure), outcome
    return outcome
