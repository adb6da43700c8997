"""What a person does with the product in a browser, on the demo's page: install, connect, write, find out."""

from __future__ import annotations

import re

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import REPORTS, Desk
from tests.system.house import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
CUSTOMER = "5215512340001"


def _number(desk: Desk, name: str, phone: str) -> dict[str, str]:
    """A number of the company's at Gupshup, not connected to anything yet."""
    made = desk.house.sandbox.post("/sandbox/gupshup/apps", json={"name": name, "phone": phone}).json()
    return {key: str(made[key]) for key in ("name", "app_id", "key", "phone")}


def picture(desk: Desk, name: str) -> None:
    """What a person sees now, kept for looking at."""
    desk.page.screenshot(path=REPORTS / f"{name}.png")


def _portal(desk: Desk, name: str, language: str = "es") -> None:
    """A portal that waits to be installed."""
    answer = desk.house.sandbox.post("/sandbox/bitrix24/portals", json={"name": name, "lang": language})
    assert answer.is_success, answer.text


@pytest.mark.requirement("R2.5-d")
@pytest.mark.requirement("R2.5-a")
@pytest.mark.requirement("R2.1-b")
def test_an_administrator_installs_the_application_and_connects_a_number_to_an_open_line(desk: Desk) -> None:
    number = _number(desk, "VentasNuevas", "5215557770001")
    _portal(desk, "nueva")
    desk.open("nueva")
    desk.go("developer")
    desk.page.locator(".integration").click()
    desk.page.locator("form.card .primary").click()
    expect(desk.panel.get_by_role("heading", name="Conecte su primer número")).to_be_visible()

    desk.wide()
    desk.panel.get_by_text("Agregar canal").first.click()
    desk.panel.get_by_role("radio").first.check()
    desk.panel.get_by_role("button", name="Continuar").click()
    desk.panel.get_by_label("Nombre de la aplicación").fill(number["name"])
    desk.panel.get_by_label("ID de la aplicación").fill(number["app_id"])
    desk.panel.get_by_label("Clave API").fill(number["key"])
    desk.panel.get_by_label("Número de WhatsApp").fill(f"+{number['phone']}")
    desk.panel.get_by_label("Nombre del canal").fill("Ventas nuevas")
    desk.panel.get_by_role("button", name="Conectar el número").click()
    desk.panel.get_by_role("button", name="Continuar con la prueba").click()
    desk.house.customer_writes("5215512340009", "¿Funciona?", channel=number["phone"])
    expect(desk.panel.get_by_text("5215512340009").first).to_be_visible()


@pytest.mark.requirement("R2.5-c")
@pytest.mark.requirement("R2.2-a")
@pytest.mark.requirement("R1")
def test_a_message_crosses_both_ways_and_every_step_is_explained(desk: Desk) -> None:
    desk.house.customer_writes(CUSTOMER, "Hola")
    desk.open()
    desk.page.locator("#phone-choice").select_option(CUSTOMER)
    desk.customer_writes("¿Tienen existencias?")
    chat = desk.page.locator(".chat-row", has_text="¿Tienen existencias?")
    chat.click()
    desk.page.locator("#chat-composer [name=text]").fill("Sí, 12 cajas.")
    desk.page.keyboard.press("Enter")
    answer = desk.on_the_phone("Sí, 12 cajas.")
    expect(answer).to_be_visible()
    expect(answer.locator(".read")).to_be_visible()

    desk.wide()
    desk.view("Mensajes")
    row = desk.panel.get_by_role("row", name=re.compile(r"Sí, 12 cajas\."))
    expect(row).to_contain_text("Leído")
    row.click()
    expect(desk.panel.get_by_text("Sí, 12 cajas.").first).to_be_visible()
    for step in ("WhatsApp lo envió", "Llegó al teléfono", "El cliente lo leyó"):
        expect(desk.panel.get_by_text(step, exact=False).first).to_be_visible()


@pytest.mark.requirement("R2.1-c")
@pytest.mark.requirement("R2.2-a")
def test_an_operator_sends_a_template_from_the_chat_and_sees_it_there_as_his_own(desk: Desk) -> None:
    api, customer = desk.house.administrator.api, "5215512340003"
    draft = {
        "name": "pedido_listo",
        "language": "es",
        "category": "UTILITY",
        "type": "TEXT",
        "body": "Hola {{1}}, su pedido está listo.",
        "examples": {"body.1": "Ana"},
    }
    api("POST", "/api/v1/templates", json={"channel_id": desk.house.channel_id, "draft": draft})
    desk.house.until(
        "it is approved", lambda: [one["status"] for one in api("GET", "/api/v1/templates")] == ["approved"]
    )
    desk.house.customer_writes(customer, "¿Ya está lo mío?")
    desk.open()
    desk.page.locator(".chat-row", has_text="¿Ya está lo mío?").click()
    desk.page.get_by_role("button", name="Plantillas de WhatsApp").click()
    expect(desk.panel.get_by_text("puede escribir texto libre", exact=False)).to_be_visible()
    desk.panel.get_by_role("searchbox").fill("listo")
    picture(desk, "in-chat-list")
    desk.panel.get_by_role("button", name="pedido_listo").click()
    desk.panel.get_by_label("Variable 1", exact=False).fill("Carla")
    picture(desk, "in-chat-template")
    desk.panel.get_by_role("button", name="Enviar", exact=True).click()
    expect(desk.panel.get_by_text("la verá en el chat", exact=False)).to_be_visible()
    shown = desk.page.locator("#chat-talk .mine", has_text="Hola Carla, su pedido está listo.")
    expect(shown.locator(".author")).to_have_text("Ana Torres")
    expect(shown.locator(".ticks.read")).to_be_visible()
    picture(desk, "in-chat-sent")
    desk.house.until_calm()
    assert ["Hola Carla, su pedido está listo."] == desk.house.received_by(customer)


@pytest.mark.requirement("R1")
def test_a_failure_says_what_happened_who_must_act_and_what_to_do(desk: Desk) -> None:
    desk.house.customer_writes("5215512340002", "Hola")
    desk.house.until("the chat", lambda: desk.house.chat_of("5215512340002"))
    desk.house.sandbox.put(
        "/sandbox/whatsapp/5215512340002",
        json={"failure": {"code": 131026, "reason": "Receiver is incapable of receiving this message"}},
    )
    chat = desk.house.chat_of("5215512340002")
    assert chat is not None
    desk.house.operator_writes(chat["chat_id"], "No llegará")
    desk.open()
    desk.wide()
    desk.view("Mensajes")
    row = desk.panel.get_by_role("row", name=re.compile("No llegará"))
    expect(row).to_contain_text("Falló")
    row.click()
    expect(desk.panel.get_by_text("WhatsApp no pudo entregarlo").first).to_be_visible()
    expect(desk.panel.get_by_text(re.compile("Quién debe actuar")).first).to_be_visible()


@pytest.mark.requirement("R2.1-a")
@pytest.mark.parametrize(
    ("portal_language", "words"),
    [("la", "Canales"), ("br", "Canais"), ("en", "Channels"), ("de", "Channels")],
)
def test_the_panel_speaks_the_portals_language(desk: Desk, portal_language: str, words: str) -> None:
    desk.open(language=portal_language)
    expect(desk.panel.get_by_role("navigation").get_by_text(words, exact=True)).to_be_visible()
    desk.open(language="es")


@pytest.mark.requirement("R2.3-c")
def test_a_token_that_expires_in_mid_use_is_renewed_through_the_portal(
    desk: Desk, expected_errors: list[str]
) -> None:
    expected_errors.append("401")
    sessions: list[str] = []
    desk.page.on(
        "request", lambda request: sessions.append(request.url) if "/session" in request.url else None
    )
    desk.open()
    expect(desk.panel.get_by_text(f"+{PHONE}").first).to_be_visible()
    refused: list[str] = []

    def expire(route: object) -> None:
        """What our server answers to a token whose hour is over, once."""
        if refused:
            route.fallback()  # type: ignore[attr-defined]
            return
        refused.append("once")
        body = {"title": "Unauthorized", "status": 401, "reason": "bearer"}
        route.fulfill(status=401, json=body)  # type: ignore[attr-defined]

    desk.page.route("**/api/v1/messages*", expire)
    desk.wide()
    desk.view("Mensajes")
    expect(desk.panel.get_by_role("table").first).to_be_visible()
    assert refused
    assert 1 == len(sessions)
    expect(desk.panel.get_by_role("alert")).to_have_count(0)


@pytest.mark.requirement("R2.3-c")
def test_a_frame_with_a_stale_token_shows_why_and_gets_no_data(
    desk: Desk, expected_errors: list[str]
) -> None:
    expected_errors.append("403")
    opened = desk.house.sandbox.post(
        "/sandbox/bitrix24/portals/p1/frame-request", json={"user_id": 1, "placement": "DEFAULT"}
    ).json()
    form = {**opened["form"], "AUTH_ID": "0" * 64}
    answer = httpx.post(opened["url"], data=form, timeout=30, trust_env=False)
    assert 403 == answer.status_code
    assert 'id="session"' not in answer.text
    desk.page.set_content(answer.text)
    expect(desk.page.get_by_role("heading")).to_be_visible()
    assert "<script" not in answer.text


@pytest.mark.long
@pytest.mark.requirement("R1")
def test_nothing_is_lost_while_everything_goes_wrong(desk: Desk, expected_errors: list[str]) -> None:
    expected_errors.append("50")  # the portal's own, passed on to the panel in words
    desk.open()
    desk.house.faults(
        gupshup={"duplicate": 0.5, "reorder": 0.3, "http_500": 0.2, "delay_ms": [0, 200]},
        bitrix24={"http_500": 0.1},
    )
    said = [f"mensaje {number}" for number in range(8)]
    for text in said:
        desk.house.customer_writes("5215512340003", text)
    # callbacks overtake each other, so their order is that of arrival
    desk.house.until(
        "all in the chat, once each",
        lambda: said == sorted(desk.house.in_the_chat("5215512340003", "client")),
        within_s=120,
    )
    desk.house.faults()
    expect(desk.page.locator("#score-chip")).to_contain_text("duplicados: 0")
