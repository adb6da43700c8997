"""What staff does with money that came in: a refund, a dispute, an event of nothing, the issuer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_staff import _enter, _view
from tests.browser.test_staff import pages as pages
from tests.servers import TestDatabase
from tests.system.house import House, open_house
from tests.system.stripe_beside import StripeBeside, stripe_beside

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240), pytest.mark.requirement("R4-c")]
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


def test_staff_refunds_a_part_and_follows_it_to_the_credit_note_and_a_dispute_to_its_end(
    pages: list[Page], house: House, stripe: StripeBeside
) -> None:
    eva, _ = pages
    _paid(house, stripe, 20 * USD, "browser")
    _enter(eva, house, "Eva")
    _view(eva, "Pagos")
    eva.locator("[data-payment] a").first.click()
    expect(eva.locator("[data-figure=refundable]")).to_contain_text("20.00")

    eva.locator("[data-refund-button]").click()
    dialog = eva.get_by_role("dialog")
    eva.get_by_label("Importe (USD)").fill("25")
    eva.get_by_label("Motivo").fill("Pagó dos veces")
    expect(dialog.get_by_text("Es más de lo que queda")).to_be_visible()
    expect(dialog.get_by_role("button", name="Pedir el reembolso")).to_be_disabled()
    eva.get_by_label("Importe (USD)").fill("7.33")
    dialog.get_by_role("button", name="Pedir el reembolso").click()
    expect(eva.locator("[data-outcome=asked]")).to_be_visible()
    dialog.get_by_role("button", name="Listo").click()
    expect(eva.locator("[data-refund=succeeded]")).to_contain_text("Pagó dos veces")
    expect(eva.locator("[data-figure=balance]")).to_contain_text("12.67")
    with eva.expect_download() as saved:
        eva.locator("[data-credit-note]").click()
    assert "NC-" in saved.value.suggested_filename
    expect(eva.locator("[data-step='refund succeeded']")).to_be_visible()

    with eva.expect_popup() as opened:
        eva.get_by_role("link", name="Ver en Stripe").click()
    bank = opened.value
    bank.get_by_role("button", name=re.compile("Abrir una disputa")).click()
    house.until("the bank has the money", lambda: house.query("select 1 from billing.dispute") != [])
    eva.locator("[data-payments-nav]").or_(eva.get_by_role("link", name="Pagos")).first.click()
    eva.locator("[data-payments-nav]").get_by_text("Disputas").click()
    case = eva.locator("[data-cases=open] [data-dispute]")
    expect(case).to_contain_text("Pruebas hasta")
    expect(case).to_contain_text("Su comisión de")
    bank.get_by_role("button", name="El comercio pierde").click()
    house.until(
        "it is decided",
        lambda: house.query("select 1 from billing.dispute where state = 'closed'") != [],
    )
    eva.get_by_role("button", name="Actualizar").click()
    expect(eva.locator("[data-cases=closed] [data-status=lost]")).to_contain_text("El dinero no vuelve")


def test_staff_approves_a_colleagues_refund_dismisses_an_event_and_sets_the_issuer(
    pages: list[Page], house: House, stripe: StripeBeside
) -> None:
    eva, ada = pages
    _paid(house, stripe, 150 * USD, "browser-large")
    _enter(eva, house, "Eva")
    _enter(ada, house, "Ada", "owner")
    _view(eva, "Pagos")
    eva.locator("[data-payment] a").first.click()
    eva.locator("[data-refund-button]").click()
    eva.get_by_label("Motivo").fill("Cierra su cuenta")
    eva.get_by_role("dialog").get_by_role("button", name="Pedir el reembolso").click()
    expect(eva.locator("[data-outcome=proposed]")).to_be_visible()

    _view(ada, "Pagos")
    ada.locator("[data-payments-nav]").get_by_text("Reembolsos").click()
    ada.locator("[data-waiting] [data-approve]").click()
    ada.get_by_role("dialog").get_by_role("button", name="Aprobar").click()
    expect(ada.locator("[data-waiting]")).to_contain_text("Nada espera una decisión.")

    stripe.http.post(
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
    )
    house.until(
        "it is unmatched",
        lambda: house.query("select 1 from billing.provider_event where state = 'unmatched'") != [],
    )
    ada.locator("[data-payments-nav]").get_by_text("Avisos sin dueño").click()
    expect(ada.locator("[data-event]").first).to_contain_text("No lleva a ningún pago nuestro")
    ada.locator("[data-event] a").first.click()
    expect(ada.locator("[data-raw]")).to_contain_text('"livemode"')
    ada.locator("[data-dismiss]").click()
    ada.get_by_label("Motivo").fill("Prueba en el panel de Stripe")
    ada.get_by_role("dialog").get_by_role("button", name="Descartar").click()
    expect(ada.locator("[data-state=dismissed]")).to_be_visible()
    expect(ada.locator("[data-deed=dismissed]")).to_contain_text("Ada")

    _view(ada, "Pagos")
    ada.locator("[data-payments-nav]").get_by_text("Emisor").click()
    ada.locator("[data-field=legal_name]").or_(ada.get_by_label("Razón social")).first.fill("Socio B24 SAS")
    ada.get_by_role("button", name="Guardar").click()
    expect(ada.get_by_text("Ahora: Socio B24 SAS")).to_be_visible()


def _paid(house: House, stripe: StripeBeside, amount: int, key: str) -> None:
    order = {"provider": "stripe", "amount": amount, "currency": "USD", "key": key}
    opened = house.api.post("/api/v1/payments", json=order, headers=house.bearer()).json()
    stripe.pays()
    house.until(
        "it is paid",
        lambda: (
            house.query(
                "select 1 from billing.payment where payment_id = %s and captured > 0", opened["payment_id"]
            )
            != []
        ),
    )
