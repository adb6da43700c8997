"""Where a payer comes back to from Stripe's or PayPal's page: a tab of its own, nobody is signed in there.

Coming back moves no money: the provider is asked how the payment stands, and SQL books what he says.
"""

from __future__ import annotations

from typing import Annotated, Any

import structlog
from litestar import MediaType, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from api import pages
from api.services import Services
from connectors.outside import Failure
from runtime.secrets import digest

log = structlog.get_logger(__name__)


@get("/pay/{back:str}", media_type=MediaType.HTML, include_in_schema=False)
async def come_back(
    back: FromPath[str],
    services: NamedDependency[Services],
    cancelled: Annotated[bool, QueryParameter()] = False,
) -> Response[str]:
    """Say in the payer's language what became of the payment. 404 for an id that nobody gave out."""
    found = await _payment(services, back)
    if found["is_open"]:
        answer = await services.paying.bring_home(found, cancelled=cancelled)
        if isinstance(answer, Failure):
            log.info("payment_not_confirmed", provider=found["provider"], code=answer.code)
        found = await _payment(services, back)
    policy = pages.content_security_policy("'none'")
    headers = {
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
    }
    return Response(pages.returned(_what(found, cancelled), found["language"]), headers=headers)


async def _payment(services: Services, back: str) -> dict[str, Any]:
    (row,) = await services.database.call("billing.payment_of_return", {"p_route_digest": digest(back)})
    return row


def _what(payment: dict[str, Any], cancelled: bool) -> pages.Returned:
    """Which page tells it."""
    if payment["state"] == "succeeded":
        return "saved" if payment["kind"] == "method" else "paid"
    if payment["state"] in ("cancelled", "expired") or (cancelled and payment["is_open"]):
        return "cancelled"
    return "pending" if payment["is_open"] else "failed"
