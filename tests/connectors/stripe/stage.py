"""Our Stripe connector on the simulated Stripe."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from connectors.http import new_client
from connectors.payments import Redirect
from connectors.redaction import Secret
from connectors.stripe.client import Stripe
from connectors.stripe.exchange import StripeConfig
from sandbox.stripe.app import create_stripe_app
from sandbox.stripe.party import StripeSandbox
from tests.connectors.payments_contract import Inbox, Kept
from tests.sandbox.serving import free_socket, serving

WEBHOOK_SECRET = "whsec_of_the_stage"


class StripeStage:
    """See `PaymentsStage`; `sandbox` is the party itself."""

    secrets = ("sk_test_sandbox", WEBHOOK_SECRET, "_secret_")

    def __init__(self, base: str, http: httpx.AsyncClient, sandbox: StripeSandbox) -> None:
        self.base = base
        self.http = http
        self.sandbox = sandbox
        self.inbox = Inbox()
        self.journal = Kept()
        self.endpoint = ""
        config = StripeConfig(
            secret_key=Secret("sk_test_sandbox"),
            webhook_secrets=(Secret(WEBHOOK_SECRET),),
            base_url=f"{base}/stripe",
            page_origins=(base,),
            repetitions=0,
        )
        self.config = config
        self.provider = self._connector()

    def _connector(self) -> Stripe:
        return Stripe(self.http, self.config, self.journal, clock=lambda: self.now().timestamp())

    def now(self) -> datetime:
        return self.sandbox.clock.now().astimezone(UTC)

    async def control(self, path: str, body: Any = None, *, put: bool = False) -> Any:
        ask = self.http.put if put else self.http.post
        answer = await ask(f"{self.base}/sandbox/stripe{path}", json=body or {})
        assert answer.status_code < 300, answer.text
        return answer.json()

    async def pays(self, page: Redirect) -> None:
        assert {"outcome": "paid"} == await self.control(f"/pages/{page.provider_ref}/pay")

    async def refund_fails(self, refund: str) -> None:
        await self.control(f"/refunds/{refund}/settle", {"failed": True})

    async def disputes(self, payment: str) -> str:
        dispute: str = (await self.control("/disputes", {"payment_intent": payment}))["id"]
        return dispute

    async def wins(self, dispute: str) -> None:
        await self.control(f"/disputes/{dispute}/close", {"outcome": "won"})

    async def faults(self, **faults: float) -> None:
        answer = await self.http.put(f"{self.base}/sandbox/faults", json={"stripe": faults})
        assert answer.status_code == 200, answer.text

    async def silence(self) -> None:
        await self.control("/knobs", {"silent": True}, put=True)

    async def begin_anew(self) -> None:
        """A new account, no faults, an empty inbox: for tests that share the servers."""
        await self.sandbox.reset()
        await self.faults()
        self.sandbox.clock.ahead = timedelta()
        self.inbox.all.clear()
        self.journal.exchanges.clear()
        await self.provider.close()
        self.provider = self._connector()
        await self.control("/endpoint", {"url": self.endpoint, "secrets": [WEBHOOK_SECRET]}, put=True)

    async def advance(self, seconds: float) -> None:
        await self.http.post(f"{self.base}/sandbox/clock", json={"advance_s": seconds})


@asynccontextmanager
async def staged() -> AsyncIterator[StripeStage]:
    """Everything up; the webhook points at the inbox."""
    ours, inbox_url = free_socket()
    theirs, base = free_socket()
    app = create_stripe_app(base, seed=7)
    async with serving(app, theirs), new_client(connect_s=2, read_s=10) as http:
        stage = StripeStage(base, http, app.state.stripe)
        async with serving(stage.inbox.app(), ours):
            stage.endpoint = f"{inbox_url}/webhooks/stripe"
            await stage.begin_anew()
            yield stage
            await stage.provider.close()
