"""Where a payment or a dispute stands on a provider's own pages, for the staff who must act there.

Evidence for a dispute is given on those pages: the provider asks for files and has its own forms.
"""

from __future__ import annotations

from typing import Final

_PAGES: Final = {
    "https://api.stripe.com": "https://dashboard.stripe.com",
    "https://api-m.paypal.com": "https://www.paypal.com",
    "https://api-m.sandbox.paypal.com": "https://www.sandbox.paypal.com",
}


def pages_of(api_url: str) -> str:
    """Where the people's pages are of the API at `api_url`; a simulator has them below its own address."""
    url = api_url.rstrip("/")
    return _PAGES.get(url, f"{url}/dashboard")


def payment_page(provider: str, pages: str, money_object: str, *, livemode: bool) -> str:
    """Stripe: `pi_…`; PayPal: the id of a capture or sale."""
    if provider == "stripe":
        return f"{pages}/{'' if livemode else 'test/'}payments/{money_object}"
    return f"{pages}/activity/payment/{money_object}"


def dispute_page(provider: str, pages: str, dispute: str, *, livemode: bool) -> str:
    """Where evidence is given: Stripe `dp_…` or `du_…`; PayPal `PP-R-…`."""
    if provider == "stripe":
        return f"{pages}/{'' if livemode else 'test/'}disputes/{dispute}"
    return f"{pages}/resolutioncenter/view/{dispute}"
