"""The business in the hands of the provider's staff, over /staff/v1, against running processes."""

from __future__ import annotations

import csv
import io
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from runtime.secrets import digest
from tests.system.house import House

pytestmark = [pytest.mark.requirement("R4-b"), pytest.mark.requirement("R4-c")]
NOW = datetime.now(UTC)
RANGE = {"from": (NOW - timedelta(days=30)).isoformat(), "to": (NOW + timedelta(days=1)).isoformat()}
CSV = "direction,category,country,price,cost,moment\n"
UNKNOWN_ID = "019aa000-0000-7000-8000-000000000000"


@pytest.fixture(scope="module")
def eva(house: House) -> Iterator[httpx.Client]:
    """Somebody of the billing staff."""
    with _entered(house, "Eva Ruiz", "billing") as client:
        yield client


@pytest.fixture(scope="module")
def ada(house: House) -> Iterator[httpx.Client]:
    """A colleague of hers."""
    with _entered(house, "Ada Paz", "billing") as client:
        yield client


@pytest.fixture(scope="module")
def sara(house: House) -> Iterator[httpx.Client]:
    """Of the support: she looks and changes nothing."""
    with _entered(house, "Sara Sol", "support") as client:
        yield client


@pytest.fixture(scope="module")
def portal_id(house: House, eva: httpx.Client) -> str:
    """The house's portal, with a wallet in USD."""
    ((found,),) = house.query("select portal_id from tenancy.channel where channel_id = %s", house.channel_id)
    assert 204 == eva.post(f"/portals/{found}/wallet", json={"currency": "USD"}).status_code
    return str(found)


@contextmanager
def _entered(house: House, name: str, role: str) -> Iterator[httpx.Client]:
    """A client with a session of its own, which says from where it writes as a browser does."""
    person = {"email": f"{secrets.token_hex(4)}@example.com", "name": name, "role": role, "language": "es"}
    secret = secrets.token_urlsafe(32)
    house.query(
        "select tenancy.invite_staff('cli', tenancy.add_staff('cli', %s::jsonb), %s)",
        httpx.Response(200, json=person).text,
        digest(secret),
    )
    with httpx.Client(
        base_url=f"{house.api_url}/staff/v1", trust_env=False, headers={"Sec-Fetch-Site": "same-origin"}
    ) as client:
        assert 200 == client.post("/session", json={"secret": secret}).status_code
        yield client


def _load(client: httpx.Client, text: str, **more: str) -> dict[str, Any]:
    answer = client.post(
        "/rate-cards",
        params={"name": "Tarifa", "currency": "USD", **more},
        content=text.encode(),
        headers={"Content-Type": "text/csv"},
    )
    assert 200 == answer.status_code, answer.text
    return dict(answer.json())


def test_a_customer_is_found_and_read_with_everything_that_is_theirs(
    eva: httpx.Client, house: House, portal_id: str
) -> None:
    (line,) = (
        eva.get("/customers", params={"q": "ejemplo"}).json()["items"]
        or eva.get("/customers").json()["items"]
    )
    facts = eva.get(f"/customers/{line['customer_id']}").json()
    (portal,) = facts["portals"]
    assert (portal_id, "open", "USD") == (portal["portal_id"], portal["wallet"], portal["currency"])
    assert [house.channel_id] == [one["channel_id"] for one in facts["subscriptions"]]
    assert [] == eva.get("/customers", params={"q": "nobody is called this"}).json()["items"]
    missing = eva.get(f"/customers/{UNKNOWN_ID}")
    assert (404, "unknown_customer") == (missing.status_code, missing.json()["reason"])


def test_a_customers_data_is_corrected_and_its_history_names_who_did_it(
    eva: httpx.Client, sara: httpx.Client, portal_id: str
) -> None:
    (line,) = eva.get("/customers").json()["items"]
    path = f"/customers/{line['customer_id']}"
    before = eva.get(path).json()
    change = {
        "version": before["version"],
        "legal_name": "Ferretería del Sur S.A.S.",
        "country": "CO",
        "tax_id_type": "NIT",
        "tax_id": "860.034.594-1",
        "billing_address": {"street": "Calle 10 # 4-21", "city": "Cali", "country": "CO"},
        "contacts": [{"name": "Luz Mar", "email": "luz@example.com"}],
    }
    wrong = eva.patch(path, json={**change, "tax_id": "860.034.594-2"})
    assert (400, "tax_id") == (wrong.status_code, wrong.json()["facts"]["field"])
    facts = eva.patch(path, json=change).json()
    assert ("NIT", "8600345941", "Cali") == (
        facts["tax_id_type"],
        facts["tax_id"],
        facts["billing_address"]["city"],
    )
    stale = eva.patch(path, json={**change, "legal_name": "Otra"})
    assert (409, "stale_version") == (stale.status_code, stale.json()["reason"])
    (event, *_) = eva.get(f"{path}/history").json()["items"]
    assert ("customer", "Eva Ruiz") == (event["event"], event["actor"])
    assert 403 == sara.patch(path, json={**change, "version": facts["version"]}).status_code
    used = eva.put(f"{path}/state", json={"state": "closed"})
    assert (409, "customer_in_use") == (used.status_code, used.json()["reason"])
    assert "active" == eva.put(f"{path}/state", json={"state": "active"}).json()["state"]


def test_a_large_credit_waits_for_a_second_person_and_then_stands_in_the_statement(
    eva: httpx.Client, ada: httpx.Client, portal_id: str
) -> None:
    order = {"portal_id": portal_id, "amount": 150_000_000, "reason": "Compensación", "key": "big"}
    asked = eva.post("/adjustments", json=order).json()
    assert "proposed" == asked["state"]
    assert asked == eva.post("/adjustments", json=order).json(), "once under one key"
    path = f"/portals/{portal_id}/adjustments/{asked['adjustment_id']}"
    own = eva.post(f"{path}/approve")
    assert (403, "four_eyes") == (own.status_code, own.json()["reason"])
    (waits,) = ada.get("/adjustments", params={"state": "proposed"}).json()["items"]
    assert ("Eva Ruiz", ["approve", "reject"]) == (waits["proposed_by"], waits["may"])
    assert "posted" == ada.post(f"{path}/approve").json()["state"]
    (done,) = eva.get("/adjustments", params={"state": "posted"}).json()["items"]
    assert ("Ada Paz", []) == (done["decided_by"], done["may"])
    lines = eva.get(f"/portals/{portal_id}/statement").json()["items"]
    assert [(150_000_000, 150_000_000, "Compensación")] == [
        (line["amount"], line["balance"], line["detail"]["reason"]) for line in lines
    ]


def test_a_wallet_is_frozen_and_given_credit_with_names_and_reasons(
    eva: httpx.Client, portal_id: str
) -> None:
    assert 204 == eva.post(f"/portals/{portal_id}/wallet/freeze", json={"reason": "Disputa"}).status_code
    order = {"limit": 5_000_000, "reason": "Cliente de años"}
    assert 204 == eva.put(f"/portals/{portal_id}/wallet/overdraft", json=order).status_code
    (customer,) = eva.get("/customers").json()["items"]
    assert customer["is_frozen"]
    assert 204 == eva.post(f"/portals/{portal_id}/wallet/unfreeze", json={"reason": "Resuelto"}).status_code
    history = eva.get(f"/customers/{customer['customer_id']}/history").json()["items"]
    assert [("unfrozen", "Resuelto"), ("overdraft", "Cliente de años"), ("frozen", "Disputa")] == [
        (one["event"], one["reason"]) for one in history[:3]
    ]
    assert {"Eva Ruiz"} == {one["actor"] for one in history[:3]}


def test_every_fault_of_a_file_is_told_with_its_line_and_column(eva: httpx.Client) -> None:
    told = _load(eva, CSV + "out,service,MX,0.02,0.01,sent\nout,servicio,ZZ,-1,0.0000001,sent\n")
    assert None is told["card"]
    assert [
        (3, "category", "unknown", "servicio"),
        (3, "country", "unknown", "ZZ"),
        (3, "price", "not_an_amount", "-1"),
        (3, "cost", "not_an_amount", "0.0000001"),
    ] == [(f["line"], f["column"], f["problem"], f["value"]) for f in told["faults"]]
    assert "missing_column" == _load(eva, "direction;category\n")["faults"][0]["problem"]
    assert "currency" == _load(eva, CSV + "out,service,*,1,1,sent\n", currency="XTS")["faults"][0]["column"]
    assert 1 < _load(eva, CSV + "out,x,*,1,1,sent\n" * 501)["more_faults"]


def test_a_card_is_loaded_compared_published_and_replaced_without_a_gap(eva: httpx.Client) -> None:
    first = _load(eva, CSV + "out,service,*,0.03,0.01,sent\nout,utility,*,0.05,0.01,sent\n", tariff="norte")[
        "card"
    ]
    assert ("draft", None, 2) == (first["standing"], first["replaces"], first["rates"])
    published = eva.post(f"/rate-cards/{first['card_id']}/publish", json={}).json()
    assert ("in_force", "Eva Ruiz") == (published["standing"], published["published_by"])
    text = eva.get(f"/rate-cards/{first['card_id']}/rates.csv").text.replace("0.05", "0.06")
    second = _load(eva, text, tariff="norte", name="Nueva")["card"]
    assert first["card_id"] == second["replaces"]
    (change,) = eva.get(f"/rate-cards/{second['card_id']}/differences").json()
    assert ("utility", "changed") == (change["category"], change["change"])
    assert (50_000, 60_000) == (change["before"]["price"], change["after"]["price"])
    alone = eva.post(f"/rate-cards/{second['card_id']}/publish", json={})
    assert (409, "rate_card_overlap") == (alone.status_code, alone.json()["reason"])
    replaced = eva.post(
        f"/rate-cards/{second['card_id']}/publish", json={"replaces": first["card_id"]}
    ).json()
    cards = {card["card_id"]: card for card in eva.get("/rate-cards").json()["items"]}
    assert cards[first["card_id"]]["valid_until"] == replaced["valid_from"]
    ended = eva.post(f"/rate-cards/{second['card_id']}/retire", json={"at": "2099-01-01T00:00:00Z"}).json()
    assert "2099-01-01T00:00:00Z" == ended["valid_until"]


def test_a_body_that_is_no_text_is_refused(eva: httpx.Client) -> None:
    answer = eva.post("/rate-cards", params={"name": "x", "currency": "USD"}, content=b"\xff\xfe\x00")
    assert (400, "not_utf8") == (answer.status_code, answer.json()["reason"])


def test_a_plan_gets_a_new_version_and_is_offered_no_longer(eva: httpx.Client) -> None:
    plan = {
        "code": "norte",
        "names": {"es": "Norte", "en": "North", "pt": "Norte"},
        "price": "19.90",
        "currency": "USD",
        "every": "month",
        "features": {"send": True},
        "included_categories": ["service"],
    }
    eva.post("/plans", json=plan)
    versions = eva.post("/plans", json={**plan, "price": "24.90"}).json()
    assert [(2, 24_900_000, True), (1, 19_900_000, False)] == [
        (one["version"], one["price"], one["is_offered"]) for one in versions if one["code"] == "norte"
    ]
    wrong = eva.post("/plans", json={**plan, "features": {}})
    assert (400, "features") == (wrong.status_code, wrong.json()["facts"]["field"])
    after = eva.post("/plans/norte/withdraw").json()
    assert [False, False] == [one["is_offered"] for one in after if one["code"] == "norte"]
    default = eva.post("/plans/basic/withdraw")
    assert (409, "default_plan") == (default.status_code, default.json()["reason"])


def test_margins_are_a_report_and_a_file(eva: httpx.Client, house: House, portal_id: str) -> None:
    house.query(
        "insert into billing.charge (portal_id, message_id, channel_id, category, country, currency, price,"
        " cost, held, state, hold_until, changed_at) values"
        " (%s, tenancy.new_id(), %s, 'service', 'MX', 'USD', 20000, 12000, 0, 'captured', now(), now())"
        " returning 1",
        portal_id,
        house.channel_id,
    )
    (row,) = eva.get("/margins", params={**RANGE, "by": "country"}).json()["rows"]
    assert ("MX", 1, 20_000, 12_000, 8_000, 8_000) == (
        row["key"], row["messages"], row["price"], row["cost"], row["margin"], row["margin_in"],
    )  # fmt: skip
    (named,) = eva.get("/margins", params={**RANGE, "by": "customer"}).json()["rows"]
    assert named["name"]
    text = eva.get("/margins.csv", params={**RANGE, "by": "category", "currency": "MXN"}).text
    (line,) = csv.DictReader(io.StringIO(text))
    assert ("service", "0.008000", "") == (line["key"], line["margin"], line["margin_in"])
    rate = {"currency": "MXN", "day": "2020-01-01", "per_usd": "20"}
    kept = eva.put("/exchange-rates", json={"rates": [rate]}).json()
    assert [("MXN", "20", "Eva Ruiz")] == [
        (one["currency"], one["per_usd"], one["set_by_name"]) for one in kept if one["per_usd"]
    ]
    (row,) = eva.get("/margins", params={**RANGE, "by": "category", "currency": "MXN"}).json()["rows"]
    assert 160_000 == row["margin_in"]


def test_support_looks_and_changes_nothing(sara: httpx.Client, portal_id: str) -> None:
    assert 200 == sara.get("/customers").status_code
    assert 200 == sara.get(f"/portals/{portal_id}/statement").status_code
    order = {"portal_id": portal_id, "amount": 1, "reason": "porque sí", "key": "x"}
    freeze = f"/portals/{portal_id}/wallet/freeze"
    for answer in (
        sara.post("/adjustments", json=order),
        sara.post(freeze, json={"reason": "porque sí"}),
        sara.post("/rate-cards", params={"name": "x", "currency": "USD"}, content=CSV.encode()),
        sara.post("/plans/basic/withdraw"),
    ):
        assert (403, "staff_permission") == (answer.status_code, answer.json()["reason"])


def test_nobody_comes_in_without_a_session(house: House, portal_id: str) -> None:
    with httpx.Client(base_url=f"{house.api_url}/staff/v1", trust_env=False) as stranger:
        for path in ("/customers", "/adjustments", "/rate-cards", f"/portals/{portal_id}/statement"):
            assert 401 == stranger.get(path, headers=house.bearer()).status_code, path
