"""A Chromium, a portal, our server: a page is opened as Bitrix24 does it, by a form posted into a frame."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Frame, Page, async_playwright

from tests.browser.stage import APP_SID, Server, portal_app
from tests.sandbox.serving import free_socket, serving

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
REPORTS = Path(__file__).parents[2] / "reports" / "pages"


class Shown(msgspec.Struct, kw_only=True):
    """A page in its portal."""

    server: Server
    parent: Page
    frame: Frame
    """Our page."""

    async def said(self) -> list[str]:
        """The commands that the page sent over the bridge."""
        return [str(one["command"]) for one in await self.parent.evaluate("said")]


Opener = Callable[..., Awaitable[Shown]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("NO CHROMIUM ON THIS MACHINE: the pages are not tested in a browser")
    async with async_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-background-networking"]
        running = await playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield running
        await running.close()


@pytest_asyncio.fixture(loop_scope="module")
async def server() -> AsyncIterator[Server]:
    made = Server()
    ours, made.origin = free_socket()
    theirs, made.portal_origin = free_socket()
    async with serving(made.app(), ours), serving(portal_app(), theirs):
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def stranger() -> AsyncIterator[str]:
    """Another site that knows the bridge as well as the portal does."""
    listener, origin = free_socket()
    async with serving(portal_app(), listener):
        yield origin


@pytest.fixture
def expected_errors() -> list[str]:
    """Parts of console errors that a test provokes; any other error fails it."""
    return []


@pytest_asyncio.fixture(loop_scope="module")
async def open_page(browser: Browser, server: Server, expected_errors: list[str]) -> AsyncIterator[Opener]:
    """Opens a page in a fresh portal: `await open_page("install")`; a script error fails the test."""
    faults: list[str] = []

    def hear(text: str) -> None:
        if not any(part in text for part in expected_errors):
            faults.append(text)

    async with contextlib.AsyncExitStack() as contexts:

        async def opened(
            page: str,
            *,
            language: str = "es",
            options: dict[str, Any] | None = None,
            name: str | None = None,
            before: str = "",
            **context_options: Any,
        ) -> Shown:
            context = await browser.new_context(viewport={"width": 1280, "height": 800}, **context_options)
            contexts.push_async_callback(context.close)
            parent = await context.new_page()
            parent.on("pageerror", lambda error: hear(str(error)))
            parent.on("console", lambda said: hear(said.text) if said.type == "error" else None)
            await parent.goto(server.portal_origin)
            if before:
                await parent.evaluate(before)
            asked = {
                "origin": server.origin,
                "page": page,
                "language": language,
                "options": options or {},
                "sid": APP_SID,
                "name": name,
            }
            async with parent.expect_event(
                "framenavigated", lambda frame: frame.url.startswith(f"{server.origin}/bitrix24/")
            ) as navigated:
                await parent.evaluate("(asked) => open_(asked)", asked)
            frame = await navigated.value
            await frame.wait_for_load_state()
            return Shown(server=server, parent=parent, frame=frame)

        yield opened
    assert faults == []
