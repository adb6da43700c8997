"""People of the staff and of a portal, keys of other programs, a customer's data, in a browser."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from cli.demo_company import company
from runtime.secrets import digest
from tests.browser.conftest import LAST, Desk
from tests.system.house import PHONE, House

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240), pytest.mark.requirement("R4-b")]
PROVOKED = ("status of 401", "status of 400")
"""The browser notes answers that a story brings about: nobody is here yet, and a tax id that is wrong."""
AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
SIDEWAYS = "document.documentElement.scrollWidth > innerWidth"
VIEWS = (
    *("customers", "plans", "tariffs", "adjustments", "differences", "margins", "people"),
    *("payments", "payments/refunds", "payments/disputes", "payments/events", "payments/issuer"),
)


@pytest.fixture(scope="module")
def owner(browser: Browser, house: House) -> Iterator[Page]:
    """The window of an owner of the staff; a script error or a console error fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="es-MX")
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console",
        lambda said: (
            faults.append(said.text)
            if said.type in ("error", "warning") and not any(part in said.text for part in PROVOKED)
            else None
        ),
    )
    secret = secrets.token_urlsafe(32)
    house.staff("owner", "Olga")
    invite = "select tenancy.invite_staff('tests', staff_id, %s) from tenancy.staff where name = 'Olga'"
    house.query(invite, digest(secret))
    page.goto(f"{house.api_url}/staff/enter#{secret}")
    page.get_by_role("button", name="Entrar", exact=True).click()
    expect(page.get_by_role("heading", name="Clientes")).to_be_visible()
    yield page
    LAST.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=LAST / "staff-owner.png")
    context.close()
    assert [] == faults


def test_a_person_is_added_comes_in_by_the_link_and_is_shut_out(owner: Page, browser: Browser) -> None:
    owner.get_by_role("navigation").get_by_text("Personas", exact=True).click()
    owner.get_by_role("button", name="Agregar persona").click()
    dialog = owner.get_by_role("dialog")
    dialog.get_by_label("Nombre").fill("Nora Gil")
    dialog.get_by_label("Correo electrónico").fill("nora@example.com")
    dialog.get_by_role("button", name="Agregar persona").click()
    link = owner.locator("[data-link]").inner_text()
    owner.get_by_role("dialog").get_by_role("button", name="Listo").click()

    context = browser.new_context(locale="es-MX")
    nora = context.new_page()
    nora.goto(link)
    nora.get_by_role("button", name="Entrar", exact=True).click()
    expect(nora.get_by_role("heading", name="Clientes")).to_be_visible()
    expect(nora.get_by_role("navigation").get_by_text("Personas", exact=True)).to_have_count(0)

    person = owner.locator("[data-person='nora@example.com']")
    person.get_by_role("button", name="Desactivar").click()
    owner.get_by_role("dialog").get_by_role("button", name="Desactivar").click()
    expect(person.get_by_role("button", name="Activar")).to_be_visible()
    nora.reload()
    expect(nora.get_by_role("heading", name="Entrar al panel del equipo")).to_be_visible()
    context.close()


def test_a_customers_data_is_corrected_and_a_wrong_tax_id_is_said_at_its_field(owner: Page) -> None:
    owner.get_by_role("navigation").get_by_text("Clientes", exact=True).click()
    owner.locator("[data-customer] a").first.click()
    owner.locator("[data-edit]").click()
    dialog = owner.get_by_role("dialog")
    dialog.locator("[data-field=legal_name]").fill("Ferretería del Sur S.A.S.")
    dialog.locator("[data-field=country]").fill("co")
    dialog.locator("[data-field=tax_id_type]").click()
    owner.get_by_role("option", name="NIT").click()
    dialog.locator("[data-field=tax_id]").fill("860.034.594-2")
    with owner.expect_response(lambda answer: answer.request.method == "PATCH") as refused:
        dialog.get_by_role("button", name="Guardar").click()
    assert 400 == refused.value.status
    expect(dialog).to_contain_text("revise las cifras")
    dialog.locator("[data-field=tax_id]").fill("860.034.594-1")
    dialog.get_by_role("button", name="Guardar").click()
    expect(owner.get_by_text("NIT 8600345941")).to_be_visible()
    expect(owner.locator("[data-event=customer]").first).to_contain_text("Ferretería del Sur S.A.S.")


@pytest.mark.parametrize("width", [560, pytest.param(1280, marks=pytest.mark.long)])
def test_every_view_of_the_staff_can_be_used_by_all_and_fits(owner: Page, house: House, width: int) -> None:
    owner.set_viewport_size({"width": width, "height": 900})
    troubles: list[tuple[str, Any]] = []
    for view in VIEWS:
        owner.goto(f"{house.api_url}/staff/{view}")
        expect(owner.get_by_role("heading", level=1)).to_be_visible()
        owner.wait_for_load_state("networkidle")
        owner.evaluate(AXE.read_text(encoding="utf-8"))
        found = owner.evaluate("axe.run(document, { resultTypes: ['violations'] })")["violations"]
        troubles += [(view, one["id"]) for one in found if one["impact"] in ("serious", "critical")]
        troubles += [(view, "sideways")] if owner.evaluate(SIDEWAYS) else []
    assert [] == troubles


@pytest.mark.requirement("R4-c")
def test_a_key_is_made_in_the_panel_works_and_works_no_longer_when_revoked(desk: Desk, house: House) -> None:
    desk.open()
    desk.go("app")
    expect(desk.panel.get_by_text(f"+{PHONE}").first).to_be_visible()
    desk.view("Configuración")
    desk.panel.get_by_role("button", name="Crear clave").click()
    dialog = desk.panel.get_by_role("dialog")
    dialog.get_by_label("Nombre").fill("Informes")
    dialog.get_by_role("checkbox", name="Ver canales").click()
    dialog.get_by_role("button", name="Crear clave").click()
    secret = desk.panel.locator("[data-made] code").inner_text()

    def asked() -> int:
        headers = {"Authorization": f"Bearer {secret}"}
        with httpx.Client(trust_env=False) as client:
            return client.get(f"{house.api_url}/api/v1/channels", headers=headers).status_code

    assert 200 == asked()
    key = desk.panel.locator("[data-key=Informes]")
    key.get_by_role("button", name="Revocar").click()
    desk.panel.get_by_role("dialog").get_by_role("button", name="Revocar").click()
    expect(key).to_contain_text("Revocada")
    assert 401 == asked()


@pytest.mark.requirement("R2.1-c")
def test_an_auditor_may_not_write_is_told_why_and_writes_when_she_is_given_another_role(
    desk: Desk, house: House
) -> None:
    customer, valeria = "5215512345678", 31
    house.administrator.tell_company(company())
    house.customer_writes(customer, "Buenos días")
    house.until("the chat", lambda: house.chat_of(customer))
    desk.open()
    desk.go("app")
    desk.view("Integración con el CRM")
    desk.panel.get_by_role("button", name="Actualizar datos del CRM").click()
    row = desk.panel.get_by_role("row").filter(has_text="Valeria Castro")
    expect(row).to_contain_text("Jefa comercial")

    _give(desk, "Valeria Castro, VentasDemo", "Auditor")
    expect(row).to_contain_text("Ajuste propio en este canal")
    house.operator_writes(house.chat_id(customer), "Hola, soy Valeria", user_id=valeria)
    house.until("it is refused", lambda: house.states("out").get("refused"))
    row.get_by_role("button", name="¿Por qué puede o no puede Valeria Castro?").click()
    expect(desk.panel.locator("[data-verdict=role]")).to_contain_text("su rol (Auditor) no lo incluye")

    _give(desk, "Valeria Castro, VentasDemo", "Supervisor")
    expect(desk.panel.locator("[data-verdict=allowed]")).to_contain_text("Supervisor")
    expect(desk.panel.locator("[data-change]").first).to_contain_text("De «Auditor» a «Supervisor»")
    house.operator_writes(house.chat_id(customer), "Ahora sí, soy Valeria", user_id=valeria)
    house.until("it is on the phone", lambda: house.received_by(customer))
    assert ["Ahora sí, soy Valeria"] == [text.rpartition("\n")[2] for text in house.received_by(customer)]


def _give(desk: Desk, cell: str, role: str) -> None:
    desk.panel.get_by_role("button", name=cell).click()
    dialog = desk.panel.get_by_role("dialog")
    dialog.locator("[data-role]").click()
    desk.panel.get_by_role("option", name=role, exact=True).click()
    dialog.get_by_role("button", name="Guardar", exact=True).click()
    expect(dialog).to_have_count(0)
