"""The payment providers of the demo: the simulated Stripe and PayPal beside the other parties.

What signs their webhooks is made once and kept in the demo's directory, so that it outlives a restart.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import httpx
import msgspec

from sandbox.paypal.signing import Keys, new_keys

_WEBHOOK_ID: Final = "8PT597110X687430L"
_CLIENT_ID: Final = "demo-merchant"


def paypal_keys(home: Path) -> Path:
    """The file of the keys that the simulated PayPal signs with; made where it is missing or no keys."""
    path = home / "paypal-keys.json"
    try:
        keys = msgspec.json.decode(path.read_bytes(), type=Keys)
    except (OSError, msgspec.MsgspecError):
        keys = new_keys()
        path.touch(mode=0o600)
        path.write_bytes(msgspec.json.encode(keys))
    _authority(home).write_text(keys.authority)
    return path


def payment_settings(sandbox_url: str, secret: str, home: Path) -> dict[str, str]:
    """The variables of the API and the worker; `secret` is the demo's own. PAYPAL_TRANSPORT is inherited."""
    return {
        "STRIPE_SECRET_KEY": "sk_test_sandbox",
        "STRIPE_WEBHOOK_SECRETS": _webhook_secret(secret),
        "STRIPE_URL": f"{sandbox_url}/stripe",
        "STRIPE_PAGE_ORIGINS": sandbox_url,
        "PAYPAL_CLIENT_ID": _CLIENT_ID,
        "PAYPAL_CLIENT_SECRET": secret,
        "PAYPAL_WEBHOOK_IDS": _WEBHOOK_ID,
        "PAYPAL_URL": f"{sandbox_url}/paypal",
        "PAYPAL_AUTHORITY": str(_authority(home)),
    }


def connect_providers(sandbox_url: str, api_url: str, secret: str) -> None:
    """Tell both where our webhooks are. Raises httpx.HTTPError."""
    stripe = {"url": f"{api_url}/webhooks/stripe", "secrets": [_webhook_secret(secret)]}
    paypal = {"url": f"{api_url}/webhooks/paypal"}
    with httpx.Client(base_url=sandbox_url, trust_env=False) as sandbox:
        sandbox.put("/sandbox/stripe/endpoint", json=stripe).raise_for_status()
        sandbox.put(f"/sandbox/paypal/webhooks/{_WEBHOOK_ID}", json=paypal).raise_for_status()


def _authority(home: Path) -> Path:
    return home / "paypal-authority.pem"


def _webhook_secret(secret: str) -> str:
    """With what the simulated Stripe signs its events for us."""
    return f"whsec_{secret.strip('=')}"
