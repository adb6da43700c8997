"""The sandbox as one application: Gupshup, Bitrix24, Stripe, PayPal, their control routes, the demo page.

It is served by uvicorn only: dropping a connection reaches into it (`sandbox.faults.hang_up`).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
from litestar import Litestar, Request, Router, get
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide

from sandbox.bitrix24 import Bitrix24Sandbox
from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.feed import Feed
from sandbox.gupshup import GupshupSandbox, gupshup_router
from sandbox.inspection import Gupshup, Surroundings, WhatsApp
from sandbox.page import PageFacts, PageState, page_routes
from sandbox.paypal import PayPalSandbox, paypal_controls, paypal_router
from sandbox.paypal.signing import Keys
from sandbox.portal_automation import Automation
from sandbox.portal_browser import PortalBrowser
from sandbox.portal_inspection import Bitrix24, explained_portals
from sandbox.reading import explained, explained_http
from sandbox.snapshot import SnapshotFile
from sandbox.stripe.inspection import StripeControls
from sandbox.stripe.party import StripeSandbox
from sandbox.stripe.routes import stripe_router

_LARGEST_BODY = 200 * 1024 * 1024


class Sandbox(msgspec.Struct):
    """The parts, reachable as `app.state.sandbox`."""

    gupshup: GupshupSandbox
    bitrix24: Bitrix24Sandbox
    stripe: StripeSandbox
    paypal: PayPalSandbox
    faults: Faults
    clock: Clock
    feed: Feed

    def snapshot(self) -> dict[str, Any]:
        """Everything that a restart must not lose."""
        return {
            "ahead_s": self.clock.ahead.total_seconds(),
            "gupshup": self.gupshup.snapshot(),
            "bitrix24": self.bitrix24.snapshot(),
            "stripe": self.stripe.snapshot(),
            "paypal": self.paypal.snapshot(),
        }

    def restore(self, snapshot: dict[str, Any]) -> None:
        """Take over a snapshot; raises ValueError, KeyError or TypeError when it is none."""
        self.clock.ahead = timedelta(seconds=snapshot["ahead_s"])
        self.gupshup.restore(snapshot["gupshup"])
        self.bitrix24.restore(snapshot["bitrix24"])
        self.stripe.restore(snapshot.get("stripe", {}))
        if "paypal" in snapshot:
            self.paypal.restore(snapshot["paypal"])


class Merchant(msgspec.Struct, frozen=True):
    """The application under test at the simulated PayPal."""

    client_id: str = "sandbox-merchant"
    client_secret: str = "sandbox-only"  # noqa: S105 the simulation's own
    keys: Keys | None = None
    """What webhooks are signed with; without it new ones are made."""


def create_app(
    base_url: str,
    *,
    client_id: str,
    client_secret: str,
    snapshot_path: Path | None = None,
    seed: int | None = None,
    app_url: str | None = None,
    merchant: Merchant | None = None,
) -> Litestar:
    """The whole sandbox for the origin `base_url`.

    `client_id` and `client_secret` are those of the Bitrix24 application under test. With `snapshot_path`
    it begins where it was left. `seed` makes faults and random ids repeatable. `app_url` is where the
    application answers: the page fills it into the form of the local application and may frame it. `merchant`
    is who PayPal knows; its keys count more than those of the snapshot.
    """
    known = merchant or Merchant()

    def new() -> Sandbox:
        return _sandbox(base_url, known, client_id=client_id, client_secret=client_secret, seed=seed)

    parts = new()
    file = SnapshotFile(snapshot_path) if snapshot_path is not None else None
    if file is not None and (snapshot := file.read()) is not None:
        try:
            parts.restore(snapshot)
        except (ValueError, KeyError, TypeError):
            file.set_aside()
            parts = new()
    return Litestar(
        route_handlers=[
            gupshup_router(parts.gupshup),
            *parts.bitrix24.routes,
            stripe_router(parts.stripe),
            paypal_router(parts.paypal),
            paypal_controls(parts.paypal),
            _control_routes(parts, PageFacts(base_url=base_url.rstrip("/"), app_url=app_url)),
        ],
        lifespan=[_running(parts, file)],
        after_response=_noticing(file) if file is not None else None,
        exception_handlers={404: explained_http, 405: explained_http},
        state=State({"sandbox": parts}),
        openapi_config=None,
        # Litestar's default would let httpx log every address it posts to, and webhook addresses are secret.
        logging_config=None,
        request_max_body_size=_LARGEST_BODY,
    )


def _sandbox(
    base_url: str, merchant: Merchant, *, client_id: str, client_secret: str, seed: int | None
) -> Sandbox:
    faults, clock, feed = Faults(seed), Clock(), Feed()
    gupshup = GupshupSandbox(base_url, faults, clock, feed=feed, seed=seed)
    bitrix24 = Bitrix24Sandbox(
        base_url, client_id=client_id, client_secret=client_secret, faults=faults, clock=clock
    )
    bitrix24.listen(lambda what, portal: feed.publish(what, portal=portal))
    stripe = StripeSandbox(base_url, faults, clock, feed=feed)
    paypal = PayPalSandbox(
        base_url,
        faults,
        clock,
        client_id=merchant.client_id,
        client_secret=merchant.client_secret,
        feed=feed,
        keys=merchant.keys,
    )
    return Sandbox(
        gupshup=gupshup,
        bitrix24=bitrix24,
        stripe=stripe,
        paypal=paypal,
        faults=faults,
        clock=clock,
        feed=feed,
    )


def _control_routes(parts: Sandbox, page: PageFacts) -> Router:
    def given(part: Any) -> Provide:
        return Provide(lambda: part, sync_to_thread=False)

    return Router(
        path="/",
        route_handlers=[
            WhatsApp,
            Gupshup,
            Surroundings,
            Bitrix24,
            Automation,
            StripeControls,
            PortalBrowser,
            PageState,
            complaints,
            *page_routes(),
        ],
        dependencies={
            "gupshup": given(parts.gupshup),
            "bitrix24": given(parts.bitrix24),
            "stripe": given(parts.stripe),
            "paypal": given(parts.paypal),
            "faults": given(parts.faults),
            "clock": given(parts.clock),
            "feed": given(parts.feed),
            "page": given(page),
        },
        exception_handlers={**explained, **explained_portals},
    )


@get("/sandbox/complaints")
async def complaints(
    gupshup: NamedDependency[GupshupSandbox],
    bitrix24: NamedDependency[Bitrix24Sandbox],
    stripe: NamedDependency[StripeSandbox],
    paypal: NamedDependency[PayPalSandbox],
) -> list[dict[str, Any]]:
    """Everything our side sent that the real service would have refused, of all parties."""
    payments = (*stripe.state.complaints, *paypal.state.complaints)
    found = (*gupshup.state.complaints, *bitrix24.complaints, *payments)
    return [msgspec.to_builtins(one) for one in found]


def _noticing(file: SnapshotFile) -> Callable[[Request[Any, Any, State]], Awaitable[None]]:
    """Calls change more than the feed tells (tokens, cursors): any of them is worth writing."""

    async def notice(request: Request[Any, Any, State]) -> None:
        if request.method != "GET" or request.url.path.startswith(("/portals/", "/auth/")):
            file.changed()

    return notice


def _running(
    parts: Sandbox, file: SnapshotFile | None
) -> Callable[[Litestar], AbstractAsyncContextManager[None]]:
    """Litestar's lifespan: what was interrupted goes on, what changes is kept, the end is orderly."""

    @asynccontextmanager
    async def run(_app: Litestar) -> AsyncIterator[None]:
        await parts.gupshup.start()
        await parts.stripe.start()
        await parts.paypal.start()
        keeping = None
        if file is not None:
            parts.feed.listen(file.changed)
            keeping = asyncio.create_task(file.keep(parts.snapshot))
        try:
            yield
        finally:
            parts.feed.close()
            if keeping is not None:
                keeping.cancel()
                await asyncio.gather(keeping, return_exceptions=True)
            await parts.gupshup.stop()
            await parts.stripe.stop()
            await parts.paypal.stop()
            await parts.bitrix24.close()
            if file is not None:
                file.write(parts.snapshot())

    return run
