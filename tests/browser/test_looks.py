"""How every page looks at 1280 pixels: no sideways scrolling, nothing nameless; pictures go to reports/."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from playwright.async_api import Browser, Frame, Page, expect

from connectors.bitrix24.texts import LANGUAGES, Language
from tests.browser.conftest import REPORTS, Opener
from tests.browser.stage import REFUSALS, SET_UP, Server, channel, portal

pytestmark = [
    pytest.mark.requirement("R2.1-e"),
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="module"),
]
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")

NAMELESS = """[...document.querySelectorAll("input, select, button, summary")].filter((one) =>
  one.checkVisibility() && !one.labels?.length && !one.ariaLabel && !one.textContent.trim()
).map((one) => one.outerHTML)"""
FITS = "document.documentElement.scrollWidth <= innerWidth"

# WCAG 2.2 AA, 1.4.3: the contrast of every visible text with what lies behind it.
FAINT = """[...document.querySelectorAll("body *")].filter((one) => one.checkVisibility() && !one.disabled &&
  [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim())).map((one) => {
  const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (rgb) => rgb.slice(0, 3).map((c) => c / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, at) => sum + c * [0.2126, 0.7152, 0.0722][at], 0);
  let behind = one;
  while (behind && numbers(getComputedStyle(behind).backgroundColor)[3] === 0) behind = behind.parentElement;
  const ink = light(numbers(getComputedStyle(one).color));
  const ground = light(numbers(getComputedStyle(behind ?? document.documentElement).backgroundColor));
  const contrast = (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05);
  return contrast < 4.5 ? `${contrast.toFixed(2)} ${one.outerHTML.slice(0, 120)}` : "";
}).filter(Boolean)"""

FAILING = {"code": "1003", "policy": "fix", "message": "Insufficient balance"}
CHANNELS = [
    channel(),
    channel(
        channel_id="b",
        name="Soporte y posventa para clientes mayoristas de todo el país",
        line_id="1",
        state="attention",
        next_action="repair",
        state_reason="1003",
        check_report={"subscription": "set", "failure": FAILING},
        waiting_in=0,
        waiting_out=1250,
    ),
    channel(channel_id="c", name="Cobranzas", line_id="7", state="connecting", next_action="wait"),
    channel(channel_id="d", name="Antiguo", line_id="9", state="disconnected", next_action="connect"),
]
STORY: list[dict[str, Any]] = [
    {
        "at": "2026-03-02T15:04:05Z",
        "what": "message",
        "level": "INFO",
        "summary": "out open_line text -> failed",
        "message_id": "01990000-0000-7000-8000-0000000000bb",
        "detail": {"text": "Buenas tardes", "ids": {"gs": "f" * 60, "wa": f"wamid.{'H' * 90}"}},
    },
    {"at": "2026-03-02T15:04:06Z", "what": "attempt", "level": "INFO", "summary": "number 1 by worker-1"},
    {"at": "2026-03-02T15:04:07Z", "what": "outcome", "level": "WARN", "summary": "number 1 retry 4001"},
    {"at": "2026-03-02T15:04:09Z", "what": "receipt", "level": "ERROR", "summary": "failed 131047"},
]


async def judge(shown: Frame | Page) -> None:
    """What must hold of every page, whatever it shows."""
    assert await shown.evaluate(FITS)
    assert await shown.evaluate(NAMELESS) == []
    assert await shown.evaluate(FAINT) == []


async def picture(page: Page, name: str) -> None:
    """Keep what a person would see as evidence."""
    REPORTS.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=REPORTS / f"{name}.png")


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_installer_at_work_and_in_trouble(
    server: Server, open_page: Opener, language: Language, scheme: Scheme
) -> None:
    shown = await open_page("install", language=language, color_scheme=scheme)
    await judge(shown.frame)
    await picture(shown.parent, f"install-{language}-{scheme}")
    broken = {"done": ["Register"], "broken": [{"step": "BindEvent", "code": "insufficient_scope"}]}
    server.portal = portal(repair_failures=1, repair_report={**broken, "failure": "insufficient_scope"})
    await expect(shown.frame.locator("#outcome .trouble")).to_be_visible()
    await judge(shown.frame)
    await picture(shown.parent, f"install-trouble-{language}-{scheme}")


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_application_with_channels_and_a_story(
    server: Server, open_page: Opener, language: Language, scheme: Scheme
) -> None:
    server.channels = CHANNELS
    server.timelines["987"] = [{"message_id": None, "detail": None, **row} for row in STORY]
    shown = await open_page("app", language=language, color_scheme=scheme)
    await expect(shown.frame.locator(".channel")).to_have_count(4)
    await judge(shown.frame)
    await picture(shown.parent, f"app-{language}-{scheme}")
    await shown.frame.locator("#search-id").fill("987")
    await shown.frame.locator("#search button").click()
    await shown.frame.locator("#timeline summary").click()
    await shown.frame.locator("#search-heading").scroll_into_view_if_needed()
    await judge(shown.frame)
    await shown.frame.locator("#add-heading").evaluate("(one) => one.scrollIntoView()")
    await picture(shown.parent, f"app-story-{language}-{scheme}")
    await shown.frame.locator(".channel .actions .quiet").nth(1).click()
    await judge(shown.frame)
    await picture(shown.parent, f"app-question-{language}-{scheme}")


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_connectors_screen_with_tests_and_with_the_form(
    server: Server, open_page: Opener, language: Language, scheme: Scheme
) -> None:
    server.portal = portal(**SET_UP)
    server.channels = [
        channel(
            state="attention",
            next_action="repair",
            state_reason="NOT_ACTIVE_LINE",
            check_report={"subscription": "set", "line": "NOT_ACTIVE_LINE"},
        )
    ]
    shown = await open_page(
        "setting-connector", language=language, color_scheme=scheme, options={"LINE": "3"}
    )
    await expect(shown.frame.locator("#tests-list li")).to_have_count(4)
    await judge(shown.frame)
    await picture(shown.parent, f"setting-connector-{language}-{scheme}")
    server.channels = []
    await expect(shown.frame.locator("#add")).to_be_visible(timeout=8_000)
    await judge(shown.frame)
    await picture(shown.parent, f"setting-connector-form-{language}-{scheme}")


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_what_stands_in_for_a_page(server: Server, browser: Browser, scheme: Scheme) -> None:
    context = await browser.new_context(viewport={"width": 1280, "height": 800}, color_scheme=scheme)
    page = await context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    for language in LANGUAGES:
        for name in ("outside", *REFUSALS):
            await page.goto(f"{server.origin}/plain/{name}?language={language}")
            await judge(page)
            await picture(page, f"{name}-{language}-{scheme}")
    await context.close()
    assert said == []
