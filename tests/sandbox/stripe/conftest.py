"""The simulated Stripe on a real port, asked by the SDK itself as well as by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest_asyncio
import stripe

from sandbox.stripe.app import create_stripe_app
from sandbox.stripe.party import StripeSandbox
from tests.sandbox.serving import Receiver, free_socket, serving

SECRETS = ["whsec_new", "whsec_old"]
PAGE: dict[str, Any] = {
    "mode": "payment",
    "success_url": "https://app.example.com/paid?sid={CHECKOUT_SESSION_ID}",
    "cancel_url": "https://app.example.com/left",
    "line_items": [
        {
            "quantity": 1,
            "price_data": {"currency": "usd", "unit_amount": 2_000, "product_data": {"name": "Saldo"}},
        }
    ],
    "locale": "es-419",
    "metadata": {"payment_id": "p-1"},
}


class Sdk(stripe.HTTPXClient):
    """The SDK's transport without its deprecated argument and with no proxies."""

    def _get_request_args_kwargs(self, method: str, url: str, headers: Any, post_data: Any) -> Any:
        content = post_data.encode() if isinstance(post_data, str) else post_data
        return [(method, url), {"headers": headers, "content": content}]


class StripeStand:
    """The party, its address, the SDK on it, and what receives its webhooks."""

    def __init__(self, base: str, party: StripeSandbox, http: httpx.AsyncClient, hook: str) -> None:
        self.base = base
        self.party = party
        self.http = http
        self.hook = hook
        self.receiver = Receiver()
        stripe.enable_telemetry = False
        self.transport = Sdk()
        url = f"{base}/stripe"
        self.sdk = stripe.StripeClient(
            "sk_test_sandbox",
            base_addresses={"api": url, "files": url, "connect": url, "meter_events": url},
            http_client=self.transport,
        )

    async def raw(self, verb: str, path: str, form: str = "", **headers: str) -> httpx.Response:
        """A request by hand."""
        return await self.http.request(
            verb,
            f"{self.base}/stripe/v1{path}",
            content=form,
            headers={
                "Authorization": "Bearer sk_test_sandbox",
                "Stripe-Version": "2026-10-28.endive",
                "Content-Type": "application/x-www-form-urlencoded",
                **headers,
            },
        )

    async def click(self, url: str, **form: str) -> httpx.Response:
        """A button of a page."""
        return await self.http.post(url, data=form)

    async def control(self, verb: str, path: str, body: Any = None) -> Any:
        """A control route."""
        answer = await self.http.request(verb, f"{self.base}/sandbox{path}", json=body or {})
        assert answer.status_code < 300, answer.text
        return answer.json()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def standing() -> AsyncIterator[StripeStand]:
    """One for a module."""
    theirs, base = free_socket()
    ours, hook = free_socket()
    app = create_stripe_app(base, seed=3)
    async with serving(app, theirs), httpx.AsyncClient(trust_env=False, timeout=20) as http:
        stand = StripeStand(base, app.state.stripe, http, hook)
        async with serving(stand.receiver.app(), ours):
            yield stand
            await stand.transport.close_async()


@pytest_asyncio.fixture(loop_scope="module")
async def stand(standing: StripeStand) -> StripeStand:
    """A new account with a webhook, for one test."""
    await standing.party.reset()
    await standing.control("PUT", "/faults", {})
    standing.receiver.all.clear()
    standing.receiver.answer = lambda _n, _received: 200
    await standing.control("PUT", "/stripe/endpoint", {"url": f"{standing.hook}/hook", "secrets": SECRETS})
    return standing
