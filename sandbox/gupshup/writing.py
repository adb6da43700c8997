"""What a customer can write on the phone, and the v2 content it becomes (contract §4.1)."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as NotBase64
from typing import Any, Literal

import msgspec

from sandbox.gupshup.media import SAMPLES
from sandbox.gupshup.state import Message
from sandbox.misuse import Misuse

Kind = Literal[
    "text",
    "image",
    "audio",
    "voice",
    "video",
    "document",
    "sticker",
    "location",
    "contact",
    "reaction",
    "button_reply",
    "list_reply",
    "quick_reply",
]
_MEDIA_TYPES = {
    "image": "image",
    "audio": "audio",
    "voice": "audio",
    "video": "video",
    "document": "file",
    "sticker": "sticker",
}


class GivenMedia(msgspec.Struct, forbid_unknown_fields=True):
    """A file to send; what is left out comes from a small sample of the kind."""

    content_type: str | None = None
    filename: str | None = None
    base64: str | None = None
    url: str | None = None
    """Where the file already is, in place of `base64`."""


class Written(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `POST /sandbox/whatsapp/{phone}/messages`."""

    text: str | None = None
    """The text; the caption of a file; the title of the button or row tapped."""
    kind: Kind = "text"
    channel: str | None = None
    """Number, name or id of an app; the first one by default."""
    name: str | None = None
    """What the customer's profile is called from now on."""
    media: GivenMedia | None = None
    location: dict[str, Any] | None = None
    """`latitude`, `longitude`, `name`?, `address`?"""
    contact: dict[str, Any] | list[dict[str, Any]] | None = None
    emoji: str | None = None
    """Of a reaction; left out, the reaction is removed."""
    reply_to: str | None = None
    """Any id of the message that is answered, reacted to or tapped; the last one of ours by default."""
    forwarded: bool = False
    referral: dict[str, Any] | None = None
    postback_text: str | None = None
    payload: dict[str, Any] | None = None
    """A raw v2 message payload, or a whole envelope, delivered as it is."""


class File(msgspec.Struct):
    """A customer's file before it has an address."""

    content_type: str
    filename: str | None
    content: bytes


def is_media(kind: Kind) -> bool:
    """Does this kind carry a file?"""
    return kind in _MEDIA_TYPES


def file_of(written: Written) -> File:
    """The file given, completed from the sample of its kind; raises `Misuse` for bad base64."""
    content_type, filename, content = SAMPLES[written.kind]
    given = written.media or GivenMedia()
    if given.base64 is not None:
        try:
            content = b64decode(given.base64, validate=True)
        except (NotBase64, ValueError) as error:
            raise Misuse(400, f"media.base64: {error}", "send the file's bytes in standard base64") from error
    return File(given.content_type or content_type, given.filename or filename, content)


def media_content(written: Written, file: File, url: str, expires_at: int) -> dict[str, Any]:
    """The content of a message with a file; `name` is there for documents only."""
    inner: dict[str, Any] = {"url": url, "contentType": file.content_type, "urlExpiry": expires_at}
    if written.text:
        inner["caption"] = written.text
    if file.filename and written.kind == "document":
        inner["name"] = file.filename
    return {"type": _MEDIA_TYPES[written.kind], "payload": inner}


def plain_content(written: Written, target: Message | None) -> dict[str, Any]:
    """The content of a message without a file; `target` is what it answers. Raises `Misuse`."""
    match written.kind:
        case "location":
            place = written.location or {"longitude": "-77.0428", "latitude": "-12.0464"}
            return {"type": "location", "payload": place}
        case "contact":
            card = written.contact or {
                "name": {"firstName": "Ana", "formattedName": "Ana Pérez"},
                "phones": [{"phone": "+51 987 654 321", "type": "CELL", "wa_id": "51987654321"}],
            }
            return {"type": "contact", "payload": {"contacts": card if isinstance(card, list) else [card]}}
        case "reaction":
            return {"type": "reaction", "payload": _reaction(written, target)}
        case "button_reply" | "list_reply":
            return {"type": written.kind, "payload": _tap(written, target)}
        case "quick_reply":
            inner = {"text": _needed_text(written), "type": "button"}
            if written.postback_text is not None:
                inner["postbackText"] = written.postback_text
            return {"type": "quick_reply", "payload": inner}
        case _:
            return {"type": "text", "payload": {"text": _needed_text(written)}}


def context_of(written: Written, target: Message | None) -> dict[str, Any]:
    """The `context` of an answer or a forwarded message; empty when there is none."""
    context: dict[str, Any] = {}
    if target is not None and written.kind != "reaction":
        context["id"] = target.ids.get("whatsappMessageId") or target.ids["id"]
        if "messageId" in target.ids:
            context["gsId"] = target.ids["messageId"]
    if written.forwarded:
        context.update({"forwarded": True, "frequently_forwarded": False})
    return context


def shown(content: dict[str, Any]) -> str:
    """What the conversation on the phone shows of a message's content."""
    inner = content.get("payload")
    if not isinstance(inner, dict):
        return ""
    for key in ("text", "caption", "title", "emoji", "name"):
        if isinstance(inner.get(key), str):
            return str(inner[key])
    if "latitude" in inner:
        return f"{inner.get('latitude')}, {inner.get('longitude')}"
    if isinstance(inner.get("contacts"), list):
        names = [card.get("name", {}).get("formattedName", "") for card in inner["contacts"]]
        return ", ".join(names)
    return ""


def _needed_text(written: Written) -> str:
    if not written.text:
        raise Misuse(400, "text is missing or empty", 'send {"text": "…"}')
    return written.text


def _reaction(written: Written, target: Message | None) -> dict[str, Any]:
    if target is None:
        raise Misuse(409, "there is no message to react to", "give `reply_to`, an id of the conversation")
    inner: dict[str, Any] = {"id": target.ids.get("whatsappMessageId") or target.ids["id"]}
    if "messageId" in target.ids:
        inner["gsId"] = target.ids["messageId"]
    if written.emoji or written.text:
        inner["emoji"] = written.emoji or written.text
    return inner


def _tap(written: Written, target: Message | None) -> dict[str, Any]:
    """A tap on a button or row that we sent, or one made up where we sent none."""
    title = _needed_text(written)
    options = _options(target)
    index = next((n for n, option in enumerate(options) if option.get("title") == title), None)
    if target is not None and options and index is None:
        offered = ", ".join(str(option.get("title")) for option in options)
        raise Misuse(409, f"the message has no option {title!r}", f"tap one of: {offered}")
    chosen = options[index] if index is not None else {}
    inner: dict[str, Any] = {
        "title": title,
        "id": (target.content or {}).get("msgid", "") if target is not None else "",
        "reply": f"{title} {(index or 0) + 1}",
    }
    postback = written.postback_text or chosen.get("postbackText")
    if postback is not None:
        inner["postbackText"] = postback
    if written.kind == "list_reply":
        inner["description"] = chosen.get("description", "")
    return inner


def _options(target: Message | None) -> list[dict[str, Any]]:
    if target is None or not isinstance(target.content, dict):
        return []
    if target.kind == "list":
        return [row for section in target.content["items"] for row in section["options"]]
    options = target.content.get("options", [])
    return list(options)
