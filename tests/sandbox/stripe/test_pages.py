"""The hosted pages, clicked as a person does, and the webhooks that follow (payments.md §1.4, §1.6)."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
import stripe

from sandbox.stripe.delivery import signature
from tests.sandbox.serving import until
from tests.sandbox.stripe.conftest import PAGE, SECRETS, StripeStand

pytestmark = [pytest.mark.requirement("R4-c"), pytest.mark.asyncio(loop_scope="module")]


async def opened(stand: StripeStand, **more: Any) -> Any:
    return await stand.sdk.v1.checkout.sessions.create_async({**PAGE, **more})


def kinds(stand: StripeStand) -> list[str]:
    return [one.body["type"] for one in stand.receiver.all]


async def test_paying_returns_to_the_application_and_closing_the_tab_does_not(stand: StripeStand) -> None:
    first, second = await opened(stand), await opened(stand)
    page = await stand.http.get(first.url)
    assert ("DENY", True, True) == (
        page.headers["X-Frame-Options"],
        "20.00 USD" in page.text,
        "Pagar" in page.text,
    )
    back = await stand.click(first.url, do="pay", card="ok")
    assert (303, f"https://app.example.com/paid?sid={first.id}") == (
        back.status_code,
        back.headers["location"],
    )
    closed = await stand.click(second.url, do="close", card="ok")
    assert (200, True) == (closed.status_code, "Puede cerrar" in closed.text)
    assert ["complete", "complete"] == [one["status"] for one in stand.party.all("checkout.session")]


async def test_a_declined_card_stays_on_the_page_and_another_one_pays(stand: StripeStand) -> None:
    session = await opened(stand)
    declined = await stand.click(session.url, do="pay", card="declined")
    assert (200, True) == (declined.status_code, "rechazada" in declined.text)
    assert 303 == (await stand.click(session.url, do="pay", card="ok")).status_code
    (intent,) = stand.party.all("payment_intent")
    assert ("succeeded", 2) == (intent["status"], len(stand.party.all("charge")))


async def test_a_bank_that_asks_is_answered_on_the_page(stand: StripeStand) -> None:
    session = await opened(stand)
    asked = await stand.click(session.url, do="pay", card="authentication")
    assert "Su banco" in asked.text
    assert "rechazada" in (await stand.click(session.url, do="no", card="authentication")).text
    assert 303 == (await stand.click(session.url, do="yes", card="authentication")).status_code


async def test_leaving_pays_nothing_and_a_page_is_paid_once(stand: StripeStand) -> None:
    session = await opened(stand)
    left = await stand.click(session.url, do="back")
    assert "https://app.example.com/left" == left.headers["location"]
    assert "open" == stand.party.get("checkout.session", session.id)["status"]
    await stand.click(session.url, do="pay", card="ok")
    again = await stand.click(session.url, do="pay", card="ok")
    assert "ya no está abierta" in again.text
    assert 1 == len(stand.party.all("charge"))


async def test_a_page_expires_with_the_clock_and_says_so_in_an_event(stand: StripeStand) -> None:
    session = await opened(stand)
    await stand.control("POST", "/clock", {"advance_s": 86_500})
    assert "ya no está abierta" in (await stand.click(session.url, do="pay", card="ok")).text
    await until(lambda: "checkout.session.expired" in kinds(stand))


async def test_the_customers_page_removes_a_card(stand: StripeStand) -> None:
    customer = (await stand.sdk.v1.customers.create_async({"name": "A"})).id
    session = await opened(
        stand, customer=customer, payment_intent_data={"setup_future_usage": "off_session"}
    )
    await stand.click(session.url, do="pay", card="ok")
    portal = await stand.sdk.v1.billing_portal.sessions.create_async(
        {"customer": customer, "return_url": "https://app.example.com/back", "locale": "pt-BR"}
    )
    assert "Cartões salvos" in (await stand.http.get(portal.url)).text
    (method,) = stand.party.all("payment_method")
    await stand.click(portal.url, remove=method["id"])
    await until(lambda: "payment_method.detached" in kinds(stand))
    assert "4242" not in (await stand.http.get(portal.url)).text.split("Recibos")[0]


async def test_events_carry_a_signature_of_every_secret_that_the_sdk_accepts(stand: StripeStand) -> None:
    session = await opened(stand)
    await stand.click(session.url, do="pay", card="ok")
    await until(lambda: "checkout.session.completed" in kinds(stand))
    received = stand.receiver.all[0]
    header = received.headers["stripe-signature"]
    assert 2 == header.count("v1=")
    body = json.dumps(received.body, separators=(",", ":"), ensure_ascii=False)
    at = int(header.split(",")[0].removeprefix("t="))
    assert header == signature(body.encode(), SECRETS, at)
    for secret in SECRETS:
        assert stripe.Webhook.construct_event(body, header, secret, tolerance=10**9).id == received.body["id"]


async def test_a_refused_event_is_repeated_and_a_duplicated_one_comes_twice(stand: StripeStand) -> None:
    stand.receiver.answer = lambda number, _received: 500 if number < 2 else 200
    await stand.control("PUT", "/faults", {"stripe": {"duplicate": 1}})
    await stand.sdk.v1.customers.create_async({"name": "A"})
    await until(lambda: len(stand.receiver.all) >= 3)
    assert 1 == len({one.body["id"] for one in stand.receiver.all})
    waiting: dict[str, Any] = {}

    async def settled() -> bool:
        waiting.update(await stand.control("GET", "/stripe/deliveries"))
        return not waiting["waiting"]

    for _ in range(100):
        if await settled():
            break
    assert [] == waiting["waiting"]


async def test_misuse_of_the_controls_is_explained(stand: StripeStand) -> None:
    for path, body in (
        ("/disputes", {"payment_intent": "pi_none"}),
        ("/pages/cs_none/pay", {}),
        ("/disputes/du_x/close", {"outcome": "maybe"}),
    ):
        answer: httpx.Response = await stand.http.post(f"{stand.base}/sandbox/stripe{path}", json=body)
        assert 400 <= answer.status_code < 500
        assert {"error", "what_to_do"} == answer.json().keys()
