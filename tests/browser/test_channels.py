"""A channel's life in the panel: added step by step, tested, paused, removed, each in the portal's frame."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Desk

pytestmark = [pytest.mark.requirement("R2.1-b"), pytest.mark.requirement("R2.5-b")]
PHONE = "5215550003333"


def test_a_number_is_connected_step_by_step_and_ends_with_a_message_there_and_back(desk: Desk) -> None:
    app = desk.house.sandbox.post(
        "/sandbox/gupshup/apps", json={"name": "CobranzasDemo", "phone": PHONE}
    ).json()
    desk.open(language="la")
    desk.go("app")
    desk.wide()
    panel = desk.panel
    panel.get_by_role("link", name="Agregar canal").click()

    taken = panel.get_by_role("radio", disabled=True)
    expect(taken).to_have_count(1)
    expect(panel.get_by_text("Ocupado por el canal «VentasDemo»")).to_be_visible()
    panel.get_by_role("radio", disabled=False).first.click()
    panel.get_by_role("button", name="Continuar").click()

    panel.get_by_label("Nombre de la aplicación").fill(app["name"])
    panel.get_by_label("App ID").fill(app["app_id"])
    panel.get_by_label("Clave API").fill("sk_of_somebody_else")
    panel.get_by_label("Número de WhatsApp").fill("+52 1 555 000 3333")
    panel.get_by_label("Nombre del canal").fill("Cobranzas")
    panel.get_by_role("button", name="Conectar el número").click()

    panel.get_by_role("button", name="Cambiar la clave").click()
    panel.get_by_role("dialog").get_by_label("Clave API").fill(app["key"])
    panel.get_by_role("dialog").get_by_role("button", name="Guardar y probar").click()
    panel.get_by_role("button", name="Continuar con la prueba").click()

    expect(panel.get_by_text(f"Escriba a +{PHONE}")).to_be_visible()
    desk.house.customer_writes("5215551230042", "Hola desde un teléfono", channel=PHONE)
    expect(panel.locator("[data-arrived]")).to_contain_text("Hola desde un teléfono")
    panel.get_by_role("button", name="Enviar la respuesta de prueba").click()
    expect(panel.locator("[data-answer]")).to_have_attribute("data-answer", re.compile("delivered|read"))
    panel.get_by_role("button", name="Listo").click()

    expect(panel.get_by_role("heading", level=1)).to_have_text("Cobranzas")
    expect(panel.locator("[data-test=round_trip]")).to_have_attribute("data-outcome", "ok")


def test_what_waits_in_a_paused_channel_arrives_when_it_is_resumed(desk: Desk) -> None:
    desk.open(language="la")
    desk.go("app")
    card = desk.panel.get_by_role("article").filter(has_text="VentasDemo")
    card.get_by_role("button", name="Más acciones").click()
    desk.panel.get_by_role("menuitem", name="Poner en pausa").click()
    desk.panel.get_by_role("dialog").get_by_role("button", name="Poner en pausa").click()
    expect(card.locator("[data-state=paused]")).to_be_visible()
    desk.house.customer_writes("5215551230043", "¿Siguen ahí?")
    expect(card.locator("[data-figure=waiting]")).to_contain_text("1")

    card.get_by_role("button", name="Reanudar").click()
    expect(card.locator("[data-state=active]")).to_be_visible()
    expect(card.locator("[data-figure=waiting]")).to_contain_text("0")
    assert ["¿Siguen ahí?"] == desk.house.in_the_chat("5215551230043")


def test_a_dialog_of_a_high_page_is_shown_where_the_person_is(desk: Desk) -> None:
    desk.open(language="la")
    desk.go("app")
    desk.panel.get_by_role("link", name="VentasDemo", exact=True).click()
    remove = desk.panel.get_by_role("button", name="Quitar el canal")
    remove.scroll_into_view_if_needed()
    remove.click()
    answer = desk.panel.get_by_role("dialog").get_by_role("button", name="Cancelar")
    expect(answer).to_be_in_viewport()
    answer.click()
    expect(desk.panel.get_by_role("dialog")).to_have_count(0)
