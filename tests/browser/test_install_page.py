"""The installer in a real browser: it waits for the set-up, then tells Bitrix24, or says why it cannot."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Opener
from tests.browser.stage import APP_SID, SET_UP, Problem, Server, portal
from tests.sandbox.serving import until

pytestmark = [
    pytest.mark.requirement("R2.5-d"),
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="module"),
]


async def test_a_portal_that_is_set_up_is_finished_and_bitrix24_is_told(
    server: Server, open_page: Opener
) -> None:
    shown = await open_page("install")
    await until(lambda: len(server.lines_of("GET /portal")) > 1)
    assert server.lines_of("POST") == []
    assert await shown.said() == []
    server.portal = portal(**SET_UP)
    await expect(shown.frame.locator("#outcome")).to_contain_text("Todo listo")
    assert server.lines_of("POST") == ["POST /portal/finish"]
    finish = await shown.parent.evaluate("said.find((one) => one.command === 'setInstallFinish')")
    assert finish == {"command": "setInstallFinish", "parameters": "{}", "sid": APP_SID}
    assert await shown.frame.locator(".steps [data-state=done]:visible").count() == 5


async def test_a_first_run_is_announced_before_the_installation_is_finished(
    server: Server, open_page: Opener
) -> None:
    server.portal = portal(**SET_UP)
    shown = await open_page("install", before="answers.getInitData.FIRST_RUN = true")
    await expect(shown.frame.locator("#outcome")).to_contain_text("Todo listo")
    assert await shown.said() == ["getInitData", "setInstall", "setInstallFinish"]
    assert await shown.parent.evaluate("said[1].parameters") == '{"install":true}'


async def test_a_portal_outside_its_installation_is_not_told_to_finish_it(
    server: Server, open_page: Opener
) -> None:
    server.portal = portal(**SET_UP)
    shown = await open_page("install", before="answers.getInitData.INSTALL = false")
    await expect(shown.frame.locator("#outcome")).to_contain_text("ya estaba instalada")
    assert await shown.said() == ["getInitData"]


async def test_a_set_up_that_fails_says_why_who_acts_and_what_to_do_until_it_succeeds(
    server: Server, open_page: Opener
) -> None:
    broken = {"done": ["Register"], "broken": [{"step": "BindEvent", "code": "insufficient_scope"}]}
    server.portal = portal(repair_failures=1, repair_report={**broken, "failure": "insufficient_scope"})
    shown = await open_page("install")
    outcome = shown.frame.locator("#outcome")
    await expect(outcome).to_contain_text("no tiene todos los permisos")
    await expect(outcome).to_contain_text("un administrador de su portal")
    await expect(outcome).to_contain_text("Active los permisos")
    await expect(shown.frame.locator("[data-step=events]")).to_have_attribute("data-state", "failed")
    assert server.lines_of("POST") == []
    server.portal = portal(**SET_UP)
    await expect(outcome).to_contain_text("Todo listo")


async def test_a_portal_repaired_once_but_failing_now_is_not_finished(
    server: Server, open_page: Opener
) -> None:
    server.portal = portal(**{**SET_UP, "repair_failures": 2, "repair_report": {"failure": "no_token"}})
    shown = await open_page("install", language="pt")
    await expect(shown.frame.locator("#outcome")).to_contain_text("não aceita mais a autorização")
    await until(lambda: len(server.lines_of("GET /portal")) > 2)
    assert server.lines_of("POST") == []


async def test_a_refused_finish_is_said_and_can_be_tried_again(
    server: Server, open_page: Opener, expected_errors: list[str]
) -> None:
    expected_errors.append("403")
    server.portal = portal(**SET_UP)
    server.problems["POST /portal/finish"] = Problem(status=403, reason="permission")
    shown = await open_page("install")
    notice = shown.frame.get_by_role("alert")
    await expect(notice).to_contain_text("No tiene permiso")
    assert await shown.said() == []
    server.problems.clear()
    await notice.get_by_role("button", name="Intentar de nuevo").click()
    await expect(shown.frame.locator("#outcome")).to_contain_text("Todo listo")
    await expect(notice).to_have_count(0)
