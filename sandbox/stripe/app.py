"""The simulated Stripe alone, as one application, with its control routes. Served by uvicorn only."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar, Router
from litestar.datastructures import State
from litestar.di import Provide

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.feed import Feed
from sandbox.inspection import Surroundings
from sandbox.reading import explained
from sandbox.stripe.inspection import StripeControls
from sandbox.stripe.party import StripeSandbox
from sandbox.stripe.routes import stripe_router


def create_stripe_app(base_url: str, *, seed: int | None = None) -> Litestar:
    """Stripe for the origin `base_url`; the party is `app.state.stripe`."""
    faults, clock, feed = Faults(seed), Clock(), Feed()
    stripe = StripeSandbox(base_url, faults, clock, feed=feed)

    @asynccontextmanager
    async def running(_app: Litestar) -> AsyncIterator[None]:
        await stripe.start()
        try:
            yield
        finally:
            feed.close()
            await stripe.stop()

    parts = {"stripe": stripe, "faults": faults, "clock": clock, "feed": feed}
    controls = Router(
        path="/",
        route_handlers=[StripeControls, Surroundings],
        dependencies={name: _given(part) for name, part in parts.items()},
        exception_handlers=explained,
    )
    return Litestar(
        route_handlers=[stripe_router(stripe), controls],
        lifespan=[running],
        state=State({"stripe": stripe, "faults": faults, "clock": clock}),
        openapi_config=None,
        logging_config=None,
    )


def _given(part: Any) -> Provide:
    return Provide(lambda: part, sync_to_thread=False)
