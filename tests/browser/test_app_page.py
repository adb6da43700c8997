"""The application's page in a real browser: channels and their actions, adding one, the story of any id."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Frame, expect

from tests.browser.conftest import Opener
from tests.browser.stage import Problem, Server, channel
from tests.sandbox.serving import until

pytestmark = [
    pytest.mark.requirement("R2.1-b"),
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="module"),
]
ID = channel()["channel_id"]

STATES: list[tuple[dict[str, Any], str, str]] = [
    ({"state": "disconnected", "next_action": "connect"}, "Conectar", "connect"),
    ({"state": "draft", "next_action": "connect"}, "Conectar", "connect"),
    ({"state": "attention", "next_action": "repair", "state_reason": "1003"}, "Reparar", "connect"),
]


async def test_a_channel_shows_its_state_what_waits_and_the_last_check(
    server: Server, open_page: Opener
) -> None:
    server.channels = [channel(waiting_in=4)]
    shown = await open_page("app", timezone_id="America/Lima")
    card = shown.frame.locator(".channel")
    for text in ("Activo", "+51987654321", "Ventas (3)", "VentasLima", "Listo: sus clientes pueden escribir"):
        await expect(card).to_contain_text(text)
    assert await card.locator("dd").all_inner_texts() == ["4", "2", "2 mar 2026, 10:04"]


@pytest.mark.parametrize(("facts", "button", "event"), STATES)
async def test_the_one_next_action_is_a_button(
    server: Server, open_page: Opener, facts: dict[str, Any], button: str, event: str
) -> None:
    server.channels = [channel(**facts)]
    shown = await open_page("app")
    actions = shown.frame.locator(".channel .actions button:not(.quiet)")
    await expect(actions).to_have_text([button])
    await actions.click()
    await expect(shown.frame.locator(".channel .badge")).to_have_text("Conectando")
    assert server.lines_of("POST") == [f"POST /channels/{ID}/{event}"]


async def test_a_channel_in_trouble_says_why_who_acts_and_what_to_do(
    server: Server, open_page: Opener
) -> None:
    trouble, inactive = {"state": "attention", "next_action": "repair"}, "NOT_ACTIVE_LINE"
    server.channels = [
        channel(**trouble, state_reason="1003"),
        channel(**trouble, channel_id="b", state_reason=inactive, check_report={"line": inactive}),
        channel(
            **trouble, channel_id="c", state_reason="http_401", check_report={"subscription": "http_401"}
        ),
        channel(channel_id="d", state="disconnected", next_action="connect", state_reason="line_removed"),
    ]
    shown = await open_page("app", language="en")
    said = shown.frame.locator(".channel .trouble strong")
    await expect(said).to_have_text(
        [
            "The balance of your Gupshup account is used up.",
            "The open channel is not available in Bitrix24.",
            "Gupshup does not accept the app key.",
            "The open channel is not available in Bitrix24.",
        ]
    )
    await expect(shown.frame.locator(".channel .who").first).to_contain_text(
        "an administrator of your portal"
    )


async def test_disconnecting_and_removing_ask_first(server: Server, open_page: Opener) -> None:
    server.channels = [channel()]
    shown = await open_page("app")
    dialog = shown.frame.get_by_role("dialog")
    await shown.frame.get_by_role("button", name="Desconectar").click()
    await dialog.get_by_role("button", name="Cancelar").click()
    await expect(dialog).to_be_hidden()
    assert server.lines_of("POST") == []
    await shown.frame.get_by_role("button", name="Desconectar").click()
    await expect(dialog).to_contain_text("¿Desconectar Ventas Lima?")
    await dialog.get_by_role("button", name="Desconectar").click()
    await shown.frame.get_by_role("button", name="Eliminar").click()
    await dialog.get_by_role("button", name="Eliminar").click()
    await expect(shown.frame.locator("#channels-empty")).to_be_visible()
    assert server.lines_of("POST") == [f"POST /channels/{ID}/disconnect", f"POST /channels/{ID}/remove"]


async def test_an_action_that_is_refused_is_said_in_the_persons_language(
    server: Server, open_page: Opener, expected_errors: list[str]
) -> None:
    expected_errors.append("409")
    server.channels = [channel(state="disconnected", next_action="connect")]
    server.problems[f"POST /channels/{ID}/connect"] = Problem(status=409, reason="line_taken")
    shown = await open_page("app", language="pt")
    await shown.frame.get_by_role("button", name="Conectar", exact=True).click()
    await expect(shown.frame.get_by_role("alert")).to_contain_text("Outro canal já usa este canal aberto")


async def fill(frame: Frame) -> None:
    await frame.get_by_label("Nombre del canal").fill("Soporte Bogotá")
    await frame.get_by_label("Número de WhatsApp").fill("+57 (300) 123-45.67")
    await frame.get_by_label("Nombre de la aplicación en Gupshup").fill("SoporteBogota")
    await frame.get_by_label("Id de la aplicación").fill("3d2f-77")
    await frame.get_by_label("Clave de la aplicación").fill("sk_very_secret")


async def test_a_number_is_added_to_a_free_line_and_its_key_forgotten(
    server: Server, open_page: Opener
) -> None:
    server.channels = [channel()]
    shown = await open_page("app")
    line = shown.frame.get_by_label("Canal abierto")
    await expect(line.locator("option:not([value=''])")).to_have_text(
        ["Soporte (1)", "Ventas (3) — en uso", "Antiguo (7) — inactivo"]
    )
    assert await line.locator("option[disabled]").all_inner_texts() == ["Ventas (3) — en uso"]
    await fill(shown.frame)
    await line.select_option("1")
    await shown.frame.get_by_role("button", name="Añadir y conectar").click()
    await expect(shown.frame.locator("#add-outcome")).to_have_text("Añadido; se está conectando.")
    assert server.body_of("POST /channels") == {
        "name": "Soporte Bogotá",
        "line_id": "1",
        "phone": "573001234567",
        "app_name": "SoporteBogota",
        "app_id": "3d2f-77",
        "app_key": "sk_very_secret",
    }
    key = shown.frame.get_by_label("Clave de la aplicación")
    assert (await key.get_attribute("type"), await key.input_value()) == ("password", "")
    assert "sk_very_secret" not in await shown.frame.content()


async def test_what_was_typed_survives_a_refusal_and_a_refresh(
    server: Server, open_page: Opener, expected_errors: list[str]
) -> None:
    expected_errors.append("400")
    problem = Problem(status=400, reason="malformed_item", facts={"field": "phone"})
    server.problems["POST /channels"] = problem
    shown = await open_page("app")
    await fill(shown.frame)
    await shown.frame.get_by_label("Canal abierto").select_option("7")
    await shown.frame.get_by_role("button", name="Añadir y conectar").click()
    await expect(shown.frame.locator("#add-outcome")).to_have_text("Un dato falta o no es válido. (phone)")
    seen = len(server.lines_of("GET /channels"))
    server.channels = [channel()]
    await until(lambda: len(server.lines_of("GET /channels")) > seen)
    await expect(shown.frame.locator(".channel")).to_have_count(1)
    assert await shown.frame.get_by_label("Nombre del canal").input_value() == "Soporte Bogotá"
    assert await shown.frame.get_by_label("Canal abierto").input_value() == "7"


async def test_whoever_may_not_add_channels_is_told_instead_of_shown_a_form(
    server: Server, open_page: Opener, expected_errors: list[str]
) -> None:
    expected_errors.append("403")
    server.lines = Problem(status=403, reason="permission")
    shown = await open_page("app")
    await expect(shown.frame.locator("#add-refused")).to_contain_text("Solo quien administra los canales")
    await expect(shown.frame.locator("#add")).to_be_hidden()


async def test_any_id_tells_its_story_and_markup_in_it_stays_text(server: Server, open_page: Opener) -> None:
    wa_id = "wamid.HBg=&?#"
    server.timelines[wa_id] = [
        {
            "at": "2026-03-02T15:04:05Z",
            "what": "message",
            "level": "INFO",
            "summary": "in open_line text -> failed",
            "message_id": "01990000-0000-7000-8000-0000000000bb",
            "detail": {"text": "<img src=x onerror=alert(1)>"},
        },
        {
            "at": "2026-03-02T15:04:06Z",
            "what": "receipt",
            "level": "ERROR",
            "summary": "failed 131047",
            "message_id": None,
            "detail": None,
        },
    ]
    shown = await open_page("app")
    await shown.frame.get_by_label("Identificador o número").fill(f" {wa_id} ")
    await shown.frame.get_by_role("button", name="Buscar").click()
    rows = shown.frame.locator("#timeline li")
    await expect(rows).to_have_count(2)
    await expect(rows.nth(1)).to_contain_text("Confirmación")
    await expect(rows.nth(1)).to_contain_text("error")
    await rows.nth(0).get_by_text("Detalle").click()
    await expect(rows.nth(0).locator("pre")).to_contain_text("<img src=x onerror=alert(1)>")
    await shown.frame.get_by_label("Identificador o número").fill("nothing")
    await shown.frame.get_by_label("Identificador o número").press("Enter")
    await expect(shown.frame.locator("#search-outcome")).to_have_text("Nada tiene este identificador.")
    await expect(rows).to_have_count(0)


async def test_a_channel_leads_to_its_own_story(server: Server, open_page: Opener) -> None:
    server.channels = [channel()]
    shown = await open_page("app")
    await shown.frame.get_by_role("button", name="Historial").click()
    await expect(shown.frame.get_by_label("Identificador o número")).to_have_value(ID)
    await until(lambda: server.lines_of("GET /timeline"))


async def test_a_refresh_does_not_take_the_focus_from_the_keyboard(server: Server, open_page: Opener) -> None:
    server.channels = [channel()]
    shown = await open_page("app")
    await shown.frame.get_by_role("button", name="Historial").focus()
    server.channels = [channel(waiting_out=3)]
    await expect(shown.frame.locator(".channel dd").nth(1)).to_have_text("3", timeout=8_000)
    await expect(shown.frame.get_by_role("button", name="Historial")).to_be_focused()
