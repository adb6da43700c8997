"""Who sent a webhook: PayPal's signature, checked here (contracts/payments.md §2.9).

What is signed is `transmission id|time|webhook id|CRC32 of the raw body`, with RSA and SHA-256. The header
names the certificate, never the algorithm. PayPal documents no tolerance for the time and repeats for three
days, so an old delivery is accepted; the event's id, kept once, is what stops replays.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from connectors.payments import BadSignature, CannotVerify, VerifiedEvent
from connectors.paypal.certificates import Certificates
from connectors.paypal.shapes import instant

LARGEST: Final = 262_144
"""Bytes of a body that are looked at at all."""
_ALGORITHM: Final = "SHA256withRSA"
_EVENT_ID: Final = re.compile(r"[A-Za-z0-9-]{1,100}", re.ASCII)


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """The five headers of a delivery, bounded."""

    transmission_id: str
    transmission_time: str
    transmission_sig: str
    cert_url: str
    auth_algo: str


_HEADERS: Final = {
    "transmission_id": ("paypal-transmission-id", 50),
    "transmission_time": ("paypal-transmission-time", 100),
    "transmission_sig": ("paypal-transmission-sig", 500),
    "cert_url": ("paypal-cert-url", 500),
    "auth_algo": ("paypal-auth-algo", 100),
}

Postback = Callable[[bytes], Awaitable[str]]
"""Asks PayPal to verify; returns its `verification_status`. Raises CannotVerify."""


class Verifier:
    """Verifies deliveries of one application.

    `webhook_ids`, newest first, are the ids under which our address is registered: several while one replaces
    another. `postback` is asked where the certificate cannot be had or trusted; a bad signature never is.
    """

    def __init__(
        self, webhook_ids: Sequence[str], certificates: Certificates, postback: Postback, *, livemode: bool
    ) -> None:
        self._webhook_ids = tuple(webhook_ids)
        self._certificates = certificates
        self._postback = postback
        self._livemode = livemode

    async def verify(self, raw: bytes, headers: Mapping[str, str]) -> VerifiedEvent:
        """Prove who sent `raw`. Raises BadSignature, CannotVerify."""
        delivery = delivery_of(headers)
        if len(raw) > LARGEST:
            raise BadSignature("the body is larger than any event")
        signature = _signature(delivery)
        try:
            key = await self._certificates.key(delivery.cert_url)
        except CannotVerify:
            how = await self._asked(raw, delivery)
        else:
            how = self._proven(raw, delivery, signature, key)
        return _event(raw, how, livemode=self._livemode)

    def _proven(self, raw: bytes, delivery: Delivery, signature: bytes, key: RSAPublicKey) -> str:
        for number, webhook_id in enumerate(self._webhook_ids, start=1):
            try:
                key.verify(signature, signed_text(delivery, webhook_id, raw), PKCS1v15(), SHA256())
            except InvalidSignature:
                continue
            return f"rsa:{number}"
        raise BadSignature("the signature is not PayPal's for this body and our webhook")

    async def _asked(self, raw: bytes, delivery: Delivery) -> str:
        _parsed(raw)  # what is no JSON would break the request that is built around it
        for number, webhook_id in enumerate(self._webhook_ids, start=1):
            if await self._postback(postback_body(delivery, webhook_id, raw)) == "SUCCESS":
                return f"postback:{number}"
        raise BadSignature("PayPal says that it did not send this")


def delivery_of(headers: Mapping[str, str]) -> Delivery:
    """The headers of a delivery, names in any case. Raises BadSignature for a missing, endless or odd one."""
    given = {name.lower(): value for name, value in headers.items()}
    found = {}
    for field, (name, longest) in _HEADERS.items():
        value = given.get(name, "")
        if not value or len(value) > longest or not (value.isascii() and value.isprintable()):
            raise BadSignature(f"the header {name} is missing or no header of PayPal's")
        found[field] = value
    return Delivery(**found)


def signed_text(delivery: Delivery, webhook_id: str, raw: bytes) -> bytes:
    """What PayPal signs: the CRC as an unsigned decimal."""
    parts = (delivery.transmission_id, delivery.transmission_time, webhook_id, str(zlib.crc32(raw)))
    return "|".join(parts).encode()


def postback_body(delivery: Delivery, webhook_id: str, raw: bytes) -> bytes:
    """The request of a postback, with the event byte for byte as it came: another order of keys fails."""
    named = {**msgspec.structs.asdict(delivery), "webhook_id": webhook_id}
    return json.dumps(named).encode()[:-1] + b', "webhook_event": ' + raw + b"}"


def _signature(delivery: Delivery) -> bytes:
    if delivery.auth_algo != _ALGORITHM:
        raise BadSignature("the header names an algorithm that PayPal does not use")
    try:
        return base64.b64decode(delivery.transmission_sig, validate=True)
    except binascii.Error:
        raise BadSignature("the signature is not base64") from None


def _parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        raise BadSignature("the body is not JSON") from None


def _event(raw: bytes, how: str, *, livemode: bool) -> VerifiedEvent:
    """The envelope (§2.8); PayPal signs nothing else, so a body without one is not from its webhooks."""
    body = _parsed(raw)
    event_id = body.get("id") if isinstance(body, dict) else None
    event_type = body.get("event_type") if isinstance(body, dict) else None
    if not (isinstance(event_id, str) and _EVENT_ID.fullmatch(event_id) and isinstance(event_type, str)):
        raise BadSignature("the body is no event")
    version = body.get("resource_version")
    return VerifiedEvent(
        provider="paypal",
        event_id=event_id,
        type=event_type[:200],
        created_at=instant(body.get("create_time")),
        livemode=livemode,
        version=version if isinstance(version, str) else None,
        how=how,
        body=body,
    )
