"""Payments of all customers as the provider's staff see them, and the whole story of each.

Every amount is a whole number of millionths of a unit of its currency: 25 USD are 25000000.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter

from adapters.paying import Paying
from api.services import Services
from api.staff.customers import PageLimit
from api.v1.documents import pdf_answer
from connectors.dashboards import payment_page

Provider = Literal["stripe", "paypal"]
PaymentState = Literal[
    "created", "redirected", "processing", "unknown", "succeeded", "failed", "cancelled", "expired"
]
StepKind = Literal[
    "opened",
    "attempt",
    "exchange",
    "event",
    "deed",
    "evidence",
    "transfer",
    "refund",
    "dispute",
    "document",
]


class StaffPayment(msgspec.Struct, frozen=True, kw_only=True):
    """A payment with its customer. Amounts in millionths of `currency`."""

    portal_id: UUID
    domain: str
    customer_id: UUID
    trade_name: str
    payment_id: UUID
    parent_id: UUID | None
    """The intent that this is further money of."""
    provider: Provider
    kind: Literal["topup", "recharge", "scheduled", "method"]
    amount: int
    currency: str
    state: PaymentState
    state_reason: str | None
    is_open: bool
    actor: str
    livemode: bool
    captured: int
    tax: int
    bonus: int
    refunded: int
    disputed: int
    refundable: int
    """What may still be given back, tax included."""
    step: int
    """The least that the provider can express: a refund is a multiple of it."""
    has_parts: bool
    """False: all that is left, or nothing."""
    open_disputes: int
    money_object: str | None
    """Where the money is at the provider."""
    method_label: str | None
    receipt_id: UUID | None
    receipt_name: str | None
    opened_at: datetime
    paid_at: datetime | None
    balance: int
    """Of the wallet, now; a refund of more leaves the rest owed."""
    owed: int
    url: str | None
    """The payment on the provider's own pages."""


class StaffPaymentPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page, newest first. `next`, where there is one, is the `before` of the next page."""

    items: list[StaffPayment]
    next: UUID | None


class PaymentStep(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened to a payment; `detail` has what only this kind of step has."""

    at: datetime
    kind: StepKind
    what: str
    """Its own word: a state, an event's type, a method, a reason, a kind of document."""
    actor: str | None
    amount: int | None
    currency: str | None
    detail: dict[str, Any]


class PaymentStory(msgspec.Struct, frozen=True, kw_only=True):
    """A payment and all that is known of it, oldest first, at most 500 steps."""

    payment: StaffPayment
    steps: list[PaymentStep]


@get("/payments", operation_id="ListStaffPayments", tags=["payments"], opt={"permission": "money.view"})
async def list_payments(
    services: NamedDependency[Services],
    standing: Annotated[PaymentState | None, QueryParameter(name="state")] = None,
    provider: FromQuery[Provider | None] = None,
    customer_id: FromQuery[UUID | None] = None,
    since: Annotated[datetime | None, QueryParameter(name="from")] = None,
    until: Annotated[datetime | None, QueryParameter(name="to")] = None,
    before: FromQuery[UUID | None] = None,
    limit: PageLimit = 50,
) -> StaffPaymentPage:
    """Payments of all customers, newest first, opened from `from` until before `to`.

    Amounts are whole millionths of `currency`. Needs `money.view`.
    """
    arguments = {
        "p_state": standing,
        "p_provider": provider,
        "p_customer_id": customer_id,
        "p_from": since,
        "p_to": until,
        "p_before": before,
        "p_limit": limit,
    }
    rows = await services.database.call("billing.staff_payments", arguments)
    return StaffPaymentPage(
        items=[_payment(services.paying, row) for row in rows],
        next=rows[-1]["payment_id"] if len(rows) == limit else None,
    )


@get(
    "/portals/{portal_id:uuid}/payments/{payment_id:uuid}",
    operation_id="ReadStaffPayment",
    tags=["payments"],
    opt={"permission": "money.view"},
)
async def read_payment(
    services: NamedDependency[Services], portal_id: FromPath[UUID], payment_id: FromPath[UUID]
) -> PaymentStory:
    """One payment with its story: attempts, exchanges with the provider, events, postings, documents.

    Exchanges are there as long as the log keeps them. 404 `unknown_payment`. Needs `money.view`.
    """
    which = {"p_portal_id": portal_id, "p_payment_id": payment_id}
    steps = await services.database.call("billing.payment_story", which)
    (row,) = await services.database.call("billing.staff_payments", which)
    return PaymentStory(
        payment=_payment(services.paying, row), steps=[msgspec.convert(step, PaymentStep) for step in steps]
    )


@get(
    "/portals/{portal_id:uuid}/documents/{document_id:uuid}/pdf",
    operation_id="DownloadStaffDocument",
    tags=["payments"],
    media_type="application/pdf",
    opt={"permission": "money.view"},
)
async def download_document(
    services: NamedDependency[Services], portal_id: FromPath[UUID], document_id: FromPath[UUID]
) -> Response[bytes]:
    """A customer's receipt, invoice, credit or debit note as PDF, as the customer has it.

    404 `unknown_document`. Needs `money.view`.
    """
    which = {"p_portal_id": portal_id, "p_document_id": document_id}
    (row,) = await services.database.call("billing.staff_document", which)
    return await pdf_answer(row)


def _payment(paying: Paying, row: dict[str, Any]) -> StaffPayment:
    account = paying.accounts.get(row["provider"])
    url = None
    if account is not None and row["money_object"] is not None:
        url = payment_page(row["provider"], account.pages, row["money_object"], livemode=row["livemode"])
    return msgspec.convert({**row, "url": url}, StaffPayment)
