"""Plans and the subscriptions of channels: what a channel may do and what it pays for that, by period.

Every amount is a whole number of millionths of a unit of its currency: 25 USD are 25000000.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from api.problems import Refused
from api.services import Services
from runtime.bearer import Holder

Every = Literal["month", "year"]
Step = Literal["change", "cancel", "keep", "pause", "resume", "restart"]
PlanCode = Annotated[str, msgspec.Meta(max_length=40)]


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A plan that may be chosen. `price` per `every`, in millionths of `currency`."""

    code: str
    version: int
    names: dict[str, str]
    """By language: es, en, pt."""
    price: int
    currency: str
    every: Every
    included_messages: int
    """So many messages of `included_categories` cost nothing in each period."""
    included_categories: list[str]
    features: dict[str, bool]
    trial_days: int
    grace_days: int
    """How long the channel works on when the balance does not cover a renewal."""
    is_default: bool


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """A channel's subscription. `price` per `every`, in millionths of `currency`; instants are UTC."""

    channel_id: UUID
    name: str
    """The channel's name."""
    phone: str
    plan: str
    version: int
    names: dict[str, str]
    """The plan's name by language: es, en, pt."""
    price: int
    currency: str
    every: Every
    features: dict[str, bool]
    state: Literal["trialing", "active", "grace", "suspended", "paused", "cancelled"]
    state_reason: str | None
    next_action: Literal["choose_plan", "none", "top_up", "resume", "restart"]
    who_acts: Literal["nobody", "administrator", "provider"]
    period_starts_at: datetime
    period_ends_at: datetime
    trial_ends_at: datetime | None
    renews_at: datetime | None
    """When the next period is charged; null where none is: cancelled, paused, not paid."""
    grace_until: datetime | None
    cancels_at_end: bool
    next_plan: str | None
    """The plan that counts from the next period on."""
    included_messages: int
    included_used: int
    may: list[Step]
    """What the caller may do with it now: `POST /subscriptions/{channel_id}/<step>`."""


class PlanChoice(msgspec.Struct, frozen=True, kw_only=True):
    """A plan by its code (`GET /plans`)."""

    plan: PlanCode


class PlanWish(msgspec.Struct, frozen=True, kw_only=True):
    """A plan by its code; without one, the plan that the channel had."""

    plan: PlanCode | None = None


class PlanPreview(msgspec.Struct, frozen=True, kw_only=True):
    """What a change of plan would do now. Amounts in millionths of `currency`."""

    code: str
    version: int
    price: int
    every: Every
    takes_effect_at: datetime
    amount: int
    """What is paid at once: the difference for the rest of the period."""
    currency: str
    period_ends_at: datetime


class PlanChanged(msgspec.Struct, frozen=True, kw_only=True):
    """A change of plan as it was done; `amount`, in millionths of `currency`, was paid at once."""

    takes_effect_at: datetime
    amount: int
    currency: str


@get("/plans", operation_id="ListPlans", tags=["subscriptions"])
async def list_plans(services: NamedDependency[Services], holder: NamedDependency[Holder]) -> list[Plan]:
    """The plans that this portal may choose, the cheapest first.

    Prices are whole millionths of `currency`. Needs `billing.view`.
    """
    return [Plan(**row) for row in await services.database.call("billing.offered_plans", _by(holder))]


@get("/subscriptions", operation_id="ListSubscriptions", tags=["subscriptions"])
async def list_subscriptions(
    services: NamedDependency[Services], holder: NamedDependency[Holder]
) -> list[Subscription]:
    """The subscription of each channel: plan, state, period, and what the caller may do with it.

    Prices are whole millionths of `currency`. Needs `billing.view`.
    """
    rows = await services.database.call("billing.subscriptions", _by(holder))
    return [Subscription(**row) for row in rows]


@post(
    "/subscriptions/{channel_id:uuid}/preview",
    status_code=200,
    operation_id="PreviewPlan",
    tags=["subscriptions"],
)
async def preview_plan(
    channel_id: FromPath[UUID],
    data: JSONBody[PlanChoice],
    services: NamedDependency[Services],
    holder: NamedDependency[Holder],
) -> PlanPreview:
    """What another plan would cost now and when it would count; changes nothing.

    Amounts are whole millionths of `currency`. Needs `billing.view`.
    """
    arguments = {**_by(holder), "p_channel_id": channel_id, "p_plan": data.plan}
    (row,) = await services.database.call("billing.preview_plan", arguments)
    return PlanPreview(**row)


@post(
    "/subscriptions/{channel_id:uuid}/change",
    status_code=200,
    operation_id="ChangePlan",
    tags=["subscriptions"],
)
async def change_plan(
    channel_id: FromPath[UUID],
    data: JSONBody[PlanChoice],
    services: NamedDependency[Services],
    holder: NamedDependency[Holder],
) -> PlanChanged:
    """Change a channel's plan: up now, paid for the rest of the period; down at the period's end.

    Amounts are whole millionths of `currency`. Needs `billing.manage`. 402 where the balance is too small.
    """
    arguments = {**_of(channel_id, holder), "p_plan": data.plan}
    (row,) = await services.database.call("billing.change_plan", arguments)
    services.alarm.ring()
    return PlanChanged(**row)


@post(
    "/subscriptions/{channel_id:uuid}/cancel",
    status_code=200,
    operation_id="CancelSubscription",
    tags=["subscriptions"],
)
async def cancel_subscription(
    channel_id: FromPath[UUID], services: NamedDependency[Services], holder: NamedDependency[Holder]
) -> Subscription:
    """Cancel at the end of what is paid for; what is not paid for ends at once. Needs `billing.manage`."""
    return await _after("billing.cancel_subscription", channel_id, services, holder)


@post(
    "/subscriptions/{channel_id:uuid}/keep",
    status_code=200,
    operation_id="KeepSubscription",
    tags=["subscriptions"],
)
async def keep_subscription(
    channel_id: FromPath[UUID], services: NamedDependency[Services], holder: NamedDependency[Holder]
) -> Subscription:
    """Take back a cancellation that does not count yet. Needs `billing.manage`."""
    return await _after("billing.keep_subscription", channel_id, services, holder)


@post(
    "/subscriptions/{channel_id:uuid}/pause",
    status_code=200,
    operation_id="PauseSubscription",
    tags=["subscriptions"],
)
async def pause_subscription(
    channel_id: FromPath[UUID], services: NamedDependency[Services], holder: NamedDependency[Holder]
) -> Subscription:
    """Pause a paid subscription: the channel keeps what arrives; the period's rest is kept.

    Needs `billing.manage`.
    """
    return await _after("billing.pause_subscription", channel_id, services, holder)


@post(
    "/subscriptions/{channel_id:uuid}/resume",
    status_code=200,
    operation_id="ResumeSubscription",
    tags=["subscriptions"],
)
async def resume_subscription(
    channel_id: FromPath[UUID], services: NamedDependency[Services], holder: NamedDependency[Holder]
) -> Subscription:
    """Let a paused subscription go on with the rest of its period. Needs `billing.manage`."""
    return await _after("billing.resume_subscription", channel_id, services, holder)


@post(
    "/subscriptions/{channel_id:uuid}/restart",
    status_code=200,
    operation_id="RestartSubscription",
    tags=["subscriptions"],
)
async def restart_subscription(
    channel_id: FromPath[UUID],
    data: JSONBody[PlanWish],
    services: NamedDependency[Services],
    holder: NamedDependency[Holder],
) -> Subscription:
    """Begin a cancelled subscription anew, paid now. Needs `billing.manage`. 402 without enough balance."""
    return await _after("billing.restart_subscription", channel_id, services, holder, p_plan=data.plan)


async def _after(
    function: str, channel_id: UUID, services: Services, holder: Holder, **more: Any
) -> Subscription:
    """Do it, and show how the subscription stands."""
    await services.database.call(function, {**_of(channel_id, holder), **more})
    services.alarm.ring()
    arguments = {**_by(holder), "p_channel_id": channel_id}
    row = await services.database.call_one("billing.subscriptions", arguments)
    if row is None:
        raise Refused(404, "unknown_channel", "There is no such channel.", "Look in the list of channels.")
    return Subscription(**row)


def _by(holder: Holder) -> dict[str, Any]:
    return {"p_portal_id": holder.portal_id, "p_user_id": holder.user_id}


def _of(channel_id: UUID, holder: Holder) -> dict[str, Any]:
    return {"p_portal_id": holder.portal_id, "p_actor": holder.user_id, "p_channel_id": channel_id}
