"""Every view at 1280 pixels, in three languages, light and dark: complete, accessible, without a scrollbar.

The pictures go to reports/screens/<language>/; `make screens` puts them into the documentation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from cli.demo_company import found_company
from cli.demo_money import set_up_business
from connectors.bitrix24.texts import LANGUAGES, Language
from tests.browser.conftest import REPORTS, Desk
from tests.system.house import LINE, PHONE, House

pytestmark = [
    pytest.mark.requirement("R2.1-e"),
    pytest.mark.requirement("R2.1-a"),
    pytest.mark.browser,
    pytest.mark.timeout(300),
]
Scheme = Literal["light", "dark"]
AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
CUSTOMERS = {"5215512345678": "María López", "5491123456789": "Carlos Gómez", "5511987654321": "João Silva"}
SAID = (
    ("5215512345678", "Hola, ¿tienen existencias del modelo grande?"),
    ("5491123456789", "Buen día, quisiera una cotización para 40 cajas"),
    ("5511987654321", "Bom dia! Vocês entregam em São Paulo?"),
)
ADD: dict[Language, str] = {"es": "Agregar canal", "en": "Add channel", "pt": "Adicionar canal"}
NEW_TEMPLATE: dict[Language, str] = {"es": "Nueva plantilla", "en": "New template", "pt": "Novo modelo"}
TEMPLATE: dict[str, Any] = {
    "name": "pedido_listo",
    "language": "es",
    "category": "UTILITY",
    "type": "TEXT",
    "header": "Pedido {{1}}",
    "body": "Hola {{1}}, su pedido está listo. Puede retirarlo hasta el {{2}} en nuestra sucursal.",
    "footer": "Gracias por su compra",
    "buttons": [{"type": "QUICK_REPLY", "text": "Voy en camino"}],
    "examples": {"header.1": "A-1042", "body.1": "María", "body.2": "viernes"},
}
SIDEWAYS = "document.documentElement.scrollWidth > innerWidth"
DOWNWARDS = "document.documentElement.scrollHeight > innerHeight + 1"


@pytest.fixture(scope="module")
def furnished(house: House) -> House:
    """A house with a day's life in it: a wallet, conversations, a failure, a channel that needs attention."""
    set_up_business(house.owner_url, house.administrator, house.channel_id)
    for phone, name in CUSTOMERS.items():
        house.sandbox.put(f"/sandbox/whatsapp/{phone}", json={"name": name})
    for phone, text in SAID:
        house.customer_writes(phone, text)
        house.until("the chat", lambda phone=phone: house.chat_of(phone))
        chat = house.chat_of(phone)
        assert chat is not None
        house.operator_writes(chat["chat_id"], "¡Hola! Un momento, lo reviso.")
    house.until("all were read", lambda: house.states("out").get("read", 0) >= len(SAID), within_s=60)
    failing = {"failure": {"code": 131026, "reason": "Message undeliverable"}}
    house.sandbox.put("/sandbox/whatsapp/5491123456789", json=failing)
    chat = house.chat_of("5491123456789")
    assert chat is not None
    house.operator_writes(chat["chat_id"], "Son USD 1.240 con envío incluido.")
    house.until("the failure", lambda: house.states("out").get("failed"))
    _furnish_templates(house)
    _furnish_people(house)
    return house


def _furnish_people(house: House) -> None:
    """A company with a few roles in it."""
    found_company(house.administrator)
    for setting in (
        {"department_id": "7", "role": "supervisor"},
        {"user_id": "37", "role": "billing_admin"},
        {"user_id": "38", "role": "auditor"},
        {
            "user_id": "31",
            "channel_id": house.channel_id,
            "role": "supervisor",
            "receives_new_clients": False,
        },
    ):
        house.administrator.api("PUT", "/api/v1/permissions", json=setting)


def _furnish_templates(house: House) -> None:
    """One that is approved, and one that is paused and will become marketing."""
    for name in ("pedido_listo", "oferta_semana"):
        draft = {**TEMPLATE, "name": name}
        house.administrator.api(
            "POST", "/api/v1/templates", json={"channel_id": house.channel_id, "draft": draft}
        )

    def states() -> list[str]:
        return sorted(one["status"] for one in house.administrator.api("GET", "/api/v1/templates"))

    house.until("both are approved", lambda: states() == ["approved", "approved"])
    listed = house.sandbox.get("/sandbox/gupshup/templates").json()
    (offer,) = [one["id"] for one in listed if one["name"] == "oferta_semana"]
    decision = {"status": "PAUSED", "reason": "3 hours", "announced": "MARKETING"}
    house.sandbox.post(f"/sandbox/gupshup/templates/{offer}", json=decision)
    house.until("one is paused", lambda: states() == ["approved", "paused"])


@pytest.fixture(scope="module")
def pages(browser: Browser) -> Iterator[Callable[[Scheme], Page]]:
    """A fresh page of the demo in a colour scheme."""
    contexts = []

    def opened(scheme: Scheme) -> Page:
        context = browser.new_context(
            viewport={"width": 1280, "height": 800}, color_scheme=scheme, locale="es-MX"
        )
        contexts.append(context)
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()


def _views(desk: Desk, language: Language) -> Iterator[str]:
    """Go from view to view; each is named when it is complete."""
    nav = {
        "es": (
            "Canales",
            "Mensajes",
            "Configuración",
            "Saldo",
            "Suscripciones",
            "Plantillas",
            "Integración con el CRM",
        ),
        "en": (
            "Channels",
            "Messages",
            "Settings",
            "Balance",
            "Subscriptions",
            "Templates",
            "CRM integration",
        ),
        "pt": (
            "Canais",
            "Mensagens",
            "Configurações",
            "Saldo",
            "Assinaturas",
            "Modelos",
            "Integração com o CRM",
        ),
    }[language]
    expect(desk.panel.get_by_text(f"+{PHONE}").first).to_be_visible()
    yield "channels"
    desk.panel.get_by_role("link", name="VentasDemo").first.click()
    expect(desk.panel.get_by_role("heading", level=2).first).to_be_visible()
    expect(desk.panel.locator("[data-test]").first).to_be_visible()
    yield "channel"
    desk.view(nav[0])
    desk.panel.get_by_text(ADD[language]).first.click()
    expect(desk.panel.get_by_role("radio").first).to_be_visible()
    yield "new-channel"
    desk.view(nav[1])
    expect(desk.panel.get_by_text("Son USD 1.240 con envío incluido.")).to_be_visible()
    yield "messages"
    desk.panel.get_by_role("row").filter(has_text="Son USD 1.240").get_by_role("link").click()
    expect(desk.panel.get_by_text("131026").first).to_be_attached()
    yield "message"
    desk.view(nav[3])
    expect(desk.panel.locator("[data-available]")).to_be_visible()
    expect(desk.panel.locator("[data-column]").first).to_be_attached()
    expect(desk.panel.locator("[data-line='messages']").first).to_be_visible()
    expect(desk.panel.locator("[data-sum]")).to_be_visible()
    yield "balance"
    desk.view(nav[4])
    expect(desk.panel.locator("[data-subscription]").first).to_be_visible()
    yield "subscriptions"
    desk.view(nav[5])
    expect(desk.panel.locator("[data-template=paused]")).to_be_visible()
    yield "templates"
    desk.panel.locator("[data-template=approved] a").first.click()
    expect(desk.panel.locator("[data-cost]")).to_be_visible()
    yield "template"
    desk.view(nav[5])
    desk.panel.get_by_text(NEW_TEMPLATE[language]).first.click()
    expect(desk.panel.locator("[data-template-form]")).to_be_visible()
    yield "new-template"
    desk.view(nav[6])
    expect(desk.panel.get_by_text("Valeria Castro").first).to_be_visible()
    expect(desk.panel.locator("[data-change]").first).to_be_visible()
    yield "people"
    desk.view(nav[2])
    expect(desk.panel.get_by_role("heading", level=2).first).to_be_visible()
    yield "settings"


def _serious(desk: Desk) -> list[dict[str, Any]]:
    """What axe finds in the panel's frame that keeps somebody from using it."""
    frame = desk.page.frames[-1]
    frame.evaluate(AXE.read_text(encoding="utf-8"))
    found = frame.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    return [
        {"rule": one["id"], "where": [node["target"] for node in one["nodes"]][:3]}
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize(
    ("language", "scheme"),
    [
        *((language, "light") for language in LANGUAGES),
        ("es", "dark"),
        *(pytest.param(language, "dark", marks=pytest.mark.long) for language in ("en", "pt")),
    ],
)
def test_every_view_is_complete_accessible_and_fits(
    furnished: House, pages: Callable[[Scheme], Page], language: Language, scheme: Scheme
) -> None:
    page = pages(scheme)
    noises: list[str] = []
    page.on("pageerror", lambda error: noises.append(str(error)))
    page.on("console", lambda said: noises.append(said.text) if said.type in ("error", "warning") else None)
    desk = Desk(page, furnished)
    desk.open(language={"es": "la", "en": "en", "pt": "br"}[language])
    desk.wide()
    folder = REPORTS / language
    folder.mkdir(parents=True, exist_ok=True)
    found: dict[str, Any] = {}
    for view in _views(desk, language):
        page.set_viewport_size({"width": 1280 + 296, "height": 800})  # the panel itself is 1280 wide
        desk.page.wait_for_function("() => document.fonts.status === 'loaded'")
        frame = page.frames[-1]
        frame.wait_for_function(f"() => !({SIDEWAYS}) && !({DOWNWARDS})")
        found[view] = _serious(desk)
        name = view if scheme == "light" else f"{view}-dark"
        page.locator("#panel-layers").screenshot(path=folder / f"{name}.png")
    assert {} == {view: faults for view, faults in found.items() if faults}
    assert [] == noises


@pytest.mark.requirement("R2.5-b")
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_connectors_screen_shows_its_tests(
    furnished: House, pages: Callable[[Scheme], Page], language: Language
) -> None:
    page = pages("light")
    desk = Desk(page, furnished)
    desk.open(language={"es": "es", "en": "en", "pt": "br"}[language])
    desk.go("contacts")
    page.locator(f"[data-line='{LINE}'] button").first.click()
    expect(desk.panel.locator("[data-test]").first).to_be_visible()
    assert [] == _serious(desk)
    desk.wide()
    folder = REPORTS / language
    folder.mkdir(parents=True, exist_ok=True)
    page.locator("#panel-layers").screenshot(path=folder / "connector.png")


@pytest.mark.parametrize(
    ("language", "scheme"),
    [
        ("es", "dark"),
        *(pytest.param(language, "light", marks=pytest.mark.long) for language in LANGUAGES),
    ],
)
def test_the_templates_beside_a_chat_fit_the_window_that_the_portal_gives_them(
    furnished: House, pages: Callable[[Scheme], Page], language: Language, scheme: Scheme
) -> None:
    page = pages(scheme)
    desk = Desk(page, furnished)
    desk.open(language={"es": "la", "en": "en", "pt": "br"}[language])
    desk.go("chats")
    page.locator(".chat-row", has_text=CUSTOMERS[SAID[0][0]]).click()
    page.locator("#chat-applications button").click()
    page.locator("#panel-layers").evaluate("pane => { pane.style.width = '440px' }")
    folder = REPORTS / language
    folder.mkdir(parents=True, exist_ok=True)
    for view, part in (("chat-templates", "[data-template]"), ("chat-template", "[data-cost]")):
        expect(desk.panel.locator(part).first).to_be_visible()
        page.frames[-1].wait_for_function(f"() => !({SIDEWAYS})")
        assert [] == _serious(desk)
        name = view if scheme == "light" else f"{view}-dark"
        page.locator("#panel-layers").screenshot(path=folder / f"{name}.png")
        desk.panel.locator("[data-template]").first.click() if view == "chat-templates" else None
