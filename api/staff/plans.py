"""Plans in all their versions: publish a new one, offer one no longer. Prices in millionths of `currency`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, UnsetType

from api.services import Services
from api.staff.customers import CurrencyCode
from api.staff.guard import Staff
from api.v1.balance import Category
from api.v1.subscriptions import Every

Code = Annotated[str, msgspec.Meta(max_length=40)]
"""Lower case, digits and underscores, a letter first."""
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
Units = Annotated[str, msgspec.Meta(max_length=20)]
"""An amount in units of its currency, at most six decimals: `19.90`."""


class PlanVersion(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a plan. `price` per `every`, in millionths of `currency`."""

    plan_id: UUID
    code: str
    version: int
    names: dict[str, str]
    """By language: es, en, pt."""
    price: int
    currency: str
    every: Every
    included_messages: int
    included_categories: list[Category]
    features: dict[str, bool]
    trial_days: int
    grace_days: int
    tariff: str
    """Whose rate cards count for channels with this plan."""
    is_default: bool
    """Channels that chose none get it."""
    is_offered: bool
    """New channels may choose it; older versions are kept by those who have them."""
    withdrawn_at: datetime | None
    created_by: str
    created_at: datetime
    channels: int
    """How many have this version."""


class PlanNames(msgspec.Struct, frozen=True, kw_only=True):
    """What customers read, by language."""

    es: Name
    en: Name
    pt: Name


class PlanOrder(msgspec.Struct, frozen=True, kw_only=True):
    """A plan as it is offered from now on. `price` in units of `currency`: `19.90`."""

    code: Code
    names: PlanNames
    price: Units
    currency: CurrencyCode
    every: Every
    features: dict[str, bool]
    """What is included; `send` must be named."""
    included_messages: Annotated[int, msgspec.Meta(ge=0, le=999_999_999)] = 0
    included_categories: list[Category]
    trial_days: Annotated[int, msgspec.Meta(ge=0, le=365)] = 0
    grace_days: Annotated[int, msgspec.Meta(ge=0, le=27)] = 0
    tariff: Code = "default"
    is_default: bool | UnsetType = UNSET
    """Left out: as its version before."""


@get("/plans", operation_id="ListPlanVersions", tags=["plans"], opt={"permission": "customers.view"})
async def list_plan_versions(services: NamedDependency[Services]) -> list[PlanVersion]:
    """All plans in all their versions, the newest of each first, with how many channels have each.

    Prices are whole millionths of `currency`. Needs `customers.view`.
    """
    return await _versions(services)


@post(
    "/plans",
    status_code=200,
    operation_id="PublishPlan",
    tags=["plans"],
    opt={"permission": "plans.manage"},
)
async def publish_plan(
    data: JSONBody[PlanOrder], services: NamedDependency[Services], staff: NamedDependency[Staff]
) -> list[PlanVersion]:
    """Publish a plan, or a new version of one; who has an older version keeps it. All plans afterwards.

    400 names the field that is wrong. Needs `plans.manage`.
    """
    arguments = {"p_actor": staff.staff_id, "p_facts": msgspec.to_builtins(data)}
    await services.database.call("billing.publish_plan", arguments)
    return await _versions(services)


@post(
    "/plans/{code:str}/withdraw",
    status_code=200,
    operation_id="WithdrawPlan",
    tags=["plans"],
    opt={"permission": "plans.manage"},
)
async def withdraw_plan(
    services: NamedDependency[Services], staff: NamedDependency[Staff], code: FromPath[str]
) -> list[PlanVersion]:
    """Offer a plan no longer; who has it keeps it. All plans afterwards.

    409 `default_plan` for the one that channels get which chose none. Needs `plans.manage`.
    """
    await services.database.call("billing.withdraw_plan", {"p_actor": staff.staff_id, "p_code": code})
    return await _versions(services)


async def _versions(services: Services) -> list[PlanVersion]:
    return [msgspec.convert(row, PlanVersion) for row in await services.database.call("billing.plans")]
