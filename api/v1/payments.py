"""Money in: what may be topped up, payments with Stripe and PayPal, saved cards, and recharges by themselves.

Every amount is a whole number of millionths of a unit of its currency: 25 USD are 25000000.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import Request, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from adapters.paying import Order
from api.services import Services
from runtime.bearer import Holder

ProviderName = Literal["stripe", "paypal"]
State = Literal[
    "created", "redirected", "processing", "unknown", "succeeded", "failed", "cancelled", "expired"
]
Amount = Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000_000_000)]


class TopupOffer(msgspec.Struct, frozen=True, kw_only=True):
    """A provider that takes the wallet's currency, and the amounts it takes. Millionths of `currency`."""

    provider: ProviderName
    currency: str
    minimum: int
    maximum: int
    grain: int
    """Amounts are multiples of it: the provider cannot express others."""
    choices: list[int]
    bonus_from: int | None
    """From this amount on `bonus_percent` of it are added."""
    bonus_percent: str
    capabilities: list[str]


class PaymentOrder(msgspec.Struct, frozen=True, kw_only=True):
    """A payment to be opened. `amount` in millionths of `currency`, net of tax; none for `method`."""

    provider: ProviderName
    kind: Literal["topup", "scheduled", "method"] = "topup"
    """Once; every `every`; or only a card to be saved."""
    amount: Amount = 0
    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")]
    key: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    """The caller's own id of the order: again the same is the same payment."""
    every: Literal["week", "month", "year"] | None = None
    channel_id: UUID | None = None
    """Of `scheduled`: the channel whose subscription is renewed by it, if any."""


class PaymentStanding(msgspec.Struct, frozen=True, kw_only=True):
    """How a payment stands. Amounts in millionths of `currency`."""

    payment_id: UUID
    provider: ProviderName
    kind: Literal["topup", "scheduled", "method", "recharge"]
    amount: int
    currency: str
    state: State
    state_reason: str | None
    is_open: bool
    captured: int
    """What the payer paid, `tax` included."""
    tax: int
    bonus: int
    refunded: int
    disputed: int
    paid_at: datetime | None
    url: str | None
    """The provider's page, for a top-level window, while it is open."""
    url_expires_at: datetime | None
    receipt_id: UUID | None


class Payment(PaymentStanding, frozen=True, kw_only=True):
    """A payment in the list."""

    every: Literal["week", "month", "year"] | None
    actor: str
    method_label: str | None
    receipt_name: str | None
    opened_at: datetime
    changed_at: datetime


class Method(msgspec.Struct, frozen=True, kw_only=True):
    """A saved card, as a person recognises it. No card data is here or anywhere in our house."""

    method_id: UUID
    provider: ProviderName
    label: str
    expires: str | None
    """`2030-12`."""
    is_recharged: bool
    saved_at: datetime


class Schedule(msgspec.Struct, frozen=True, kw_only=True):
    """A top-up that repeats by itself. `amount`: millionths of `currency` each time, net of tax."""

    payment_id: UUID
    """Of the order; it is the id of the schedule."""
    provider: ProviderName
    amount: int
    currency: str
    every: Literal["week", "month", "year"]
    state: Literal["pending", "active", "past_due", "paused", "cancelled"]
    channel_id: UUID | None
    """The channel whose subscription it renews."""
    paid_until: datetime | None
    is_ending: bool
    """Its end was asked for and is on its way to the provider."""
    failure: str | None
    """Why the provider does not take its end yet."""
    ordered_at: datetime
    last_paid_at: datetime | None


class RechargeOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """When to recharge by itself; turned off, the rest may be left out. Amounts in millionths."""

    is_on: bool
    threshold: Amount | None = None
    """Recharge when what is available falls below it."""
    amount: Amount | None = None
    """So much each time; or `target`."""
    target: Amount | None = None
    """As much as is missing to it."""
    monthly_cap: Amount | None = None
    """Never more than that in a month, whatever happens."""
    method_id: UUID | None = None
    """A saved card; the newest unless told."""
    text_version: Annotated[str, msgspec.Meta(max_length=100)] = ""
    """Which text the person agreed to: the consent is kept with who gave it, when and from where."""


@get("/payments/offers", operation_id="ListTopupOffers", tags=["payments"])
async def list_offers(
    services: NamedDependency[Services], holder: NamedDependency[Holder]
) -> list[TopupOffer]:
    """With what and how much this portal may top up. Needs `billing.view`."""
    arguments = {**_by(holder), "p_providers": services.paying.names}
    rows = await services.database.call("billing.topup_offers", arguments)
    return [TopupOffer(**{**row, "bonus_percent": str(row["bonus_percent"])}) for row in rows]


@post("/payments", status_code=200, operation_id="OpenPayment", tags=["payments"])
async def open_payment(
    data: JSONBody[PaymentOrder], services: NamedDependency[Services], holder: NamedDependency[Holder]
) -> PaymentStanding:
    """Open a payment; `url` is the provider's page. Needs `billing.topup`.

    Amounts are millionths of `currency`. The same `key` again is the same payment. 422 names the limits of an
    amount that cannot be paid; a payment that failed at once says why in `state_reason`.
    """
    order = msgspec.convert(msgspec.to_builtins(data), Order)
    return PaymentStanding(**await services.paying.open(holder.portal_id, holder.user_id, order))


@get("/payments", operation_id="ListPayments", tags=["payments"])
async def list_payments(
    services: NamedDependency[Services],
    holder: NamedDependency[Holder],
    before: FromQuery[UUID | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=200)] = 50,
) -> list[Payment]:
    """Payments, newest first; `before` is the `payment_id` of the last one seen. Needs `billing.view`."""
    arguments = {**_by(holder), "p_before": before, "p_limit": limit}
    return [Payment(**row) for row in await services.database.call("billing.payments", arguments)]


@get("/payments/{payment_id:uuid}", operation_id="GetPayment", tags=["payments"])
async def get_payment(
    payment_id: FromPath[UUID], services: NamedDependency[Services], holder: NamedDependency[Holder]
) -> PaymentStanding:
    """How one payment stands: what the page asks that waits for it. Needs `billing.view`."""
    arguments = {**_by(holder), "p_payment_id": payment_id}
    (row,) = await services.database.call("billing.payment", arguments)
    return PaymentStanding(**row)


@get("/payments/methods", operation_id="ListMethods", tags=["payments"])
async def list_methods(services: NamedDependency[Services], holder: NamedDependency[Holder]) -> list[Method]:
    """The saved cards that can be used. Needs `billing.view`."""
    return [Method(**row) for row in await services.database.call("billing.methods", _by(holder))]


@delete("/payments/methods/{method_id:uuid}", operation_id="RemoveMethod", tags=["payments"])
async def remove_method(
    method_id: FromPath[UUID], services: NamedDependency[Services], holder: NamedDependency[Holder]
) -> None:
    """Use a saved card no more. Needs `billing.topup`."""
    await services.database.call("billing.remove_method", {**_by(holder), "p_method_id": method_id})


@get("/payments/schedules", operation_id="ListSchedules", tags=["payments"])
async def list_schedules(
    services: NamedDependency[Services], holder: NamedDependency[Holder]
) -> list[Schedule]:
    """The top-ups that repeat by themselves; one is ordered with `OpenPayment`. Needs `billing.view`."""
    rows = await services.database.call("billing.schedules", _by(holder))
    return [Schedule(**row) for row in rows]


@delete("/payments/schedules/{payment_id:uuid}", operation_id="CancelSchedule", tags=["payments"])
async def cancel_schedule(
    payment_id: FromPath[UUID], services: NamedDependency[Services], holder: NamedDependency[Holder]
) -> None:
    """End a top-up that repeats; what was paid stays in the balance. Needs `billing.topup`."""
    await services.database.call("billing.cancel_schedule", {**_by(holder), "p_payment_id": payment_id})


@put("/payments/recharge", status_code=204, operation_id="SetRecharge", tags=["payments"])
async def set_recharge(
    data: JSONBody[RechargeOrder],
    request: Request[Any, Any, Any],
    services: NamedDependency[Services],
    holder: NamedDependency[Holder],
) -> None:
    """Order recharges of the balance by a saved card, change the order, or turn it off.

    Amounts are millionths of the wallet's currency. Needs `billing.topup`. 422 where the card's provider
    cannot charge so little.
    """
    rule = msgspec.to_builtins(data)
    address = request.client.host if request.client else None
    rule["consent"] = {"text_version": rule.pop("text_version", ""), "ip": address}
    await services.database.call(
        "billing.set_recharge", {**_by(holder), "p_rule": {**rule, "is_on": data.is_on}}
    )


def _by(holder: Holder) -> dict[str, Any]:
    return {"p_portal_id": holder.portal_id, "p_user_id": holder.user_id}
