"""Customers as the provider's staff see them: who they are, their portals, channels, money and changes.

Every amount is a whole number of millionths of a unit of its currency: 25 USD are 25000000.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import get, patch, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from api.services import Services
from api.staff.guard import Staff
from api.v1.customer import Address, Contact, CustomerChange, TaxIdType
from api.v1.subscriptions import Every
from connectors.bitrix24.texts import Language

PageLimit = Annotated[int, QueryParameter(ge=1, le=200)]
CurrencyCode = Annotated[str, msgspec.Meta(max_length=3)]
"""ISO 4217."""


class CustomerLine(msgspec.Struct, frozen=True, kw_only=True):
    """A customer in the list. Amounts in millionths of `currency`, added up over its portals."""

    customer_id: UUID
    trade_name: str
    legal_name: str | None
    tax_id_type: TaxIdType | None
    tax_id: str | None
    country: str | None
    """ISO 3166 alpha-2."""
    currency: str
    state: Literal["active", "closed"]
    domains: list[str]
    channels: int
    channels_working: int
    balance: int | None
    """Null: no portal has a wallet."""
    held: int | None
    owed: int
    is_frozen: bool
    """One of its wallets is."""
    created_at: datetime


class CustomerPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page, newest first. `next`, where there is one, is the `before` of the next page."""

    items: list[CustomerLine]
    next: UUID | None


class CustomerPortal(msgspec.Struct, frozen=True, kw_only=True):
    """A portal with its wallet. Millionths of `currency`; available = balance - held + overdraft_limit."""

    portal_id: UUID
    domain: str
    state: Literal["installing", "installed", "needs_reauth", "suspended", "uninstalled"]
    state_reason: str | None
    time_zone: str
    installed_at: datetime | None
    channels: int
    channels_working: int
    wallet: Literal["none", "open", "frozen"]
    wallet_reason: str | None
    """Why it is frozen."""
    currency: str
    """The wallet's; without one, the customer's."""
    balance: int
    held: int
    overdraft_limit: int
    available: int
    owed: int


class CustomerSubscription(msgspec.Struct, frozen=True, kw_only=True):
    """What a channel has bought. `price` per `every` and `reserved` in millionths of `currency`."""

    portal_id: UUID
    domain: str
    channel_id: UUID
    name: str
    phone: str
    channel_state: str
    plan: str
    version: int
    names: dict[str, str]
    price: int
    currency: str
    every: Every
    state: Literal["trialing", "active", "grace", "suspended", "paused", "cancelled"]
    next_action: Literal["choose_plan", "none", "top_up", "resume", "restart"]
    who_acts: Literal["nobody", "administrator", "provider"]
    period_ends_at: datetime
    cancels_at_end: bool
    next_plan: str | None
    reserved: int
    """What repeating top-ups keep of the portal's balance for its next period; a part of what is held."""


class CustomerFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A customer with everything that belongs to it."""

    customer_id: UUID
    legal_name: str | None
    trade_name: str
    tax_id_type: TaxIdType | None
    tax_id: str | None
    country: str | None
    """ISO 3166 alpha-2."""
    billing_address: Address
    contacts: list[Contact]
    language: Language
    currency: str
    state: Literal["active", "closed"]
    version: int
    created_at: datetime
    updated_at: datetime
    portals: list[CustomerPortal]
    subscriptions: list[CustomerSubscription]


class CustomerEvent(msgspec.Struct, frozen=True, kw_only=True):
    """A change: of the customer's data (`customer`) or of the settings of a wallet."""

    change_id: UUID
    at: datetime
    actor: str
    """The name of who did it."""
    domain: str | None
    event: Literal["customer", "opened", "frozen", "unfrozen", "overdraft", "cap", "threshold", "recharge"]
    reason: str | None
    detail: dict[str, Any]
    """`customer`: `{before, after}`, the fields that changed; else what was set."""


class CustomerEvents(msgspec.Struct, frozen=True, kw_only=True):
    """A page, newest first. `next`, where there is one, is the `before` of the next page."""

    items: list[CustomerEvent]
    next: UUID | None


class CurrencyChoice(msgspec.Struct, frozen=True, kw_only=True):
    """The currency in which a customer is charged."""

    currency: CurrencyCode


class CustomerState(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a customer is one of ours: `closed` is who left."""

    state: Literal["active", "closed"]


@get("/customers", operation_id="ListCustomers", tags=["customers"], opt={"permission": "customers.view"})
async def list_customers(
    services: NamedDependency[Services],
    q: Annotated[str | None, QueryParameter(max_length=200)] = None,
    before: FromQuery[UUID | None] = None,
    limit: PageLimit = 50,
) -> CustomerPage:
    """Customers, newest first; `q` is found in names, tax ids, portals' domains and channels' numbers.

    Amounts are whole millionths of `currency`. Needs `customers.view`.
    """
    arguments = {"p_text": q, "p_before": before, "p_limit": limit}
    rows = await services.database.call("tenancy.customers", arguments)
    return CustomerPage(
        items=[msgspec.convert(row, CustomerLine) for row in rows],
        next=rows[-1]["customer_id"] if len(rows) == limit else None,
    )


@get(
    "/customers/{customer_id:uuid}",
    operation_id="ReadCustomer",
    tags=["customers"],
    opt={"permission": "customers.view"},
)
async def read_customer(services: NamedDependency[Services], customer_id: FromPath[UUID]) -> CustomerFacts:
    """A customer with its portals, their wallets, and what their channels have bought.

    Amounts are whole millionths of their `currency`. Needs `customers.view`.
    """
    return await _facts(services, customer_id)


@get(
    "/customers/{customer_id:uuid}/history",
    operation_id="ListCustomerHistory",
    tags=["customers"],
    opt={"permission": "customers.view"},
)
async def list_history(
    services: NamedDependency[Services],
    customer_id: FromPath[UUID],
    before: FromQuery[UUID | None] = None,
    limit: PageLimit = 50,
) -> CustomerEvents:
    """Who changed what of a customer's data and of its wallets' settings, newest first.

    Needs `customers.view`.
    """
    arguments = {"p_customer_id": customer_id, "p_before": before, "p_limit": limit}
    rows = await services.database.call("tenancy.customer_history", arguments)
    return CustomerEvents(
        items=[msgspec.convert(row, CustomerEvent) for row in rows],
        next=rows[-1]["change_id"] if len(rows) == limit else None,
    )


@patch(
    "/customers/{customer_id:uuid}",
    operation_id="CorrectCustomer",
    tags=["customers"],
    opt={"permission": "customers.edit"},
)
async def correct_customer(
    data: JSONBody[CustomerChange],
    services: NamedDependency[Services],
    staff: NamedDependency[Staff],
    customer_id: FromPath[UUID],
) -> CustomerFacts:
    """Change a customer's names, tax id, address, contacts or language; every change is kept.

    400 names the field that is wrong, 409 `stale_version` says that somebody else was faster.
    Needs `customers.edit`.
    """
    changes = msgspec.to_builtins(data)
    arguments = {
        "p_actor": staff.staff_id,
        "p_customer_id": customer_id,
        "p_version": changes.pop("version"),
        "p_changes": changes,
    }
    await services.database.call("tenancy.correct_customer", arguments)
    return await _facts(services, customer_id)


@put(
    "/customers/{customer_id:uuid}/state",
    status_code=200,
    operation_id="TurnCustomer",
    tags=["customers"],
    opt={"permission": "customers.edit"},
)
async def turn_customer(
    data: JSONBody[CustomerState],
    services: NamedDependency[Services],
    staff: NamedDependency[Staff],
    customer_id: FromPath[UUID],
) -> CustomerFacts:
    """Close a customer who left, or open it again.

    409 `customer_in_use` while one of its portals has the application. Needs `customers.edit`.
    """
    arguments = {"p_actor": staff.staff_id, "p_customer_id": customer_id, "p_state": data.state}
    await services.database.call("tenancy.turn_customer", arguments)
    return await _facts(services, customer_id)


@put(
    "/customers/{customer_id:uuid}/currency",
    status_code=200,
    operation_id="ChooseCurrency",
    tags=["customers"],
    opt={"permission": "customers.edit"},
)
async def choose_currency(
    data: JSONBody[CurrencyChoice],
    services: NamedDependency[Services],
    staff: NamedDependency[Staff],
    customer_id: FromPath[UUID],
) -> CustomerFacts:
    """Set the currency of a customer's prices, while none of its portals has a wallet.

    Afterwards 409 `customer_currency`. Needs `customers.edit`.
    """
    arguments = {"p_actor": staff.staff_id, "p_customer_id": customer_id, "p_currency": data.currency}
    await services.database.call("tenancy.choose_currency", arguments)
    return await _facts(services, customer_id)


@put(
    "/customers/{customer_id:uuid}/portals/{portal_id:uuid}",
    status_code=200,
    operation_id="AssignPortal",
    tags=["customers"],
    opt={"permission": "customers.edit"},
)
async def assign_portal(
    services: NamedDependency[Services],
    staff: NamedDependency[Staff],
    customer_id: FromPath[UUID],
    portal_id: FromPath[UUID],
) -> CustomerFacts:
    """Give a portal to this customer, who then owns several: two portals were found to be one company's.

    409 `customer_currency` where the two customers' currencies differ. Needs `customers.edit`.
    """
    arguments = {"p_actor": staff.staff_id, "p_portal_id": portal_id, "p_customer_id": customer_id}
    await services.database.call("tenancy.assign_portal", arguments)
    return await _facts(services, customer_id)


async def _facts(services: Services, customer_id: UUID) -> CustomerFacts:
    arguments = {"p_customer_id": customer_id}
    (row,) = await services.database.call("tenancy.read_customer", arguments)
    portals = await services.database.call("tenancy.customer_portals", arguments)
    subscriptions = await services.database.call("billing.customer_subscriptions", arguments)
    return msgspec.convert({**row, "portals": portals, "subscriptions": subscriptions}, CustomerFacts)
