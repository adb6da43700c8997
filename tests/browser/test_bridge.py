"""Who the page believes: the portal alone, and a token only as long as the server does."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Opener
from tests.browser.stage import SET_UP, Problem, Server, channel, portal
from tests.sandbox.serving import until

pytestmark = [
    pytest.mark.requirement("R2.3-c"),
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="module"),
]

# The stranger's frame answers first, with the key of the page's own question.
FORGED = """(origin) => {
  const other = document.createElement("iframe");
  other.src = origin;
  document.body.append(other);
  const loaded = new Promise((resolve) => other.addEventListener("load", resolve));
  const forged = JSON.stringify({ AUTH_ID: "forged", MEMBER_ID: "forged", DOMAIN: "forged", INSTALL: true });
  beforeAnswer = async (key) => {
    await loaded;
    const posted = new Promise((resolve) => addEventListener("message", function heard({ data }) {
      if (data !== "posted") return;
      removeEventListener("message", heard);
      resolve();
    }));
    other.contentWindow.postMessage({ key, forged, to: appOrigin }, origin);
    await posted;
  };
}"""


async def test_an_expired_token_is_renewed_with_a_fresh_proof_and_the_call_repeated(
    server: Server, open_page: Opener, expected_errors: list[str]
) -> None:
    expected_errors.append("401")
    shown = await open_page("app")
    await expect(shown.frame.locator("#channels-empty")).to_contain_text("Todavía no hay canales")
    assert server.lines_of("POST") == []
    server.expire()
    server.channels = [channel()]
    await expect(shown.frame.get_by_role("heading", name="Ventas Lima")).to_be_visible(timeout=8_000)
    assert server.body_of("POST /session") == {
        "auth_id": "fresh-auth",
        "member_id": "a223c6b3710f85df22e9377d6c4f7553",
        "domain": server.portal_origin.removeprefix("http://"),
        "language": "es",
    }
    await expect(shown.frame.get_by_role("alert")).to_have_count(0)


async def test_calls_that_expire_together_renew_once(
    server: Server, open_page: Opener, expected_errors: list[str]
) -> None:
    expected_errors.append("401")
    server.channels = [channel()]
    shown = await open_page("setting-connector", options={"LINE": "3"})
    await expect(shown.frame.get_by_role("heading", name="Ventas Lima")).to_be_visible()
    server.calls.clear()
    server.expire()
    await until(lambda: server.lines_of("POST /session"))
    await until(lambda: len(server.lines_of("GET /portal")) > 2)
    assert server.lines_of("POST /session") == ["POST /session"]


async def test_a_renewal_that_bitrix24_does_not_confirm_is_said_in_words(
    server: Server, open_page: Opener, expected_errors: list[str]
) -> None:
    expected_errors += ["401", "403"]
    shown = await open_page("app", language="en")
    server.expire()
    server.session_answer = Problem(status=403, reason="member_mismatch")
    alert = shown.frame.get_by_role("alert")
    await expect(alert).to_contain_text("Bitrix24 did not confirm who opens this page.", timeout=8_000)
    server.session_answer = None
    await alert.get_by_role("button", name="Try again").click()
    await expect(alert).to_have_count(0)


async def test_an_answer_from_another_site_is_not_believed(
    server: Server, open_page: Opener, stranger: str, expected_errors: list[str]
) -> None:
    expected_errors.append("401")
    shown = await open_page("app", before=f"({FORGED})({stranger!r})")
    await expect(shown.frame.locator("#channels-empty")).to_contain_text("Todavía no hay canales")
    server.expire()
    await until(lambda: server.lines_of("POST /session"))
    proof = server.body_of("POST /session")
    assert (proof["auth_id"], proof["member_id"]) == ("fresh-auth", portal()["member_id"])


async def test_a_portal_that_does_not_answer_is_said_at_once_where_the_frame_has_no_name(
    server: Server, open_page: Opener
) -> None:
    server.portal = portal(**SET_UP)
    shown = await open_page("install", name="nameless")
    await expect(shown.frame.get_by_role("alert")).to_contain_text("Bitrix24 no responde a esta página")


async def test_the_token_lies_neither_in_the_page_nor_in_storage_nor_in_the_address(
    server: Server, open_page: Opener
) -> None:
    shown = await open_page("app")
    await expect(shown.frame.locator("#channels-empty")).to_contain_text("Todavía no hay canales")
    left = await shown.frame.evaluate(
        "document.documentElement.outerHTML + location.href + JSON.stringify([{...localStorage},"
        " {...sessionStorage}, history.state, document.cookie])"
    )
    assert server.token not in left
    assert "APP_SID" not in left
    assert await shown.frame.evaluate("location.search") == ""


async def test_a_lost_connection_is_said_and_forgotten_when_it_is_back(
    server: Server, open_page: Opener, expected_errors: list[str]
) -> None:
    expected_errors.append("ERR_INTERNET_DISCONNECTED")
    shown = await open_page("app")
    await expect(shown.frame.locator("#channels-empty")).to_contain_text("Todavía no hay canales")
    await shown.parent.context.set_offline(True)
    alert = shown.frame.get_by_role("alert")
    await expect(alert).to_contain_text("No hay conexión con nuestro servicio", timeout=8_000)
    await shown.parent.context.set_offline(False)
    await expect(alert).to_have_count(0, timeout=8_000)
