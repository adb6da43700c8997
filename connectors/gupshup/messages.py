"""An inbound message of format v2 (contracts/gupshup.md §4.1) as `MessageReceived`."""

from __future__ import annotations

from typing import Any, Final

from connectors.gupshup.events import Media, MessageReceived, StatusChanged
from connectors.gupshup.wire import (
    digits_of,
    first_text,
    instant_of,
    number_of,
    object_of,
    objects_of,
    text_of,
)

_KIND_OF_TYPE: Final = {
    "text": "text",
    "image": "image",
    "audio": "audio",
    "voice": "voice",
    "video": "video",
    "file": "document",
    "document": "document",
    "sticker": "sticker",
    "location": "location",
    "contact": "contact",
    "contacts": "contact",
    "button": "button_reply",
    "button_reply": "button_reply",
    "quick_reply": "button_reply",
    "list_reply": "list_reply",
    "reaction": "reaction",
    "order": "order",
    "edit": "edited",
    "edited": "edited",
    "revoke": "deleted",
    "deleted": "deleted",
}
_MEDIA_KINDS: Final = frozenset({"image", "audio", "voice", "video", "document", "sticker"})
_ABOUT_ANOTHER: Final = frozenset({"reaction", "edited", "deleted"})
KINDS: Final = frozenset({*_KIND_OF_TYPE.values(), "unsupported"})
"""Every kind that `MessageReceived.kind` can be."""


def message_of(
    payload: dict[str, Any], key: str, sent_at: str | None, envelope: dict[str, Any]
) -> MessageReceived:
    """Read one message; `envelope` holds the fields of `events.Envelope`, `key` is the payload's id."""
    inner = object_of(payload.get("payload"))
    sender = object_of(payload.get("sender"))
    kind = _kind_of(payload.get("type"), inner)
    media = _media_of(inner) if kind in _MEDIA_KINDS else None
    wa_id = number_of(payload.get("source")) or number_of(sender.get("phone"))
    bsuid = text_of(payload.get("userId")) or text_of(sender.get("userId"))
    text = _text_of(kind, inner)
    doubts = [*envelope["doubts"]]
    if wa_id is None and bsuid is None:
        doubts.append("sender")
    if kind in _MEDIA_KINDS and media is None:
        doubts.append("media")
    if kind in ("text", "button_reply", "list_reply") and text is None:
        doubts.append("text")
    beside: dict[str, Any] = {}
    if referral := object_of(payload.get("referral")):
        beside["referral"] = referral
    context = object_of(payload.get("context"))
    if context.get("forwarded") is True or context.get("frequently_forwarded") is True:
        beside["forwarded"] = True
    return MessageReceived(
        **{**envelope, "doubts": doubts},
        key=key,
        wa_id=wa_id,
        bsuid=bsuid,
        name=text_of(sender.get("name")),
        kind=kind,
        text=text,
        media=media,
        context_key=_context_key(kind, payload, inner),
        payload={**inner, **beside},
        sent_at=sent_at,
    )


def deletion_of(status: StatusChanged) -> MessageReceived | None:
    """What operators see where a customer took a message back, which Gupshup tells as a status."""
    key = status.keys.get("wa")
    if status.event != "deleted" or key is None or digits_of(status.destination) is None:
        return None
    return MessageReceived(
        app=status.app,
        app_id=status.app_id,
        app_phone=status.app_phone,
        doubts=status.doubts,
        key=f"deleted:{key}",
        wa_id=status.destination,
        bsuid=None,
        name=None,
        kind="deleted",
        text=None,
        media=None,
        context_key=key,
        payload={},
        sent_at=status.at,
    )


def _kind_of(declared: Any, inner: dict[str, Any]) -> str:
    """A tap on a template's button comes as `quick_reply`, or as `text` with `type: button` inside."""
    kind = _KIND_OF_TYPE.get(declared.lower() if isinstance(declared, str) else "", "unsupported")
    if kind == "text" and inner.get("type") == "button":
        return "button_reply"
    if kind == "audio" and (text_of(inner.get("contentType")) or "").lower().startswith("audio/ogg"):
        return "voice"
    return kind


def _media_of(inner: dict[str, Any]) -> Media | None:
    url = text_of(inner.get("url"))
    if url is None:
        return None
    return Media(
        url=url,
        mime=text_of(inner.get("contentType")),
        name=first_text(inner, "name", "filename", "fileName"),
        expires_at=instant_of(inner.get("urlExpiry")),
    )


def _context_key(kind: str, payload: dict[str, Any], inner: dict[str, Any]) -> str | None:
    """`context.gsId || gs_id || id`; a reaction or a change names its target in the inner payload."""
    key = first_text(object_of(payload.get("context")), "gsId", "gs_id", "id")
    if key or kind not in _ABOUT_ANOTHER:
        return key
    return first_text(inner, "gsId", "gs_id", "original_message_id", "originalMessageId", "id")


def _text_of(kind: str, inner: dict[str, Any]) -> str | None:
    """What a person reads. A button's stable key, its `postbackText`, stays in the payload."""
    if kind in _MEDIA_KINDS:
        return text_of(inner.get("caption"))
    if kind == "location":
        return _place(inner)
    if kind == "contact":
        return "\n".join(filter(None, map(_card, objects_of(inner.get("contacts"))))) or None
    if kind == "reaction":
        return text_of(inner.get("emoji"))
    if kind in ("button_reply", "list_reply"):
        return first_text(inner, "title", "text", "reply", "postbackText")
    if kind == "edited":
        return _new_words(inner)
    return text_of(inner.get("text"))


def _new_words(inner: dict[str, Any]) -> str | None:
    """What an edited message says now; the shape is Meta's, Gupshup's is not known (§4.1)."""
    message = object_of(inner.get("message"))
    body = object_of(message.get("text")) or object_of(inner.get("text"))
    return text_of(inner.get("text")) or first_text(body, "body") or first_text(message, "text", "caption")


def _place(inner: dict[str, Any]) -> str | None:
    latitude, longitude = text_of(inner.get("latitude")), text_of(inner.get("longitude"))
    point = f"{latitude}, {longitude}" if latitude and longitude else None
    return "\n".join(filter(None, (text_of(inner.get("name")), text_of(inner.get("address")), point))) or None


def _card(contact: dict[str, Any]) -> str:
    name = object_of(contact.get("name"))
    given = " ".join(filter(None, (text_of(name.get("firstName")), text_of(name.get("lastName")))))
    phones = (number_of(phone.get("phone")) for phone in objects_of(contact.get("phones")))
    return " ".join(filter(None, (first_text(name, "formattedName", "formatted_name") or given, *phones)))
