"""The demo page in a real browser: both sides write, ticks and faults are live, three languages."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.sandbox.browsing import browsing
from tests.sandbox.channel import Channel
from tests.sandbox.conftest import Stage
from tests.sandbox.serving import until

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
pytestmark = [pytest.mark.requirement("R2.1-e"), pytest.mark.browser]

PIXEL = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
UNLABELLED = (
    "[...document.querySelectorAll('input, select, button, iframe, audio, video')].filter("
    "(one) => !one.labels?.length && !one.ariaLabel && !one.textContent.trim() && !one.title)"
    ".map((one) => one.outerHTML)"
)


@pytest.fixture
async def page(stage: Stage, chromium: Browser) -> AsyncIterator[Page]:
    async with browsing(chromium) as shown:
        await shown.goto(stage.base)
        yield shown


@pytest.fixture
async def channel(stage: Stage) -> Channel:
    made = Channel(stage, "demo", stage.receiver_url)
    await made.connect()
    return made


async def test_a_customer_is_added_and_writes(stage: Stage, page: Page) -> None:
    await page.get_by_role("button", name="Otro teléfono").click()
    await page.get_by_label("Número de teléfono").first.fill("+51 987 654 321")
    await page.get_by_label("Nombre", exact=True).fill("María")
    await page.get_by_role("button", name="Añadir", exact=True).click()
    await page.get_by_label("Mensaje del cliente").fill("<b>hola</b> *ya*")
    await page.get_by_label("Mensaje del cliente").press("Enter")
    bubble = page.locator("#wa-talk .bubble.mine")
    await expect(bubble).to_contain_text("<b>hola</b> ya")
    await expect(bubble.locator("strong")).to_have_text("ya")
    await expect(bubble.get_by_role("img", name="entregado")).to_be_visible()
    got = (await until(lambda: stage.receiver.of_type("message")))[0]
    assert got["payload"]["sender"]["name"] == "María"
    await stage.send({"type": "text", "text": "buenas"})
    await expect(page.locator("#wa-talk .bubble.theirs")).to_contain_text("leído")


async def test_the_customer_sends_files_places_and_contacts(stage: Stage, page: Page) -> None:
    await stage.writes("hola")
    await expect(page.locator("#wa-talk")).to_contain_text("hola")
    chosen = {"name": "pixel.png", "mimeType": "image/png", "buffer": PIXEL}
    await page.locator("#wa-composer input[type=file]").set_input_files([chosen])  # type: ignore[list-item]
    await expect(page.locator("#wa-chip")).to_contain_text("pixel.png")
    await page.get_by_label("Mensaje del cliente").press("Enter")
    picture = page.locator("#wa-talk .bubble.mine img")
    await expect(picture).to_have_js_property("naturalWidth", 1)
    for sample, shown in (
        ("Nota de voz de muestra", "audio"),
        ("Sticker", ".bare img"),
        ("Ubicación", ".map"),
        ("Contacto", ".cards"),
    ):
        await page.get_by_role("button", name="Adjuntar").first.click()
        await page.get_by_role("button", name=sample, exact=True).click()
        await expect(page.locator(f"#wa-talk {shown}")).to_be_visible()
    voice = page.locator("#wa-talk audio")
    await expect(voice).to_have_js_property("error", None)
    await page.wait_for_function("() => document.querySelector('#wa-talk audio').duration === 1.5")
    kinds = [one["payload"]["type"] for one in stage.receiver.of_type("message")]
    assert kinds == ["text", "image", "audio", "sticker", "location", "contact"]


async def test_the_customer_taps_answers_and_reacts(stage: Stage, page: Page) -> None:
    await stage.writes("hola")
    content = {"type": "text", "text": "¿Cuál color?"}
    options = [{"type": "text", "title": "Azul"}, {"type": "text", "title": "Rojo"}]
    await stage.send({"type": "quick_reply", "msgid": "m1", "content": content, "options": options})
    await page.get_by_role("button", name="Rojo").click()
    await expect(page.locator("#wa-talk .bubble.mine blockquote")).to_contain_text("¿Cuál color?")
    question = page.locator("#wa-talk .bubble.theirs")
    await question.hover()
    await question.get_by_role("button", name="Reaccionar", exact=True).click()
    await question.get_by_role("button", name="Reaccionar 👍").click()
    await expect(question.locator(".reactions")).to_have_text("👍")
    await question.hover()
    await question.get_by_role("button", name="Responder").click()
    await page.get_by_label("Mensaje del cliente").fill("mejor azul")
    await page.get_by_label("Mensaje del cliente").press("Enter")
    await expect(page.locator("#wa-talk .bubble.mine blockquote")).to_have_count(2)
    kinds = [one["payload"]["type"] for one in stage.receiver.of_type("message")]
    assert kinds == ["text", "button_reply", "reaction", "text"]


async def test_an_operator_answers_in_the_open_channel(stage: Stage, channel: Channel, page: Page) -> None:
    await channel.hand_over("wamid.1", "¿hay [b]stock[/b]?")
    await expect(page.locator("#portal-menu .badge")).to_have_text("1")
    await page.get_by_label("Persona").select_option(label="Diego Ramírez · operador")
    await page.get_by_role("button", name="María").click()
    await expect(page.locator("#chat-talk .bubble.theirs strong").last).to_have_text("stock")
    await expect(page.locator("#portal-menu .badge")).to_have_count(0)
    await page.get_by_label("Escriba un mensaje al cliente").fill("Sí, claro")
    file = {"name": "precios.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4"}
    await page.locator("#chat-composer input[type=file]").set_input_files([file])  # type: ignore[list-item]
    await page.get_by_label("Escriba un mensaje al cliente").press("Enter")
    mine = page.locator("#chat-talk .bubble.mine")
    await expect(mine).to_contain_text("Diego Ramírez")
    await expect(mine).to_contain_text("precios.pdf")
    written = stage.sandbox.bitrix24.chats()[0]["messages"][-1]
    assert (written["text"], [one["name"] for one in written["files"]]) == ("Sí, claro", ["precios.pdf"])
    await expect(mine.get_by_role("img", name="Enviado")).to_be_visible()
    await channel.tick(1767, written["id"], ["wamid.2"])
    await expect(mine.get_by_role("img", name="Visto")).to_be_visible()


async def test_the_bell_rings_for_the_person_it_is_meant_for(channel: Channel, page: Page) -> None:
    await page.get_by_label("Persona").select_option(label="Lucía Fernández · operador")
    await channel.rest("im.notify.system.add", {"USER_ID": 27, "MESSAGE": "[b]No se entregó[/b]", "TAG": "x"})
    await channel.rest("im.notify.system.add", {"USER_ID": 28, "MESSAGE": "para Diego", "TAG": "y"})
    await expect(page.locator("#bell-count")).to_have_text("1")
    await page.get_by_role("button", name="Notificaciones").click()
    await expect(page.locator("#bell-list .notice")).to_have_text(["No se entregó"])
    await expect(page.locator("#bell-count")).to_have_text("")


async def test_faults_are_set_on_the_page_and_nothing_lost_is_counted(
    stage: Stage, channel: Channel, page: Page
) -> None:
    await page.get_by_role("button", name="Fallos y pruebas").click()
    await page.get_by_role("button", name="Respuestas perdidas").click()
    await until(lambda: stage.sandbox.faults.settings.gupshup.drop_response == 0.3)
    await page.get_by_role("button", name="Todo bien").click()
    await until(lambda: stage.sandbox.faults.settings.gupshup.drop_response == 0)
    await page.get_by_text("Ajustar a mano").click()
    await page.get_by_label("Bitrix24: Página 502").fill("25")
    await until(lambda: stage.sandbox.faults.settings.bitrix24.html_502 == 0.25)
    number = (await stage.writes("hola")).json()["id"]
    customers = page.locator(".way").first
    await expect(customers).to_contain_text("1 en camino")
    await page.get_by_role("button", name="Todo bien").click()
    await channel.hand_over(number, "hola")
    await expect(customers).to_contain_text("1 llegaron")
    await expect(page.locator("#score-chip")).to_contain_text("duplicados: 0")
    await page.get_by_role("button", name="+24 h").click()
    await until(lambda: stage.sandbox.clock.ahead.total_seconds() == 86_400)
    await page.keyboard.press("Escape")
    await expect(page.locator("#drawer")).to_be_hidden()


async def test_a_new_number_shows_what_the_wizard_asks_for(stage: Stage, page: Page) -> None:
    await page.get_by_role("button", name="Números de Gupshup").click()
    await page.get_by_role("textbox", name="Nombre de la app").fill("TiendaNueva")
    await page.locator("#new-number").get_by_label("Número de teléfono").fill("+51 922 222 222")
    await page.get_by_role("button", name="Nuevo número").click()
    shown = page.locator("#numbers li").last
    await expect(shown).to_contain_text("sin conectar")
    app = stage.sandbox.gupshup.app("51922222222")
    for value in ("51922222222", "TiendaNueva", app.app_id, app.key):
        await expect(shown).to_contain_text(value)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_page_speaks_three_languages_and_fits_1280_pixels(
    stage: Stage, channel: Channel, page: Page, scheme: str
) -> None:
    await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    number = (await stage.writes("hola " * 60)).json()["id"]
    await channel.hand_over(number, "w" * 300)
    await expect(page.locator("#score-chip")).to_contain_text("1/1")
    for language, title in (
        ("en", "Faults and tests"),
        ("pt", "Falhas e testes"),
        ("es", "Fallos y pruebas"),
    ):
        await page.locator("#language").select_option(language)
        await expect(page.get_by_role("button", name=title)).to_be_visible()
        assert await page.evaluate("document.documentElement.lang") == language
        scrolls = "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
        assert await page.evaluate(scrolls) == [1280, 800]
        wide = "[...document.querySelectorAll('.pane, .talk, .portal-view')].filter("
        assert await page.evaluate(f"{wide}(one) => one.scrollWidth > one.clientWidth).length") == 0
        assert await page.evaluate(UNLABELLED) == []
    assert await page.locator(".panel-pane").evaluate("(pane) => pane.clientWidth") >= 560


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_nothing_keeps_anybody_out(stage: Stage, channel: Channel, page: Page, scheme: str) -> None:
    if not AXE.exists():
        pytest.skip("the panel's packages are not installed: run «make install»")
    await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    await stage.writes("hola")
    await stage.send({"type": "text", "text": "buenas"})
    await channel.hand_over("wamid.1", "hola")
    await channel.rest("im.notify.system.add", {"USER_ID": 1, "MESSAGE": "aviso", "TAG": "x"})
    await page.get_by_role("button", name="María").click()
    await expect(page.locator("#chat-talk")).to_contain_text("hola")
    found = await _obstacles(page)
    await page.get_by_role("button", name="Contact Center").click()
    found += await _obstacles(page)
    await page.get_by_role("button", name="Desarrolladores").click()
    await page.get_by_role("button", name="Fallos y pruebas").click()
    await page.get_by_text("Ajustar a mano").click()
    found += await _obstacles(page)
    await page.get_by_role("button", name="Números de Gupshup").click()
    assert found + await _obstacles(page) == []


async def _obstacles(page: Page) -> list[str]:
    """What axe calls serious or worse on our own page."""
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    violations = (await page.evaluate("axe.run(document, { iframes: false })"))["violations"]
    return [
        f"{one['id']}: {node['html'][:120]}"
        for one in violations
        if one["impact"] in {"serious", "critical"}
        for node in one["nodes"]
    ]


async def test_every_language_has_every_text(page: Page) -> None:
    read = "async (name) => (await import(`/page/texts.${name}.js`))[name]"
    spanish, *others = [await page.evaluate(read, name) for name in ("es", "en", "pt")]
    assert [_paths(other) for other in others] == [_paths(spanish)] * 2


def _paths(texts: dict[str, Any]) -> set[str]:
    """Where a text stands that is not empty."""
    found = {key for key, value in texts.items() if isinstance(value, str) and value.strip()}
    for key, value in texts.items():
        found |= {f"{key}.{one}" for one in value if value[one].strip()} if isinstance(value, dict) else set()
    return found
