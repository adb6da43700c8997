"""What both transports must do when PayPal misbehaves: tokens, silence, odd answers, secrets."""

from __future__ import annotations

import asyncio
import json
import logging
from datetime import UTC, datetime

import httpx
import msgspec
import pytest

from connectors.outside import Policy, Retry
from connectors.payments import PaymentSnapshot, PaymentState, Redirect
from connectors.paypal.environment import connect, simulated
from connectors.paypal.failures import failure_of_answer
from connectors.paypal.provider import PayPal
from connectors.paypal.transport import Answer, TransportName
from sandbox.paypal.signing import Keys
from tests.connectors.payments_contract import Kept
from tests.connectors.paypal.conftest import (
    CLIENT_SECRET,
    CREDENTIALS,
    SILENCE,
    UNFINISHED,
    Host,
    failed,
    packed,
    refund,
    topup,
)
from tests.sandbox.serving import free_socket

pytestmark = pytest.mark.requirement("R4-c")

_MONEY = {"currency_code": "USD", "value": "20.00"}
_APPROVED = {
    "id": "O1",
    "status": "APPROVED",
    "update_time": "2026-11-22T10:00:00Z",
    "purchase_units": [{"custom_id": "pay-1|portal-1", "amount": _MONEY}],
}
_CAPTURE = {"id": "C1", "status": "COMPLETED", "amount": _MONEY, "create_time": "2026-11-22T10:00:01Z"}
_COMPLETED = {
    **_APPROVED,
    "status": "COMPLETED",
    "purchase_units": [
        {"custom_id": "pay-1|portal-1", "amount": _MONEY, "payments": {"captures": [_CAPTURE]}}
    ],
}


async def test_many_callers_wait_for_one_token(lonely: PayPal, host: Host) -> None:
    host.token_delay_s = 0.05
    for _ in range(20):
        host.will(200, _COMPLETED)
    found = await asyncio.gather(*(lonely.confirm("O1") for _ in range(20)))
    assert all(isinstance(one, PaymentSnapshot) for one in found)
    assert host.tokens == 1


async def test_a_token_is_not_used_in_its_last_minute(lonely: PayPal, host: Host) -> None:
    host.token_s = 60
    for _ in range(2):
        host.will(200, _COMPLETED)
        await lonely.confirm("O1")
    assert host.tokens == 2


async def test_many_calls_that_meet_a_revoked_token_make_one_new_one(lonely: PayPal, host: Host) -> None:
    host.will(200, _COMPLETED)
    await lonely.confirm("O1")
    host.refused.add("A21AAtoken1")
    for _ in range(20):
        host.will(200, _COMPLETED)
    found = await asyncio.gather(*(lonely.confirm("O1") for _ in range(20)))
    assert all(isinstance(one, PaymentSnapshot) for one in found)
    assert host.tokens == 2


async def test_an_application_whose_tokens_are_all_refused_asks_twice_and_stops(
    lonely: PayPal, host: Host
) -> None:
    host.refused |= {f"A21AAtoken{number}" for number in range(1, 10)}
    outcome = failed(await lonely.confirm("O1"))
    assert (outcome.policy, outcome.code) == (Policy.FIX, "invalid_token")
    assert (len(host.asked), host.tokens) == (2, 2)


async def test_wrong_credentials_are_ours_to_fix(lonely: PayPal, host: Host) -> None:
    host.token_s = None
    host.will(401, {"error": "invalid_client", "error_description": "Client Authentication failed"})
    outcome = failed(await lonely.create_topup(topup()))
    assert (outcome.policy, outcome.code) == (Policy.FIX, "invalid_client")


async def test_a_capture_that_timed_out_is_unknown_then_found(hasty: PayPal, host: Host) -> None:
    host.will(200, _APPROVED)
    host.answers.append(SILENCE)  # the capture
    host.will(200, _APPROVED)
    async with asyncio.timeout(10):  # ten times the connector's patience, half its client's
        unknown = failed(await hasty.confirm("O1"))
    assert (unknown.policy, unknown.code) == (Policy.UNKNOWN, "timeout")

    host.will(200, _APPROVED)
    host.answers.append(None)  # the capture is taken and its answer lost
    host.will(200, _COMPLETED)
    found = await hasty.confirm("O1")
    assert isinstance(found, PaymentSnapshot)
    assert found.evidence[0].business_key == "paypal:capture:C1"
    captures = [one for one in host.asked if one.path.endswith("/capture")]
    assert len({one.headers["paypal-request-id"] for one in captures}) == 1


async def test_a_capture_after_a_new_approval_is_a_new_request(lonely: PayPal, host: Host) -> None:
    declined = {"details": [{"issue": "INSTRUMENT_DECLINED"}]}
    for minute in ("00", "05"):
        order = {**_APPROVED, "update_time": f"2026-11-22T10:{minute}:00Z"}
        host.will(200, order)
        host.will(422, declined)
        host.will(200, {**order, "status": "PAYER_ACTION_REQUIRED"})
        found = await lonely.confirm("O1")
        assert getattr(found, "state", found) is PaymentState.NEEDS_ACTION
    captures = [one.headers["paypal-request-id"] for one in host.asked if one.path.endswith("/capture")]
    assert captures == ["capture:O1:2026-11-22T10:00:00Z", "capture:O1:2026-11-22T10:05:00Z"]


async def test_a_refund_that_timed_out_is_found_in_the_order(lonely: PayPal, host: Host) -> None:
    made = {
        "id": "R1",
        "status": "COMPLETED",
        "amount": {"currency_code": "USD", "value": "5.00"},
        "custom_id": f"refund|{refund('C1').refund_id}",
        "create_time": "2026-11-22T11:00:00Z",
    }
    units = [{"amount": _MONEY, "payments": {"captures": [_CAPTURE], "refunds": [made]}}]
    host.answers.append(None)
    host.will(200, {**_CAPTURE, "supplementary_data": {"related_ids": {"order_id": "O1"}}})
    host.will(200, {**_COMPLETED, "purchase_units": units})
    found = await lonely.refund(refund("C1", amount=5_000_000))
    assert getattr(found, "provider_ref", found) == "R1"

    host.answers.append(None)
    host.will(503, b"<html>down</html>")
    unknown = failed(await lonely.refund(refund("C1", amount=5_000_000)))
    assert unknown.policy is Policy.UNKNOWN


@pytest.mark.parametrize(
    ("status", "body", "headers", "policy", "code"),
    [
        (503, b"<html><h1>Service Unavailable</h1></html>", "", Policy.RETRY, "http_503"),
        (400, b"<html>Bad Request</html>", "", Policy.NEVER, "http_400"),
        (200, b"<html>Welcome</html>", "", Policy.RETRY, "not_json"),
        (201, {"status": "CREATED"}, "", Policy.RETRY, "incomplete_answer"),
        (201, b"[]", "", Policy.RETRY, "incomplete_answer"),
        (201, b"\xff\xfe\x00", "", Policy.RETRY, "not_json"),
        (302, b"", "Location: https://evil.example/\r\n", Policy.FIX, "http_302"),
        (403, {"name": "NOT_AUTHORIZED", "details": [{"issue": "PERMISSION_DENIED"}]}, "", Policy.FIX, None),
        (429, {"name": "RATE_LIMIT_REACHED"}, "Retry-After: 7\r\n", Policy.RETRY, "RATE_LIMIT_REACHED"),
        (422, {"details": [{"issue": "PAYEE_ACCOUNT_RESTRICTED"}]}, "", Policy.FIX, None),
        (422, {"details": "odd", "name": 7}, "", Policy.NEVER, "http_422"),
    ],
)  # fmt: skip
async def test_an_odd_answer_is_a_failure_with_a_policy(
    lonely: PayPal, host: Host, status: int, body: object, headers: str, policy: Policy, code: str | None
) -> None:
    host.will(status, body, headers=headers)
    outcome = failed(await lonely.create_topup(topup()))
    assert (outcome.policy, outcome.http_status) == (policy, status)
    assert code in (None, outcome.code)
    assert outcome.retry_after_s == (7.0 if status == 429 else None)
    assert len(host.asked) == 1


async def test_a_capture_answered_by_a_proxy_is_never_repeated_blindly() -> None:
    html = Answer(502, {}, b"<html>Bad Gateway</html>")
    assert failure_of_answer(html, None, retry=Retry.ONCE).policy is Policy.UNKNOWN
    assert failure_of_answer(html, None, retry=Retry.SAFE).policy is Policy.RETRY


async def test_nothing_listens_means_nothing_was_sent(
    http: httpx.AsyncClient, journal: Kept, keys: Keys, transport: TransportName
) -> None:
    listener, url = free_socket()
    listener.close()
    environment = simulated(url, keys.authority.encode())
    paypal = connect(http, environment, CREDENTIALS, (), journal, brand="Tienda", transport=transport)
    outcome = failed(await paypal.refund(refund("C1")))
    assert (outcome.policy, outcome.code) == (Policy.RETRY, "not_connected")
    await paypal.close()


async def test_a_payers_page_elsewhere_is_refused(lonely: PayPal, host: Host) -> None:
    for page in ("https://evil.example/checkoutnow?token=1", "javascript:alert(1)", "//evil.example"):
        host.will(201, {"id": "O1", "status": "CREATED", "links": [{"rel": "approve", "href": page}]})
        outcome = failed(await lonely.create_topup(topup()))
        assert (outcome.policy, outcome.code) == (Policy.FIX, "foreign_payer_page")


async def test_either_spelling_of_the_payers_link_is_taken(lonely: PayPal, host: Host) -> None:
    for rel in ("approve", "payer-action"):
        href = f"{host.url}/checkoutnow?token=O1"
        host.will(201, {"id": "O1", "status": "CREATED", "links": [{"rel": rel, "href": href}]})
        opened = await lonely.create_topup(topup())
        assert isinstance(opened, Redirect)
        assert opened.url == href
        assert opened.expires_at is not None
        assert opened.expires_at > datetime.now(UTC)


async def test_ids_of_others_cannot_leave_their_place_in_the_path(lonely: PayPal, host: Host) -> None:
    await lonely.confirm("../../v1/oauth2/token?x=1#\\")
    asked = host.asked[0].path.replace("=", "%3D")  # httpx leaves this one as it is
    assert asked == "/v2/checkout/orders/..%2F..%2Fv1%2Foauth2%2Ftoken%3Fx%3D1%23%5C"


async def test_no_secret_and_no_person_is_recorded_or_logged(
    lonely: PayPal, host: Host, journal: Kept, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    payer = {
        "payer": {"email_address": "ana@example.com"},
        "payment_source": {"card": {"last_digits": "4242"}},
    }
    host.will(200, {**_APPROVED, **payer})
    host.will(201, {**_COMPLETED, **payer})
    host.will(200, {**_COMPLETED, **payer})
    assert isinstance(await lonely.confirm("O1"), PaymentSnapshot)
    host.will(400, b"{}")
    await lonely.create_topup(topup())
    said = json.dumps(msgspec.to_builtins(journal.exchanges)) + caplog.text
    basic = CREDENTIALS.client_id.reveal()
    for secret in (
        CLIENT_SECRET,
        basic,
        "A21AAtoken",
        "ana@example.com",
        "4242",
        "n0nce",
        "QWZDbGllbnRJZDAwMDE6",
    ):
        assert secret not in said, secret
    assert [one.method for one in journal.exchanges][:2] == [
        "POST /v1/oauth2/token",
        "GET /v2/checkout/orders/{order_id}",
    ]


async def test_an_order_completed_without_a_capture_is_not_money(lonely: PayPal, host: Host) -> None:
    host.will(200, {**_APPROVED, "status": "COMPLETED"})
    found = await lonely.confirm("O1")
    assert isinstance(found, PaymentSnapshot)
    assert (found.state, found.evidence) == (PaymentState.PROCESSING, ())


async def test_an_amount_that_is_no_amount_is_never_booked(lonely: PayPal, host: Host) -> None:
    for value in ("NaN", "1e99", "", "20,00", "0.0000001"):
        capture = {**_CAPTURE, "amount": {"currency_code": "USD", "value": value}}
        units = [{"amount": _MONEY, "payments": {"captures": [capture]}}]
        host.will(200, {**_COMPLETED, "purchase_units": units})
        assert failed(await lonely.confirm("O1")).code == "incomplete_answer"


async def test_a_slow_stream_ends_in_time(hasty: PayPal, host: Host) -> None:
    whole = packed(200, b"x" * 100)
    host.answers.append(whole[:-50] + UNFINISHED)
    outcome = failed(await hasty.create_topup(topup()))
    assert outcome.policy is Policy.RETRY
