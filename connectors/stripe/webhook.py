"""What Stripe tells us: who really sent it (`verify`), and which objects it is about (`interpret`).

Signature: contracts/payments.md §1.6. Checked by our own few lines and not by the SDK's, because that one
accepts timestamps from the future and raises four kinds of error for what a stranger may send.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from connectors.payment_evidence import Ids
from connectors.payments import BadSignature, Fact, FactKind, VerifiedEvent
from connectors.redaction import Secret

TOLERANCE_S: Final = 300
UNREADABLE: Final = "unreadable"
"""The type of a proven delivery that is no event: it is kept and shown, never interpreted."""

_HEADER: Final = re.compile(r"[\x21-\x7e]{1,2000}")
_DIGITS: Final = re.compile(r"[0-9]{1,12}")
_ID: Final = re.compile(r"[A-Za-z0-9_]{1,255}")


def verify(raw: bytes, headers: Mapping[str, str], secrets: tuple[Secret, ...], now: float) -> VerifiedEvent:
    """Prove that `raw` was signed with one of `secrets` at most 300 s before or after `now` (seconds).

    Several secrets are accepted while one replaces another. Raises BadSignature.
    """
    header = next((value for name, value in headers.items() if name.lower() == "stripe-signature"), "")
    if not _HEADER.fullmatch(header):
        raise BadSignature("the signature header is missing or not one")
    parts = [part.partition("=") for part in header.split(",")]
    stamp = next((value for name, _, value in parts if name == "t"), "")
    if not _DIGITS.fullmatch(stamp):
        raise BadSignature("the signature has no time")
    given = [value.encode() for name, _, value in parts if name == "v1"]
    message = stamp.encode() + b"." + raw
    which = _matching(message, given, secrets)
    if which is None:
        raise BadSignature("no signature fits")
    if abs(now - int(stamp)) > TOLERANCE_S:
        raise BadSignature("the signature is too old or from the future")
    return _event(raw, f"hmac:{which}")


def listed(envelope: dict[str, Any]) -> VerifiedEvent:
    """An event as Stripe's own list gives it, proven by the connection it was read over."""
    return _event(json.dumps(envelope).encode(), "listed")


def interpret(event: VerifiedEvent) -> list[Fact]:
    """Which objects an event is about; pure, never raises. Takes thin events (§1.7) as well."""
    body = event.body if isinstance(event.body, dict) else {}
    kind = event.type.removeprefix("v1.")
    related = body.get("related_object")
    holder = body.get("data") if related is None else {"object": related}
    found = holder.get("object") if isinstance(holder, dict) else None
    if not isinstance(found, dict):
        return []
    facts = (about.fact(found, livemode=event.livemode) for about in _abouts(kind))
    return [fact for fact in facts if fact is not None][:1]


def _matching(message: bytes, given: list[bytes], secrets: tuple[Secret, ...]) -> int | None:
    """The number of the secret that made one of the signatures, counted from 1."""
    for number, secret in enumerate(secrets, 1):
        if not secret.reveal():
            continue
        right = hmac.new(secret.reveal().encode(), message, hashlib.sha256).hexdigest().encode()
        if any(hmac.compare_digest(right, one) for one in given):
            return number
    return None


def _event(raw: bytes, how: str) -> VerifiedEvent:
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        body = None
    envelope = body if isinstance(body, dict) else {}
    event_id, kind = envelope.get("id"), envelope.get("type")
    version = envelope.get("api_version")
    if not isinstance(event_id, str) or not _is_id(event_id) or not isinstance(kind, str):
        event_id, kind = f"sha256:{hashlib.sha256(raw).hexdigest()}", UNREADABLE
    return VerifiedEvent(
        provider="stripe",
        event_id=event_id,
        type=kind[:200],
        created_at=_created(envelope.get("created")),
        livemode=envelope.get("livemode") is True,
        version=version if isinstance(version, str) else None,
        how=how,
        body=body,
    )


def _created(value: object) -> datetime | None:
    """Snapshot events say it in seconds, thin ones in ISO 8601."""
    try:
        if isinstance(value, str):
            return datetime.fromisoformat(value).astimezone(UTC)
        if isinstance(value, int):
            return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        pass
    return None


class _About(NamedTuple):
    """What an event's object is evidence of."""

    kind: FactKind
    ids: dict[str, str]
    """Field of `Ids` → field of the object."""
    keys: tuple[tuple[str, str], ...]
    """Prefix of the business key and the field it is made of; the first that is present."""
    object_field: str = "id"

    def fact(self, found: dict[str, Any], *, livemode: bool) -> Fact | None:
        """The fact, or None where the object has no id; our ids in it are claims that `fetch` reads again."""
        own = _id_in(found, self.object_field)
        if own is None:
            return None
        meta = found.get("metadata")
        claims = {
            name: value
            for name in ("payment_id", "portal_id", "refund_id")
            if isinstance(meta, dict) and isinstance(value := meta.get(name), str) and 0 < len(value) <= 64
        }
        ids = {name: _id_in(found, field) for name, field in self.ids.items()}
        key = next(f"stripe:{prefix}:{key}" for prefix, f in self.keys if (key := _id_in(found, f)))
        return Fact(
            kind=self.kind, object_id=own, business_key=key, ids=Ids(**claims, **ids), livemode=livemode
        )


_PAYER: Final = {"customer": "customer"}
_CHARGED: Final = {"charge": "id", "payment": "payment_intent"}
_TAKEN_BACK: Final = {"charge": "charge", "payment": "payment_intent"}
_SESSION = _About(
    FactKind.CHECKOUT,
    {"checkout": "id", "payment": "payment_intent", "subscription": "subscription", **_PAYER},
    (("pi", "payment_intent"), ("cs", "id")),
)
_INTENT = _About(FactKind.PAYMENT, {"payment": "id", **_PAYER}, (("pi", "id"),))
_CHARGE_OF_PAYMENT = _About(
    FactKind.PAYMENT, _CHARGED, (("pi", "payment_intent"),), object_field="payment_intent"
)
_CHARGE = _About(FactKind.CHARGE, _CHARGED, (("ch", "id"),))
_REFUND = _About(FactKind.REFUND, {"refund": "id", **_TAKEN_BACK}, (("re", "id"),))
_DISPUTE = _About(FactKind.DISPUTE, {"dispute": "id", **_TAKEN_BACK}, (("dp", "id"),))
_INVOICE = _About(FactKind.RECURRING, {"invoice": "id", **_PAYER}, (("in", "id"),))
_INVOICE_PAYMENT = _About(
    FactKind.RECURRING, {"invoice": "invoice"}, (("in", "invoice"),), object_field="invoice"
)
_SUBSCRIPTION = _About(FactKind.SUBSCRIPTION, {"subscription": "id", **_PAYER}, (("sub", "id"),))
_SETUP = _About(FactKind.METHOD, {"method": "payment_method", **_PAYER}, (("seti", "id"),))
_METHOD = _About(FactKind.METHOD, {"method": "id", **_PAYER}, (("pm", "id"),))

_EVENTS: Final[dict[str, tuple[_About, ...]]] = {
    "charge.refunded": (_CHARGE,),
    "charge.refund.updated": (_REFUND,),
    "setup_intent.succeeded": (_SETUP,),
    "invoice_payment.paid": (_INVOICE_PAYMENT,),
    **{
        f"invoice.{what}": (_INVOICE,)
        for what in (
            "paid",
            "payment_succeeded",
            "payment_failed",
            "payment_action_required",
            "finalized",
            "voided",
            "marked_uncollectible",
            "overpaid",
        )
    },
    **{
        f"payment_method.{what}": (_METHOD,)
        for what in ("attached", "detached", "updated", "automatically_updated")
    },
}
_FAMILIES: Final[tuple[tuple[str, tuple[_About, ...]], ...]] = (
    ("checkout.session.", (_SESSION,)),
    ("payment_intent.", (_INTENT,)),
    ("charge.dispute.", (_DISPUTE,)),
    ("charge.", (_CHARGE_OF_PAYMENT, _CHARGE)),
    ("refund.", (_REFUND,)),
    ("customer.subscription.", (_SUBSCRIPTION,)),
)
"""Every event of these families is worth a look at its object; an event in neither table is ignored."""


def known_events() -> tuple[str, ...]:
    """The events that lead to a fact; the webhook at Stripe is to be subscribed to these (families: `…*`)."""
    return (*_EVENTS, *(f"{prefix}*" for prefix, _ in _FAMILIES))


def _abouts(kind: str) -> tuple[_About, ...]:
    """Readings to try in turn: a charge is about its payment, if it has one."""
    if kind in _EVENTS:
        return _EVENTS[kind]
    return next((abouts for prefix, abouts in _FAMILIES if kind.startswith(prefix)), ())


def _is_id(value: object) -> bool:
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def _id_in(found: dict[str, Any], field: str) -> str | None:
    """An id in a field that may be expanded."""
    value = found.get(field)
    if isinstance(value, dict):
        value = value.get("id")
    return value if isinstance(value, str) and _is_id(value) else None
