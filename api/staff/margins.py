"""What messages earn: price, cost and margin by customer, channel, country or category; exchange rates.

Every amount is a whole number of millionths of a unit of its currency; the CSV has them in units.
"""

from __future__ import annotations

import csv
import datetime as dt
from decimal import Decimal
from io import StringIO
from typing import Annotated, Any, Literal

import msgspec
from litestar import Response, get, put
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody, QueryParameter

from api.services import Services
from api.staff.customers import CurrencyCode
from api.staff.guard import Staff

By = Literal["customer", "channel", "country", "category"]
Since = Annotated[dt.datetime, QueryParameter(name="from")]
Until = Annotated[dt.datetime, QueryParameter(name="to")]
ReportCurrency = Annotated[str, QueryParameter(pattern="^[A-Z]{3}$")]
_COLUMNS = (
    "key",
    "name",
    "currency",
    "messages",
    "price",
    "cost",
    "margin",
    "price_in",
    "cost_in",
    "margin_in",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A name that begins like this would be computed by a spreadsheet."""


class Margin(msgspec.Struct, frozen=True, kw_only=True):
    """What the paid messages of one key and currency earned. Millionths of `currency`, exact."""

    key: str
    """The customer's or channel's id, the country (ISO 3166 alpha-2, empty where unknown), the category."""
    name: str
    """What people call it; a country's or category's own key."""
    currency: str
    messages: int
    price: int
    cost: int
    margin: int
    price_in: int | None
    """The same in the report's currency by the rate of each day; null where one is missing."""
    cost_in: int | None
    margin_in: int | None


class Margins(msgspec.Struct, frozen=True, kw_only=True):
    """The report, the highest margin first."""

    currency: str
    """Of the `_in` amounts."""
    rows: list[Margin]


class ExchangeRate(msgspec.Struct, frozen=True, kw_only=True):
    """What one US dollar buys today; null where nothing is known."""

    currency: str
    day: dt.date | None
    """Since when it is known."""
    per_usd: str | None
    """Units of `currency`, exact."""
    set_by_name: str | None
    set_at: dt.datetime | None


class ExchangeRateOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What one US dollar buys from a day on."""

    currency: CurrencyCode
    day: dt.date
    per_usd: Annotated[str, msgspec.Meta(max_length=20)]
    """Units of `currency`, at most eight decimals: `18.42`."""


class ExchangeRateOrders(msgspec.Struct, frozen=True, kw_only=True):
    """Rates to keep; a day that is known is corrected."""

    rates: Annotated[list[ExchangeRateOrder], msgspec.Meta(min_length=1, max_length=100)]


@get("/margins", operation_id="GetMargins", tags=["margins"], opt={"permission": "money.view"})
async def get_margins(
    services: NamedDependency[Services],
    since: Since,
    until: Until,
    by: FromQuery[By] = "customer",
    currency: ReportCurrency = "USD",
) -> Margins:
    """What the paid messages written from `from` until before `to` (at most 400 days) earned.

    Amounts are whole millionths. Plans are not among them. Needs `money.view`.
    """
    rows = await _rows(services, since, until, by, currency)
    return Margins(currency=currency, rows=[msgspec.convert(row, Margin) for row in rows])


@get(
    "/margins.csv",
    operation_id="DownloadMargins",
    tags=["margins"],
    media_type="text/csv",
    opt={"permission": "money.view"},
)
async def download_margins(
    services: NamedDependency[Services],
    since: Since,
    until: Until,
    by: FromQuery[By] = "customer",
    currency: ReportCurrency = "USD",
) -> Response[str]:
    """The same report as a CSV file, amounts in units with six decimals. Needs `money.view`."""
    page = StringIO()
    lines = csv.writer(page)
    lines.writerow(_COLUMNS)
    for row in await _rows(services, since, until, by, currency):
        lines.writerow([_cell(name, row[name]) for name in _COLUMNS])
    return Response(
        page.getvalue(),
        media_type="text/csv",
        headers={"Content-Disposition": 'attachment; filename="margins.csv"', "Cache-Control": "no-store"},
    )


@get("/exchange-rates", operation_id="ListExchangeRates", tags=["margins"], opt={"permission": "money.view"})
async def list_exchange_rates(services: NamedDependency[Services]) -> list[ExchangeRate]:
    """What one US dollar buys today in each currency of wallets. For reports only. Needs `money.view`."""
    return await _exchange_rates(services)


@put(
    "/exchange-rates",
    status_code=200,
    operation_id="SetExchangeRates",
    tags=["margins"],
    opt={"permission": "tariffs.manage"},
)
async def set_exchange_rates(
    data: JSONBody[ExchangeRateOrders], services: NamedDependency[Services], staff: NamedDependency[Staff]
) -> list[ExchangeRate]:
    """Keep what one US dollar buys from a day on; a known day is corrected. No money moves by it.

    400 names the item and its field. Needs `tariffs.manage`.
    """
    arguments = {"p_actor": staff.staff_id, "p_rates": msgspec.to_builtins(data.rates)}
    await services.database.call("billing.set_exchange_rates", arguments)
    return await _exchange_rates(services)


async def _rows(
    services: Services, since: dt.datetime, until: dt.datetime, by: By, currency: str
) -> list[dict[str, Any]]:
    arguments = {"p_from": since, "p_to": until, "p_by": by, "p_currency": currency}
    return await services.database.call("billing.margins", arguments)


async def _exchange_rates(services: Services) -> list[ExchangeRate]:
    rows = await services.database.call("billing.exchange_rates")
    return [
        msgspec.convert(
            {**row, "per_usd": None if row["per_usd"] is None else f"{row['per_usd'].normalize():f}"},
            ExchangeRate,
        )
        for row in rows
    ]


def _cell(name: str, value: Any) -> str:
    if value is None:
        return ""
    if name in ("key", "name"):
        return f"'{value}" if str(value).startswith(_FORMULA) else str(value)
    if name in ("currency", "messages"):
        return str(value)
    return f"{Decimal(value).scaleb(-6):.6f}"
