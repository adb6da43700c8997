"""The demo page in a real browser: both sides write, ticks and faults are live, three languages."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, async_playwright, expect

from sandbox.bitrix24 import AppCard
from tests.sandbox.conftest import Stage
from tests.sandbox.serving import until

pytestmark = [pytest.mark.requirement("R2.1-e"), pytest.mark.browser]

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture
async def page(stage: Stage) -> AsyncIterator[Page]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking"]
        )
        shown = await browser.new_page(viewport={"width": 1280, "height": 800}, locale="es-PE")
        faults: list[str] = []
        shown.on("pageerror", lambda error: faults.append(str(error)))
        shown.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
        await shown.goto(stage.base)
        yield shown
        await browser.close()
        assert faults == []


async def test_a_customer_is_added_and_writes(stage: Stage, page: Page) -> None:
    await page.get_by_label("Número de teléfono").fill("+51 987 654 321")
    await page.get_by_label("Nombre").fill("María")
    await page.get_by_role("button", name="Añadir").click()
    await page.get_by_label("Escribir como cliente").fill("<b>hola</b>")
    await page.get_by_label("Escribir como cliente").press("Enter")
    await expect(page.locator("#phone-talk .bubble.mine")).to_contain_text("<b>hola</b>")
    await expect(page.locator("#phone-talk .meta")).to_contain_text("entregado")
    got = (await until(lambda: stage.receiver.of_type("message")))[0]
    assert got["payload"]["sender"]["name"] == "María"
    await stage.send({"type": "text", "text": "buenas"})
    await expect(page.locator("#phone-talk .bubble.theirs .ticks.read")).to_be_visible()


async def test_an_operator_answers_in_the_open_channel(stage: Stage, page: Page) -> None:
    bitrix24 = stage.sandbox.bitrix24
    bitrix24.create_portal("demo")
    await bitrix24.install("demo", AppCard(handler=f"{stage.receiver_url}/app"))
    frame = bitrix24.frame("demo", 1)
    connector = {
        "ID": "wa",
        "NAME": "WhatsApp",
        "ICON": {"DATA_IMAGE": "data:image/svg+xml,%3Csvg/%3E"},
        "PLACEMENT_HANDLER": f"{stage.receiver_url}/settings",
    }
    incoming = {
        "user": {"id": "51987654321", "name": "María"},
        "chat": {"id": "51987654321"},
        "message": {"id": "wamid.1", "text": "¿hay stock?"},
    }
    for method, fields in (
        ("imconnector.register", connector),
        ("imconnector.activate", {"CONNECTOR": "wa", "LINE": 1, "ACTIVE": 1}),
        ("imconnector.send.messages", {"CONNECTOR": "wa", "LINE": 1, "MESSAGES": [incoming]}),
    ):
        answer = await stage.http.post(
            f"{stage.base}/portals/demo/rest/{method}.json", json={**fields, "auth": frame.form["AUTH_ID"]}
        )
        assert answer.status_code == 200, answer.text
    await expect(page.locator("#chat-talk .bubble.theirs")).to_contain_text("¿hay stock?")
    await page.get_by_label("Responder como operador").fill("Sí, claro")
    await page.locator("#chat-composer button").click()
    await expect(page.locator("#chat-talk .bubble.mine")).to_contain_text("Sí, claro")
    written = bitrix24.chats()[0]["messages"]
    assert [one["text"] for one in written if one["author"] == "operator"] == ["Sí, claro"]


async def test_faults_are_set_on_the_page(stage: Stage, page: Page) -> None:
    await page.get_by_role("button", name="Un mal día").click()
    await expect(page.get_by_label("Gupshup: Duplicar avisos")).to_have_value("10")
    await page.get_by_label("Bitrix24: Página 502").fill("25")
    await page.get_by_label("Bitrix24: Página 502").press("Enter")
    await until(lambda: stage.sandbox.faults.settings.bitrix24.html_502 == 0.25)
    assert stage.sandbox.faults.settings.gupshup.delay_ms == (0, 300)


async def test_the_page_speaks_three_languages_and_fits_1280_pixels(stage: Stage, page: Page) -> None:
    await stage.writes("hola " * 60)
    for language, heading in (("en", "Bitrix24 open channels"), ("pt", "Canais abertos do Bitrix24")):
        await page.locator("#language").select_option(language)
        await expect(page.get_by_role("heading", name=heading)).to_be_visible()
        assert await page.evaluate("document.documentElement.lang") == language
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    unlabelled = await page.evaluate(
        "[...document.querySelectorAll('input, select, button')].filter("
        "(one) => !one.labels?.length && !one.ariaLabel && !one.textContent.trim())"
        ".map((one) => one.outerHTML)"
    )
    assert unlabelled == []
