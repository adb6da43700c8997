"""A real Chromium on the demo's own page, beside the whole running house: what a person would do, done."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect, sync_playwright

from tests.servers import TestDatabase
from tests.system.house import House, open_house

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
REPORTS = Path(__file__).parents[2] / "reports" / "screens"
LAST = REPORTS / "last"
"""What was on the screen when a test ended."""
PATIENCE_MS = 20_000
expect.set_options(timeout=PATIENCE_MS)


class Desk:
    """The demo's page before a person: a phone, a portal, and our panel in its frame."""

    def __init__(self, page: Page, house: House) -> None:
        self.page = page
        self.house = house
        self.panel: FrameLocator = page.frame_locator("#panel-layers .layer:last-child iframe")

    def open(self, portal: str = "p1", language: str | None = None) -> None:
        """Go to a portal; `language` is the portal's (`la`, `br`, `en`, …)."""
        if language is not None:
            answer = self.house.sandbox.put(
                f"/sandbox/bitrix24/portals/{portal}/settings", json={"lang": language}
            )
            assert answer.is_success, answer.text
        self.page.goto(f"{self.house.sandbox_url}/")
        expect(self.page.locator("#portal-choice option").first).to_be_attached()
        if self.page.locator("#portal-choice").input_value() != portal:
            self.page.locator("#portal-choice").select_option(portal)

    def go(self, menu: str) -> None:
        """Choose in the portal's menu: `chats`, `contacts`, `app` or `developer`."""
        self.page.locator(f"#portal-menu [data-key={menu}]").click()

    def view(self, name: str) -> None:
        """Choose a view of the panel by its name in the navigation."""
        self.panel.get_by_role("navigation").get_by_text(name, exact=True).click()

    def customer_writes(self, text: str) -> None:
        """Type on the phone that is shown."""
        self.page.locator("#wa-composer [name=text]").fill(text)
        self.page.locator("#wa-composer .go").click()

    def on_the_phone(self, text: str) -> Any:
        """The bubble on the phone with this text."""
        return self.page.locator("#wa-talk li", has_text=text)

    def wide(self) -> None:
        """Show the panel as wide as Bitrix24's slider."""
        if self.page.locator("#panel-widen").get_attribute("aria-pressed") != "true":
            self.page.locator("#panel-widen").click()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("NO CHROMIUM ON THIS MACHINE: the panel is not tested in a browser")
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-background-networking"]
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield running
        running.close()


@pytest.fixture(scope="module")
def house(database: TestDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The running house with one portal and one connected channel."""
    with open_house(database, tmp_path_factory.mktemp("house")) as opened:
        yield opened


@pytest.fixture
def expected_errors() -> list[str]:
    """Parts of console errors that a test provokes; any other error fails it."""
    return []


@pytest.fixture
def desk(
    browser: Browser, house: House, expected_errors: list[str], request: pytest.FixtureRequest
) -> Iterator[Desk]:
    """A person's desk, 1280 pixels wide; a script error or a console error fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="es-MX")
    page = context.new_page()
    faults: list[str] = []

    def hear(text: str) -> None:
        if not any(part in text for part in expected_errors):
            faults.append(text)

    page.on("pageerror", lambda error: hear(str(error)))
    page.on("console", lambda said: hear(said.text) if said.type in ("error", "warning") else None)
    yield Desk(page, house)
    LAST.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=LAST / f"{request.node.name}.png")
    context.close()
    assert faults == []
