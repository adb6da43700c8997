"""Money goes back across the running house: refunds, disputes, and events that belong to nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.servers import TestDatabase
from tests.system.house import House, open_house
from tests.system.stripe_beside import StripeBeside, stripe_beside

pytestmark = [pytest.mark.requirement("R4-c"), pytest.mark.requirement("R2.3-b")]
USD = 1_000_000


@pytest.fixture(scope="module")
def stripe() -> Iterator[StripeBeside]:
    with stripe_beside() as beside:
        yield beside


@pytest.fixture(scope="module")
def house(
    database: TestDatabase, tmp_path_factory: pytest.TempPathFactory, stripe: StripeBeside
) -> Iterator[House]:
    with open_house(database, tmp_path_factory.mktemp("house"), settings=stripe.settings) as opened:
        stripe.tells(opened.api_url)
        yield opened


@pytest.fixture(scope="module")
def eva(house: House) -> Iterator[httpx.Client]:
    yield from _entered(house, "Eva", "billing")


@pytest.fixture(scope="module")
def ada(house: House) -> Iterator[httpx.Client]:
    yield from _entered(house, "Ada", "owner")


def _entered(house: House, name: str, role: str) -> Iterator[httpx.Client]:
    with httpx.Client(
        base_url=f"{house.api_url}/staff/v1", headers=house.staff(role, name), timeout=30, trust_env=False
    ) as client:
        yield client


def test_a_part_is_given_back_to_the_cent_and_its_credit_note_is_a_file(
    house: House, stripe: StripeBeside, eva: httpx.Client
) -> None:
    paid = _paid(house, stripe, eva, 20 * USD, "part")
    before = _balance(house)
    asked = _ask(eva, paid, 7_330_000, "part-1")
    assert "asked" == asked["state"]
    assert asked == _ask(eva, paid, 7_330_000, "part-1")
    house.until("the money is gone", lambda: _balance(house) == before - 7_330_000)
    (refund,) = _refunds(eva, paid)
    assert ("succeeded", "Eva", None) == (refund["state"], refund["asked_by"], refund["failure"])
    assert refund["document"].startswith("NC-")
    path = f"/portals/{paid['portal_id']}/documents/{refund['document_id']}/pdf"
    assert b"%PDF" == eva.get(path).content[:4]
    story = _story(eva, paid)
    assert (20 * USD - 7_330_000, 10_000) == (story["payment"]["refundable"], story["payment"]["step"])
    assert {"opened", "attempt", "event", "evidence", "transfer", "refund", "document"} <= {
        step["kind"] for step in story["steps"]
    }
    asked_of_stripe = {"POST /v1/checkout/sessions", "POST /v1/refunds"}
    house.until("the log has what was asked of Stripe", lambda: asked_of_stripe <= _exchanges(eva, paid))
    assert "sk_test" not in str(_story(eva, paid))
    assert [] == stripe.complaints()


def test_more_than_is_left_is_refused_with_the_figures(
    house: House, stripe: StripeBeside, eva: httpx.Client
) -> None:
    paid = _paid(house, stripe, eva, 6 * USD, "limits")
    answer = _asked(eva, paid, 6 * USD + 10_000, "limits-1")
    assert (422, "refund_limits") == (answer.status_code, answer.json()["reason"])
    assert 6 * USD == answer.json()["facts"]["left"]
    assert 422 == _asked(eva, paid, 5, "limits-2").status_code


def test_above_the_limit_a_second_person_decides(
    house: House, stripe: StripeBeside, eva: httpx.Client, ada: httpx.Client
) -> None:
    paid = _paid(house, stripe, eva, 150 * USD, "large")
    before = _balance(house)
    proposed = _ask(eva, paid, None, "large-1")
    assert "proposed" == proposed["state"]
    own = eva.post(f"/portals/{paid['portal_id']}/refunds/{proposed['refund_id']}/approve")
    assert (403, "four_eyes") == (own.status_code, own.json()["reason"])
    assert before == _balance(house)
    approved = ada.post(f"/portals/{paid['portal_id']}/refunds/{proposed['refund_id']}/approve")
    assert "asked" == approved.json()["state"]
    house.until("the money is gone", lambda: _balance(house) == before - 150 * USD)
    (refund,) = _refunds(eva, paid)
    assert ("Eva", "Ada") == (refund["asked_by"], refund["decided_by"])


def test_a_refund_that_the_bank_sends_back_is_in_the_balance_again(
    house: House, stripe: StripeBeside, eva: httpx.Client
) -> None:
    paid = _paid(house, stripe, eva, 8 * USD, "back")
    before = _balance(house)
    _ask(eva, paid, 3 * USD, "back-1")
    house.until("the money is gone", lambda: _balance(house) == before - 3 * USD)
    made = stripe.objects("refund")[0]
    page = f"/stripe/dashboard/test/payments/{made['payment_intent']}"
    assert 303 == stripe.http.post(page, data={"do": "failed", "refund": made["id"]}).status_code
    house.until("it came back", lambda: _balance(house) == before)
    assert ["failed"] == [one["state"] for one in _refunds(eva, paid)]


def test_what_the_balance_lacks_for_a_refund_is_owed(
    house: House, stripe: StripeBeside, eva: httpx.Client
) -> None:
    paid = _paid(house, stripe, eva, 9 * USD, "owed")
    house.query(
        "select outcome from billing.debit(jsonb_build_array(jsonb_build_object('portal_id', %s::text,"
        " 'key', 'spent', 'amount', (select balance - 1000000 from billing.wallet), 'reason', 'test')))",
        paid["portal_id"],
    )
    _ask(eva, paid, None, "owed-1")
    house.until("the refund is booked", lambda: _refunds(eva, paid)[0]["state"] == "succeeded")
    found = _payment(eva, paid)
    assert (0, 8 * USD) == (found["balance"], found["owed"])
    _paid(house, stripe, eva, 30 * USD, "owed-after")
    assert (22 * USD, 0) == (_balance(house), _payment(eva, paid)["owed"])


@pytest.mark.parametrize(("outcome", "left"), [("won", 0), ("lost", 12 * USD)])
def test_a_bank_takes_the_money_of_a_dispute_and_decides(
    house: House, stripe: StripeBeside, eva: httpx.Client, outcome: str, left: int
) -> None:
    paid = _paid(house, stripe, eva, 12 * USD, f"dispute-{outcome}")
    before = _balance(house)
    page = f"/stripe/dashboard/test/payments/{paid['money_object']}"
    assert paid["url"] == f"{stripe.base}{page}"
    assert 303 == stripe.http.post(page, data={"do": "dispute"}).status_code
    house.until("the bank has the money", lambda: _balance(house) == before - 12 * USD)
    (case,) = [one for one in _disputes(eva, "open") if one["payment_id"] == paid["payment_id"]]
    assert (12 * USD, 15 * USD, 0) == (case["withdrawn"], case["fee"], case["reinstated"])
    assert case["due_by"] is not None
    assert 422 == _asked(eva, paid, None, f"dispute-{outcome}-twice").status_code
    assert stripe.http.get(case["url"]).is_success
    assert 303 == stripe.http.post(case["url"], data={"do": outcome}).status_code
    house.until("it is decided", lambda: _closed(eva, paid) == outcome)
    house.until("the books follow", lambda: _balance(house) == before - left)


def test_an_event_of_nothing_is_shown_as_it_came_and_dismissed_with_a_reason(
    house: House, stripe: StripeBeside, eva: httpx.Client
) -> None:
    made = stripe.http.post(
        "/stripe/v1/payment_intents",
        data={
            "amount": 900,
            "currency": "usd",
            "confirm": "true",
            "payment_method": "pm_card_visa",
            "metadata[payment_id]": str(uuid4()),
            "metadata[kind]": "topup",
        },
        headers={"Authorization": "Bearer sk_test_sandbox", "Stripe-Version": "2026-10-28.endive"},
    ).json()
    house.until("it is unmatched", lambda: _unmatched(eva, made["id"]) is not None)
    event = _unmatched(eva, made["id"])
    assert event is not None
    path = f"/provider-events/stripe/{event['event_id']}"
    story = eva.get(path).json()
    assert made["id"] in story["raw"]
    assert made["client_secret"] not in str(story)
    assert "unknown_payment" == story["detail"]["evidence"][0]["reason"]
    assert 400 == eva.post(f"{path}/dismiss", json={"reason": ""}).status_code
    assert 204 == eva.post(f"{path}/dismiss", json={"reason": "Prueba del panel de Stripe"}).status_code
    assert _unmatched(eva, made["id"]) is None
    (deed,) = eva.get(path).json()["deeds"]
    assert ("dismissed", "Eva") == (deed["deed"], deed["actor"])
    paid = _paid(house, stripe, eva, 5 * USD, "assigned")
    assert 204 == eva.post(f"{path}/replay", json={"reason": "Es de Acme"}).status_code
    house.until("it is unmatched again", lambda: _unmatched(eva, made["id"]) is not None)
    before = _balance(house)
    order = {"portal_id": paid["portal_id"], "payment_id": paid["payment_id"], "reason": "Pagó por enlace"}
    assert 204 == eva.post(f"{path}/assign", json=order).status_code
    house.until("it is booked", lambda: _balance(house) == before + 9 * USD)


def test_who_issues_documents_is_changed_by_an_owner_only(eva: httpx.Client, ada: httpx.Client) -> None:
    assert 403 == eva.put("/issuer", json={"legal_name": "Otra SAS"}).status_code
    assert 204 == ada.put("/issuer", json={"legal_name": "Socio B24 SAS", "tax_id": "900123456"}).status_code
    assert 204 == ada.put("/issuer/series/invoice", json={"prefix": "FAC-"}).status_code
    assert 409 == ada.put("/issuer/series/receipt", json={"prefix": "FAC-"}).status_code
    found = eva.get("/issuer").json()
    assert ("Socio B24 SAS", "Ada") == (found["facts"]["legal_name"], found["changed_by"])
    assert "FAC-" == next(one["prefix"] for one in found["series"] if one["kind"] == "invoice")


def _paid(house: House, stripe: StripeBeside, client: httpx.Client, amount: int, key: str) -> dict[str, Any]:
    """A top-up that is paid, as staff see it."""
    order = {"provider": "stripe", "amount": amount, "currency": "USD", "key": key}
    opened = house.api.post("/api/v1/payments", json=order, headers=house.bearer()).json()
    stripe.pays()

    def listed() -> dict[str, Any]:
        items = client.get("/payments").json()["items"]
        return next(dict(one) for one in items if one["payment_id"] == opened["payment_id"])

    house.until("it is paid", lambda: listed()["state"] == "succeeded")
    return listed()


def _asked(client: httpx.Client, paid: dict[str, Any], amount: int | None, key: str) -> httpx.Response:
    path = f"/portals/{paid['portal_id']}/payments/{paid['payment_id']}/refunds"
    return client.post(path, json={"amount": amount, "reason": "Lo pidió el cliente", "key": key})


def _ask(client: httpx.Client, paid: dict[str, Any], amount: int | None, key: str) -> dict[str, Any]:
    answer = _asked(client, paid, amount, key)
    assert 200 == answer.status_code, answer.text
    return dict(answer.json())


def _refunds(client: httpx.Client, paid: dict[str, Any]) -> list[dict[str, Any]]:
    return list(client.get("/refunds", params={"payment_id": paid["payment_id"]}).json()["items"])


def _payment(client: httpx.Client, paid: dict[str, Any]) -> dict[str, Any]:
    return dict(client.get(f"/portals/{paid['portal_id']}/payments/{paid['payment_id']}").json()["payment"])


def _story(staff: httpx.Client, paid: dict[str, Any]) -> Any:
    return staff.get(f"/portals/{paid['portal_id']}/payments/{paid['payment_id']}").json()


def _exchanges(staff: httpx.Client, paid: dict[str, Any]) -> set[str]:
    return {step["what"] for step in _story(staff, paid)["steps"] if step["kind"] == "exchange"}


def _disputes(client: httpx.Client, state: str) -> list[dict[str, Any]]:
    return list(client.get("/disputes", params={"state": state}).json())


def _closed(client: httpx.Client, paid: dict[str, Any]) -> str | None:
    return next(
        (one["status"] for one in _disputes(client, "closed") if one["payment_id"] == paid["payment_id"]),
        None,
    )


def _unmatched(client: httpx.Client, intent: str) -> dict[str, Any] | None:
    """The event about the money of this payment intent, where it belongs to nothing."""
    for one in client.get("/provider-events").json()["items"]:
        if one["type"] == "payment_intent.succeeded" and intent in str(one["detail"]):
            return dict(one)
    return None


def _balance(house: House) -> int:
    return int(house.query("select balance from billing.wallet")[0][0])
