"""The simulated PayPal on a port of its own beside the running house: what its payers do, and its faults."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from sandbox.faults import FaultSettings, PartyFaults
from sandbox.paypal.app import create_paypal_app
from sandbox.paypal.party import PayPalSandbox
from tests.system.stripe_beside import served, told

WEBHOOK_ID, NEXT_WEBHOOK_ID = "8PT597110X687430L", "5GP028458E2496506"
CLIENT_ID, CLIENT_SECRET = "AfClientId0001", "EsecretOfTheApplication0001"


class PayPalBeside:
    """`settings` are the house's variables for this PayPal."""

    def __init__(self, base: str, party: PayPalSandbox, authority: Path) -> None:
        self.base = base
        self.http = httpx.Client(base_url=base, timeout=30, trust_env=False)
        self._party = party
        authority.write_bytes(party.authority_pem)
        self.settings = {
            "PAYPAL_CLIENT_ID": CLIENT_ID,
            "PAYPAL_CLIENT_SECRET": CLIENT_SECRET,
            "PAYPAL_WEBHOOK_IDS": f"{NEXT_WEBHOOK_ID},{WEBHOOK_ID}",
            "PAYPAL_URL": f"{base}/paypal",
            "PAYPAL_AUTHORITY": str(authority),
        }

    def tells(self, api_url: str, webhook_id: str = WEBHOOK_ID) -> None:
        """Events go to this house from now on, signed for this webhook."""
        self.put(f"webhooks/{webhook_id}", {"url": f"{api_url}/webhooks/paypal"})

    def put(self, what: str, body: Any) -> Any:
        """Change the simulator (`/sandbox/paypal/…`)."""
        return told(self.http.put(f"/sandbox/paypal/{what}", json=body))

    def post(self, what: str, body: Any = None) -> Any:
        """Do something at the simulator (`/sandbox/paypal/…`)."""
        return told(self.http.post(f"/sandbox/paypal/{what}", json=body))

    def known(self, what: str) -> list[dict[str, Any]]:
        """All of a kind (`orders`, `captures`, `events`, `complaints` …), newest first."""
        found = told(self.http.get("/sandbox/paypal"))[what]
        return list(reversed(found.values() if isinstance(found, dict) else found))

    def pays(self, persona: str = "ok") -> str:
        """The payer approves the newest order and closes the tab; its id."""
        order = self.known("orders")[0]["id"]
        self.post(f"orders/{order}/approve", {"persona": persona})
        return str(order)

    def silent(self, is_silent: bool = True) -> None:
        """No event is sent from now on, or they are again."""
        self.put("knobs", {"webhooks": "hold" if is_silent else "send"})

    def takes(self, milliseconds: int) -> None:
        """Every call waits so long before it has any effect."""
        slow = PartyFaults(delay_ms=(milliseconds, milliseconds))
        self._party.faults.put(FaultSettings(paypal=slow))


@contextmanager
def paypal_beside(home: Path) -> Iterator[PayPalBeside]:
    """Serve it for the time of the block; its authority's certificate is written into `home`."""

    def make(base: str) -> Any:
        return create_paypal_app(base, client_id=CLIENT_ID, client_secret=CLIENT_SECRET, seed=7)

    with served(make) as (base, app):
        beside = PayPalBeside(base, app.state.paypal, home / "paypal-authority.pem")
        try:
            yield beside
        finally:
            beside.http.close()
