"""The business of the demo: what the provider's staff set up, so that a balance goes down with each message.

A wallet with 25 USD, a paid plan beside the free one, and its prices. Only the demo's own number has that
plan: in a portal that a person adds by hand messages stay free, since nobody has given it a wallet.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

from cli.clicks import Administrator
from runtime.database import Database

_STAFF: Final = "demo"
_GIFT: Final = 25_000_000
"""Millionths of a USD."""
_PLAN: Final = "pro"
_FEATURES: Final = ("send", "templates", "broadcast", "robots", "api")
_PRICES: Final = {
    ("service", "*"): ("0.005", "0.003"),
    ("utility", "*"): ("0.02", "0.015"),
    ("authentication", "*"): ("0.02", "0.015"),
    ("marketing", "*"): ("0.06", "0.05"),
    ("marketing", "MX"): ("0.035", "0.0305"),
    ("marketing_lite", "*"): ("0.05", "0.04"),
}
"""Price and cost in USD by category and country."""


def set_up_business(url: str, administrator: Administrator, channel_id: str) -> None:
    """Set up once what of it is missing, as staff in the database at `url` and as the administrator.

    Whatever people change afterwards stays as they leave it. Raises `ClickFailed`, `SqlFailure`.
    """
    portal_id = administrator.api("GET", "/api/v1/portal")["portal_id"]
    offered = {plan["code"] for plan in administrator.api("GET", "/api/v1/plans")}
    is_untouched = asyncio.run(_as_staff(url, portal_id, channel_id, is_offered=_PLAN in offered))
    path = f"/api/v1/subscriptions/{channel_id}/change"
    if is_untouched and "change" in _subscription(administrator, channel_id)["may"]:
        administrator.api("POST", path, json={"plan": _PLAN})
    asked = {"channel_id": channel_id, "category": "service"}
    price = administrator.api("GET", "/api/v1/quote", params=asked)["price"]
    if price == 0 and _subscription(administrator, channel_id)["plan"] == _PLAN:
        asyncio.run(_publish_prices(url))


async def _as_staff(url: str, portal_id: str, channel_id: str, *, is_offered: bool) -> bool:
    """Open and fill the wallet, offer the plan; has nobody ever changed the channel's plan?"""
    async with Database(url, role="demo") as database:
        wallet = {"p_portal_id": portal_id, "p_currency": "USD", "p_actor": _STAFF}
        await database.call("billing.open_wallet", wallet)
        gift = {"p_portal_id": portal_id, "p_actor": _STAFF, "p_amount": _GIFT, "p_reason": "Demo"}
        await database.call("billing.adjust", {**gift, "p_key": "demo"})
        if not is_offered:
            await database.call("billing.publish_plan", {"p_actor": _STAFF, "p_facts": _plan()})
        asked = {"p_portal_id": portal_id, "p_user_id": "1", "p_channel_id": channel_id}
        history = await database.call("billing.subscription_history", asked)
    return not {"change", "change_later"} & {row["event"] for row in history}


async def _publish_prices(url: str) -> None:
    rows = [
        {
            "direction": "out",
            "category": category,
            "country": country,
            "price": price,
            "cost": cost,
            "moment": "sent",
        }
        for (category, country), (price, cost) in _PRICES.items()
    ]
    card = {"name": "Demo", "currency": "USD", "tariff": _PLAN}
    async with Database(url, role="demo") as database:
        (loaded,) = await database.call(
            "billing.load_rate_card", {"p_actor": _STAFF, "p_card": card, "p_rows": rows}
        )
        await database.call("billing.publish_rate_card", {"p_actor": _STAFF, "p_card_id": loaded["card_id"]})


def _plan() -> dict[str, Any]:
    return {
        "code": _PLAN,
        "names": {"es": "Profesional", "en": "Professional", "pt": "Profissional"},
        "price": "10",
        "currency": "USD",
        "every": "month",
        "features": dict.fromkeys(_FEATURES, True),
        "trial_days": 14,
        "grace_days": 5,
        "tariff": _PLAN,
    }


def _subscription(administrator: Administrator, channel_id: str) -> dict[str, Any]:
    found = administrator.api("GET", "/api/v1/subscriptions")
    return next(one for one in found if one["channel_id"] == channel_id)
