"""Webhooks of Stripe and PayPal: proven, kept byte by byte, answered. The worker reads what they mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from litestar import Request, Response, post
from litestar.di import NamedDependency

from api.problems import Refused
from api.services import Services
from connectors.payments import BadSignature, CannotVerify

MAX_BYTES: Final = 262_144
_KEPT_HEADERS: Final = frozenset(
    {
        "content-type",
        "user-agent",
        "paypal-auth-algo",
        "paypal-cert-url",
        "paypal-transmission-id",
        "paypal-transmission-time",
    }
)
"""Of a webhook's headers; what proves it (signatures) is not kept, only how it was proven."""


@post(
    "/webhooks/stripe",
    status_code=200,
    operation_id="StripeWebhook",
    tags=["webhooks"],
    request_max_body_size=MAX_BYTES,
)
async def stripe(request: Request[Any, Any, Any], services: NamedDependency[Services]) -> Response[bytes]:
    """Take an event of Stripe; 400 for a bad signature, 404 where no account is set."""
    return await _take("stripe", request, services)


@post(
    "/webhooks/paypal",
    status_code=200,
    operation_id="PayPalWebhook",
    tags=["webhooks"],
    request_max_body_size=MAX_BYTES,
)
async def paypal(request: Request[Any, Any, Any], services: NamedDependency[Services]) -> Response[bytes]:
    """Take an event of PayPal; 400 for a bad signature, 404 where no account is set, 503 to send it again."""
    return await _take("paypal", request, services)


async def _take(name: str, request: Request[Any, Any, Any], services: Services) -> Response[bytes]:
    request.state.party = name
    provider = services.paying.provider(name)
    if provider is None:
        raise Refused(404, "no_provider", "Nothing is paid this way here.", "Set the provider's variables.")
    raw = await request.body()
    try:
        event = await provider.verify_webhook(raw, dict(request.headers))
    except BadSignature:
        raise Refused(
            400,
            "bad_signature",
            "Nothing proves that the provider sent this.",
            "Compare the webhook's secret at the provider with the variable of this service.",
        ) from None
    except CannotVerify:
        raise Refused(
            503, "cannot_verify", "The signature cannot be checked now.", "Send it again later."
        ) from None
    arguments = {
        "p_provider": name,
        "p_event_id": event.event_id,
        "p_type": event.type,
        "p_livemode": event.livemode,
        "p_raw": raw,
        "p_headers": _kept(request.headers),
        "p_how": event.how,
        "p_version": event.version,
        "p_created_at": event.created_at,
    }
    await services.database.call("billing.keep_event", arguments)
    return Response(b"", media_type="text/plain")


def _kept(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items() if name.lower() in _KEPT_HEADERS}
