"""Who issues receipts and invoices: legal data and the series of their numbers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from litestar import get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from api.services import Services
from api.staff.guard import Staff

DocumentKind = Literal["receipt", "invoice", "credit_note", "debit_note"]
Line = Annotated[str, msgspec.Meta(max_length=200)]


class IssuerFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What stands at the head of a document."""

    legal_name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    tax_id_type: Annotated[str, msgspec.Meta(max_length=20)] = ""
    """As the country calls it: RFC, NIT, CUIT, RUC, RUT, CNPJ, EIN …"""
    tax_id: Annotated[str, msgspec.Meta(max_length=40)] = ""
    address: Annotated[str, msgspec.Meta(max_length=500)] = ""
    email: Line = ""
    web: Line = ""


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """The numbers of a kind of document: `prefix` and a number without gaps."""

    kind: DocumentKind
    prefix: str
    last_number: int


class IssuerChange(msgspec.Struct, frozen=True, kw_only=True):
    """Who changed what: the facts, or `kind` and `prefix` of a series."""

    actor: str
    before: dict[str, Any]
    after: dict[str, Any]
    changed_at: datetime


class Issuer(msgspec.Struct, frozen=True, kw_only=True):
    """Who issues documents now, with the last 50 changes, newest first."""

    facts: IssuerFacts
    changed_by: str
    changed_at: datetime
    series: list[Series]
    changes: list[IssuerChange]


class SeriesPrefix(msgspec.Struct, frozen=True, kw_only=True):
    """How the numbers of a kind begin from now on."""

    prefix: Annotated[str, msgspec.Meta(pattern="^[A-Z0-9][A-Z0-9/.-]{0,9}$")]


@get("/issuer", operation_id="ReadIssuer", tags=["payments"], opt={"permission": "money.view"})
async def read_issuer(services: NamedDependency[Services]) -> Issuer:
    """Who issues documents, under which numbers, and who changed it. Needs `money.view`."""
    (row,) = await services.database.call("billing.read_issuer")
    return msgspec.convert(row, Issuer)


@put(
    "/issuer",
    status_code=204,
    operation_id="SetIssuer",
    tags=["payments"],
    opt={"permission": "issuer.manage"},
)
async def set_issuer(
    data: JSONBody[IssuerFacts], services: NamedDependency[Services], staff: NamedDependency[Staff]
) -> None:
    """Set who issues documents from now on; those that were issued stay as they are.

    Needs `issuer.manage`.
    """
    facts = msgspec.to_builtins(data)
    await services.database.call("billing.set_issuer", {"p_actor": staff.staff_id, "p_facts": facts})


@put(
    "/issuer/series/{kind:str}",
    status_code=204,
    operation_id="SetSeries",
    tags=["payments"],
    opt={"permission": "issuer.manage"},
)
async def set_series(
    data: JSONBody[SeriesPrefix],
    services: NamedDependency[Services],
    staff: NamedDependency[Staff],
    kind: FromPath[DocumentKind],
) -> None:
    """Set how the numbers of a kind of document begin from now on; they go on counting.

    409 `conflict` where another kind has, or had, this prefix. Needs `issuer.manage`.
    """
    arguments = {"p_actor": staff.staff_id, "p_kind": kind, "p_prefix": data.prefix}
    await services.database.call("billing.set_series", arguments)
