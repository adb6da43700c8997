"""Balance, statement, caps, alerts, prices and the company's data over the API, against running processes."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from psycopg.types.json import Jsonb

from tests.adapters.pdf import count_of, pages_of
from tests.system.house import House

pytestmark = [pytest.mark.requirement("R4-b"), pytest.mark.requirement("R2.4-a")]
NOW = datetime.now(UTC)
RANGE = {"from": (NOW - timedelta(days=30)).isoformat(), "to": (NOW + timedelta(days=1)).isoformat()}
CUSTOMER = "5215512340001"
CARD = """
select billing.publish_rate_card('ana', c.card_id) is null from billing.load_rate_card(
  'ana', '{"name": "Tarifa", "currency": "USD"}',
  '[{"direction": "out", "category": "service", "country": "*",
     "price": "0.0008", "cost": "0.0005", "moment": "sent"}]') c
"""
UNKNOWN_ID = "019aa000-0000-7000-8000-000000000000"


def _call(house: House, method: str, path: str, user: str = "1", **options: Any) -> httpx.Response:
    return house.api.request(method, f"/api/v1{path}", headers=house.bearer(user), **options)


def _portal_id(house: House) -> Any:
    ((portal_id,),) = house.query(
        "select portal_id from tenancy.channel where channel_id = %s", house.channel_id
    )
    return portal_id


@pytest.fixture(scope="module")
def rich(house: House) -> House:
    """The house with a wallet of 25 USD, booked by hand in three parts."""
    portal_id = _portal_id(house)
    house.query("select * from billing.open_wallet(%s, 'USD')", portal_id)
    for key, amount, reason in (
        ("one", 20_000_000, "Bienvenida"),
        ("two", 6_000_000, "=1+1"),
        ("three", -1_000_000, "Corrección"),
    ):
        house.query("select * from billing.adjust(%s, 'ana', %s, %s, %s)", portal_id, amount, reason, key)
    return house


def test_a_portal_without_a_wallet_is_told_so(house: House) -> None:
    if house.query("select from billing.wallet"):
        pytest.skip("another test of this house opened it")
    balance = _call(house, "GET", "/balance").json()
    assert ("none", None, 0) == (balance["state"], balance["currency"], balance["available"])
    assert [] == _call(house, "GET", "/statement").json()["items"]
    refused = _call(house, "PUT", "/alerts", json={"thresholds": [1]})
    assert (404, "no_wallet") == (refused.status_code, refused.json()["reason"])
    assert refused.json()["explanation"]["what"]


def test_the_balance_is_said_in_millionths_with_its_currency(rich: House) -> None:
    balance = _call(rich, "GET", "/balance").json()
    assert ("open", "USD") == (balance["state"], balance["currency"])
    assert (25_000_000, 0, 25_000_000) == (balance["balance"], balance["held"], balance["available"])


def test_what_is_kept_for_a_channels_next_period_is_named_and_is_a_part_of_what_is_held(rich: House) -> None:
    assert [] == _call(rich, "GET", "/balance").json()["reserved"]
    portal_id = _portal_id(rich)
    order = {"provider": "stripe", "kind": "scheduled", "every": "month", "amount": 9_000_000}
    order |= {"currency": "USD", "livemode": True, "key": "monthly", "return_digest": "00" * 32}
    ((payment_id,),) = rich.query(
        "select payment_id from billing.open_payment(%s, '1', %s)", portal_id, Jsonb(order)
    )
    rich.query(
        "with r as (insert into billing.reservation values (%s, %s, %s, 9e6, 9e6, 'held', now(), now()))"
        " update billing.wallet set held = 9e6 where portal_id = %s returning 1",
        portal_id, payment_id, rich.channel_id, portal_id,
    )  # fmt: skip
    balance = _call(rich, "GET", "/balance").json()
    assert [{"channel_id": rich.channel_id, "amount": 9_000_000}] == balance["reserved"]
    assert (9_000_000, 16_000_000) == (balance["held"], balance["available"])
    rich.query("select billing.free_reservations(%s, %s)", portal_id, rich.channel_id)
    assert [] == _call(rich, "GET", "/balance").json()["reserved"]


def test_a_cap_is_set_shown_and_removed(rich: House) -> None:
    cap = {"scope": "channel", "scope_id": rich.channel_id, "period": "day", "soft": 1, "hard": 5_000_000}
    (shown,) = _call(rich, "PUT", "/caps", json=cap).json()
    assert {**cap, "spent": 0} == {name: value for name, value in shown.items() if name != "begins"}
    assert [shown] == _call(rich, "GET", "/balance").json()["caps"]
    assert [] == _call(rich, "PUT", "/caps", json={**cap, "soft": None, "hard": None}).json()


def test_alerts_are_set_and_shown(rich: House) -> None:
    answer = _call(rich, "PUT", "/alerts", json={"thresholds": [1_000_000, 5_000_000, 1_000_000]})
    assert {"thresholds": [5_000_000, 1_000_000]} == answer.json()
    assert answer.json() == _call(rich, "GET", "/balance").json()["alerts"]


def test_the_statement_is_read_page_by_page(rich: House) -> None:
    lines, after = [], None
    while True:
        more = {} if after is None else {"after": after}
        page = _call(rich, "GET", "/statement", params={**RANGE, "limit": 1, **more}).json()
        lines += page["items"]
        after = page["next"]
        if after is None:
            break
    assert [(20_000_000, 20_000_000), (6_000_000, 26_000_000), (-1_000_000, 25_000_000)] == [
        (line["amount"], line["balance"]) for line in lines
    ]
    assert "Bienvenida" == lines[0]["detail"]["reason"]
    assert "actor" not in lines[0]["detail"], "staff's names are staff's"


def test_the_statement_is_a_file_that_no_spreadsheet_computes(rich: House) -> None:
    answer = _call(rich, "GET", "/statement.csv", params=RANGE)
    assert (200, "text/csv") == (answer.status_code, answer.headers["content-type"].partition(";")[0])
    assert "attachment" in answer.headers["content-disposition"]
    lines = list(csv.DictReader(io.StringIO(answer.text)))
    assert ["20.000000", "6.000000", "-1.000000"] == [line["amount"] for line in lines]
    assert ["Bienvenida", "'=1+1", "Corrección"] == [line["note"] for line in lines]
    assert {"USD"} == {line["currency"] for line in lines}


def test_a_file_of_several_pages_has_every_line_once(rich: House) -> None:
    before = list(csv.DictReader(io.StringIO(_call(rich, "GET", "/statement.csv").text)))
    rich.query(
        "select count(*) from billing.credit((select jsonb_agg(jsonb_build_object("
        " 'portal_id', %s::uuid, 'key', 'many:' || n, 'amount', 1, 'reason', 'topup', 'from', 'promotions'))"
        " from generate_series(1, 2100) n))",
        _portal_id(rich),
    )
    lines = list(csv.DictReader(io.StringIO(_call(rich, "GET", "/statement.csv").text)))
    assert len(before) + 2100 == len(lines)
    assert len(lines) == len({line["transfer_id"] for line in lines})
    assert "25.002100" == lines[-1]["balance"]


def test_the_statement_is_a_document_in_the_portals_language(rich: House) -> None:
    answer = _call(rich, "GET", "/statement.pdf", params={**RANGE, "limit": 1})
    assert (200, "application/pdf") == (answer.status_code, answer.headers["content-type"])
    assert "attachment" in answer.headers["content-disposition"]
    pages = pages_of(answer.content)
    assert str(len(pages)) == count_of(answer.content)
    lines = [text for page in pages for text in page]
    assert "Estado de cuenta" in lines
    assert "Ajuste del proveedor · Bienvenida" in lines
    known = len(list(csv.DictReader(io.StringIO(_call(rich, "GET", "/statement.csv", params=RANGE).text))))
    assert str(known) in lines, "as many movements as the CSV has"


def test_a_document_that_nobody_would_read_is_refused_before_it_begins(rich: House) -> None:
    rich.query(
        "select count(*) from billing.credit((select jsonb_agg(jsonb_build_object("
        " 'portal_id', %s::uuid, 'key', 'most:' || n, 'amount', 1, 'reason', 'topup', 'from', 'promotions'))"
        " from generate_series(1, 20001) n))",
        _portal_id(rich),
    )
    refused = _call(rich, "GET", "/statement.pdf")
    assert (422, "statement_long") == (refused.status_code, refused.json()["reason"])
    assert "CSV" in refused.json()["explanation"]["todo"]
    assert 200 == _call(rich, "GET", "/statement.pdf", params={"to": RANGE["from"]}).status_code


def test_issued_documents_are_listed_and_each_is_a_pdf_with_its_number(rich: House) -> None:
    ((document_id,),) = rich.query(
        "select billing.issue_document(%s, 'receipt', 'test', 'USD', 160000,"
        " jsonb_build_array(jsonb_build_object('what', 'topup', 'amount', 1000000)),"
        " jsonb_build_object('bonus', 0))",
        _portal_id(rich),
    )
    (listed,) = _call(rich, "GET", "/documents").json()
    assert (str(document_id), "receipt", 1_000_000, 160_000, 1_160_000) == tuple(
        listed[name] for name in ("document_id", "kind", "net", "tax", "total")
    )
    assert [] == _call(rich, "GET", "/documents", params={"before": listed["document_id"]}).json()
    answer = _call(rich, "GET", f"/documents/{document_id}/pdf")
    assert (200, "application/pdf") == (answer.status_code, answer.headers["content-type"])
    assert f'attachment; filename="{listed["name"]}.pdf"' == answer.headers["content-disposition"]
    (page,) = pages_of(answer.content)
    assert {"Recibo", listed["name"], "USD 1.16"} <= set(page)


def test_a_document_of_somebody_else_is_unknown(rich: House) -> None:
    refused = _call(rich, "GET", f"/documents/{UNKNOWN_ID}/pdf")
    assert (404, "unknown_document") == (refused.status_code, refused.json()["reason"])
    assert refused.json()["explanation"]["what"]


def test_what_messages_would_cost_is_told_before(rich: House) -> None:
    asked = {"channel_id": rich.channel_id, "category": "marketing", "country": "MX", "count": 1000}
    quote = _call(rich, "GET", "/quote", params=asked).json()
    assert ("marketing", "MX", 1000) == (quote["category"], quote["country"], quote["count"])
    assert (0, None) == (quote["amount"], quote["reason"])


def test_consumption_needs_a_time_that_can_be_counted(rich: House) -> None:
    assert [] == _call(rich, "GET", "/consumption", params={**RANGE, "to": RANGE["from"]}).json()
    refused = _call(rich, "GET", "/consumption", params={**RANGE, "from": "2020-01-01T00:00:00Z"})
    assert (400, "malformed_call") == (refused.status_code, refused.json()["reason"])


def test_a_companys_data_is_checked_and_no_one_overwrites_another(house: House) -> None:
    seen = _call(house, "GET", "/customer").json()
    change = {
        "version": seen["version"],
        "legal_name": "Acme SA de CV",
        "country": "MX",
        "tax_id_type": "RFC",
        "tax_id": "gode-561231-gr8",
        "billing_address": {"street": "Av. Juárez 1", "city": "CDMX", "country": "MX"},
    }
    changed = _call(house, "PATCH", "/customer", json=change).json()
    assert ("GODE561231GR8", "Acme SA de CV") == (changed["tax_id"], changed["legal_name"])
    assert seen["version"] + 1 == changed["version"]
    stale = _call(house, "PATCH", "/customer", json=change)
    assert (409, "stale_version") == (stale.status_code, stale.json()["reason"])
    wrong = {"version": changed["version"], "tax_id": "nobody"}
    refused = _call(house, "PATCH", "/customer", json=wrong)
    assert (400, "tax_id") == (refused.status_code, refused.json()["facts"]["field"])
    emptied = {"version": changed["version"], "tax_id": None, "tax_id_type": None}
    assert _call(house, "PATCH", "/customer", json=emptied).json()["tax_id"] is None


def test_a_message_is_seen_in_the_statement_and_in_the_days_consumption(rich: House) -> None:
    rich.query(CARD)
    before = _call(rich, "GET", "/balance").json()["balance"]
    rich.customer_writes(CUSTOMER, "Hola")
    rich.until("there is a chat", lambda: rich.chat_of(CUSTOMER))
    rich.operator_writes(rich.chat_id(CUSTOMER), "Buenos días")
    rich.until("it is paid", lambda: _call(rich, "GET", "/balance").json()["balance"] == before - 800)

    asked = {"category": "service", "channel_id": rich.channel_id}
    (line,) = _call(rich, "GET", "/statement", params=asked).json()["items"]
    assert ("messages", -800, before - 800) == (line["reason"], line["amount"], line["balance"])
    (message,) = _call(rich, "GET", "/messages", params={"direction": "out"}).json()["items"]
    assert message["message_id"] == line["message_id"]
    (row,) = csv.DictReader(io.StringIO(_call(rich, "GET", "/statement.csv", params=asked).text))
    assert ("-0.000800", message["message_id"]) == (row["amount"], row["message_id"])

    (day,) = _call(rich, "GET", "/consumption", params=RANGE).json()
    assert (rich.channel_id, "service", "USD", 1, 800) == tuple(
        day[name] for name in ("channel_id", "category", "currency", "messages", "amount")
    )
    assert 10 == len(day["day"])


@pytest.mark.requirement("R1")
def test_what_gupshup_bills_is_compared_with_what_we_charged(rich: House) -> None:
    (line,) = _call(rich, "GET", "/statement", params={"category": "service"}).json()["items"]
    rich.until("Gupshup said what it bills", lambda: rich.query("select from billing.billed"))

    def compared() -> dict[str, Any]:
        rich.query("select billing.reconcile()")
        answer: dict[str, Any] = _call(rich, "GET", "/differences", params=RANGE).json()
        return answer

    rich.query("update billing.billed set due_at = tenancy.now() returning true")
    rich.until("it is compared", lambda: compared()["compared"] == 1)
    told = compared()
    assert (1, 0, {}, []) == tuple(told[name] for name in ("said", "waiting", "kinds", "items"))

    rich.query("update billing.billed set is_billable = false, due_at = tenancy.now() returning true")
    rich.until("the difference is found", lambda: compared()["kinds"] == {"billed_by_us_only": 1})
    told = compared()
    (found,) = told["items"]
    assert ("billed_by_us_only", line["message_id"]) == (found["kind"], found["message_id"])
    seen_by_staff = rich.api.get("/staff/v1/differences", headers=rich.staff()).json()
    assert [found["difference_id"]] == [one["difference_id"] for one in seen_by_staff]
    assert (False, "service", "MX") == tuple(
        found["said"][name] for name in ("billable", "category", "country")
    )
    assert ("captured", 800, "USD") == tuple(
        found["charged"][name] for name in ("state", "price", "currency")
    )


@pytest.mark.parametrize(
    ("method", "path", "options"),
    [
        ("GET", "/balance", {}),
        ("GET", "/consumption", {"params": RANGE}),
        ("GET", "/statement", {}),
        ("GET", "/statement.csv", {}),
        ("GET", "/differences", {"params": RANGE}),
        ("GET", "/statement.pdf", {}),
        ("GET", "/documents", {}),
        ("GET", f"/documents/{UNKNOWN_ID}/pdf", {}),
        ("GET", "/quote", {"params": {"channel_id": UNKNOWN_ID}}),
        ("PUT", "/caps", {"json": {"scope": "portal", "period": "day", "hard": 1}}),
        ("PUT", "/alerts", {"json": {"thresholds": []}}),
        ("GET", "/customer", {}),
        ("PATCH", "/customer", {"json": {"version": 1}}),
    ],
)
def test_who_may_not_see_the_money_is_refused_in_words(
    method: str, path: str, options: dict[str, Any], house: House
) -> None:
    refused = _call(house, method, path, user="77", **options)
    assert (403, "permission") == (refused.status_code, refused.json()["reason"])
    assert refused.json()["explanation"]["what"]
