"""The wallet: what is available and how long it lasts, spending caps, alerts, and what messages would cost.

Every amount is a whole number of millionths of a unit of its currency: 25 USD are 25000000.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, cast
from uuid import UUID

import msgspec
from litestar import get, put
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody, QueryParameter

from adapters.explanations import Explanation, explain
from api.services import Services
from connectors.bitrix24.texts import Language
from runtime.bearer import Holder

Category = Literal["service", "utility", "authentication", "marketing", "marketing_lite"]
Scope = Literal["portal", "channel", "user", "robot"]
Period = Literal["day", "month"]
Amount = Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000_000_000)]
"""Millionths of a currency unit, at most a milliard units."""


class Cap(msgspec.Struct, frozen=True, kw_only=True):
    """A spending cap with what is spent (held and captured) in its running period. Amounts in millionths."""

    scope: Scope
    scope_id: str
    """The channel, the user or the robot; `*` for robots without a cap of their own, empty for the portal."""
    period: Period
    begins: str
    """The first day of the running period in the portal's time zone (YYYY-MM-DD)."""
    soft: int | None
    """Above it people are told, and messages go on."""
    hard: int | None
    """What would go above it is refused (402 `cap`)."""
    spent: int


class CapOrder(msgspec.Struct, frozen=True, kw_only=True):
    """One cap as it shall be; without both amounts it is removed. Millionths of the wallet's currency."""

    scope: Scope
    period: Period
    scope_id: Annotated[str, msgspec.Meta(max_length=100)] = ""
    soft: Amount | None = None
    hard: Amount | None = None


class Alerts(msgspec.Struct, frozen=True, kw_only=True):
    """The balances, less what is held, below which the portal's people are told once. Millionths."""

    thresholds: Annotated[list[Amount], msgspec.Meta(max_length=10)]


class ToldAlert(msgspec.Struct, frozen=True, kw_only=True):
    """When people were last told that the balance fell below this. Millionths."""

    threshold: int
    at: datetime


class Decline(msgspec.Struct, frozen=True, kw_only=True):
    """A payment of the saved card that was declined. `amount` in millionths of the wallet's currency."""

    at: datetime
    amount: int
    code: str | None
    """The provider's word for why: `insufficient_funds`."""


class Reserved(msgspec.Struct, frozen=True, kw_only=True):
    """What repeating top-ups keep for the next period of a channel. Millionths of the wallet's currency."""

    channel_id: UUID
    amount: int


class Recharge(msgspec.Struct, frozen=True, kw_only=True):
    """The order to recharge the balance by itself. Amounts in millionths of the wallet's currency."""

    is_on: bool
    threshold: int
    amount: int | None
    """How much each time, or"""
    target: int | None
    """up to what."""
    monthly_cap: int
    used: int
    """How much of the month's cap is used, what is still being paid included."""
    failures: int
    """How often in a row the payment was declined."""
    not_before: datetime | None
    """After a decline: when it is tried again."""
    declined: Decline | None
    """The last decline, until a payment succeeds."""


class Balance(msgspec.Struct, frozen=True, kw_only=True):
    """The wallet at a glance. Amounts in millionths of `currency`; available = balance - held + overdraft."""

    state: Literal["none", "open", "frozen"]
    """`none`: there is no wallet yet and messages cost nothing; `frozen`: it receives and spends nothing."""
    state_reason: str | None
    currency: str | None
    balance: int
    held: int
    """Reserved for messages that are on their way, and for the next periods of channels (`reserved`)."""
    reserved: list[Reserved]
    """The part of `held` that repeating top-ups paid for channels: it pays their renewals, nothing else."""
    overdraft_limit: int
    available: int
    owed: int
    """What could not be paid and is taken from the next payment."""
    per_day: int
    """What a day costs: the mean of the last seven full days."""
    days_left: float | None
    runs_out_at: datetime | None
    """When the balance ends if days go on like that; null: nothing is spent."""
    alerts: Alerts
    told: list[ToldAlert]
    """Which of the alerts people were told of; the same one again after 24 h at the earliest."""
    caps: list[Cap]
    recharge: Recharge | None


_NO_WALLET = Balance(
    state="none",
    state_reason=None,
    currency=None,
    balance=0,
    held=0,
    reserved=[],
    overdraft_limit=0,
    available=0,
    owed=0,
    per_day=0,
    days_left=None,
    runs_out_at=None,
    alerts=Alerts(thresholds=[]),
    told=[],
    caps=[],
    recharge=None,
)


class Consumption(msgspec.Struct, frozen=True, kw_only=True):
    """What the messages of one day, channel and category cost. `amount`: millionths of `currency`."""

    day: str
    """In the portal's time zone (YYYY-MM-DD)."""
    channel_id: UUID
    category: Category
    currency: str
    messages: int
    amount: int


class Quote(msgspec.Struct, frozen=True, kw_only=True):
    """What messages would cost now. Amounts in millionths of `currency`."""

    category: Category
    country: str | None
    """ISO 3166 alpha-2; null: anywhere else."""
    count: int
    free: int
    """How many of them an allowance covers."""
    price: int | None
    """Of each other one; null where the tariff names none."""
    amount: int | None
    """Of all together."""
    currency: str | None
    moment: Literal["submitted", "sent", "delivered"] | None
    """What a message must have reached before it is paid."""
    reason: str | None
    explanation: Explanation | None
    """Why there is no price."""


@get("/balance", operation_id="GetBalance", tags=["balance"])
async def get_balance(services: NamedDependency[Services], holder: NamedDependency[Holder]) -> Balance:
    """What is available, held and owed, how long it lasts, caps, alerts, and the order to recharge.

    Amounts are whole millionths of `currency`. Needs `billing.view`.
    """
    row = await services.database.call_one("billing.overview", _by(holder))
    if row is None:
        return _NO_WALLET
    alerts = Alerts(thresholds=row.pop("thresholds"))
    days_left = row.pop("days_left")
    facts = {**row, "days_left": None if days_left is None else float(days_left)}
    return msgspec.convert({**facts, "alerts": alerts, "caps": await _caps(services, holder)}, Balance)


@put("/caps", status_code=200, operation_id="SetCap", tags=["balance"])
async def set_cap(
    data: JSONBody[CapOrder], services: NamedDependency[Services], holder: NamedDependency[Holder]
) -> list[Cap]:
    """Set, change or (without both amounts) remove a spending cap; all caps as they stand then.

    Amounts are whole millionths of the wallet's currency. Needs `billing.caps`.
    """
    arguments = {f"p_{name}": value for name, value in msgspec.to_builtins(data).items()}
    await services.database.call("billing.set_cap", {**_by(holder), **arguments})
    return await _caps(services, holder)


@put("/alerts", status_code=200, operation_id="SetAlerts", tags=["balance"])
async def set_alerts(
    data: JSONBody[Alerts], services: NamedDependency[Services], holder: NamedDependency[Holder]
) -> Alerts:
    """Set the balances below which people are told; one that stays is not told again.

    Amounts are whole millionths of the wallet's currency. Needs `billing.caps`.
    """
    await services.database.call("billing.set_thresholds", {**_by(holder), "p_amounts": data.thresholds})
    return Alerts(thresholds=sorted(set(data.thresholds), reverse=True))


@get("/consumption", operation_id="GetConsumption", tags=["balance"])
async def get_consumption(
    services: NamedDependency[Services],
    holder: NamedDependency[Holder],
    since: Annotated[datetime, QueryParameter(name="from")],
    until: Annotated[datetime, QueryParameter(name="to")],
) -> list[Consumption]:
    """What messages cost by day, channel and category: how many, and how much is held or captured.

    `from`, `to`: when the messages were written, at most 400 days. Amounts are whole millionths of
    `currency`. Needs `billing.view`.
    """
    rows = await services.database.call(
        "billing.consumption", {**_by(holder), "p_from": since, "p_to": until}
    )
    return [msgspec.convert({**row, "day": row["day"].isoformat()}, Consumption) for row in rows]


@get("/quote", operation_id="GetQuote", tags=["balance"])
async def get_quote(
    services: NamedDependency[Services],
    holder: NamedDependency[Holder],
    channel_id: FromQuery[UUID],
    category: FromQuery[Category] = "service",
    country: Annotated[str | None, QueryParameter(pattern="^[A-Z]{2}$")] = None,
    count: Annotated[int, QueryParameter(ge=1, le=1_000_000)] = 1,
) -> Quote:
    """What so many messages of a channel to a country (ISO 3166 alpha-2) would cost now; counts nothing.

    Amounts are whole millionths of `currency`. Needs `billing.view`, or `broadcast.create` on the channel.
    """
    line = {"category": category, "country": country, "count": count}
    (row,) = await services.database.call(
        "billing.quote", {**_by(holder), "p_channel_id": channel_id, "p_lines": [line]}
    )
    words = explain(row["reason"], language=cast("Language", holder.language)) if row["reason"] else None
    return msgspec.convert({**row, "explanation": words}, Quote)


async def _caps(services: Services, holder: Holder) -> list[Cap]:
    rows = await services.database.call("billing.caps", _by(holder))
    return [msgspec.convert({**row, "begins": row["begins"].isoformat()}, Cap) for row in rows]


def _by(holder: Holder) -> dict[str, Any]:
    return {"p_portal_id": holder.portal_id, "p_user_id": holder.user_id}
