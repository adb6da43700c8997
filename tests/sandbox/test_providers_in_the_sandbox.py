"""Stripe and PayPal beside the other parties: one address, one clock, one feed, one snapshot."""

from __future__ import annotations

import msgspec
import pytest

from sandbox.app import Merchant, create_app
from sandbox.paypal.signing import new_keys
from tests.sandbox.conftest import Stage

pytestmark = pytest.mark.requirement("R2.3-b")


async def test_stripe_answers_under_the_sandboxs_address_and_outlives_a_restart(empty_stage: Stage) -> None:
    answer = await empty_stage.http.post(
        f"{empty_stage.base}/stripe/v1/customers",
        content="name=A",
        headers={"Authorization": "Bearer sk_test_sandbox", "Stripe-Version": "2026-10-28.endive"},
    )
    assert 200 == answer.status_code
    refused = await empty_stage.http.post(f"{empty_stage.base}/stripe/v1/customers", content="name=A")
    assert 401 == refused.status_code
    complaints = await empty_stage.get("/sandbox/complaints")
    assert ["stripe"] == [one["party"] for one in complaints]
    snapshot = empty_stage.sandbox.snapshot()
    empty_stage.sandbox.restore(snapshot)
    assert [answer.json()["id"]] == [one["id"] for one in empty_stage.sandbox.stripe.all("customer")]


async def test_a_snapshot_of_before_there_was_stripe_is_still_taken(empty_stage: Stage) -> None:
    snapshot = empty_stage.sandbox.snapshot()
    del snapshot["stripe"]
    empty_stage.sandbox.restore(snapshot)
    assert [] == empty_stage.sandbox.stripe.all("customer")


async def test_paypal_answers_under_the_sandboxs_address_and_outlives_a_restart(empty_stage: Stage) -> None:
    asked = {"content": "grant_type=client_credentials", "auth": ("sandbox-merchant", "sandbox-only")}
    answer = await empty_stage.http.post(f"{empty_stage.base}/paypal/v1/oauth2/token", **asked)
    assert 200 == answer.status_code
    put = await empty_stage.put("/sandbox/paypal/webhooks/8PT597110X687430L", {"url": "http://127.0.0.1:1/"})
    assert 200 == put.status_code
    snapshot = empty_stage.sandbox.snapshot()
    authority = empty_stage.sandbox.paypal.authority_pem
    empty_stage.sandbox.restore(snapshot)
    assert ["8PT597110X687430L"] == list(empty_stage.sandbox.paypal.state.webhooks)
    assert authority == empty_stage.sandbox.paypal.authority_pem
    bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    refused = await empty_stage.http.post(
        f"{empty_stage.base}/paypal/v2/checkout/orders", json={}, headers=bearer
    )
    assert 400 == refused.status_code
    assert ["paypal"] == [one["party"] for one in await empty_stage.get("/sandbox/complaints")]


async def test_a_snapshot_of_before_there_was_paypal_is_still_taken(empty_stage: Stage) -> None:
    snapshot = empty_stage.sandbox.snapshot()
    del snapshot["paypal"]
    empty_stage.sandbox.restore(snapshot)
    assert {} == empty_stage.sandbox.paypal.state.orders


def test_keys_that_were_given_stay_whatever_the_snapshot_says() -> None:
    given, of_before = new_keys(), new_keys()
    app = create_app(
        "http://127.0.0.1:1", client_id="a", client_secret="b", merchant=Merchant("m", "s", given)
    )
    snapshot = app.state.sandbox.snapshot()
    snapshot["paypal"]["keys"] = msgspec.to_builtins(of_before)
    app.state.sandbox.restore(snapshot)
    assert given.authority.encode() == app.state.sandbox.paypal.authority_pem
