"""The simulated Stripe on a port of its own beside the running house: what its payers and their banks do."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import uvicorn
from litestar import Litestar

from sandbox.stripe.app import create_stripe_app
from tests.sandbox.serving import free_socket

WEBHOOK_SECRET, NEXT_WEBHOOK_SECRET = "whsec_tests_only", "whsec_tests_next"


class StripeBeside:
    """`settings` are the house's variables for this Stripe."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.http = httpx.Client(base_url=base, timeout=30, trust_env=False)
        self.settings = {
            "STRIPE_SECRET_KEY": "sk_test_sandbox",
            "STRIPE_WEBHOOK_SECRETS": f"{NEXT_WEBHOOK_SECRET},{WEBHOOK_SECRET}",
            "STRIPE_URL": f"{base}/stripe",
            "STRIPE_PAGE_ORIGINS": base,
        }

    def tells(self, api_url: str, secret: str = WEBHOOK_SECRET) -> None:
        """Events go to this house from now on, signed with this secret."""
        self.put("endpoint", {"url": f"{api_url}/webhooks/stripe", "secrets": [secret]})

    def put(self, what: str, body: Any) -> Any:
        """Change the simulator (`/sandbox/stripe/…`)."""
        return told(self.http.put(f"/sandbox/stripe/{what}", json=body))

    def post(self, what: str, body: Any) -> Any:
        """Do something at the simulator (`/sandbox/stripe/…`)."""
        return told(self.http.post(f"/sandbox/stripe/{what}", json=body))

    def objects(self, kind: str) -> list[dict[str, Any]]:
        """All objects of a kind, newest first."""
        return list(told(self.http.get(f"/sandbox/stripe/objects/{kind}")))

    def complaints(self) -> list[dict[str, Any]]:
        """Requests of ours that Stripe would have refused."""
        return list(told(self.http.get("/sandbox/stripe/complaints")))

    def pays(self, card: str = "ok") -> Any:
        """The payer pays on the newest page."""
        page = self.objects("checkout.session")[0]
        return self.post(f"pages/{page['id']}/pay", {"card": card})


def told(answer: httpx.Response) -> Any:
    """What a control route answered."""
    assert answer.is_success, answer.text
    return answer.json() if answer.content else None


@contextmanager
def stripe_beside() -> Iterator[StripeBeside]:
    """Serve it for the time of the block."""
    with served(lambda base: create_stripe_app(base, seed=7)) as (base, _):
        beside = StripeBeside(base)
        try:
            yield beside
        finally:
            beside.http.close()


@contextmanager
def served(make: Callable[[str], Litestar]) -> Iterator[tuple[str, Litestar]]:
    """Serve what is made for an address, in a thread of its own; gives the address and the application."""
    listener, base = free_socket()
    app = make(base)
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield base, app
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
