"""Disputes: a payer's bank, or PayPal, asks for the money back. The answer is given on the provider's pages.

Every amount is a whole number of millionths of a unit of its currency.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from adapters.paying import Paying
from api.services import Services
from connectors.dashboards import dispute_page


class Dispute(msgspec.Struct, frozen=True, kw_only=True):
    """A case against a payment, and what it did to the wallet. Amounts in millionths of `currency`."""

    portal_id: UUID
    domain: str
    customer_id: UUID
    trade_name: str
    dispute_key: str
    payment_id: UUID
    provider: Literal["stripe", "paypal"]
    livemode: bool
    amount: int
    """What is disputed."""
    captured: int
    """What was paid."""
    currency: str
    state: Literal["open", "closed"]
    status: str | None
    """The provider's word; of a closed one `won`, `lost`, `prevented` or `closed`."""
    reason: str | None
    due_by: datetime | None
    """Until when the provider takes evidence."""
    opened_at: datetime
    closed_at: datetime | None
    withdrawn: int
    """What the provider took, out of the wallet."""
    reinstated: int
    """What it gave back, into the wallet."""
    fee: int
    """What the case costs us; never the customer's."""
    balance: int
    """Of the wallet, now."""
    owed: int
    """What the wallet lacked and is owed since."""
    url: str | None
    """Where evidence is given, on the provider's own pages."""


@get("/disputes", operation_id="ListDisputes", tags=["payments"], opt={"permission": "money.view"})
async def list_disputes(
    services: NamedDependency[Services],
    standing: Annotated[Literal["open", "closed"] | None, QueryParameter(name="state")] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=200)] = 100,
) -> list[Dispute]:
    """Disputes, the open ones first, by the instant until which evidence is taken. Needs `money.view`."""
    rows = await services.database.call("billing.disputes", {"p_state": standing, "p_limit": limit})
    return [_dispute(services.paying, row) for row in rows]


def _dispute(paying: Paying, row: dict[str, Any]) -> Dispute:
    account = paying.accounts.get(row["provider"])
    case = row["dispute_key"].removeprefix(f"{row['provider']}:")
    url = None
    if account is not None and ":" not in case:
        url = dispute_page(row["provider"], account.pages, case, livemode=row["livemode"])
    return msgspec.convert({**row, "url": url}, Dispute)
