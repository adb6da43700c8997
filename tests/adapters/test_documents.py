"""Documents, read back: what they say, in which language, and what becomes of what does not fit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

import msgspec
import pytest

from adapters.documents.amounts import number
from adapters.documents.lettering import PLAIN, drawable, lines_of, width_of
from adapters.documents.paper import Cell, Column, Paper, Party
from adapters.documents.statement import Statement, StatementHead, customer_party
from adapters.documents.words import CATEGORIES, LINES, PAPER, STATEMENT
from connectors.bitrix24.texts import LANGUAGES, Language
from tests.adapters.pdf import count_of, pages_of

pytestmark = [pytest.mark.requirement("R4-c"), pytest.mark.requirement("R2.3-a")]
CHANNEL = UUID(int=7)
HEAD = StatementHead(
    language="es",
    zone="America/Mexico_City",
    portal="acme.bitrix24.mx",
    issuer=Party(name="WhatsAppB24"),
    customer=Party(name="Comercializadora Ñandú, S.A. de C.V.", lines=("RFC GODE561231GR8",)),
    made_at=datetime(2026, 11, 22, 18, tzinfo=UTC),
    since=datetime(2026, 11, 1, 6, tzinfo=UTC),
    until=datetime(2026, 12, 1, 6, tzinfo=UTC),
    channels={CHANNEL: "Ventas"},
)


def _rows(count: int, amount: int = -800) -> Iterator[dict[str, Any]]:
    """A top-up of 25, then so many messages."""
    begins = datetime(2026, 11, 2, tzinfo=UTC)
    of_a_message = {"channel_id": CHANNEL, "category": "service", "country": "MX", "detail": {}}
    yield {
        **dict.fromkeys(of_a_message),
        "at": begins,
        "reason": "topup",
        "amount": 25_000_000,
        "balance": 25_000_000,
        "currency": "USD",
        "key": "stripe:pi:1",
        "message_id": None,
        "detail": {},
    }
    for place in range(1, count + 1):
        yield {
            **of_a_message,
            "at": begins + timedelta(minutes=place),
            "reason": "messages",
            "currency": "USD",
            "amount": amount,
            "balance": 25_000_000 + place * amount,
            "key": f"charge:{place}:2",
            "message_id": UUID(int=place),
        }


def _statement(head: StatementHead, rows: Iterator[dict[str, Any]]) -> tuple[list[list[str]], str]:
    """The texts of its pages, and how many pages it says there are."""
    file = BytesIO()
    statement = Statement(file, head, compress=False)
    statement.add(rows)
    statement.end()
    return pages_of(file.getvalue()), count_of(file.getvalue())


def test_a_statement_says_whose_it_is_of_when_and_every_line() -> None:
    (page,), _ = _statement(HEAD, _rows(2))
    assert {"Comercializadora Ñandú, S.A. de C.V.", "RFC GODE561231GR8", "WhatsAppB24"} <= set(page)
    assert "del 01/11/2026 al 30/11/2026" in page, "the portal's days, the last one included"
    assert {"Importe (USD)", "Saldo (USD)"} <= set(page)
    assert "01/11/2026 18:00" in page, "the portal's clock"
    assert 2 == page.count("Mensaje · Ventas · Servicio · MX")
    assert {"stripe:pi:1", str(UUID(int=1)), str(UUID(int=2))} <= set(page), "each line names its cause"
    assert {"+25.0000", "-0.0008", "24.9984"} <= set(page)


def test_the_totals_of_a_statement_lead_from_the_first_balance_to_the_last() -> None:
    (page,), _ = _statement(HEAD, _rows(2))
    totals = page[page.index("24.9984") + 1 :]
    by_label = dict(zip(totals[1:10:2], totals[0:10:2], strict=True))
    assert {
        "Saldo inicial": "USD 0.00",
        "Movimientos": "3",
        "Entradas": "USD 25.00",
        "Salidas": "USD -0.0016",
        "Saldo final": "USD 24.9984",
    } == by_label


def test_a_long_statement_repeats_its_head_and_counts_its_pages() -> None:
    pages, count = _statement(HEAD, _rows(150))
    assert str(len(pages)) == count
    assert len(pages) > 3
    for place, page in enumerate(pages, 1):
        assert f"Página {place} de" in page
        assert {"Fecha", "Concepto"} <= set(page)
    drawn = [text for page in pages for text in page if text.startswith("00000000-")]
    assert [str(UUID(int=place)) for place in range(1, 151)] == drawn, "each line once, in its order"


def test_a_filtered_statement_sums_its_lines_and_says_that_they_are_not_all() -> None:
    (page,), _ = _statement(msgspec.structs.replace(HEAD, channel="Ventas"), _rows(1))
    assert "Saldo final" not in page
    assert any(text.startswith("Solo se muestran") for text in page)


@pytest.mark.parametrize("zone", ["America/Mexico_City", "Pacific/Auckland"])
def test_the_first_and_the_last_instant_that_can_be_written_are_a_period(zone: str) -> None:
    ends = {"since": datetime.min.replace(tzinfo=UTC), "until": datetime.max.replace(tzinfo=UTC)}
    (page,), _ = _statement(msgspec.structs.replace(HEAD, zone=zone, **ends), iter(()))
    assert any("9999" in text for text in page)
    early = msgspec.structs.replace(HEAD, zone=zone, since=None, until=ends["since"])
    assert 1 == len(_statement(early, iter(()))[0])


def test_a_statement_without_lines_says_so() -> None:
    (page,), _ = _statement(msgspec.structs.replace(HEAD, since=None, until=None), iter(()))
    assert {"No hay movimientos en este período.", "desde el comienzo"} <= set(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_statement_speaks_the_persons_language(language: Language) -> None:
    (page,), _ = _statement(msgspec.structs.replace(HEAD, language=language), _rows(1, amount=-1_500_000))
    assert STATEMENT[language]["title"] in page
    assert ("-1,5000" if language == "pt" else "-1.5000") in page
    assert PAPER[language]["page"].format(page=1) in page


def test_the_three_languages_have_the_same_words() -> None:
    for book in (PAPER, STATEMENT, LINES, CATEGORIES):
        assert [book["es"].keys()] * 3 == [book[language].keys() for language in LANGUAGES]


def test_a_companys_names_tax_id_and_address_are_shown_where_there_are_any() -> None:
    nameless = {"legal_name": None, "trade_name": "Acme", "tax_id": None, "tax_id_type": None}
    assert Party(name="Acme") == customer_party({**nameless, "billing_address": {}})
    known = {"legal_name": "Acme SA", "trade_name": "Acme", "tax_id": "76086428-5", "tax_id_type": "RUT"}
    address = {"street": "Calle 1", "city": "Santiago", "country": "CL"}
    assert Party(name="Acme SA", lines=("Acme", "RUT 76086428-5", "Calle 1, Santiago, CL")) == customer_party(
        {**known, "billing_address": address}
    )


def test_a_row_never_leaves_its_page_and_a_long_text_ends_in_an_ellipsis() -> None:
    file = BytesIO()
    paper = Paper(file, language="en", title="Receipt", compress=False)
    paper.parties(Party(name="Us"), None)
    paper.table([Column(title="What"), Column(title="Amount", width=90, is_amount=True)])
    for _ in range(40):
        paper.row([Cell(text="word " * 400, below="reference"), Cell(text="USD 1.00")])
    paper.totals([("Total", "USD 40.00")])
    paper.save()
    pages = pages_of(file.getvalue())
    assert 40 == sum(text.endswith("…") for page in pages for text in page)
    assert 40 == sum(page.count("reference") for page in pages)
    assert paper.pages == len(pages) > 2


def test_lines_are_as_wide_as_they_may_be_and_keep_every_letter() -> None:
    text = "Una factura larga con " + "x" * 60
    lines = lines_of(text, PLAIN, 8, 100, most=20)
    assert all(width_of(line, PLAIN, 8) <= 100 for line in lines)
    assert text.replace(" ", "") == "".join(lines).replace(" ", "")


def test_letters_that_the_fonts_lack_never_break_a_document() -> None:
    assert "São Ñandú € «x»" == drawable("São  Ñandú\n€ «x»")
    assert "Zolty ?" == drawable("Żolty 🙂")


def test_amounts_that_stand_below_each_other_have_as_many_decimals() -> None:
    assert ("30.0000", "-0.0008", "0.00") == (
        number(30_000_000, "es", 4),
        number(-800, "es", 4),
        number(0, "es"),
    )
