"""Gupshup's callback, format v2 (contracts/gupshup.md §4), as facts.

Format v3 is not subscribed to (§1.5: one v2 subscription, else every event comes twice); a v3 body, like
every callback that states no fact we know, becomes `Unknown` and is kept raw.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from connectors.gupshup.events import (
    AccountChanged,
    BillingNoted,
    Event,
    PreferenceChanged,
    StatusChanged,
    TemplateChanged,
    Unknown,
    UserNoted,
)
from connectors.gupshup.messages import deletion_of, message_of
from connectors.gupshup.statuses import EVENTS, status_of
from connectors.gupshup.wire import (
    WebhookError,
    decode,
    first_text,
    instant_of,
    number_of,
    object_of,
    objects_of,
    text_of,
)

__all__ = ["WebhookError", "parse"]

_MAX_NAME = 100

_Payload = dict[str, Any]
_Envelope = dict[str, Any]


def parse(body: bytes) -> list[Event]:
    """Return the facts in one callback, at least one.

    Raises WebhookError with its `reason`: the body is not a JSON object in UTF-8, or nested deeper than 32.
    """
    callback = decode(body)
    at = instant_of(callback.get("timestamp"))
    envelope: _Envelope = {
        "app": text_of(callback.get("app")),
        "app_id": text_of(callback.get("appId")),
        "app_phone": number_of(callback.get("phone")),
        "doubts": [] if at else ["timestamp"],
    }
    if isinstance(callback.get("entry"), list) or callback.get("object") == "whatsapp_business_account":
        return [Unknown(**{**envelope, "doubts": []}, what="v3", at=None)]
    declared = text_of(callback.get("type"))
    if declared is None:
        return [Unknown(**envelope, what="untyped", at=at)]
    payload = object_of(callback.get("payload"))
    read = _READERS.get(declared)
    event = read(payload, envelope, at) if read else None
    deletion = deletion_of(event) if isinstance(event, StatusChanged) else None
    return [event or _unknown(declared, payload, envelope, at), *([deletion] if deletion else [])]


def _unknown(declared: str, payload: _Payload, envelope: _Envelope, at: str | None) -> Unknown:
    """Name what was not understood, with the inner type where only that is new."""
    inner = text_of(payload.get("type")) if declared in _READERS else None
    what = ":".join(("v2", declared[:_MAX_NAME], *([inner[:_MAX_NAME]] if inner else [])))
    return Unknown(**envelope, what=what, at=at)


def _message(payload: _Payload, envelope: _Envelope, at: str | None) -> Event | None:
    """Without an id a message cannot be told from its repetitions: unknown, kept raw."""
    key = text_of(payload.get("id"))
    return message_of(payload, key, at, envelope) if key else None


def _status(payload: _Payload, envelope: _Envelope, at: str | None) -> Event | None:
    event = (text_of(payload.get("type")) or "").lower()
    return status_of(event, payload, envelope, at) if event in EVENTS else None


def _billing(payload: _Payload, envelope: _Envelope, at: str | None) -> Event | None:
    references = object_of(payload.get("references"))
    named = (("gs", first_text(references, "gsId", "gs_id")), ("wa", text_of(references.get("id"))))
    keys = {name: key for name, key in named if key is not None}
    return BillingNoted(
        **{**envelope, "doubts": [*envelope["doubts"], *([] if keys else ["keys"])]},
        keys=keys,
        destination=number_of(references.get("destination")),
        deductions=object_of(payload.get("deductions")),
        at=at,
    )


def _template(payload: _Payload, envelope: _Envelope, at: str | None) -> Event | None:
    status = text_of(payload.get("status"))
    return TemplateChanged(
        **envelope,
        template_id=text_of(payload.get("id")),
        element_name=text_of(payload.get("elementName")),
        language=text_of(payload.get("languageCode")),
        event=text_of(payload.get("type")) or "status-update",
        status=status.lower() if status else None,
        reason=first_text(payload, "rejectedReason", "description", "reason"),
        payload=payload,
        at=at,
    )


def _account(payload: _Payload, envelope: _Envelope, at: str | None) -> Event | None:
    what = text_of(payload.get("type"))
    if what is None:
        return None
    return AccountChanged(**envelope, what=what, payload=object_of(payload.get("payload")), at=at)


def _user(payload: _Payload, envelope: _Envelope, at: str | None) -> Event | None:
    what = text_of(payload.get("type"))
    return UserNoted(**envelope, what=what, phone=number_of(payload.get("phone")), at=at) if what else None


def _preference(payload: _Payload, envelope: _Envelope, at: str | None) -> Event | None:
    entries = objects_of(object_of(payload.get("payload")).get("user_preferences"))
    return PreferenceChanged(**envelope, entries=entries, at=at) if entries else None


_READERS: Final[dict[str, Callable[[_Payload, _Envelope, str | None], Event | None]]] = {
    "message": _message,
    "message-event": _status,
    "billing-event": _billing,
    "template-event": _template,
    "account-event": _account,
    "onboarding-event": _account,
    "user-event": _user,
    "preference-event": _preference,
}
