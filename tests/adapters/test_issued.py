"""Receipts, invoices and notes as PDF, read back: whose they are, what they say, in which language."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.documents.amounts import number
from adapters.documents.issued import file_name, issued_pdf, what_of
from adapters.documents.words import ISSUED
from connectors.bitrix24.texts import LANGUAGES, Language
from tests.adapters.pdf import count_of, pages_of

pytestmark = [pytest.mark.requirement("R4-c"), pytest.mark.requirement("R2.3-a")]
RECEIPT: dict[str, Any] = {
    "kind": "receipt",
    "name": "R-000017",
    "currency": "USD",
    "net": 50_000_000,
    "tax": 8_000_000,
    "total": 58_000_000,
    "related_name": None,
    "language": "es",
    "issued_at": datetime(2026, 11, 23, 3, tzinfo=UTC),
    "lines": [{"what": "topup", "detail": {}, "quantity": 1, "amount": 50_000_000}],
    "content": {
        "issuer": {
            "legal_name": "Mensajería del Sur S.A.",
            "tax_id_type": "RUC",
            "tax_id": "20123456786",
            "address": "Av. Larco 100, Lima",
        },
        "customer": {
            "legal_name": "Comercializadora Ñandú, S.A. de C.V.",
            "trade_name": "Ñandú",
            "tax_id_type": "RFC",
            "tax_id": "GODE561231GR8",
            "country": "MX",
            "billing_address": {"street": "Av. Juárez 1", "city": "CDMX", "country": "MX"},
        },
        "portal": "acme.bitrix24.mx",
        "time_zone": "America/Mexico_City",
        "bonus": 5_000_000,
        "payment": {
            "provider": "stripe",
            "kind": "topup",
            "paid_at": "2026-11-23T02:59:00+00:00",
            "method": "Visa ···· 4242",
            "reference": "pi_1",
        },
    },
}
USED: dict[str, Any] = {
    **RECEIPT,
    "kind": "invoice",
    "name": "F-000003",
    "net": 12_000_800,
    "tax": 0,
    "total": 12_000_800,
    "lines": [
        {"what": "messages", "detail": {"category": "service"}, "quantity": 1_501, "amount": 2_000_800},
        {"what": "subscription", "detail": {"plan": "Equipo"}, "quantity": 1, "amount": 10_000_000},
    ],
    "content": {
        **{name: RECEIPT["content"][name] for name in ("issuer", "customer", "portal", "time_zone")},
        "period": {
            "month": "2026-11",
            "from": "2026-11-01T06:00:00+00:00",
            "to": "2026-12-01T06:00:00+00:00",
        },
        "paid": {"total": 58_000_000, "tax": 8_000_000},
    },
}


def _texts(row: dict[str, Any]) -> list[str]:
    document = issued_pdf(row, compress=False)
    pages = pages_of(document)
    assert str(len(pages)) == count_of(document)
    return [text for page in pages for text in page]


def test_a_receipt_names_both_parties_with_their_tax_ids_and_how_it_was_paid() -> None:
    texts = _texts(RECEIPT)
    assert {"Recibo", "R-000017", "Mensajería del Sur S.A.", "RUC 20123456786", "Av. Larco 100, Lima"} <= set(
        texts
    )
    assert {"Comercializadora Ñandú, S.A. de C.V.", "RFC GODE561231GR8"} <= set(texts)
    assert {"Stripe · Visa ···· 4242", "pi_1"} <= set(texts)
    assert 2 == texts.count("22/11/2026"), "issued and paid on the portal's day"


def test_a_receipt_leads_from_the_net_amount_over_taxes_to_what_was_paid() -> None:
    texts = _texts(RECEIPT)
    assert {"Recarga", "50.00", "USD 50.00", "USD 8.00", "USD 58.00"} <= set(texts)
    assert any(text.startswith("Además se sumó a su saldo una bonificación de USD 5.00") for text in texts)


def test_an_invoice_shows_what_was_used_in_a_month_and_that_it_was_prepaid() -> None:
    texts = _texts(USED)
    assert {"Factura", "del 01/11/2026 al 30/11/2026"} <= set(texts), "the portal's days"
    assert {"Mensaje · Servicio", "1,501", "Suscripción · Equipo"} <= set(texts)
    assert {"2.0008", "10.0000", "USD 12.0008"} <= set(texts), "points stand below points"
    assert "Impuestos" not in texts
    assert any("Recargas recibidas en el período: USD 58.00" in text for text in texts)


def test_a_note_names_the_document_that_it_corrects() -> None:
    line = {"what": "refund", "detail": {}, "quantity": 1, "amount": 50_000_000}
    note = {
        **RECEIPT,
        "kind": "credit_note",
        "name": "NC-000001",
        "related_name": "R-000017",
        "lines": [line],
    }
    texts = _texts(note)
    assert {"Nota de crédito", "Corrige", "R-000017", "Reembolso"} <= set(texts)
    assert any(text.startswith("Además se retiró de su saldo") for text in texts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_document_speaks_the_language_in_which_it_was_issued(language: Language) -> None:
    for row in (RECEIPT, USED):
        texts = _texts({**row, "language": language})
        assert {ISSUED[language][row["kind"]], ISSUED[language]["total"]} <= set(texts)
    assert f"BRL {number(1_500_000, language)}" in _texts(
        {**RECEIPT, "language": language, "currency": "BRL", "total": 1_500_000}
    )


def test_the_three_languages_of_documents_have_the_same_words() -> None:
    assert [ISSUED["es"].keys()] * 3 == [ISSUED[language].keys() for language in LANGUAGES]


def test_a_document_of_a_company_that_told_nothing_of_itself_is_complete() -> None:
    nobody = dict.fromkeys(("legal_name", "tax_id_type", "tax_id", "country")) | {"billing_address": {}}
    content = {
        **RECEIPT["content"],
        "issuer": {"legal_name": "Nosotros"},
        "customer": {**nobody, "trade_name": "acme.bitrix24.mx"},
        "payment": {"provider": "paypal", "kind": "topup", "paid_at": "2026-11-23T02:59:00.123456+00:00"},
    }
    texts = _texts({**RECEIPT, "content": content})
    assert {"Nosotros", "acme.bitrix24.mx", "PayPal"} <= set(texts)
    assert "None" not in " ".join(texts)


def test_a_line_that_nobody_has_words_for_stands_as_it_is() -> None:
    assert "novelty · Plus" == what_of({"what": "novelty", "detail": {"plan": "Plus"}}, "es")
    assert "R-000017.pdf" == file_name(RECEIPT)
