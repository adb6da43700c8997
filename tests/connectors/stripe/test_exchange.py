"""One call of Stripe's API: what may come back instead of an answer, and what is recorded of it."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import stripe

from connectors.http import new_client
from connectors.money import MICROS
from connectors.outside import Failure, Method, Policy, Retry
from connectors.payment_commands import RechargeCmd
from connectors.payments import NOTHING, Declined, FactKind
from connectors.redaction import Secret
from connectors.stripe import methods
from connectors.stripe.client import Stripe
from connectors.stripe.exchange import API_VERSION, StripeConfig, UnlistedMethodError, Wire
from connectors.stripe.methods import METHODS
from connectors.stripe.webhook import listed
from tests.connectors.payments_contract import Kept
from tests.connectors.stripe.stage import StripeStage

pytestmark = pytest.mark.requirement("R4-c", "R2.2-c")
KEY = "sk_live_the_secret_key"
COMMAND = RechargeCmd(
    payment_id="p-1",
    portal_id="portal-1",
    attempt=1,
    amount=20 * MICROS,
    currency="USD",
    description="Recarga",
    customer="cus_1",
    method="pm_1",
    begun_at=datetime.now(UTC),
)


class Host:
    """What stands in for api.stripe.com: answers in turn, raw."""

    def __init__(self) -> None:
        self.answers: list[bytes] = []
        self.asked: list[str] = []

    def will(self, status: int, body: bytes = b"", headers: str = "") -> None:
        head = f"HTTP/1.1 {status} x\r\nConnection: close\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
        self.answers.append(head.encode() + body)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.asked.append(head)
        writer.write(self.answers.pop(0))
        await writer.drain()
        writer.close()


@pytest.fixture
async def host() -> AsyncIterator[tuple[Host, Stripe, Kept]]:
    standing, kept = Host(), Kept()
    server = await asyncio.start_server(standing.serve, "127.0.0.1", 0)
    async with server, new_client(connect_s=2, read_s=5) as http:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        config = StripeConfig(secret_key=Secret(KEY), base_url=url, repetitions=0)
        provider = Stripe(http, config, kept)
        yield standing, provider, kept
        await provider.close()


@pytest.mark.parametrize(
    ("status", "body", "policy", "code"),
    [
        (200, b"<html>ok</html>", Policy.RETRY, "not_json"),
        (200, b"\xff\xfe\x00", Policy.RETRY, "not_json"),
        (200, b"{}", Policy.NEVER, "unreadable_answer"),
        (200, b"[]", Policy.NEVER, "unreadable_answer"),
        (200, b'{"id":"pi_1","status":"succeeded","amount":"x"}', Policy.NEVER, "unreadable_answer"),
        (302, b"", Policy.FIX, "http_302"),
        (
            400,
            b'{"error":{"type":"invalid_request_error","message":"m"}}',
            Policy.NEVER,
            "invalid_request_error",
        ),
        (401, b'{"error":{"message":"Invalid API Key"}}', Policy.FIX, "http_401"),
        (403, b"forbidden", Policy.FIX, "http_403"),
        (404, b'{"error":{"code":"resource_missing","message":"m"}}', Policy.NEVER, "resource_missing"),
        (409, b'{"error":{"code":"lock_timeout","message":"m"}}', Policy.RETRY, "lock_timeout"),
        (429, b'{"error":{"code":"rate_limit","message":"m"}}', Policy.RETRY, "rate_limit"),
        (500, b'{"error":{"type":"api_error","message":"m"}}', Policy.RETRY, "api_error"),
        (502, b"<html>Bad Gateway</html>", Policy.RETRY, "http_502"),
        (503, b'{"error":"text"}', Policy.RETRY, "http_503"),
    ],
)
async def test_every_answer_to_a_reading_has_its_policy(
    host: tuple[Host, Stripe, Kept], status: int, body: bytes, policy: Policy, code: str
) -> None:
    standing, provider, kept = host
    standing.will(status, body, "Location: http://169.254.169.254/\r\n" if status == 302 else "")
    failure = await provider.confirm("pi_1")
    assert isinstance(failure, Failure)
    assert (policy, code) == (failure.policy, failure.code)
    (exchange,) = kept.exchanges
    assert ("stripe", methods.READ_PAYMENT.name, status) == (exchange.party, exchange.method, exchange.status)
    assert len(standing.asked) == 1


async def test_a_retry_waits_as_long_as_stripe_says(host: tuple[Host, Stripe, Kept]) -> None:
    standing, provider, _ = host
    standing.will(429, b'{"error":{"message":"m"}}', "Retry-After: 7\r\n")
    failure = await provider.confirm("pi_1")
    assert isinstance(failure, Failure)
    assert failure.retry_after_s == 7.0


async def test_the_key_travels_in_its_header_and_is_recorded_nowhere(host: tuple[Host, Stripe, Kept]) -> None:
    standing, provider, kept = host
    standing.will(401, b'{"error":{"message":"Invalid API Key provided: ' + KEY.encode() + b'"}}')
    failure = await provider.confirm("pi_1")
    assert isinstance(failure, Failure)
    (head,) = standing.asked
    assert f"Bearer {KEY}" in head
    assert f"Stripe-Version: {API_VERSION}".lower() in head.lower()
    assert "telemetry" not in head.lower()
    assert KEY not in repr(kept.exchanges) + repr(failure) + repr(provider.__dict__)


async def test_what_stripe_advises_in_a_header_does_not_become_a_warning(
    host: tuple[Host, Stripe, Kept],
) -> None:
    standing, provider, _ = host
    standing.will(404, b'{"error":{"message":"m"}}', "Stripe-Notice: upgrade soon\r\n")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert isinstance(await provider.confirm("pi_1"), Failure)


async def test_a_call_under_a_wrong_row_or_none_never_leaves(host: tuple[Host, Stripe, Kept]) -> None:
    standing, provider, _ = host
    wire: Wire = provider._wire
    stranger = Method(name="GET /v1/balance", purpose="", why="", scope="", retry=Retry.SAFE)
    for row in (stranger, methods.READ_CHARGE):
        with pytest.raises(UnlistedMethodError):
            await wire.call(row, lambda client: client.v1.balance.retrieve_async(), dict, NOTHING)
    assert [] == standing.asked


def test_every_row_is_a_call_of_the_sdk_in_its_pinned_version() -> None:
    assert stripe.enable_telemetry is False
    assert all(name == row.name and " /v1/" in name for name, row in METHODS.items())
    once = {name for name, row in METHODS.items() if row.retry is Retry.ONCE}
    assert {"POST /v1/payment_intents", "POST /v1/refunds"} == once


@pytest.mark.asyncio(loop_scope="module")
async def test_an_object_of_test_mode_is_never_asked_for_with_a_live_key(stage: StripeStage) -> None:
    live = Stripe(
        stage.http, StripeConfig(secret_key=Secret("sk_live_x"), base_url="http://127.0.0.1:9"), stage.journal
    )
    (fact,) = live.interpret(
        listed(
            {
                "id": "evt_1",
                "type": "payment_intent.succeeded",
                "livemode": False,
                "data": {"object": {"id": "pi_1"}},
            }
        )
    )
    assert FactKind.PAYMENT == fact.kind
    before = len(stage.journal.exchanges)
    assert () == await live.fetch(fact)
    assert before == len(stage.journal.exchanges)
    await live.close()


async def test_the_sdk_repeats_what_failed_under_the_same_key_and_each_attempt_is_recorded() -> None:
    standing, kept = Host(), Kept()
    server = await asyncio.start_server(standing.serve, "127.0.0.1", 0)
    async with server, new_client(connect_s=2, read_s=5) as http:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        provider = Stripe(http, StripeConfig(secret_key=Secret(KEY), base_url=url, repetitions=1), kept)
        standing.will(503, b"<html>")
        standing.will(402, b'{"error":{"code":"card_declined","decline_code":"stolen_card","message":"no"}}')
        outcome = await provider.charge_saved(COMMAND)
        await provider.close()
    assert isinstance(outcome, Declined)
    assert ("stolen_card", "never") == (outcome.code, outcome.retry)
    assert [503, 402] == [one.status for one in kept.exchanges]
    assert {"recharge:p-1:1"} == {one.request["idempotency_key"] for one in kept.exchanges}


async def test_a_charge_that_nobody_can_have_received_may_be_made_again() -> None:
    async with new_client(connect_s=2, read_s=5) as http:
        unreachable = StripeConfig(secret_key=Secret(KEY), base_url="http://127.0.0.1:9", repetitions=0)
        provider = Stripe(http, unreachable, Kept())
        outcome = await provider.charge_saved(COMMAND)
        await provider.close()
    assert isinstance(outcome, Failure)
    assert (Policy.RETRY, "not_connected") == (outcome.policy, outcome.code)
