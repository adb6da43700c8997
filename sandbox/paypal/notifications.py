"""Webhooks of the simulated PayPal: registering, the list of events, certificates, postback (§2.8, §2.9)."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from sandbox.paypal.party import PayPalSandbox, new_id
from sandbox.paypal.refusal import Refusal, not_found, read
from sandbox.paypal.sending import CERTIFICATE
from sandbox.paypal.state import Webhook
from sandbox.paypal.taking import NewWebhook, Verify
from sandbox.reading import AnyRequest

PayPalParty = NamedDependency[PayPalSandbox]


class Notifications(Controller):
    """Everything about events."""

    path = "/v1/notifications"

    @get("/webhooks")
    async def webhooks(self, request: AnyRequest, paypal: PayPalParty) -> dict[str, Any]:
        """All webhooks of the application."""
        _permitted(request, paypal)
        return {"webhooks": [_shown(one) for one in paypal.state.webhooks.values()]}

    @post("/webhooks")
    async def register(self, request: AnyRequest, paypal: PayPalParty) -> dict[str, Any]:
        """Register an address; one address once, at most ten."""
        _permitted(request, paypal)
        wanted = read(await request.body(), NewWebhook)
        if any(one.url == wanted.url for one in paypal.state.webhooks.values()):
            raise Refusal(400, "WEBHOOK_URL_ALREADY_EXISTS", "Webhook URL already exists.")
        if len(paypal.state.webhooks) >= 10:
            raise Refusal(400, "WEBHOOK_NUMBER_LIMIT_EXCEEDED", "at most ten webhooks")
        webhook = Webhook(new_id(), wanted.url, [one.name for one in wanted.event_types])
        paypal.state.webhooks[webhook.id] = webhook
        return _shown(webhook)

    @get("/webhooks-events")
    async def events(self, request: AnyRequest, paypal: PayPalParty) -> dict[str, Any]:
        """The events between two instants, newest first, in pages that link to the next."""
        _permitted(request, paypal)
        asked = request.query_params
        start, end = asked.get("start_time", "")[:19], asked.get("end_time", "9")[:19]
        size, first = int(asked.get("page_size", "10")), int(asked.get("next", "0"))
        chosen = [one for one in paypal.state.events.values() if start <= one.created[:19] <= end]
        chosen.reverse()
        links = []
        if first + size < len(chosen):
            here = f"{paypal.base_url}/v1/notifications/webhooks-events"
            query = f"start_time={start}Z&end_time={end}Z&page_size={size}&next={first + size}"
            links.append({"href": f"{here}?{query}", "rel": "next", "method": "GET"})
        page = [json.loads(one.body) for one in chosen[first : first + size]]
        return {"events": page, "count": len(page), "links": links}

    @post("/webhooks-events/{event_id:str}/resend", status_code=202)
    async def resend(
        self, event_id: FromPath[str], request: AnyRequest, paypal: PayPalParty
    ) -> dict[str, Any]:
        """Send an event again."""
        _permitted(request, paypal)
        event = paypal.state.events.get(event_id)
        if event is None:
            raise not_found("event")
        paypal.sending.send(event)
        return {"id": event_id}

    @post("/verify-webhook-signature", status_code=200)
    async def verify(self, request: AnyRequest, paypal: PayPalParty) -> dict[str, str]:
        """Compare bytes: an event that was parsed and written again is FAILURE (§2.9)."""
        _permitted(request, paypal)
        asked = read(await request.body(), Verify)
        is_ours = asked.webhook_id in paypal.state.webhooks and _signed(paypal, asked)
        return {"verification_status": "SUCCESS" if is_ours else "FAILURE"}

    @get("/certs/{name:str}")
    async def certificate(self, name: FromPath[str], paypal: PayPalParty) -> Response[str]:
        """The signer's certificate; public."""
        if paypal.state.knobs.certificates_down:
            return Response("<html>Service Unavailable</html>", status_code=503, media_type="text/html")
        if name != CERTIFICATE:
            raise not_found("certificate")
        return Response(paypal.state.keys.chain, media_type="application/x-pem-file")


def _signed(paypal: PayPalSandbox, asked: Verify) -> bool:
    leaf = x509.load_pem_x509_certificate(paypal.state.keys.chain.encode())
    key = leaf.public_key()
    raw = bytes(asked.webhook_event)
    parts = (asked.transmission_id, asked.transmission_time, asked.webhook_id, str(zlib.crc32(raw)))
    if not isinstance(key, RSAPublicKey) or asked.auth_algo != "SHA256withRSA":
        return False
    try:
        signature = base64.b64decode(asked.transmission_sig, validate=True)
        key.verify(signature, "|".join(parts).encode(), PKCS1v15(), SHA256())
    except (InvalidSignature, binascii.Error):
        return False
    return True


def _permitted(request: AnyRequest, paypal: PayPalSandbox) -> None:
    if not paypal.accepts(request.headers.get("authorization")):
        raise Refusal(401, "invalid_token", "Token signature verification failed")


def _shown(webhook: Webhook) -> dict[str, Any]:
    return {
        "id": webhook.id,
        "url": webhook.url,
        "event_types": [{"name": name} for name in webhook.event_types],
    }
