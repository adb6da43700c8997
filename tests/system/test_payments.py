"""Money crosses the running house: a page, a payer, a webhook or none, and the balance that grows once."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.servers import TestDatabase
from tests.system.house import House, at_once, open_house
from tests.system.paypal_beside import NEXT_WEBHOOK_ID, PayPalBeside, paypal_beside
from tests.system.stripe_beside import NEXT_WEBHOOK_SECRET, StripeBeside, stripe_beside

pytestmark = [pytest.mark.requirement("R4-a"), pytest.mark.requirement("R4-c")]
USD = 1_000_000


@pytest.fixture(scope="module")
def stripe() -> Iterator[StripeBeside]:
    with stripe_beside() as beside:
        yield beside


@pytest.fixture(scope="module")
def paypal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PayPalBeside]:
    with paypal_beside(tmp_path_factory.mktemp("paypal")) as beside:
        yield beside


@pytest.fixture(scope="module")
def house(
    database: TestDatabase,
    tmp_path_factory: pytest.TempPathFactory,
    stripe: StripeBeside,
    paypal: PayPalBeside,
) -> Iterator[House]:
    accounts = {**stripe.settings, **paypal.settings}
    with open_house(database, tmp_path_factory.mktemp("house"), settings=accounts) as opened:
        stripe.tells(opened.api_url)
        paypal.tells(opened.api_url)
        yield opened


@pytest.fixture(autouse=True)
def _an_hour_later(house: House) -> None:
    """One person opens twenty payments in an hour at most; here he opens more."""
    house.query("update billing.payment set opened_at = opened_at - interval '1 hour' returning 1")


def test_a_paid_page_is_in_the_balance_once_however_often_it_is_told(
    house: House, stripe: StripeBeside
) -> None:
    before = _balance(house)
    opened = _open(house, 20 * USD, "first")
    assert ("redirected", True) == (opened["state"], opened["is_open"])
    assert opened["url"].startswith(stripe.base)
    assert opened["payment_id"] == _open(house, 20 * USD, "first")["payment_id"]
    stripe.pays()
    house.until("the money is there", lambda: _balance(house) == before + 20 * USD)
    event = next(one for one in stripe.objects("event") if one["type"] == "checkout.session.completed")
    told = stripe.post("webhooks", {"body": event, "times": 3})
    assert {200} == set(told["statuses"])
    house.until("every event is worked on", lambda: _waiting_events(house) == 0)
    assert before + 20 * USD == _balance(house)
    assert "succeeded" == _payment(house, opened["payment_id"])["state"]
    assert [] == stripe.complaints()


def test_who_comes_back_reads_in_his_language_that_it_is_paid_and_moves_no_money(
    house: House, stripe: StripeBeside
) -> None:
    before = _balance(house)
    opened = _open(house, 10 * USD, "back")
    back = stripe.objects("checkout.session")[0]["success_url"].partition("/pay/")[2].partition("?")[0]
    waiting = house.api.get(f"/pay/{back}")
    assert (200, True) == (waiting.status_code, "Estamos confirmando su pago" in waiting.text)
    stripe.pays()
    answers = at_once((lambda: house.api.get(f"/pay/{back}")) for _ in range(10))
    assert {True} == {"Pago recibido" in answer.text for answer in answers}
    assert back not in str(house.query("select request, response from trace.log"))
    house.until("the money is there", lambda: _balance(house) == before + 10 * USD)
    assert 404 == house.api.get("/pay/nobody-gave-this-out").status_code
    assert "succeeded" == _payment(house, opened["payment_id"])["state"]


def test_a_webhook_that_never_comes_is_missed_by_nobody(house: House, stripe: StripeBeside) -> None:
    before = _balance(house)
    stripe.put("endpoint", {"url": f"{house.api_url}/nobody", "secrets": ["whsec_x"]})
    opened = _open(house, 7 * USD, "silent")
    stripe.pays()
    _ask_now(house, opened["payment_id"])
    house.until("the reconciler asked", lambda: _balance(house) == before + 7 * USD)
    stripe.tells(house.api_url)


def test_a_saved_card_recharges_by_itself_and_a_card_that_is_declined_is_left_in_peace(
    house: House, stripe: StripeBeside
) -> None:
    _open(house, 0, "card", kind="method")
    back = stripe.objects("checkout.session")[0]["success_url"].partition("/pay/")[2].partition("?")[0]
    stripe.pays()
    assert "Tarjeta guardada" in house.api.get(f"/pay/{back}").text
    (method,) = house.administrator.api("GET", "/api/v1/payments/methods")
    assert ("stripe", True) == (method["provider"], "4242" in method["label"])
    before = _balance(house)
    rule = {"is_on": True, "threshold": before, "amount": 20 * USD, "monthly_cap": 30 * USD}
    ordered = house.api.put(
        "/api/v1/payments/recharge", json={**rule, "text_version": "es-1"}, headers=house.bearer()
    )
    assert 204 == ordered.status_code, ordered.text
    _spend(house, 1 * USD, "below the threshold")
    house.until("the card was charged", lambda: _balance(house) == before + 19 * USD)

    saved = stripe.objects("payment_method")[0]["id"]
    stripe.put(f"methods/{saved}", {"card": "declined"})
    _spend(house, 20 * USD, "below it again, above the month's cap")
    _settled(house)
    assert before - 1 * USD == _balance(house)
    assert [("succeeded",)] == house.query("select state from billing.recharge order by decided_at")


def test_who_pays_with_paypal_comes_back_to_a_payment_that_is_taken_once(
    house: House, paypal: PayPalBeside
) -> None:
    before = _balance(house)
    opened = _open(house, 20 * USD, "paypal", provider="paypal")
    assert ("redirected", True) == (opened["state"], opened["url"].startswith(paypal.base))
    assert opened["payment_id"] == _open(house, 20 * USD, "paypal", provider="paypal")["payment_id"]
    page = httpx.post(opened["url"], data={"act": "ok"}, trust_env=False)
    address = page.headers["location"].removeprefix(house.api_url)
    answers = at_once((lambda: house.api.get(address)) for _ in range(5))
    assert {True} == {"Pago recibido" in answer.text for answer in answers}
    assert before + 20 * USD == _balance(house)
    for event in paypal.known("events"):
        paypal.post(f"events/{event['id']}/send")
    house.until("everything is told", lambda: paypal.known("deliveries") == [])
    house.until("every event is worked on", lambda: _waiting_events(house) == 0)
    assert before + 20 * USD == _balance(house)
    assert 1 == len(paypal.known("captures"))
    assert [] == paypal.known("complaints")


def test_a_tab_that_is_closed_after_the_approval_costs_no_payment(house: House, paypal: PayPalBeside) -> None:
    before = _balance(house)
    _open(house, 11 * USD, "closed tab", provider="paypal")
    paypal.pays()
    house.until("the webhook brought it", lambda: _balance(house) == before + 11 * USD)
    paypal.silent()
    opened = _open(house, 13 * USD, "closed tab, no webhook", provider="paypal")
    paypal.pays()
    _ask_now(house, opened["payment_id"])
    house.until("the reconciler took it", lambda: _balance(house) == before + 24 * USD)
    paypal.silent(False)


def test_a_payment_that_was_given_up_and_is_approved_all_the_same_is_in_the_balance(
    house: House, paypal: PayPalBeside
) -> None:
    before = _balance(house)
    opened = _open(house, 6 * USD, "second thoughts", provider="paypal")
    page = httpx.post(opened["url"], data={"act": "cancel"}, trust_env=False)
    house.api.get(page.headers["location"].removeprefix(house.api_url))
    assert "cancelled" == _payment(house, opened["payment_id"])["state"]
    paypal.pays()
    house.until("it came after all", lambda: _balance(house) == before + 6 * USD)
    assert "succeeded" == _payment(house, opened["payment_id"])["state"]


@pytest.mark.parametrize("killed", ["api", "worker1"])
def test_who_dies_between_the_capture_and_our_commit_leaves_one_credit(
    killed: str, house: House, paypal: PayPalBeside
) -> None:
    before, captures = _balance(house), len(paypal.known("captures"))
    opened = _open(house, 9 * USD, f"{killed} dies", provider="paypal")
    paypal.silent()
    order = paypal.known("orders")[0]
    paypal.pays()
    paypal.takes(400)
    if killed == "api":
        address = order["return_url"].removeprefix(house.api_url)
        visit = threading.Thread(target=lambda: _hung_up(house, address))
        visit.start()
    else:
        visit = None
        house.kill(killed)
        _ask_now(house, opened["payment_id"])
        house.start(killed)  # a worker that starts asks at once
    house.until("the money was taken", lambda: len(paypal.known("captures")) == captures + 1)
    house.kill(killed)
    paypal.takes(0)
    if visit is not None:
        visit.join()
    assert before == _balance(house)
    house.start(killed)
    paypal.silent(False)
    for event in paypal.known("events"):
        paypal.post(f"events/{event['id']}/send")
    _ask_now(house, opened["payment_id"])
    house.until("the money is there", lambda: _balance(house) == before + 9 * USD)
    house.until("everything is told", lambda: paypal.known("deliveries") == [])
    house.until("every event is worked on", lambda: _waiting_events(house) == 0)
    assert before + 9 * USD == _balance(house)
    assert captures + 1 == len(paypal.known("captures"))


def test_while_secrets_are_replaced_what_either_signs_is_taken_and_counts_once(
    house: House, stripe: StripeBeside, paypal: PayPalBeside
) -> None:
    before = _balance(house)
    stripe.tells(house.api_url, NEXT_WEBHOOK_SECRET)
    _open(house, 5 * USD, "signed anew")
    stripe.pays()
    paypal.tells(house.api_url, NEXT_WEBHOOK_ID)  # and still by the old one: each event comes by both
    _open(house, 6 * USD, "signed by both", provider="paypal")
    paypal.pays()
    house.until("both are there", lambda: _balance(house) == before + 11 * USD)
    house.until("everything is told", lambda: paypal.known("deliveries") == [])
    house.until("every event is worked on", lambda: _waiting_events(house) == 0)
    assert before + 11 * USD == _balance(house)
    seen = "select min(seen) from billing.provider_event where provider = 'paypal' and event_id = %s"
    assert [(2,)] == house.query(seen, paypal.known("events")[0]["id"])
    stripe.tells(house.api_url)


@pytest.mark.parametrize("provider", ["stripe", "paypal"])
def test_a_page_that_nobody_paid_is_closed_and_has_expired(
    provider: str, house: House, stripe: StripeBeside
) -> None:
    opened = _open(house, 8 * USD, f"{provider}, nobody", provider=provider)
    house.query(
        "update billing.payment set url_expires_at = now() - interval '2 hours', ask_at = now()"
        " where payment_id = %s returning 1",
        opened["payment_id"],
    )
    house.until("it is over", lambda: not _payment(house, opened["payment_id"])["is_open"])
    ended = _payment(house, opened["payment_id"])
    assert ("expired", "nobody_paid", None) == (ended["state"], ended["state_reason"], ended["url"])
    if provider == "stripe":
        assert "expired" == stripe.objects("checkout.session")[0]["status"]


def test_paypals_own_package_takes_even_what_was_given_up_and_approved_and_never_told(
    house: House, paypal: PayPalBeside
) -> None:
    before = _balance(house)
    house.kill("worker1")
    paypal.silent()
    opened = _open(house, 12 * USD, "the old package", provider="paypal")
    given_up = httpx.post(opened["url"], data={"act": "cancel"}, trust_env=False)
    house.api.get(given_up.headers["location"].removeprefix(house.api_url))
    paypal.pays()
    house.set("worker1", PAYPAL_TRANSPORT="paypalrestsdk")
    house.start("worker1")  # a worker that starts reads what happened lately
    house.until("the list brought it", lambda: _balance(house) == before + 12 * USD)
    late = _payment(house, opened["payment_id"])
    assert ("succeeded", "late_after_cancelled") == (late["state"], late["state_reason"])
    paypal.silent(False)


@pytest.mark.parametrize("provider", ["stripe", "paypal"])
def test_a_topup_that_repeats_is_in_the_balance_each_period_until_it_is_ended(
    provider: str, house: House, stripe: StripeBeside, paypal: PayPalBeside
) -> None:
    before = _balance(house)
    for_channel = {"kind": "scheduled", "every": "month", "channel_id": house.channel_id}
    opened = _open(house, 10 * USD, f"{provider}, monthly", provider=provider, **for_channel)
    path = f"/api/v1/payments/schedules/{opened['payment_id']}"
    assert "pending" == _schedule(house, opened["payment_id"])["state"]
    if provider == "stripe":
        stripe.pays()
        page = stripe.objects("checkout.session")[0]
        again, ended = f"subscriptions/{page['subscription']}/renew", "canceled"
    else:
        httpx.post(opened["url"], data={"act": "agree"}, trust_env=False)
        again, ended = f"subscriptions/{paypal.known('subscriptions')[0]['id']}/bill", "CANCELLED"
    house.until("the first period is paid", lambda: _balance(house) == before + 10 * USD)
    _ = stripe.post(again, {}) if provider == "stripe" else paypal.post(again, {})
    house.until("the second is, too", lambda: _balance(house) == before + 20 * USD)
    house.until("it stands", lambda: _schedule(house, opened["payment_id"])["state"] == "active")
    assert house.channel_id == _schedule(house, opened["payment_id"])["channel_id"]

    assert 204 == house.api.delete(path, headers=house.bearer()).status_code
    house.until("it has ended", lambda: _schedule(house, opened["payment_id"])["state"] == "cancelled")
    known = stripe.objects("subscription") if provider == "stripe" else paypal.known("subscriptions")
    assert ended == known[0]["status"]
    assert [] == [*stripe.complaints(), *paypal.known("complaints")]


@pytest.mark.parametrize("cancelled", [False, True])
def test_a_schedule_that_nobody_agreed_to_yet_waits_and_may_be_given_up(
    cancelled: bool, house: House, paypal: PayPalBeside
) -> None:
    order = {"kind": "scheduled", "every": "week", "provider": "paypal"}
    opened = _open(house, 10 * USD, f"undecided {cancelled}", **order)
    if cancelled:
        page = httpx.post(opened["url"], data={"act": "cancel"}, trust_env=False)
        house.api.get(page.headers["location"].removeprefix(house.api_url))
    else:
        _ask_now(house, opened["payment_id"])
        asked = "select asks from billing.payment where payment_id = %s"
        house.until("the provider was asked", lambda: house.query(asked, opened["payment_id"]) == [(1,)])
        house.until_calm(0.5)
    state = _payment(house, opened["payment_id"])["state"]
    assert ("cancelled" if cancelled else "redirected") == state


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({}, b"{}"),
        ({"Stripe-Signature": "t=1,v1=00"}, b"{}"),
        ({"Stripe-Signature": "nonsense"}, b"\xff\xfe"),
    ],
    ids=["no signature", "a wrong one", "not even text"],
)
def test_what_nothing_proves_is_refused_and_kept_nowhere(
    headers: dict[str, str], body: bytes, house: House
) -> None:
    known = house.query("select count(*) from billing.provider_event")
    answer = house.api.post("/webhooks/stripe", content=body, headers=headers)
    assert (400, "bad_signature") == (answer.status_code, answer.json()["reason"])
    assert known == house.query("select count(*) from billing.provider_event")


@pytest.mark.parametrize("provider", ["stripe", "paypal"])
def test_a_flood_is_cut_off(provider: str, house: House) -> None:
    assert 413 == house.api.post(f"/webhooks/{provider}", content=b"x" * 300_000).status_code


def test_what_may_not_be_paid_is_refused_with_the_figures(house: House) -> None:
    refused = house.api.post("/api/v1/payments", json=_order(1, "small"), headers=house.bearer())
    assert (422, "amount_limits") == (refused.status_code, refused.json()["reason"])
    offers = house.administrator.api("GET", "/api/v1/payments/offers")
    assert ["paypal", "stripe"] == sorted(offer["provider"] for offer in offers)


def _hung_up(house: House, address: str) -> None:
    """A browser whose server dies while it waits."""
    with contextlib.suppress(httpx.HTTPError):
        house.api.get(address)


def _ask_now(house: House, payment_id: str) -> None:
    """Let the reconciler ask about this payment at once."""
    house.query("update billing.payment set ask_at = now() where payment_id = %s returning 1", payment_id)


def _order(amount: int, key: str, **more: str) -> dict[str, Any]:
    return {"provider": "stripe", "amount": amount, "currency": "USD", "key": key, **more}


def _open(house: House, amount: int, key: str, **more: str) -> dict[str, Any]:
    answer = house.api.post("/api/v1/payments", json=_order(amount, key, **more), headers=house.bearer())
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def _payment(house: House, payment_id: str) -> dict[str, Any]:
    return dict(house.administrator.api("GET", f"/api/v1/payments/{payment_id}"))


def _schedule(house: House, payment_id: str) -> dict[str, Any]:
    """The top-up that repeats, as the customer sees it."""
    found = house.administrator.api("GET", "/api/v1/payments/schedules")
    return dict(next(one for one in found if one["payment_id"] == payment_id))


def _balance(house: House) -> int:
    rows = house.query("select balance from billing.wallet")
    return int(rows[0][0]) if rows else 0


def _spend(house: House, amount: int, why: str) -> None:
    """Somebody's messages cost that much."""
    house.query(
        "select outcome from billing.debit(jsonb_build_array(jsonb_build_object("
        "'portal_id', (select portal_id from billing.wallet), 'key', %s::text, 'amount', %s::bigint,"
        " 'reason', 'test')))",
        why,
        amount,
    )


def _settled(house: House) -> None:
    """Every recharge that was decided has come to its end."""
    house.until(
        "no recharge is under way",
        lambda: house.query("select count(*) from billing.recharge where state = 'open'") == [(0,)],
    )


def _waiting_events(house: House) -> int:
    return int(house.query("select count(*) from billing.provider_event where state = 'new'")[0][0])
