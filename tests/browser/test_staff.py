"""What the provider's staff does with the business in a browser, under /staff."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from runtime.secrets import digest
from tests.browser.conftest import LAST
from tests.system.house import House

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240), pytest.mark.requirement("R4-b")]
NOBODY_YET = "status of 401"
"""The page asks who is here before somebody is; the browser notes the answer."""
HEADER = "direction;category;country;price;cost;moment\n"


@pytest.fixture
def pages(browser: Browser, request: pytest.FixtureRequest) -> Iterator[list[Page]]:
    """Windows of two people; a script error or a console error fails the test."""
    contexts = [browser.new_context(viewport={"width": 1280, "height": 900}, locale="es-MX") for _ in "ab"]
    opened = [context.new_page() for context in contexts]
    faults: list[str] = []
    for page in opened:
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "console",
            lambda said: (
                faults.append(said.text)
                if said.type in ("error", "warning") and NOBODY_YET not in said.text
                else None
            ),
        )
    yield opened
    LAST.mkdir(parents=True, exist_ok=True)
    for number, page in enumerate(opened):
        page.screenshot(path=LAST / f"{request.node.name}-{number}.png")
    for context in contexts:
        context.close()
    assert faults == []


def _enter(page: Page, house: House, name: str, role: str = "billing") -> None:
    """Come in with a one-time link."""
    secret = secrets.token_urlsafe(32)
    house.staff(role, name)
    house.query(
        "select tenancy.invite_staff('tests', staff_id, %s) from tenancy.staff where name = %s",
        digest(secret),
        name,
    )
    page.goto(f"{house.api_url}/staff/enter#{secret}")
    page.get_by_role("button", name="Entrar", exact=True).click()
    expect(page.get_by_role("heading", name="Clientes")).to_be_visible()


def _view(page: Page, name: str) -> None:
    page.get_by_role("navigation").get_by_text(name, exact=True).click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()


def test_staff_mends_a_tariff_publishes_it_and_a_colleague_approves_a_credit(
    pages: list[Page], house: House, tmp_path: Path
) -> None:
    eva, ada = pages
    _enter(eva, house, "Eva")
    _enter(ada, house, "Ada")
    house.query("select * from billing.open_wallet((select portal_id from tenancy.channel limit 1), 'USD')")

    _view(eva, "Tarifas")
    eva.locator("[data-import]").click()
    file = tmp_path / "tarifa-2027.csv"
    file.write_text(HEADER + "out;service;*;0,03;0,01;sent\nout;marketing;MX;caro;0,05;sent\n")
    eva.locator("[data-file]").set_input_files(file)
    eva.get_by_role("button", name="Revisar y cargar").click()
    fault = eva.locator("[data-faults] tbody tr")
    expect(fault).to_have_count(1)
    expect(fault).to_contain_text("3")
    expect(fault).to_contain_text("price")
    expect(fault).to_contain_text("caro")
    file.write_text(HEADER + "out;service;*;0,03;0,01;sent\nout;marketing;MX;0,06;0,05;sent\n")
    eva.locator("[data-file]").set_input_files([])
    eva.locator("[data-file]").set_input_files(file)
    eva.get_by_role("button", name="Revisar y cargar").click()
    expect(eva.get_by_role("heading", name="tarifa-2027")).to_be_visible()
    expect(eva.locator("[data-change=added]")).to_have_count(2)
    eva.locator("[data-publish]").click()
    eva.get_by_role("dialog").get_by_role("button", name="Publicar").click()
    expect(eva.locator("[data-standing=in_force]")).to_be_visible()

    _view(eva, "Clientes")
    eva.locator("[data-customer] a").first.click()
    eva.locator("[data-adjust]").click()
    eva.get_by_label("Importe (USD)").fill("150")
    eva.get_by_label("Motivo").fill("Compensación por la caída")
    eva.get_by_role("dialog").get_by_role("button", name="Ajustar").click()
    expect(eva.locator("[data-outcome=proposed]")).to_be_visible()
    eva.get_by_role("dialog").get_by_role("button", name="Listo").click()
    expect(eva.locator("[data-figure=balance]")).to_contain_text("0.00")
    _view(eva, "Ajustes")
    expect(eva.locator("[data-waiting]")).to_contain_text("otra persona lo aprueba")
    expect(eva.locator("[data-approve]")).to_have_count(0)

    _view(ada, "Ajustes")
    ada.locator("[data-approve]").click()
    ada.get_by_role("dialog").get_by_role("button", name="Aprobar").click()
    expect(ada.locator("[data-waiting]")).to_contain_text("Nada espera una decisión.")
    ada.locator("[data-adjustment='Compensación por la caída'] a").click()
    expect(ada.locator("[data-figure=balance]")).to_contain_text("150.00")
    ada.locator("[data-statement]").click()
    line = ada.locator("[data-line=adjustment]")
    expect(line).to_contain_text("Compensación por la caída")
    expect(line).to_contain_text("150.00")
