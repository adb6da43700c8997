"""How a person tops up, keeps a receipt, saves a card and lets the balance recharge itself, in a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.adapters.pdf import pages_of
from tests.browser.conftest import Desk
from tests.mail_server import MailServerOfTests, mail_server_beside
from tests.servers import TestDatabase
from tests.system.house import House, open_house
from tests.system.stripe_beside import StripeBeside, stripe_beside

pytestmark = [
    pytest.mark.requirement("R4-a"),
    pytest.mark.requirement("R4-c"),
    pytest.mark.requirement("R2.1-e"),
    pytest.mark.browser,
    pytest.mark.timeout(240),
]


@pytest.fixture(scope="module")
def stripe() -> Iterator[StripeBeside]:
    with stripe_beside() as beside:
        yield beside


@pytest.fixture(scope="module")
def mailbox() -> Iterator[MailServerOfTests]:
    with mail_server_beside() as beside:
        yield beside


@pytest.fixture(scope="module")
def house(
    database: TestDatabase,
    tmp_path_factory: pytest.TempPathFactory,
    stripe: StripeBeside,
    mailbox: MailServerOfTests,
) -> Iterator[House]:
    """The running house with a balance of 25 USD, beside a simulated Stripe and a mail server."""
    mail = {
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(mailbox.port),
        "SMTP_SECURITY": "none",
        "SMTP_FROM": "WhatsAppB24 <saldo@example.com>",
    }
    settings = {**stripe.settings, **mail}
    with open_house(database, tmp_path_factory.mktemp("house"), settings=settings) as opened:
        opened.query("select p.portal_id from tenancy.portal p, billing.open_wallet(p.portal_id, 'USD')")
        opened.query("select billing.adjust(portal_id, 'ana', 25000000, 'Demo', 'demo') from billing.wallet")
        stripe.tells(opened.api_url)
        yield opened


def _pay(desk: Desk, button: str, answer: str) -> None:
    """Press a button of the panel, then one on the provider's page that it opens."""
    with desk.page.context.expect_page() as opened:
        desk.panel.get_by_role("button", name=button, exact=True).click()
    opened.value.get_by_role("button", name=answer, exact=True).click()
    expect(opened.value).to_have_url(re.compile("/pay/"))
    opened.value.wait_for_load_state()
    opened.value.close()


def test_a_person_tops_up_keeps_the_receipt_and_gets_it_by_mail(
    desk: Desk, mailbox: MailServerOfTests
) -> None:
    desk.open()
    desk.go("app")
    desk.wide()
    desk.view("Saldo")
    facts = desk.panel.get_by_role("region", name="Datos de facturación")
    facts.get_by_role("button", name="Cambiar").click()
    desk.panel.get_by_label("Correo para recibos").fill("caja@acme.example")
    desk.panel.get_by_role("dialog").get_by_role("button", name="Guardar").click()
    expect(facts.locator("[data-fact=email]")).to_contain_text("caja@acme.example")
    desk.panel.get_by_role("button", name="USD 10.00").click()
    _pay(desk, "Pagar con Stripe", "Pagar")
    payment = desk.panel.locator("[data-payment=topup]")
    expect(payment.locator("[data-state=succeeded]")).to_be_visible()
    expect(desk.panel.locator("[data-available]")).to_contain_text("35.00")
    with desk.page.expect_download() as kept:
        payment.locator("[data-receipt]").click()
    assert "R-000001.pdf" == kept.value.suggested_filename
    (page,) = pages_of(kept.value.path().read_bytes())
    assert {"Recibo", "R-000001", "USD 10.00"} <= set(page)
    expect(desk.panel.locator("[data-document=receipt]")).to_contain_text("R-000001")
    desk.house.until("the receipt is mailed", lambda: bool(mailbox.letters))
    (letter,) = mailbox.letters
    assert ("caja@acme.example", "Recibo R-000001: USD 10.00") == (letter["To"], letter["Subject"])
    assert [page] == pages_of(next(letter.iter_attachments()).get_content())


def test_a_saved_card_recharges_and_a_decline_says_what_to_do(desk: Desk, stripe: StripeBeside) -> None:
    desk.open()
    desk.go("app")
    desk.wide()
    desk.view("Saldo")
    _pay(desk, "Guardar una tarjeta", "Guardar la tarjeta")
    expect(desk.panel.locator("[data-method]")).to_contain_text("4242")
    desk.panel.get_by_role("button", name="Activar", exact=True).click()
    question = desk.panel.get_by_role("dialog")
    question.get_by_label("Cuando el saldo baje de (USD)").fill("34.5")
    question.get_by_label("Monto de cada recarga (USD)").fill("20")
    question.get_by_label("Tope por mes (USD)").fill("100")
    question.locator("[data-consent]").check()
    question.get_by_role("button", name="Activar recarga automática").click()
    expect(desk.panel.locator("[data-recharge=on]")).to_be_visible()

    saved = stripe.objects("payment_method")[0]["id"]
    stripe.put(f"methods/{saved}", {"card": "insufficient_funds"})
    desk.house.query(
        "select count(*) from billing.debit((select jsonb_agg(jsonb_build_object("
        " 'portal_id', portal_id, 'key', 'test:1', 'amount', 1000000, 'reason', 'subscription'))"
        " from billing.wallet))"
    )
    desk.house.until(
        "the card was declined",
        lambda: desk.house.query("select from billing.recharge where state = 'declined'"),
    )
    desk.view("Canales")
    desk.view("Saldo")
    expect(desk.panel.locator("[data-recharge=declined]")).to_be_visible()
    expect(desk.panel.locator("[data-notes]")).to_contain_text("La tarjeta no tenía fondos")
    expect(desk.panel.locator("[data-payment=recharge]")).to_contain_text("No se cobró")
