"""The connector's screen in Bitrix24: the channel of a line with its tests, or the form to add one."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Opener
from tests.browser.stage import SET_UP, Server, channel, portal
from tests.sandbox.serving import until

pytestmark = [
    pytest.mark.requirement("R2.5-b"),
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="module"),
]
OPTIONS = {"LINE": "3", "CONNECTOR": "wab24", "STATUS": False}
ID = channel()["channel_id"]


async def test_the_channel_of_the_line_is_shown_with_its_tests(server: Server, open_page: Opener) -> None:
    server.portal = portal(**SET_UP)
    server.channels = [channel(), channel(channel_id="b", line_id="1", name="Soporte")]
    shown = await open_page("setting-connector", options=OPTIONS)
    await expect(shown.frame.locator(".channel h3")).to_have_text(["Ventas Lima"])
    tests = shown.frame.locator("#tests-list li")
    await expect(tests).to_have_count(4)
    assert await shown.frame.locator("#tests-list > [data-state=done]").count() == 4
    await expect(shown.frame.locator("#add")).to_be_hidden()


async def test_a_test_that_fails_says_why_who_acts_and_what_to_do(server: Server, open_page: Opener) -> None:
    server.portal = portal(repair_failures=1, repair_report={"failure": "METHOD_CONFIRM_WAITING"})
    report = {"subscription": "http_401", "failure": {"code": "http_401", "policy": "fix", "message": "x"}}
    server.channels = [
        channel(state="attention", next_action="repair", state_reason="http_401", check_report=report)
    ]
    shown = await open_page("setting-connector", options=OPTIONS, language="en")
    failed = shown.frame.locator("#tests-list > [data-state=failed]")
    await expect(failed).to_have_count(2)
    await expect(failed.nth(0)).to_contain_text("Accept the request in Bitrix24's notifications.")
    await expect(failed.nth(1)).to_contain_text("Gupshup does not accept the app key.")
    await expect(shown.frame.locator("[data-test=line]")).to_contain_text("no result yet")


async def test_check_now_waits_for_what_the_check_finds(server: Server, open_page: Opener) -> None:
    server.portal = portal(**SET_UP)
    server.channels = [channel(check_report={}, checked_at=None)]
    shown = await open_page("setting-connector", options=OPTIONS)
    await expect(shown.frame.locator("#tests-checked")).to_have_text("Todavía no se ha comprobado.")
    check = shown.frame.get_by_role("button", name="Comprobar ahora")
    await check.click()
    await expect(check).to_be_disabled()
    await until(lambda: server.lines_of("POST"))
    assert server.lines_of("POST") == [f"POST /channels/{ID}/check"]
    server.channels = [channel(check_report={"subscription": "set", "line": "timeout"})]
    await expect(check).to_be_enabled()
    await expect(shown.frame.locator("[data-test=line]")).to_contain_text("Bitrix24 no respondió.")


async def test_a_line_without_a_number_offers_the_form_with_the_line_preset(
    server: Server, open_page: Opener
) -> None:
    server.channels = [channel(line_id="1")]
    shown = await open_page("setting-connector", options=OPTIONS)
    line = shown.frame.get_by_label("Canal abierto")
    await expect(line).to_have_value("3")
    await expect(line.locator("option")).to_have_text(["Ventas (3)"])
    await expect(shown.frame.locator("#tests")).to_be_hidden()


async def test_a_disconnected_channel_may_come_back_or_give_way_to_another_number(
    server: Server, open_page: Opener
) -> None:
    server.channels = [channel(state="disconnected", next_action="connect")]
    shown = await open_page("setting-connector", options=OPTIONS)
    await expect(shown.frame.get_by_role("button", name="Conectar", exact=True)).to_be_visible()
    await expect(shown.frame.locator("#add")).to_be_visible()


async def test_a_page_without_a_line_says_where_to_open_it(open_page: Opener) -> None:
    shown = await open_page("setting-connector")
    said = shown.frame.locator("#channels-empty")
    await expect(said).to_contain_text("Abra esta página desde el Contact Center")
