"""The simulated PayPal as an application of its own, for tests and for whoever wants only this party."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from litestar import Litestar
from litestar.datastructures import State

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.paypal.inspection import paypal_controls
from sandbox.paypal.party import PayPalSandbox
from sandbox.paypal.routes import paypal_router
from sandbox.paypal.signing import Keys


def create_paypal_app(
    base_url: str, *, client_id: str, client_secret: str, seed: int | None = None, keys: Keys | None = None
) -> Litestar:
    """PayPal at `{base_url}/paypal`, its control routes at `/sandbox/paypal`; the party is `state.paypal`."""
    party = PayPalSandbox(
        base_url, Faults(seed), Clock(), client_id=client_id, client_secret=client_secret, keys=keys
    )

    @asynccontextmanager
    async def running(_app: Litestar) -> AsyncIterator[None]:
        await party.start()
        try:
            yield
        finally:
            await party.stop()

    return Litestar(
        [paypal_router(party), paypal_controls(party)],
        lifespan=[running],
        state=State({"paypal": party}),
        openapi_config=None,
        # Litestar's default would let httpx log every address it posts to
        logging_config=None,
    )
