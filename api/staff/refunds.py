"""Refunds: one member of staff asks, above a limit a second one decides, the worker asks the provider.

Which amounts need a second person, who that may be and how much is left, SQL decides (`billing.open_refund`,
`billing.decide_refund`). The wallet gets lower when the provider's own evidence says that the money went.
Every amount is a whole number of millionths of a unit of its currency, tax included.
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

RefundState = Literal["proposed", "rejected", "asked", "succeeded", "failed"]


class Refund(msgspec.Struct, frozen=True, kw_only=True):
    """Money that goes back to a payer, in millionths of `currency`, tax included."""

    refund_id: UUID
    portal_id: UUID
    domain: str
    customer_id: UUID
    trade_name: str
    payment_id: UUID
    provider: Literal["stripe", "paypal"]
    amount: int
    captured: int
    """What was paid."""
    currency: str
    state: RefundState
    """`proposed`: waits for a second person; `asked`: with the provider."""
    reason: str
    asked_by: str
    """The name of who asked; the provider, where it was made on its own pages."""
    asked_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    failure: str | None
    """The provider's last code."""
    tries: int
    asks_at: datetime | None
    """When the provider is asked next, or asked what became of it."""
    changed_at: datetime
    document_id: UUID | None
    document: str | None
    """Number of the credit note."""
    may: list[Literal["approve", "reject"]]
    """What the caller may do with it by the rule of four eyes; it needs the permission besides."""


class RefundPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page, newest first. `next`, where there is one, is the `before` of the next page."""

    items: list[Refund]
    next: UUID | None


class RefundOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What to give back of a payment."""

    amount: Annotated[int, msgspec.Meta(ge=1, le=1_000_000_000_000_000)] | None
    """Millionths, tax included; null: all that is left."""
    reason: Reason
    key: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    """The order's own name: asked for twice under one key, it is done once."""


class RefundOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of it: asked of the provider, or proposed to a second person; or what that one decided."""

    refund_id: UUID
    state: RefundState


@get("/refunds", operation_id="ListRefunds", tags=["payments"], opt={"permission": "money.view"})
async def list_refunds(
    services: NamedDependency[Services],
    staff: NamedDependency[Staff],
    standing: Annotated[RefundState | None, QueryParameter(name="state")] = None,
    payment_id: FromQuery[UUID | None] = None,
    customer_id: FromQuery[UUID | None] = None,
    before: FromQuery[UUID | None] = None,
    limit: PageLimit = 50,
) -> RefundPage:
    """Refunds, newest first, with who asked, who decided and what came of it.

    Amounts are whole millionths of `currency`. Needs `money.view`.
    """
    arguments = {
        "p_actor": staff.staff_id,
        "p_state": standing,
        "p_payment_id": payment_id,
        "p_customer_id": customer_id,
        "p_before": before,
        "p_limit": limit,
    }
    rows = await services.database.call("billing.staff_refunds", arguments)
    return RefundPage(
        items=[msgspec.convert(row, Refund) for row in rows],
        next=rows[-1]["refund_id"] if len(rows) == limit else None,
    )


@post(
    "/portals/{portal_id:uuid}/payments/{payment_id:uuid}/refunds",
    status_code=200,
    operation_id="AskRefund",
    tags=["payments"],
    opt={"permission": "payments.refund"},
)
async def ask_refund(
    data: JSONBody[RefundOrder],
    services: NamedDependency[Services],
    staff: NamedDependency[Staff],
    portal_id: FromPath[UUID],
    payment_id: FromPath[UUID],
) -> RefundOutcome:
    """Give back a payment or a part of it; above its currency's limit it waits for a second person.

    422 `refund_limits` for more than is left. Needs `payments.refund`.
    """
    arguments = {
        "p_portal_id": portal_id,
        "p_actor": staff.staff_id,
        "p_payment_id": payment_id,
        "p_amount": data.amount,
        "p_reason": data.reason,
        "p_key": data.key,
    }
    (row,) = await services.database.call("billing.open_refund", arguments)
    return RefundOutcome(refund_id=row["refund_id"], state=row["state"])


@post(
    "/portals/{portal_id:uuid}/refunds/{refund_id:uuid}/approve",
    status_code=200,
    operation_id="ApproveRefund",
    tags=["payments"],
    opt={"permission": "money.approve"},
)
async def approve_refund(
    services: NamedDependency[Services],
    staff: NamedDependency[Staff],
    portal_id: FromPath[UUID],
    refund_id: FromPath[UUID],
) -> RefundOutcome:
    """Approve what a colleague asked for; then the provider is asked. 403 `four_eyes` for one's own.

    Needs `money.approve`.
    """
    return await _decide(services, staff, portal_id, refund_id, approve=True)


@post(
    "/portals/{portal_id:uuid}/refunds/{refund_id:uuid}/reject",
    status_code=200,
    operation_id="RejectRefund",
    tags=["payments"],
    opt={"permission": "payments.refund"},
)
async def reject_refund(
    services: NamedDependency[Services],
    staff: NamedDependency[Staff],
    portal_id: FromPath[UUID],
    refund_id: FromPath[UUID],
) -> RefundOutcome:
    """Reject what waits, or take back one's own; nothing is given back. Needs `payments.refund`."""
    return await _decide(services, staff, portal_id, refund_id, approve=False)


async def _decide(
    services: Services, staff: Staff, portal_id: UUID, refund_id: UUID, *, approve: bool
) -> RefundOutcome:
    arguments = {
        "p_portal_id": portal_id,
        "p_actor": staff.staff_id,
        "p_refund_id": refund_id,
        "p_approve": approve,
    }
    state = await services.database.call_value("billing.decide_refund", arguments)
    return RefundOutcome(refund_id=refund_id, state=state)
