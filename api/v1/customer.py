"""The company that owns the portal, as its invoices name it."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

import msgspec
from litestar import get, patch
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import UNSET, UnsetType

from api.problems import Refused
from api.services import Services
from connectors.bitrix24.texts import Language
from runtime.bearer import Holder

TaxIdType = Literal["RFC", "NIT", "CUIT", "RUC", "RUT", "CNPJ", "CPF"]
Line = Annotated[str, msgspec.Meta(max_length=200)]


class Address(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where invoices go. `country`: ISO 3166 alpha-2."""

    street: Line = ""
    city: Line = ""
    region: Line = ""
    postal_code: Line = ""
    country: Line = ""


class Contact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody to write to, and what about."""

    name: Line = ""
    email: Line = ""
    phone: Line = ""
    purpose: Line = ""


class Customer(msgspec.Struct, frozen=True, kw_only=True):
    """The company. `version` goes with a change, so that two people never overwrite each other."""

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
    """In which its portals are charged; set by the provider."""
    state: Literal["active", "blocked", "closed"]
    version: int
    portals: int
    """How many portals it owns."""


class CustomerChange(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What to change; what is left out stays, null empties. `version`: the one that the person saw."""

    version: Annotated[int, msgspec.Meta(ge=1, le=2_147_483_647)]
    legal_name: Line | UnsetType | None = UNSET
    trade_name: Line | UnsetType = UNSET
    tax_id_type: TaxIdType | UnsetType | None = UNSET
    tax_id: Line | UnsetType | None = UNSET
    """Dots, dashes and spaces are dropped; 400 where its form or check digit is wrong for its country."""
    country: Line | UnsetType | None = UNSET
    billing_address: Address | UnsetType = UNSET
    contacts: Annotated[list[Contact], msgspec.Meta(max_length=20)] | UnsetType = UNSET
    language: Language | UnsetType = UNSET


@get("/customer", operation_id="GetCustomer", tags=["customer"])
async def get_customer(services: NamedDependency[Services], holder: NamedDependency[Holder]) -> Customer:
    """The company that owns the portal: names, tax id, address, contacts. Needs `billing.view`."""
    return await _customer(services, holder)


@patch("/customer", operation_id="ChangeCustomer", tags=["customer"])
async def change_customer(
    data: JSONBody[CustomerChange], services: NamedDependency[Services], holder: NamedDependency[Holder]
) -> Customer:
    """Change the company's data; every change is kept. Needs `billing.manage`.

    400 names the field that is wrong, 409 `stale_version` says that somebody else was faster.
    """
    changes = msgspec.to_builtins(data)
    arguments = {
        "p_portal_id": holder.portal_id,
        "p_actor": holder.user_id,
        "p_version": changes.pop("version"),
        "p_changes": changes,
    }
    await services.database.call("tenancy.change_customer", arguments)
    return await _customer(services, holder)


async def _customer(services: Services, holder: Holder) -> Customer:
    arguments = {"p_portal_id": holder.portal_id, "p_user_id": holder.user_id}
    row = await services.database.call_one("tenancy.customer_of", arguments)
    if row is None:
        raise Refused(404, "unknown_portal", "This portal has not installed the application.")
    return msgspec.convert(row, Customer)
