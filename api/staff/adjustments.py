"""Credits and debits by hand: one member of staff asks, above a limit a second one decides.

Which amounts need a second person, and who that may be, SQL decides (`billing.adjust`,
`billing.decide_adjustment`). Every amount is a whole number of millionths of a unit of its currency.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from api.services import Services
from api.staff.customers import PageLimit
from api.staff.guard import Staff
from api.staff.wallets import Reason

AdjustmentState = Literal["proposed", "posted", "rejected"]


class Adjustment(msgspec.Struct, frozen=True, kw_only=True):
    """A credit (`amount` > 0) or a debit of a portal's wallet, in millionths of `currency`."""

    adjustment_id: UUID
    portal_id: UUID
    domain: str
    customer_id: UUID
    trade_name: str
    amount: int
    currency: str
    reason: str
    state: AdjustmentState
    """`proposed`: it waits for a second person and has moved nothing."""
    proposed_by: str
    """The name of who asked."""
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    may: list[Literal["approve", "reject"]]
    """What the caller may do with it by the rule of four eyes; it needs `money.approve` besides."""


class AdjustmentPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page, newest first. `next`, where there is one, is the `before` of the next page."""

    items: list[Adjustment]
    next: UUID | None


class AdjustmentOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What to credit (`amount` > 0) or debit (`amount` < 0), in millionths of the wallet's currency."""

    portal_id: UUID
    amount: Annotated[int, msgspec.Meta(ge=-1_000_000_000_000_000, le=1_000_000_000_000_000)]
    reason: Reason
    key: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    """The order's own name: asked for twice under one key, it is done once."""


class AdjustmentOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of it: posted at once, or proposed to a second person; or what that one decided."""

    adjustment_id: UUID
    state: AdjustmentState


@get("/adjustments", operation_id="ListAdjustments", tags=["adjustments"], opt={"permission": "money.view"})
async def list_adjustments(
    services: NamedDependency[Services],
    staff: NamedDependency[Staff],
    standing: Annotated[AdjustmentState | None, QueryParameter(name="state")] = None,
    customer_id: FromQuery[UUID | None] = None,
    before: FromQuery[UUID | None] = None,
    limit: PageLimit = 50,
) -> AdjustmentPage:
    """Credits and debits by hand, newest first, with who asked and who decided.

    Amounts are whole millionths of `currency`. Needs `money.view`.
    """
    arguments = {
        "p_actor": staff.staff_id,
        "p_state": standing,
        "p_customer_id": customer_id,
        "p_before": before,
        "p_limit": limit,
    }
    rows = await services.database.call("billing.adjustments", arguments)
    return AdjustmentPage(
        items=[msgspec.convert(row, Adjustment) for row in rows],
        next=rows[-1]["adjustment_id"] if len(rows) == limit else None,
    )


@post(
    "/adjustments",
    status_code=200,
    operation_id="AskAdjustment",
    tags=["adjustments"],
    opt={"permission": "money.adjust"},
)
async def ask_adjustment(
    data: JSONBody[AdjustmentOrder], services: NamedDependency[Services], staff: NamedDependency[Staff]
) -> AdjustmentOutcome:
    """Credit or debit a wallet with a reason; above its currency's limit it waits for a second person.

    402 `balance` where a debit is more than there is. Needs `money.adjust`.
    """
    arguments = {
        "p_portal_id": data.portal_id,
        "p_actor": staff.staff_id,
        "p_amount": data.amount,
        "p_reason": data.reason,
        "p_key": data.key,
    }
    (row,) = await services.database.call("billing.adjust", arguments)
    return msgspec.convert(row, AdjustmentOutcome)


@post(
    "/portals/{portal_id:uuid}/adjustments/{adjustment_id:uuid}/approve",
    status_code=200,
    operation_id="ApproveAdjustment",
    tags=["adjustments"],
    opt={"permission": "money.approve"},
)
async def approve_adjustment(
    services: NamedDependency[Services],
    staff: NamedDependency[Staff],
    portal_id: FromPath[UUID],
    adjustment_id: FromPath[UUID],
) -> AdjustmentOutcome:
    """Approve what a colleague asked for; then it is booked. 403 `four_eyes` for one's own.

    Needs `money.approve`.
    """
    return await _decide(services, staff, portal_id, adjustment_id, approve=True)


@post(
    "/portals/{portal_id:uuid}/adjustments/{adjustment_id:uuid}/reject",
    status_code=200,
    operation_id="RejectAdjustment",
    tags=["adjustments"],
    opt={"permission": "money.adjust"},
)
async def reject_adjustment(
    services: NamedDependency[Services],
    staff: NamedDependency[Staff],
    portal_id: FromPath[UUID],
    adjustment_id: FromPath[UUID],
) -> AdjustmentOutcome:
    """Reject what waits, or take back one's own; nothing is booked. Needs `money.adjust`."""
    return await _decide(services, staff, portal_id, adjustment_id, approve=False)


async def _decide(
    services: Services, staff: Staff, portal_id: UUID, adjustment_id: UUID, *, approve: bool
) -> AdjustmentOutcome:
    arguments = {
        "p_portal_id": portal_id,
        "p_actor": staff.staff_id,
        "p_adjustment_id": adjustment_id,
        "p_approve": approve,
    }
    state = await services.database.call_value("billing.decide_adjustment", arguments)
    return AdjustmentOutcome(adjustment_id=adjustment_id, state=state)
