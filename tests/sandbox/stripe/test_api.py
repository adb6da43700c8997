"""The simulated API refuses what Stripe refuses, repeats what it repeats (payments.md §1.2, §1.8)."""

from __future__ import annotations

import asyncio
import copy
from typing import Any

import pytest
import stripe

from tests.sandbox.stripe.conftest import PAGE, StripeStand

pytestmark = [pytest.mark.requirement("R2.3-b", "R4-c"), pytest.mark.asyncio(loop_scope="module")]

ANNOTATED = {
    "customer": stripe.Customer,
    "payment_method": stripe.PaymentMethod,
    "checkout.session": stripe.checkout.Session,
    "payment_intent": stripe.PaymentIntent,
    "charge": stripe.Charge,
    "balance_transaction": stripe.BalanceTransaction,
    "setup_intent": stripe.SetupIntent,
    "refund": stripe.Refund,
    "dispute": stripe.Dispute,
    "subscription": stripe.Subscription,
    "invoice": stripe.Invoice,
    "invoice_payment": stripe.InvoicePayment,
    "event": stripe.Event,
    "billing_portal.session": stripe.billing_portal.Session,
    "billing_portal.configuration": stripe.billing_portal.Configuration,
}


def page(**more: Any) -> Any:
    return {**copy.deepcopy(PAGE), **more}


@pytest.mark.parametrize(
    ("form", "code", "param"),
    [
        ("mode=payment&payment_method_types[0]=card", "payment_method_types_no_longer_supported", None),
        ("mode=payment&sucess_url=x", "parameter_unknown", "sucess_url"),
        ("mode=payment&line_items[0][price_data][unit_amount]=5", "parameter_missing", None),
        ("mode=payment&line_items[0][price_data][currencies]=usd", "parameter_unknown", None),
        ("mode=payment&expires_at=soon", "parameter_invalid", "expires_at"),
        ("mode=payment&submit_type[a]=1", "parameter_invalid", "submit_type"),
        ("mode=payment&adaptive_pricing[enabled]=yes", "parameter_invalid", None),
        ("mode=payment", "parameter_missing", "success_url"),
    ],
)
async def test_what_the_sdks_own_types_do_not_know_is_refused(
    stand: StripeStand, form: str, code: str, param: str | None
) -> None:
    answer = await stand.raw("POST", "/checkout/sessions", form)
    error = answer.json()["error"]
    assert (400, code) == (answer.status_code, error["code"])
    assert param in {None, error["param"]}
    (complaint,) = await stand.control("GET", "/stripe/complaints")
    assert "POST /v1/checkout/sessions" == complaint["operation"]


async def test_a_wrong_key_a_floating_version_and_an_unknown_path_are_refused(stand: StripeStand) -> None:
    assert 401 == (await stand.raw("GET", "/events", Authorization="Bearer sk_test_x")).status_code
    version = {"Stripe-Version": "2020-08-27"}
    assert 400 == (await stand.raw("GET", "/events", **version)).status_code
    assert 404 == (await stand.raw("GET", "/payouts")).status_code


async def test_a_key_repeats_the_first_answer_and_refuses_another_request(stand: StripeStand) -> None:
    key = {"Idempotency-Key": "k-1"}
    first = await stand.raw("POST", "/customers", "metadata[portal_id]=1", **key)
    again = await stand.raw("POST", "/customers", "metadata[portal_id]=1", **key)
    assert first.json() == again.json()
    assert ("true", None) == (
        again.headers.get("Idempotent-Replayed"),
        first.headers.get("Idempotent-Replayed"),
    )
    other = await stand.raw("POST", "/customers", "metadata[portal_id]=2", **key)
    assert (400, "idempotency_error") == (other.status_code, other.json()["error"]["type"])
    assert 1 == len(stand.party.all("customer"))


async def test_a_refused_check_is_not_kept_under_its_key_but_a_decline_is(stand: StripeStand) -> None:
    key = {"Idempotency-Key": "k-2"}
    assert 400 == (await stand.raw("POST", "/customers", "nonsense=1", **key)).status_code
    assert 200 == (await stand.raw("POST", "/customers", "name=A", **key)).status_code
    form = "amount=500&currency=usd&confirm=true&off_session=true&payment_method=pm_card_chargeDeclined"
    declines = [
        (await stand.raw("POST", "/payment_intents", form, **{"Idempotency-Key": "k-3"})) for _ in range(2)
    ]
    assert [402, 402] == [one.status_code for one in declines]
    assert declines[0].json() == declines[1].json()
    assert 1 == len(stand.party.all("charge"))


async def test_a_key_in_flight_meets_409_and_a_key_of_yesterday_runs_again(stand: StripeStand) -> None:
    await stand.control("PUT", "/stripe/knobs", {"think_ms": 200})
    key = {"Idempotency-Key": "k-4"}
    answers = await asyncio.gather(*(stand.raw("POST", "/customers", "name=A", **key) for _ in range(2)))
    assert [200, 409] == sorted(one.status_code for one in answers)
    assert 1 == len(stand.party.all("customer"))
    await stand.control("PUT", "/stripe/knobs", {"think_ms": 0})
    await stand.control("POST", "/clock", {"advance_s": 86_500})
    assert 200 == (await stand.raw("POST", "/customers", "name=A", **key)).status_code
    assert 2 == len(stand.party.all("customer"))


async def test_every_object_has_only_fields_and_events_only_types_that_the_sdk_knows(
    stand: StripeStand,
) -> None:
    await _live_through_everything(stand)
    types = stripe.Event.__annotations__["type"]
    for found in stand.party.state.objects.values():
        if found["object"] == "sandbox.page":
            continue
        unknown = found.keys() - ANNOTATED[found["object"]].__annotations__.keys()
        assert set() == unknown, found["object"]
        if found["object"] == "event":
            assert repr(found["type"]) in repr(types) or f'"{found["type"]}"' in repr(types)
    assert ANNOTATED.keys() == {one["object"] for one in stand.party.state.objects.values()} - {
        "sandbox.page"
    }


async def test_lists_page_and_expansion_goes_four_levels_deep_at_most(stand: StripeStand) -> None:
    for number in range(5):
        await stand.raw("POST", "/customers", f"name={number}")
    first = (await stand.raw("GET", "/events?limit=2")).json()
    rest = (await stand.raw("GET", f"/events?limit=10&starting_after={first['data'][1]['id']}")).json()
    assert (2, True, 3, False) == (
        len(first["data"]),
        first["has_more"],
        len(rest["data"]),
        rest["has_more"],
    )
    deep = await stand.raw("GET", "/events?expand[0]=data.a.b.c.d")
    assert "property_expansion_max_depth" == deep.json()["error"]["code"]


async def test_state_survives_a_restart(stand: StripeStand) -> None:
    await _live_through_everything(stand)
    before = stand.party.snapshot()
    await stand.party.reset()
    stand.party.restore(before)
    assert before == stand.party.snapshot()


async def _live_through_everything(stand: StripeStand) -> None:
    sdk = stand.sdk.v1
    customer = (await sdk.customers.create_async({"name": "A"})).id
    opened = await sdk.checkout.sessions.create_async(
        page(customer=customer, payment_intent_data={"setup_future_usage": "off_session"})
    )
    await stand.control("POST", f"/stripe/pages/{opened.id}/pay")
    setup = page(mode="setup", customer=customer, currency="usd")
    del setup["line_items"]
    saved = await sdk.checkout.sessions.create_async(setup)
    await stand.control("POST", f"/stripe/pages/{saved.id}/pay")
    monthly = page(mode="subscription", customer=customer)
    monthly["line_items"][0]["price_data"]["recurring"] = {"interval": "month"}
    agreed = await sdk.checkout.sessions.create_async(monthly)
    await stand.control("POST", f"/stripe/pages/{agreed.id}/pay")
    left = await sdk.checkout.sessions.create_async(page())
    await sdk.checkout.sessions.expire_async(left.id)
    paid = stand.party.get("checkout.session", opened.id)["payment_intent"]
    refund = await sdk.refunds.create_async({"payment_intent": paid, "amount": 500})
    await stand.control("POST", f"/stripe/refunds/{refund.id}/settle", {"failed": True})
    dispute = await stand.control("POST", "/stripe/disputes", {"payment_intent": paid})
    await stand.control("POST", f"/stripe/disputes/{dispute['id']}/close", {"outcome": "won"})
    configured = await sdk.billing_portal.configurations.create_async(
        {"features": {"invoice_history": {"enabled": True}}}
    )
    await sdk.billing_portal.sessions.create_async({"customer": customer, "configuration": configured.id})
