"""What a new client becomes in the CRM, chosen in the channel's view and seen in the portal's CRM."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import REPORTS, Desk

pytestmark = [pytest.mark.requirement("R2.1-b"), pytest.mark.requirement("R2.1-e")]
STRANGER = "5215551230077"


def test_an_administrator_lets_new_clients_become_deals_of_a_funnel(desk: Desk) -> None:
    desk.open(language="la")
    desk.go("app")
    desk.wide()
    panel = desk.panel
    panel.get_by_role("link", name="VentasDemo").first.click()
    card = panel.locator("[data-crm]")
    expect(card.get_by_role("radio", name="Lo que diga el canal abierto")).to_be_checked()
    card.get_by_role("radio", name="Una negociación").click()
    card.locator("[data-funnel]").click()
    # by key: a menu may open below the part of the frame that is on the screen
    panel.get_by_role("option", name="WhatsApp").press("Enter")
    card.locator("[data-stage]").click()
    panel.get_by_role("option", name="Preparación").press("Enter")
    card.get_by_role("radio", name="Por turno").click()
    card.get_by_role("button", name="Guardar").click()
    expect(card.get_by_text("Guardado.")).to_be_visible()
    card.screenshot(path=REPORTS / "crm-rule.png")

    house = desk.house
    house.customer_writes(STRANGER, "Hola, quisiera una cotización")
    house.until("he is in the CRM", lambda: [one["type_id"] for one in _crm(desk)][-2:] == [3, 2])
    assert "C9:PREPARATION" == _crm(desk)[-1]["other"]["stageId"]


def _crm(desk: Desk) -> list[dict[str, Any]]:
    return list(desk.house.sandbox.get("/sandbox/bitrix24/portals/p1/crm").json())
