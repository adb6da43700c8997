"""The simulated PayPal takes what PayPal publishes, and refuses what PayPal refuses (contract §2)."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from sandbox.faults import FaultSettings, PartyFaults
from sandbox.paypal.app import create_paypal_app
from sandbox.paypal.party import PayPalSandbox
from sandbox.paypal.refusal import read
from sandbox.paypal.state import Webhook
from sandbox.paypal.taking import (
    NewOrder,
    NewPlan,
    NewProduct,
    NewRefund,
    NewSubscription,
    NewWebhook,
    Reason,
    Verify,
    check_order,
)
from tests.sandbox.serving import Received, Receiver, free_socket, serving, until

pytestmark = [pytest.mark.requirement("R4-c"), pytest.mark.asyncio(loop_scope="module")]

EXAMPLES = Path(__file__).resolve().parents[2] / "fixtures" / "paypal"
BASIC = base64.b64encode(b"client:secret").decode()
ORDER, PLAN = "orders_post__req", "plans_post__req"
TAKEN: dict[str, type[Any]] = {
    ORDER: NewOrder,
    "capture_id_refund_post__req": NewRefund,
    "products_post__req": NewProduct,
    PLAN: NewPlan,
    "v1_billing_subscriptions_post__req": NewSubscription,
    "subscriptions_id_cancel_post__req": Reason,
    "subscriptions_id_suspend_post__req": Reason,
    "notifications_webhooks_post__req": NewWebhook,
    "verify_webhook_signature_post__req": Verify,
}


class Shop:
    """A caller who is not our connector."""

    def __init__(self, base: str, http: httpx.AsyncClient, party: PayPalSandbox, receiver: Receiver) -> None:
        self.base, self.http, self.party, self.receiver = base, http, party, receiver
        self.receiver_url = ""
        self.token = ""

    async def call(self, verb: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        content = json.dumps(body).encode() if body is not None else None
        return await self.http.request(
            verb,
            f"{self.base}/paypal{path}",
            content=content,
            headers={
                "Authorization": f"Bearer {self.token}",
                "Content-Type": "application/json",
                **{name.replace("_", "-"): value for name, value in headers.items()},
            },
        )

    async def control(self, path: str, body: Any = None) -> httpx.Response:
        return await self.http.post(f"{self.base}/sandbox/paypal/{path}", json=body)

    async def order(self, **amount: str) -> httpx.Response:
        wanted = example(ORDER)
        wanted["purchase_units"][0]["amount"] |= amount
        return await self.call("POST", "/v2/checkout/orders", wanted)


def published(part: str) -> bytes:
    (path,) = EXAMPLES.glob(f"*{part}*.json")
    return path.read_bytes()


def example(part: str) -> Any:
    return json.loads(published(part))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served() -> AsyncIterator[Shop]:
    receiver = Receiver()
    ours, inbox_url = free_socket()
    theirs, base = free_socket()
    app = create_paypal_app(base, client_id="client", client_secret="secret", seed=7)
    async with (
        serving(app, theirs),
        serving(receiver.app(), ours),
        httpx.AsyncClient(trust_env=False, timeout=20) as http,
    ):
        shop = Shop(base, http, app.state.paypal, receiver)
        shop.receiver_url = f"{inbox_url}/hook"
        yield shop
        await shop.party.reset()


@pytest_asyncio.fixture(loop_scope="module")
async def shop(served: Shop) -> Shop:
    await served.party.reset()
    served.party.clock.ahead = timedelta()
    served.party.faults.put(FaultSettings())
    served.receiver.all.clear()
    served.receiver.answer = lambda _n, _received: 200
    served.party.state.webhooks["W1"] = Webhook("W1", served.receiver_url, ["*"])
    served.token = served.party.new_token()["access_token"]
    return served


@pytest.mark.parametrize("name", TAKEN)
async def test_a_published_request_is_taken(name: str) -> None:
    taken = read(published(name), TAKEN[name])
    if isinstance(taken, NewOrder):
        check_order(taken)


async def test_a_token_needs_the_credentials_and_has_oauths_own_error(shop: Shop) -> None:
    ask = f"{shop.base}/paypal/v1/oauth2/token"
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    body = b"grant_type=client_credentials"
    good = await shop.http.post(ask, content=body, headers={**form, "Authorization": f"Basic {BASIC}"})
    assert good.status_code == 200
    assert good.json()["token_type"] == "Bearer"
    bad = await shop.http.post(ask, content=body, headers={**form, "Authorization": "Basic AAAA"})
    assert (bad.status_code, bad.json()["error"]) == (401, "invalid_client")
    shop.token = "A21AAstranger"
    assert (await shop.order()).json()["error"] == "invalid_token"


async def test_a_token_ends(shop: Shop) -> None:
    assert (await shop.order()).status_code == 201
    shop.party.clock.advance(timedelta(hours=10))
    assert (await shop.order()).status_code == 401


REFUSED = (
    ({"currency_code": "CLP"}, 422, "INVALID_CURRENCY_CODE"),
    ({"currency_code": "PYG"}, 422, "INVALID_CURRENCY_CODE"),
    ({"currency_code": "JPY", "value": "100.50"}, 422, "DECIMALS_NOT_SUPPORTED"),
    ({"currency_code": "HUF", "value": "100.00"}, 422, "DECIMALS_NOT_SUPPORTED"),
    ({"value": "1.005"}, 422, "DECIMAL_PRECISION"),
    ({"value": "0.00"}, 422, "CANNOT_BE_ZERO_OR_NEGATIVE"),
    ({"value": "-1.00"}, 422, "CANNOT_BE_ZERO_OR_NEGATIVE"),
    ({"value": "9999999999999999.00"}, 422, "MAX_VALUE_EXCEEDED"),
    ({"value": "12,50"}, 400, "INVALID_PARAMETER_VALUE"),
    ({"currency_code": "DOLLARS"}, 400, "INVALID_PARAMETER_VALUE"),
)


async def test_amounts_that_paypal_does_not_take_are_refused_with_its_words(shop: Shop) -> None:
    for amount, status, issue in REFUSED:
        answer = await shop.order(**amount)
        assert (answer.status_code, answer.json()["details"][0]["issue"]) == (status, issue), amount
        assert answer.headers["PayPal-Debug-Id"] == answer.json()["debug_id"]
    assert (await shop.order(currency_code="JPY", value="100")).status_code == 201


async def test_a_body_that_lacks_or_misspells_a_field_is_refused_and_remembered(shop: Shop) -> None:
    wanted = example(ORDER)
    for change, field in (
        ({"intent": "PAY"}, "/intent"),
        ({"purchase_units": []}, "/purchase_units"),
        ({"purchase_units": [{}]}, "/purchase_units/0/amount"),
    ):
        answer = await shop.call("POST", "/v2/checkout/orders", {**wanted, **change})
        assert answer.status_code == 400, answer.text
        assert answer.json()["details"][0]["field"].startswith(field.rpartition("/0")[0])
    assert len(shop.party.state.complaints) == 3
    assert (
        await shop.call("POST", "/v2/checkout/orders", wanted, Content_Type="text/plain")
    ).status_code == 415


async def test_a_repeated_request_id_answers_the_same_object_as_it_is_now(shop: Shop) -> None:
    wanted = example(ORDER)
    first = await shop.call("POST", "/v2/checkout/orders", wanted, PayPal_Request_Id="r1")
    await shop.control(f"orders/{first.json()['id']}/approve")
    again = await shop.call("POST", "/v2/checkout/orders", wanted, PayPal_Request_Id="r1")
    assert (first.status_code, again.status_code) == (201, 200)
    assert (again.json()["id"], again.json()["status"]) == (first.json()["id"], "APPROVED")


async def test_captures_and_refunds_follow_the_orders_life(shop: Shop) -> None:
    order_id = (await shop.order()).json()["id"]
    capture = f"/v2/checkout/orders/{order_id}/capture"
    assert (await shop.call("POST", capture, {})).json()["details"][0]["issue"] == "ORDER_NOT_APPROVED"
    await shop.control(f"orders/{order_id}/approve")
    paid = (await shop.call("POST", capture, {})).json()
    assert (await shop.call("POST", capture, {})).json()["details"][0]["issue"] == "ORDER_ALREADY_CAPTURED"
    capture_id = paid["purchase_units"][0]["payments"]["captures"][0]["id"]
    await shop.control("disputes", {"payment": capture_id})
    part = {"amount": {"currency_code": "USD", "value": "1.00"}}
    refund = f"/v2/payments/captures/{capture_id}/refund"
    assert (await shop.call("POST", refund, part)).json()["details"][0]["issue"] == "TRANSACTION_DISPUTED"
    whole = await shop.call("POST", refund, {})
    assert (whole.status_code, whole.json()["amount"]["value"]) == (201, "100.00")


async def test_an_event_is_repeated_until_it_is_taken_with_the_same_bytes(shop: Shop) -> None:
    shop.receiver.answer = lambda number, _received: 500 if number < 2 else 200
    await shop.control(f"orders/{(await shop.order()).json()['id']}/approve")
    deliveries: list[Received] = await until(
        lambda: shop.receiver.all[:3] if len(shop.receiver.all) >= 3 else []
    )
    assert len({json.dumps(one.body) for one in deliveries}) == 1
    assert len({one.headers["paypal-transmission-id"] for one in deliveries}) == 1
    await until(lambda: not shop.party.state.deliveries)


async def test_events_come_twice_and_out_of_order_on_demand(shop: Shop) -> None:
    shop.party.faults.put(FaultSettings(paypal=PartyFaults(duplicate=1.0), seed=3))
    await shop.control(f"orders/{(await shop.order()).json()['id']}/approve")
    await until(lambda: len(shop.receiver.all) >= 2)
    assert len({one.body["id"] for one in shop.receiver.all}) == 1
    shop.receiver.all.clear()
    shop.party.faults.put(FaultSettings(paypal=PartyFaults(reorder=0.5), seed=3))
    for _ in range(8):
        await shop.control(f"orders/{(await shop.order()).json()['id']}/approve")
    await until(lambda: len(shop.receiver.all) >= 8)
    came = [one.body["id"] for one in shop.receiver.all]
    made = list(shop.party.state.events)[1:]
    assert sorted(came) == sorted(made)
    assert came != made


async def test_an_event_written_again_is_not_the_event_that_was_signed(shop: Shop) -> None:
    await shop.control(f"orders/{(await shop.order()).json()['id']}/approve")
    await until(lambda: shop.receiver.all)
    headers = shop.receiver.all[0].headers
    event = shop.party.state.events[shop.receiver.all[0].body["id"]].body
    asked = {
        "auth_algo": headers["paypal-auth-algo"],
        "cert_url": headers["paypal-cert-url"],
        "transmission_id": headers["paypal-transmission-id"],
        "transmission_sig": headers["paypal-transmission-sig"],
        "transmission_time": headers["paypal-transmission-time"],
        "webhook_id": "W1",
    }

    async def verified(text: str) -> str:
        body = json.dumps(asked)[:-1] + f', "webhook_event": {text}}}'
        answer = await shop.http.post(
            f"{shop.base}/paypal/v1/notifications/verify-webhook-signature",
            content=body.encode(),
            headers={"Authorization": f"Bearer {shop.token}", "Content-Type": "application/json"},
        )
        status: str = answer.json()["verification_status"]
        return status

    assert await verified(event) == "SUCCESS"
    assert await verified(json.dumps(json.loads(event), sort_keys=True)) == "FAILURE"


@pytest.mark.parametrize(
    ("act", "status", "leads_to"),
    [("ok", "APPROVED", "returnUrl"), ("cancel", "PAYER_ACTION_REQUIRED", "cancelUrl")],
)
async def test_a_person_pays_or_cancels_on_the_page(shop: Shop, act: str, status: str, leads_to: str) -> None:
    order = (await shop.order()).json()
    page = next(link["href"] for link in order["links"] if link["rel"] == "payer-action")
    seen = await shop.http.get(page)
    assert "100.00 USD" in seen.text
    assert '<html lang="en">' in seen.text
    assert seen.headers["x-frame-options"] == "DENY"
    sent = await shop.http.post(page, data={"act": act})
    assert sent.status_code == 302
    assert sent.headers["location"].startswith(f"https://example.com/{leads_to}?token={order['id']}")
    assert shop.party.state.orders[order["id"]].status == status


async def test_a_subscription_is_suspended_at_its_plans_threshold(shop: Shop) -> None:
    product = (await shop.call("POST", "/v1/catalogs/products", {"name": "x", "type": "SERVICE"})).json()
    wanted = example(PLAN)
    plan = (await shop.call("POST", "/v1/billing/plans", {**wanted, "product_id": product["id"]})).json()
    made = (await shop.call("POST", "/v1/billing/subscriptions", {"plan_id": plan["id"]})).json()
    early = await shop.call("POST", f"/v1/billing/subscriptions/{made['id']}/suspend", {"reason": "x"})
    assert early.json()["details"][0]["issue"] == "SUBSCRIPTION_STATUS_INVALID"
    await shop.control(f"subscriptions/{made['id']}/agree")
    for _ in range(3):
        last = await shop.control(f"subscriptions/{made['id']}/bill", {"fails": True})
    assert (last.json()["status"], last.json()["billing_info"]["failed_payments_count"]) == ("SUSPENDED", 3)
    assert (await shop.control(f"subscriptions/{made['id']}/bill")).status_code == 409


async def test_a_snapshot_brings_everything_back(shop: Shop) -> None:
    order_id = (await shop.order()).json()["id"]
    await shop.control(f"orders/{order_id}/approve")
    await until(lambda: not shop.party.state.deliveries)
    kept = json.loads(json.dumps(shop.party.snapshot()))
    await shop.party.reset()
    shop.party.restore(kept)
    assert shop.party.state.orders[order_id].status == "APPROVED"
    shown = await shop.http.get(f"{shop.base}/sandbox/paypal")
    assert order_id in shown.json()["orders"]
    assert "PRIVATE KEY" not in shown.text
    assert shop.token not in shown.text
