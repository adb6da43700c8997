"""The demo page opens an application as Bitrix24 does and answers its frames, and nobody else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import msgspec
import pytest
from litestar import Litestar, MediaType, Request, get, post
from litestar.datastructures import State
from litestar.params import FromPath
from playwright.async_api import Browser, Frame, Page, expect

from sandbox.app import Sandbox, create_app
from sandbox.bitrix24 import AppCard
from tests.sandbox.browsing import browsing
from tests.sandbox.serving import free_socket, serving, until

pytestmark = [pytest.mark.requirement("R2.1-e"), pytest.mark.browser]

APPLICATION = (Path(__file__).parent / "application.html").read_text(encoding="utf-8")
STRANGER = """<!doctype html><script>
const sid = new URLSearchParams(location.search).get("sid");
addEventListener("message", ({ data }) => { parent.postMessage(`stolen ${data}`, "*"); });
top.postMessage(`setTitle:{"title":"stolen"}:key9:${sid}`, "*");
top.postMessage(`getInitData:key9:${sid}`, "*");
</script>"""


class Demo(msgspec.Struct):
    """A sandbox with its page in a browser, and an application that is nothing but its frames."""

    sandbox: Sandbox
    base: str
    application: str
    posts: list[tuple[str, dict[str, str]]]
    page: Page

    async def frame(self, path: str) -> Frame:
        """The frame in which the application's page of this path is."""

        def find() -> Frame | None:
            prefix = f"{self.application}/{path}?"
            return next((one for one in self.page.frames if one.url.startswith(prefix)), None)

        found = await until(find)
        assert found is not None
        await found.wait_for_function("() => typeof ask === 'function'")
        return found

    async def install(self, portal: str = "p1", *, finished: bool = True) -> None:
        """Put the application on a new portal and show the page."""
        bitrix24 = self.sandbox.bitrix24
        bitrix24.create_portal(portal)
        card = AppCard(handler=f"{self.application}/app", installer=f"{self.application}/install")
        bitrix24.save_card(portal, card)
        if finished:
            await bitrix24.install_finish(portal)
        await self.page.goto(self.base)


def application(posts: list[tuple[str, dict[str, str]]]) -> Litestar:
    """Every path is a page that speaks the bridge; `GET /stranger` is another site's."""

    @post("/{path:str}", status_code=200, media_type=MediaType.HTML)
    async def opened(path: FromPath[str], request: Request[Any, Any, State]) -> str:
        posts.append((path, dict(parse_qsl((await request.body()).decode()))))
        return APPLICATION

    @get("/stranger", media_type=MediaType.HTML)
    async def stranger() -> str:
        return STRANGER

    return Litestar([opened, stranger], logging_config=None, openapi_config=None)


@pytest.fixture
async def demo(chromium: Browser) -> AsyncIterator[Demo]:
    posts: list[tuple[str, dict[str, str]]] = []
    app_socket, app_url = free_socket()
    sandbox_socket, base = free_socket()
    sandbox = create_app(base, client_id="local.test", client_secret="secret", seed=7, app_url=app_url)
    async with (
        serving(application(posts), app_socket),
        serving(sandbox, sandbox_socket),
        browsing(chromium) as page,
    ):
        yield Demo(sandbox=sandbox.state.sandbox, base=base, application=app_url, posts=posts, page=page)


async def test_an_installed_application_is_opened_by_a_posted_form(demo: Demo) -> None:
    await demo.install()
    frame = await demo.frame("app")
    path, form = demo.posts[-1]
    assert (path, form["PLACEMENT"], form["status"]) == ("app", "DEFAULT", "L")
    told = await frame.evaluate("ask('getInitData')")
    assert (told["AUTH_ID"], told["INSTALL"], told["IS_ADMIN"]) == (form["AUTH_ID"], False, True)
    assert told["MEMBER_ID"] == form["member_id"]
    fresh = await frame.evaluate("ask('refreshAuth')")
    assert fresh["AUTH_ID"] != form["AUTH_ID"]
    assert await frame.evaluate("heard.every(({ origin }) => origin === portalOrigin)")


async def test_a_person_installs_it_with_the_form_and_its_wizard(demo: Demo) -> None:
    demo.sandbox.bitrix24.create_portal("p2")
    await demo.page.goto(demo.base)
    await demo.page.get_by_role("button", name="Ir al formulario").click()
    handler = demo.page.get_by_label("Ruta del controlador")
    assert await handler.input_value() == f"{demo.application}/bitrix24/app"
    await handler.fill(f"{demo.application}/app")
    await demo.page.get_by_label("Ruta de instalación inicial").fill(f"{demo.application}/install")
    await demo.page.get_by_label("Texto del menú").fill("Mi WhatsApp")
    await demo.page.get_by_role("button", name="Guardar").click()
    wizard = await demo.frame("install")
    menu = demo.page.locator("#portal-menu")
    assert (await wizard.evaluate("ask('getInitData')"))["INSTALL"] is True
    await expect(menu.get_by_role("button", name="Mi WhatsApp")).to_have_count(0)
    await wizard.evaluate("ask('setInstall', { install: true })")
    await wizard.evaluate("void ask('setInstallFinish')")
    opened = await demo.frame("app")
    told = await opened.evaluate("ask('getInitData')")
    assert (told["INSTALL"], told["FIRST_RUN"]) == (False, False)
    await expect(menu.get_by_role("button", name="Mi WhatsApp")).to_be_visible()


async def test_an_operator_sees_no_wizard(demo: Demo) -> None:
    await demo.install(finished=False)
    await demo.frame("install")
    await demo.page.get_by_label("Persona").select_option(label="Diego Ramírez · operador")
    await expect(demo.page.get_by_role("heading", name="La instalación no ha terminado")).to_be_visible()
    assert [path for path, _ in demo.posts] == ["install"]


async def test_whoever_is_chosen_opens_the_application_in_the_portals_language(demo: Demo) -> None:
    await demo.install()
    await demo.frame("app")
    await demo.page.get_by_label("Persona").select_option(label="Diego Ramírez · operador")
    await until(lambda: len(demo.posts) == 2)
    await demo.page.get_by_label("Idioma del portal").select_option("br")
    await until(lambda: len(demo.posts) == 3)
    told = await (await demo.frame("app")).evaluate("ask('getInitData')")
    assert (told["IS_ADMIN"], told["LANG"]) == (False, "br")


async def test_parameters_may_contain_colons(demo: Demo) -> None:
    await demo.install()
    frame = await demo.frame("app")
    assert await frame.evaluate("""ask('setTitle', { title: 'a:b, "c": {d:e}' })""") is None
    await expect(demo.page.locator("#panel-title")).to_have_text('a:b, "c": {d:e}')


async def test_a_command_with_a_colon_comes_as_an_object(demo: Demo) -> None:
    await demo.install()
    frame = await demo.frame("app")
    assert await frame.evaluate("ask('placement:unheard', { a: 1 }, { asObject: true })") is None
    assert [one.operation for one in demo.sandbox.bitrix24.complaints] == ["bridge placement:unheard"]
    await frame.evaluate("ask('setTitle', { title: 'by object' }, { asObject: true })")
    await expect(demo.page.locator("#panel-title")).to_have_text("by object")


async def test_a_forged_app_sid_gets_nothing(demo: Demo) -> None:
    await demo.install()
    frame = await demo.frame("app")
    await frame.evaluate("void ask('setTitle', { title: 'forged' }, { appSid: '0'.repeat(32) })")
    await frame.evaluate("void ask('getInitData', undefined, { appSid: '0'.repeat(32) })")
    await frame.evaluate("ask('getInterface')")
    assert len(await frame.evaluate("heard")) == 1
    await expect(demo.page.locator("#panel-title")).to_have_text("WhatsAppB24")


async def test_a_stranger_in_the_frame_gets_nothing(demo: Demo) -> None:
    await demo.install()
    frame = await demo.frame("app")
    await frame.evaluate("(address) => stranger(address)", f"{demo.application}/stranger")
    await frame.evaluate("ask('getInterface')")
    heard = await frame.evaluate("heard.map(({ data }) => data)")
    assert [one for one in heard if "stolen" in one or one.startswith("key9")] == []
    await expect(demo.page.locator("#panel-title")).to_have_text("WhatsAppB24")


async def test_a_frame_that_went_elsewhere_gets_nothing(demo: Demo) -> None:
    elsewhere = demo.application.replace("127.0.0.1", "localhost")
    demo.sandbox.bitrix24.create_portal("p9")
    demo.sandbox.bitrix24.save_card("p9", AppCard(handler=f"{elsewhere}/app"))
    await demo.install()
    await demo.page.get_by_label("Portal", exact=True).select_option("p1")
    frame = await demo.frame("app")
    sid = await frame.evaluate("sid")
    await demo.page.evaluate(
        "window.told = []; addEventListener('message', (one) => told.push(`${one.origin} ${one.data}`))"
    )
    await frame.evaluate("(address) => { location.href = address }", f"{elsewhere}/stranger?sid={sid}")
    await demo.page.wait_for_function("() => told.length === 2")
    told = await demo.page.evaluate("told")
    assert [one.startswith(f"{elsewhere} ") and "stolen key9" not in one for one in told] == [True, True]
    await expect(demo.page.locator("#panel-title")).to_have_text("WhatsAppB24")


async def test_a_slider_opens_over_the_portal_and_tells_when_it_is_closed(demo: Demo) -> None:
    await demo.install()
    below = await demo.frame("app")
    await below.evaluate("void (window.closed_ = ask('openApplication', { id: 'm:1' }))")
    await until(lambda: len(demo.posts) == 2)
    assert msgspec.json.decode(demo.posts[-1][1]["PLACEMENT_OPTIONS"]) == {"id": "m:1"}
    await expect(demo.page.locator("#stage")).to_have_class("stage wide")
    above = next(one for one in reversed(demo.page.frames) if one != below and one.parent_frame)
    await above.wait_for_function("() => typeof ask === 'function'")
    assert (await above.evaluate("ask('getInitData')"))["PLACEMENT_OPTIONS"] == {"id": "m:1"}
    await above.evaluate("void ask('closeApplication')")
    await below.evaluate("window.closed_")
    await expect(demo.page.locator("#stage")).to_have_class("stage")
    assert await below.evaluate("ask('getInterface').then(() => 'still here')") == "still here"


async def test_a_colleague_is_chosen_from_a_list(demo: Demo) -> None:
    await demo.install()
    frame = await demo.frame("app")
    await frame.evaluate("void (window.chosen_ = ask('selectUser', { mult: true }))")
    await demo.page.get_by_label("Lucía Fernández").check()
    await demo.page.get_by_role("button", name="Elegir", exact=True).click()
    assert [one["id"] for one in await frame.evaluate("window.chosen_")] == ["27"]
    await frame.evaluate("void (window.chosen_ = ask('selectUser', { mult: false }))")
    await demo.page.get_by_label("Lucía Fernández").wait_for()
    await demo.page.keyboard.press("Escape")
    assert await frame.evaluate("window.chosen_") is None


async def test_a_line_is_configured_from_the_contact_center(demo: Demo) -> None:
    await demo.install()
    token = demo.sandbox.bitrix24.frame("p1", 1).form["AUTH_ID"]
    connector = {
        "ID": "wa",
        "NAME": "WhatsApp",
        "ICON": {"DATA_IMAGE": "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E"},
        "PLACEMENT_HANDLER": f"{demo.application}/setting",
        "auth": token,
    }
    answer = await demo.page.request.post(f"{demo.base}/portals/p1/rest/imconnector.register", data=connector)
    assert answer.ok
    await demo.page.locator("#portal-menu").get_by_role("button", name="Contact Center").click()
    await expect(demo.page.locator(".tile")).to_contain_text("WhatsApp")
    await demo.page.get_by_role("button", name="Conectar", exact=True).nth(1).click()
    frame = await demo.frame("setting")
    told = await frame.evaluate("ask('getInitData')")
    assert told["PLACEMENT"] == "SETTING_CONNECTOR"
    assert (told["PLACEMENT_OPTIONS"]["CONNECTOR"], told["PLACEMENT_OPTIONS"]["LINE"]) == ("wa", "2")


async def test_a_chat_is_opened_in_the_messenger(demo: Demo) -> None:
    await demo.install()
    frame = await demo.frame("app")
    bitrix24 = demo.sandbox.bitrix24
    auth = {"auth": bitrix24.frame("p1", 1).form["AUTH_ID"]}
    connector = {"ID": "wa", "NAME": "WhatsApp", "ICON": {"DATA_IMAGE": "data:image/svg+xml,%3Csvg/%3E"}}
    element = {
        "user": {"id": "5", "name": "María"},
        "chat": {"id": "5"},
        "message": {"id": "1", "text": "hola"},
    }
    for method, params in (
        ("imconnector.register", {**connector, "PLACEMENT_HANDLER": f"{demo.application}/setting"}),
        ("imconnector.activate", {"CONNECTOR": "wa", "LINE": 1, "ACTIVE": 1}),
        ("imconnector.send.messages", {"CONNECTOR": "wa", "LINE": 1, "MESSAGES": [element]}),
    ):
        assert (
            await demo.page.request.post(f"{demo.base}/portals/p1/rest/{method}", data={**params, **auth})
        ).ok
    await expect(demo.page.locator(".chat-row")).to_be_visible()
    await frame.evaluate("ask('imOpenMessenger', { dialogId: 'chat1767' })")
    await expect(demo.page.locator("#chat-talk")).to_contain_text("hola")


async def test_the_portals_own_pages_are_named_and_closed(demo: Demo) -> None:
    await demo.install()
    frame = await demo.frame("app")
    await frame.evaluate(
        "void (window.closed_ = ask('openPath', { path: '/crm/deal/../../crm/lead/details/7/' }))"
    )
    await expect(demo.page.locator(".layer, #panel-layers > .panel-note").last).to_contain_text(
        "/crm/lead/details/7/"
    )
    await demo.page.locator("#panel-back").click()
    assert await frame.evaluate("window.closed_") == {"result": "close"}


async def test_a_portal_is_added_and_an_application_removed(demo: Demo) -> None:
    await demo.install()
    await demo.frame("app")
    await demo.page.get_by_role("button", name="Desarrolladores").click()
    await demo.page.get_by_text("Eliminar la aplicación").click()
    await demo.page.get_by_role("button", name="Eliminar también los datos").click()
    await expect(
        demo.page.get_by_role("heading", name="La aplicación no está instalada en p1")
    ).to_be_visible()
    assert demo.sandbox.bitrix24.portals["p1"].installation is None
    await demo.page.get_by_label("Portal", exact=True).select_option("+")
    await demo.page.get_by_label("Nombre del portal nuevo").fill("tienda-2")
    await demo.page.keyboard.press("Enter")
    await expect(
        demo.page.get_by_role("heading", name="La aplicación no está instalada en tienda-2")
    ).to_be_visible()
