"""Wallets in the hands of the provider's staff: open, freeze, overdraft, and the statement.

Every amount is a whole number of millionths of a unit of the wallet's currency. Money itself is moved by
adjustments (`api.staff.adjustments`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from api.services import Services
from api.staff.customers import CurrencyCode
from api.staff.guard import Staff
from api.v1.balance import Amount, Category
from api.v1.statement import StatementLine, StatementPage

Reason = Annotated[str, msgspec.Meta(min_length=3, max_length=500)]
"""Why; it is kept with the name of who did it."""


class WalletOpening(msgspec.Struct, frozen=True, kw_only=True):
    """The one currency of the wallet, for ever."""

    currency: CurrencyCode


class WalletStop(msgspec.Struct, frozen=True, kw_only=True):
    """Why the wallet is frozen, or no longer."""

    reason: Reason


class OverdraftOrder(msgspec.Struct, frozen=True, kw_only=True):
    """How far below zero the wallet may go, in millionths of its currency."""

    limit: Amount
    reason: Reason


@post(
    "/portals/{portal_id:uuid}/wallet",
    status_code=204,
    operation_id="OpenWallet",
    tags=["wallets"],
    opt={"permission": "money.adjust"},
)
async def open_wallet(
    data: JSONBody[WalletOpening],
    services: NamedDependency[Services],
    staff: NamedDependency[Staff],
    portal_id: FromPath[UUID],
) -> None:
    """Open a portal's wallet; again in the same currency changes nothing.

    409 `wallet_currency` where it has one in another currency. Needs `money.adjust`.
    """
    await _ordered(services, staff, "billing.open_wallet", portal_id, p_currency=data.currency)


@post(
    "/portals/{portal_id:uuid}/wallet/freeze",
    status_code=204,
    operation_id="FreezeWallet",
    tags=["wallets"],
    opt={"permission": "money.adjust"},
)
async def freeze_wallet(
    data: JSONBody[WalletStop],
    services: NamedDependency[Services],
    staff: NamedDependency[Staff],
    portal_id: FromPath[UUID],
) -> None:
    """Freeze a wallet: it receives money and spends none; messages that cost something are refused.

    What is held is still captured. Needs `money.adjust`.
    """
    await _ordered(services, staff, "billing.freeze_wallet", portal_id, p_reason=data.reason)


@post(
    "/portals/{portal_id:uuid}/wallet/unfreeze",
    status_code=204,
    operation_id="UnfreezeWallet",
    tags=["wallets"],
    opt={"permission": "money.adjust"},
)
async def unfreeze_wallet(
    data: JSONBody[WalletStop],
    services: NamedDependency[Services],
    staff: NamedDependency[Staff],
    portal_id: FromPath[UUID],
) -> None:
    """Let a frozen wallet spend again. Needs `money.adjust`."""
    await _ordered(services, staff, "billing.unfreeze_wallet", portal_id, p_reason=data.reason)


@put(
    "/portals/{portal_id:uuid}/wallet/overdraft",
    status_code=204,
    operation_id="SetOverdraft",
    tags=["wallets"],
    opt={"permission": "money.approve"},
)
async def set_overdraft(
    data: JSONBody[OverdraftOrder],
    services: NamedDependency[Services],
    staff: NamedDependency[Staff],
    portal_id: FromPath[UUID],
) -> None:
    """Set how far below zero a wallet may go. It is credit, so it needs who may approve credits.

    402 `balance` where more than the new limit is used already. Needs `money.approve`.
    """
    await _ordered(
        services, staff, "billing.set_overdraft", portal_id, p_limit=data.limit, p_reason=data.reason
    )


@get(
    "/portals/{portal_id:uuid}/statement",
    operation_id="ReadStatement",
    tags=["wallets"],
    opt={"permission": "money.view"},
)
async def read_statement(
    services: NamedDependency[Services],
    portal_id: FromPath[UUID],
    since: Annotated[datetime | None, QueryParameter(name="from")] = None,
    until: Annotated[datetime | None, QueryParameter(name="to")] = None,
    channel_id: FromQuery[UUID | None] = None,
    category: FromQuery[Category | None] = None,
    after: FromQuery[str | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=1_000)] = 100,
) -> StatementPage:
    """The wallet's lines as the customer sees them, oldest first, each with the balance after it.

    Amounts are whole millionths of `currency`. Needs `money.view`.
    """
    arguments = {
        "p_portal_id": portal_id,
        "p_from": since,
        "p_to": until,
        "p_channel_id": channel_id,
        "p_category": category,
        "p_after": after,
        "p_limit": limit,
    }
    rows = await services.database.call("billing.staff_statement", arguments)
    return StatementPage(
        items=[msgspec.convert(row, StatementLine) for row in rows],
        next=rows[-1]["cursor"] if len(rows) == limit else None,
    )


async def _ordered(
    services: Services, staff: Staff, function: str, portal_id: UUID, **arguments: Any
) -> None:
    """Do it as this member of staff."""
    await services.database.call(function, {"p_portal_id": portal_id, "p_actor": staff.staff_id, **arguments})
