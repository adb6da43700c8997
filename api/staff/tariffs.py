"""Tariffs: rate cards from CSV files, compared with the one in force, published, retired.

A card's prices and costs are whole millionths of a unit of its currency; in the files they are in units.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.openapi.spec import OpenAPIMediaType, OpenAPIType, Operation, RequestBody, Schema
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter, RawBody

from api.services import Services
from api.staff.customers import PageLimit
from api.staff.guard import Staff
from api.staff.rate_csv import RateFault, read_rates, write_rates
from api.v1.balance import Category

_FAULTS_SHOWN = 500
Moment = Literal["submitted", "sent", "delivered"]
Direction = Literal["in", "out"]


class RateCard(msgspec.Struct, frozen=True, kw_only=True):
    """A dated list of prices in one currency."""

    card_id: UUID
    tariff: str
    """Plans name it; `default` counts where theirs has no card."""
    name: str
    currency: str
    standing: Literal["draft", "discarded", "upcoming", "in_force", "ended"]
    valid_from: datetime
    valid_until: datetime | None
    """Null: until another takes its place."""
    rates: int
    replaces: UUID | None
    """A draft only: the card in force that it would take the place of."""
    replaces_name: str | None
    created_by: str
    created_at: datetime
    published_by: str | None
    published_at: datetime | None
    retired_by: str | None
    retired_at: datetime | None


class RateCardPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page, newest first. `next`, where there is one, is the `before` of the next page."""

    items: list[RateCard]
    next: UUID | None


class RateTerms(msgspec.Struct, frozen=True, kw_only=True):
    """What one message costs the customer (`price`) and us (`cost`), in millionths, and when."""

    price: int
    cost: int
    moment: Moment
    """What it must have reached before it is paid."""
    free_per_month: int
    surcharge: int
    """Paid for free messages as well."""
    reverse_on_failure: bool


class Rate(RateTerms, frozen=True, kw_only=True):
    """A row of a card. `country`: ISO 3166 alpha-2, or `*` for every other one."""

    direction: Direction
    category: Category
    country: str


class RateDifference(msgspec.Struct, frozen=True, kw_only=True):
    """A row in which a draft differs from the card that it would replace."""

    direction: Direction
    category: Category
    country: str
    change: Literal["added", "removed", "changed"]
    before: RateTerms | None
    after: RateTerms | None


class LoadedCard(msgspec.Struct, frozen=True, kw_only=True):
    """The draft that was loaded, or everything that is wrong with the file; then nothing was stored."""

    card: RateCard | None
    faults: list[RateFault]
    """At most 500, in the order of the lines."""
    more_faults: int
    """How many there are besides."""


class Publication(msgspec.Struct, frozen=True, kw_only=True):
    """Which card the person saw that this one takes the place of; null: none."""

    replaces: UUID | None = None


class Retirement(msgspec.Struct, frozen=True, kw_only=True):
    """When a card ends; null: now."""

    at: datetime | None = None


@dataclass
class _CsvOperation(Operation):
    """The body is the file itself."""

    def __post_init__(self) -> None:
        """Say so in the contract."""
        text = OpenAPIMediaType(schema=Schema(type=OpenAPIType.STRING))
        self.request_body = RequestBody(content={"text/csv": text}, required=True)


@get("/rate-cards", operation_id="ListRateCards", tags=["tariffs"], opt={"permission": "customers.view"})
async def list_rate_cards(
    services: NamedDependency[Services], before: FromQuery[UUID | None] = None, limit: PageLimit = 50
) -> RateCardPage:
    """Rate cards of all tariffs, newest first. Needs `customers.view`."""
    rows = await services.database.call("billing.rate_cards", {"p_before": before, "p_limit": limit})
    return RateCardPage(
        items=[msgspec.convert(row, RateCard) for row in rows],
        next=rows[-1]["card_id"] if len(rows) == limit else None,
    )


@get(
    "/rate-cards/{card_id:uuid}",
    operation_id="ReadRateCard",
    tags=["tariffs"],
    opt={"permission": "customers.view"},
)
async def read_rate_card(services: NamedDependency[Services], card_id: FromPath[UUID]) -> RateCard:
    """A rate card, and for a draft the one it would take the place of. Needs `customers.view`."""
    return await _card(services, card_id)


@get(
    "/rate-cards/{card_id:uuid}/rates",
    operation_id="ListRates",
    tags=["tariffs"],
    opt={"permission": "tariffs.manage"},
)
async def list_rates(services: NamedDependency[Services], card_id: FromPath[UUID]) -> list[Rate]:
    """The rows of a card with our costs, in millionths of its currency. Needs `tariffs.manage`."""
    rows = await services.database.call("billing.rates", {"p_card_id": card_id})
    return [msgspec.convert(row, Rate) for row in rows]


@get(
    "/rate-cards/{card_id:uuid}/rates.csv",
    operation_id="DownloadRates",
    tags=["tariffs"],
    media_type="text/csv",
    opt={"permission": "tariffs.manage"},
)
async def download_rates(services: NamedDependency[Services], card_id: FromPath[UUID]) -> Response[str]:
    """The rows of a card as a file that can be changed and loaded again. Needs `tariffs.manage`."""
    rows = await services.database.call("billing.rates", {"p_card_id": card_id})
    return _file(write_rates(rows), "rates.csv")


@get(
    "/rate-cards/{card_id:uuid}/differences",
    operation_id="ListRateDifferences",
    tags=["tariffs"],
    opt={"permission": "tariffs.manage"},
)
async def list_differences(
    services: NamedDependency[Services], card_id: FromPath[UUID]
) -> list[RateDifference]:
    """In what a draft differs from the card it would take the place of; without one all rows are new.

    Amounts in millionths of its currency. Needs `tariffs.manage`.
    """
    rows = await services.database.call("billing.rate_differences", {"p_card_id": card_id})
    return [msgspec.convert(row, RateDifference) for row in rows]


@post(
    "/rate-cards",
    status_code=200,
    operation_id="LoadRateCard",
    tags=["tariffs"],
    opt={"permission": "tariffs.manage"},
    operation_class=_CsvOperation,
)
async def load_rate_card(
    body: RawBody,
    services: NamedDependency[Services],
    staff: NamedDependency[Staff],
    name: Annotated[str, QueryParameter(max_length=100)],
    currency: Annotated[str, QueryParameter(max_length=3)],
    tariff: Annotated[str, QueryParameter(max_length=40)] = "default",
    valid_from: FromQuery[datetime | None] = None,
) -> LoadedCard:
    """Load a CSV file as a draft, or hear everything that is wrong with it by line and column.

    Columns: direction, category, country, price, cost, moment, and, where wanted, free_per_month, surcharge,
    reverse_on_failure. Amounts are in units of `currency`, at most six decimals. Needs `tariffs.manage`.
    """
    card = {
        "name": name,
        "currency": currency,
        "tariff": tariff,
        "valid_from": None if valid_from is None else valid_from.isoformat(),
    }
    rows, faults = read_rates(body.decode())
    if faults:
        return _faulty(faults)
    found = await services.database.call(
        "billing.load_rate_card", {"p_actor": staff.staff_id, "p_card": card, "p_rows": rows}
    )
    if found[0]["card_id"] is None:
        return _faulty(
            [
                RateFault(line=f["line"], column=f["column_name"], problem=f["problem"], value=f["value"])
                for f in found
            ]
        )
    return LoadedCard(card=await _card(services, found[0]["card_id"]), faults=[], more_faults=0)


@post(
    "/rate-cards/{card_id:uuid}/publish",
    status_code=200,
    operation_id="PublishRateCard",
    tags=["tariffs"],
    opt={"permission": "tariffs.manage"},
)
async def publish_rate_card(
    data: JSONBody[Publication],
    services: NamedDependency[Services],
    staff: NamedDependency[Staff],
    card_id: FromPath[UUID],
) -> RateCard:
    """Put a draft in force, in the place of the card in force where `replaces` names it, without a gap.

    409 `rate_card_overlap` where another card is in force then. Needs `tariffs.manage`.
    """
    arguments: dict[str, Any] = {"p_actor": staff.staff_id, "p_card_id": card_id}
    if data.replaces is None:
        await services.database.call("billing.publish_rate_card", arguments)
    else:
        await services.database.call("billing.replace_rate_card", {**arguments, "p_replaces": data.replaces})
    return await _card(services, card_id)


@post(
    "/rate-cards/{card_id:uuid}/retire",
    status_code=200,
    operation_id="RetireRateCard",
    tags=["tariffs"],
    opt={"permission": "tariffs.manage"},
)
async def retire_rate_card(
    data: JSONBody[Retirement],
    services: NamedDependency[Services],
    staff: NamedDependency[Staff],
    card_id: FromPath[UUID],
) -> RateCard:
    """End a card, now or later; a draft is discarded. What it priced stays priced.

    Needs `tariffs.manage`.
    """
    arguments = {"p_actor": staff.staff_id, "p_card_id": card_id, "p_at": data.at}
    await services.database.call("billing.retire_rate_card", arguments)
    return await _card(services, card_id)


async def _card(services: Services, card_id: UUID) -> RateCard:
    (row,) = await services.database.call("billing.rate_cards", {"p_card_id": card_id})
    return msgspec.convert(row, RateCard)


def _faulty(faults: list[RateFault]) -> LoadedCard:
    return LoadedCard(
        card=None, faults=faults[:_FAULTS_SHOWN], more_faults=max(len(faults) - _FAULTS_SHOWN, 0)
    )


def _file(text: str, name: str) -> Response[str]:
    return Response(
        text,
        media_type="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )
