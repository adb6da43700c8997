"""A client's WhatsApp message as an element of `imconnector.send.messages` (contracts/bitrix24.md §2.2).

Identity is decided by the caller and never changes for a person: `user.id` and `chat.id` are its key, and
another format would split the dialog (§2.7).
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from connectors.bitrix24 import php
from connectors.bitrix24.form import clean
from connectors.bitrix24.names import file_name, person_name
from connectors.bitrix24.text import neutral, to_portal
from connectors.bitrix24.texts import Language, say
from connectors.redaction import Secret

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
    "button_reply",
    "list_reply",
    "reaction",
    "order",
    "edited",
    "deleted",
    "unsupported",
]
_FALLBACK_NAMES = {
    "image": "image.jpg",
    "audio": "audio.mp3",
    "voice": "voice.ogg",
    "video": "video.mp4",
    "document": "document.pdf",
    "sticker": "sticker.webp",
}
_LONGEST_QUOTE = 300


class Client(msgspec.Struct, frozen=True, kw_only=True):
    """Who wrote. `wa_id` digits with country code; `bsuid` where WhatsApp shows no number."""

    wa_id: str | None = None
    bsuid: str | None = None
    name: str | None = None
    chat_key: str | None = None
    """The key under which the portal already knows this person, when it is neither of the two any more."""

    @property
    def key(self) -> str:
        """`user.id` and `chat.id`; the portal separates its parts by `|`, so none is in it.

        Raises ValueError for a client without any identifier.
        """
        key = self.chat_key or self.wa_id or self.bsuid
        if not key:
            raise ValueError("a client needs a WhatsApp number or a business-scoped id")
        return key.replace("|", "_")


class InboundMedia(msgspec.Struct, frozen=True, kw_only=True):
    """A file that we host: `url` is signed and opens it, so it is a secret."""

    url: Secret
    name: str | None = None


class Inbound(msgspec.Struct, frozen=True, kw_only=True):
    """A canonical message on its way into the portal."""

    external_id: str
    kind: Kind
    client: Client
    sent_at: int
    """Unix seconds."""
    text: str | None = None
    media: InboundMedia | None = None
    payload: dict[str, Any] = msgspec.field(default_factory=dict[str, Any])
    """The provider's inner payload, for locations, contacts, reactions and orders."""
    quoted: str | None = None
    """The text of ours or theirs that the message answers or reacts to."""
    written_by: int | None = None
    """An employee of the portal: the message is a mirror of his own (§2.2 `message.user_id`)."""
    with_crm: bool = True
    """False keeps the portal's CRM tracker away from this message."""


class InboundForPortal(msgspec.Struct, frozen=True, kw_only=True):
    """One element of MESSAGES. Elements with files go alone, because the portal downloads while we wait."""

    external_id: str
    chat_key: str
    has_files: bool
    element: dict[str, Any]


def render(message: Inbound, language: Language) -> InboundForPortal:
    """The element for `message`. Raises ValueError only for a client without any identifier."""
    key = message.client.key
    first, last = person_name(message.client.name)
    text = "\n".join(part for part in (*_origin(message.payload, language), _text(message, language)) if part)
    body: dict[str, Any] = {"id": message.external_id, "date": message.sent_at}
    if text:
        body["text"] = text
    if message.media is not None:
        name = file_name(message.media.name, _FALLBACK_NAMES.get(message.kind, "file.bin"))
        body["files"] = [{"url": message.media.url, "name": name}]
    if not message.with_crm:
        body["disable_crm"] = "Y"
    if message.written_by is not None:
        body["user_id"] = message.written_by
    user: dict[str, Any] = {"id": key, "name": first}
    if last:
        user["last_name"] = last
    if message.client.wa_id:
        user["phone"] = f"+{message.client.wa_id}"
        user["url"] = f"https://wa.me/{message.client.wa_id}"
    return InboundForPortal(
        external_id=message.external_id,
        chat_key=key,
        has_files=message.media is not None,
        element={
            "user": user,
            "message": body,
            "chat": {"id": key, "name": f"{first} {last}".strip()},
        },
    )


def _text(message: Inbound, language: Language) -> str:
    own = to_portal(clean(message.text or "")).strip()
    match message.kind:
        case "location":
            return _location(message.payload, language)
        case "contact":
            return _contacts(message.payload, language)
        case "reaction":
            return _reaction(message, language)
        case "order":
            return _order(message.payload, language)
        case "unsupported":
            return own or say("unsupported", language)
        case "deleted":
            return "\n".join([*_quote_lines(message.quoted), f"🗑 {say('deleted', language)}"])
        case "edited":
            return "\n".join([*_quote_lines(message.quoted), f"✏️ {say('edited', language)}", own]).strip()
        case "button_reply" | "list_reply":
            return "\n".join([*_quote_lines(message.quoted), _choice(message, own, language)])
        case kind if kind in _FALLBACK_NAMES and message.media is None:
            return "\n".join(part for part in (own, say("file_missing", language)) if part)
        case _:
            answer = own or ("" if message.media else say("unsupported", language))
            return "\n".join([*_quote_lines(message.quoted), answer]).strip()


def _origin(payload: dict[str, Any], language: Language) -> list[str]:
    """What stands above a message: that it was passed on, and the advertisement that brought the customer."""
    lines = [f"↪️ {say('forwarded', language)}"] if payload.get("forwarded") is True else []
    ad = php.mapping(payload.get("referral"))
    if ad:
        headline, words = _plain(ad.get("headline")), _plain(ad.get("body"))
        name = headline or words
        lines.append(f"📣 {say('advertisement', language)}" + (f": {name}" if name else ""))
        lines += [words if headline else "", _plain(ad.get("source_url"))]
    return lines


def _choice(message: Inbound, own: str, language: Language) -> str:
    """The button or the row of a list that was chosen, with what stands below the row's title."""
    label = say("button" if message.kind == "button_reply" else "option", language)
    below = _plain(message.payload.get("description"))
    return "\n".join(
        part for part in (f"[b]{label}:[/b] {own or say('unsupported', language)}", below) if part
    )


def _quote_lines(quoted: str | None) -> list[str]:
    return [f">>{line}" for line in _shortened(quoted).split("\n")] if quoted else []


def _shortened(text: str | None) -> str:
    plain = neutral(clean(text or "")).strip()
    return plain if len(plain) <= _LONGEST_QUOTE else f"{plain[:_LONGEST_QUOTE]}…"


def _location(payload: dict[str, Any], language: Language) -> str:
    place = [_plain(payload.get("name")), _plain(payload.get("address"))]
    latitude, longitude = _degrees(payload.get("latitude"), 90), _degrees(payload.get("longitude"), 180)
    link = None
    if latitude is not None and longitude is not None:
        link = f"https://maps.google.com/?q={latitude},{longitude}"
    lines = [f"📍 {say('location', language)}", *place, link]
    return "\n".join(line for line in lines if line)


def _degrees(value: Any, most: int) -> float | None:
    try:
        degrees = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return degrees if abs(degrees) <= most else None


def _contacts(payload: dict[str, Any], language: Language) -> str:
    lines = []
    for contact in map(php.mapping, php.items(payload.get("contacts"))):
        name = php.mapping(contact.get("name"))
        shown = _plain(name.get("formattedName") or name.get("formatted_name") or name.get("firstName"))
        phones = [_plain(php.mapping(phone).get("phone")) for phone in php.items(contact.get("phones"))]
        lines.append(f"👤 {shown or say('contact', language)}")
        lines += [phone for phone in phones if phone]
    return "\n".join(lines) or f"👤 {say('contact', language)}"


def _reaction(message: Inbound, language: Language) -> str:
    emoji = _plain(message.payload.get("emoji")) or neutral(clean(message.text or "")).strip()
    shown = emoji or say("reaction_removed", language)
    quoted = _shortened(message.quoted).replace("\n", " ")
    return f"{shown} → {quoted}" if quoted else shown


def _order(payload: dict[str, Any], language: Language) -> str:
    """The shape of orders is Meta's; Gupshup's version 2 is unverified (contracts/gupshup.md §4.1)."""
    order = php.mapping(payload.get("order")) or payload
    lines = [f"🛒 {say('order', language)}", _plain(order.get("text"))]
    for item in map(php.mapping, php.items(order.get("product_items"))):
        name = _plain(item.get("product_retailer_id")) or "?"
        price = " ".join(
            part for part in (_plain(item.get("item_price")), _plain(item.get("currency"))) if part
        )
        lines.append(f"{_plain(item.get('quantity')) or '1'} × {name}" + (f" — {price}" if price else ""))
    return "\n".join(line for line in lines if line)


def _plain(value: Any) -> str:
    """A short text from outside that cannot be markup."""
    return neutral(clean(php.text(value) or "")).strip()[:_LONGEST_QUOTE]
