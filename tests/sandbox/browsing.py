"""A Chromium that shows the demo page; a script error or a complaint in its console fails the test."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, Page, async_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """The browser of a whole run; skips without a Chromium."""
    if CHROMIUM is None:
        pytest.skip("NO CHROMIUM ON THIS MACHINE: the demo's page is not tested in a browser")
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield running
        await running.close()


@asynccontextmanager
async def browsing(chromium: Browser) -> AsyncIterator[Page]:
    """An empty page of 1280 by 800 pixels, in Spanish, of somebody who was never here."""
    faults: list[str] = []
    context = await chromium.new_context(viewport={"width": 1280, "height": 800}, locale="es-PE")
    page = await context.new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    yield page
    await context.close()
    assert faults == []
