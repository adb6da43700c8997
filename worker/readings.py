"""What a check reads of the outside beside what it sets right, as facts for `tenancy.settle_check`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec

from connectors.gupshup.client import App, Gupshup, Health, UsageDay, Wallet
from connectors.outside import Context, Failure

_USAGE_DAYS = 4
"""How many days are read anew: what was sent is settled by then, late receipts included."""
_WABA_FACTS = ("waba_id", "display_name", "quality", "messaging_limit", "account_status")


class Told(msgspec.Struct):
    """The facts of one check, as they come."""

    facts: list[dict[str, Any]] = []
    usage: list[dict[str, Any]] = []
    """Days for `billing.note_usage`."""

    def fact(self, name: str, value: dict[str, Any]) -> None:
        """The outside said something."""
        self.facts.append({"fact": name, "value": value})

    def failed(self, name: str, failure: Failure) -> None:
        """The outside could not be asked, or refused to tell."""
        self.facts.append({"fact": name, "failure": said_of(failure)})

    @property
    def is_unbound(self) -> bool:
        """Does the portal not send us all of its events? Its repair binds them."""
        return any(told["fact"] == "events" and told.get("value", {}).get("missing") for told in self.facts)


def said_of(failure: Failure) -> dict[str, str]:
    """A failure as SQL takes it."""
    return {"code": failure.code, "policy": failure.policy, "message": failure.message}


async def read_number(
    gupshup: Gupshup, app: App, readings: Sequence[str], told: Told, *, about: Context
) -> None:
    """Make the readings that are due (`tenancy.reading`); what one does not tell costs no other."""
    if "app" in readings:
        business = await gupshup.business(app, about=about)
        if isinstance(business, Failure):
            told.failed("app", business)
        else:
            told.fact("app", msgspec.structs.asdict(business))
    if "health" in readings:
        _tell_health(await gupshup.health(app, about=about), told)
    if "wallet" in readings:
        _tell_wallet(await gupshup.wallet(app, about=about), told)
    if "waba" in readings:
        await _read_waba(gupshup, app, told, about)
    if "usage" in readings:
        today = datetime.now(UTC).date()
        since, until = today - timedelta(days=_USAGE_DAYS), today - timedelta(days=1)
        _tell_usage(await gupshup.usage(app, since, until, about=about), until, told)


def _tell_usage(days: list[UsageDay] | Failure, until: date, told: Told) -> None:
    if isinstance(days, Failure):
        told.failed("usage", days)
        return
    told.fact("usage", {"until": until.isoformat()})
    told.usage = [msgspec.to_builtins(day, str_keys=True) for day in days]


def _tell_health(health: Health | Failure, told: Told) -> None:
    if isinstance(health, Failure):
        told.failed("health", health)
    else:
        told.fact("health", {"healthy": health.healthy})


def _tell_wallet(wallet: Wallet | Failure, told: Told) -> None:
    if isinstance(wallet, Failure):
        told.failed("wallet", wallet)
    else:
        told.fact("wallet", {"amount": f"{wallet.amount:f}", "currency": wallet.currency})


async def _read_waba(gupshup: Gupshup, app: App, told: Told, about: Context) -> None:
    waba = await gupshup.waba(app, about=about)
    if isinstance(waba, Failure):
        for name in _WABA_FACTS:
            told.failed(name, waba)
        return
    for name in ("waba_id", "display_name", "quality", "messaging_limit"):
        told.fact(name, {"text": getattr(waba, name)})
    names = ("account", "number", "can_send", "error")
    status = {name: value for name in names if (value := getattr(waba, name)) is not None}
    told.fact("account_status", status)
