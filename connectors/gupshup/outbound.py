"""What is sent: a message of ours and the form that Gupshup takes (contracts/gupshup.md §2.1, §2.2)."""

from __future__ import annotations

from typing import Any, Final, Literal
from urllib.parse import unquote, urlsplit

import msgspec

from connectors.gupshup.shapes import STRUCTURED, Structured, needs_encoding, shape_of
from connectors.outside import Actor, Failure, Policy
from connectors.redaction import Secret

MAX_TEXT: Final = 4_096
"""Characters of a text message."""
MAX_CAPTION: Final = 1_024
"""Characters of a caption."""

Kind = Literal["text", "image", "video", "audio", "document", "sticker"] | Structured
_WITHOUT_CAPTION: Final = ("audio", "sticker")


class OutboundMessage(msgspec.Struct, frozen=True, kw_only=True):
    """One WhatsApp message: a text, one file that Gupshup fetches from `url`, or a `content`."""

    kind: Kind
    destination: str
    """Digits."""
    text: str | None = None
    """The text, or the caption; audio and stickers carry none."""
    url: Secret | str | None = None
    """A signed address of ours opens the file, so it is a secret."""
    filename: str | None = None
    """Of a document; the customer sees it. Without one, the last part of the URL's path."""
    context_key: str | None = None
    """The message quoted or reacted to: WhatsApp's id of the customer's, the gs id of our own."""
    content: dict[str, Any] | None = None
    """Of what is more than text and file, as `messaging.content_faults` describes it."""
    reference: str | None = None
    """Our id of buttons and lists; it comes back with the answer."""


class OutboundTemplate(msgspec.Struct, frozen=True, kw_only=True):
    """An approved template with its values (§2.2); the file of its header is not among them."""

    provider_id: str
    destination: str
    """Digits."""
    params: list[str]
    """In the order of the variables: header, body, addresses of the buttons."""
    file_kind: str | None = None
    """image, video or document, where the header is a file."""
    url: Secret | str | None = None
    filename: str | None = None


def template_form_of(message: OutboundTemplate, source: str, app_name: str) -> dict[str, Any]:
    """The form fields of `POST /wa/api/v1/template/msg`."""
    form: dict[str, Any] = {
        "channel": "whatsapp",
        "source": source,
        "destination": message.destination,
        "src.name": app_name,
        "template": {"id": message.provider_id, "params": message.params},
    }
    if message.file_kind is not None:
        file: dict[str, Any] = {"link": message.url or ""}
        if message.file_kind == "document":
            file["filename"] = message.filename or _last_part(message.url or "")
        form["message"] = {"type": message.file_kind, message.file_kind: file}
    return form


def unsendable(message: OutboundMessage) -> Failure | None:
    """Why this message cannot be sent as it is; found before anything leaves."""
    if message.kind in STRUCTURED:
        if message.content is None or (message.kind == "reaction" and not message.context_key):
            return _refusal("text_missing", f"a message of kind {message.kind} needs its content")
        return None
    text, is_text = message.text or "", message.kind == "text"
    if is_text and not text.strip():
        return _refusal("text_missing", "a text message needs a text")
    if is_text and len(text) > MAX_TEXT:
        return _refusal("text_too_long", f"{len(text)} characters; WhatsApp takes {MAX_TEXT}")
    if not is_text and not message.url:
        return _refusal("url_missing", f"a message of kind {message.kind} needs the address of its file")
    if text and message.kind in _WITHOUT_CAPTION:
        return _refusal("caption_not_possible", f"WhatsApp takes no caption with {message.kind}")
    if not is_text and len(text) > MAX_CAPTION:
        return _refusal("caption_too_long", f"{len(text)} characters; WhatsApp takes {MAX_CAPTION}")
    return None


def form_of(message: OutboundMessage, source: str, app_name: str) -> dict[str, Any]:
    """The form fields of `POST /wa/api/v1/msg`; `src.name` always, or sends fail with 1001."""
    content = _content(message)
    if message.context_key and message.kind != "reaction":
        content["context"] = {"msgId": message.context_key}
    form: dict[str, Any] = {
        "channel": "whatsapp",
        "source": source,
        "destination": message.destination,
        "src.name": app_name,
        "message": content,
    }
    if message.kind == "list" and needs_encoding(content):
        form["encode"] = "true"
    return form


def _content(message: OutboundMessage) -> dict[str, Any]:
    url, caption = message.url or "", message.text or ""
    match message.kind:
        case "text":
            return {"type": "text", "text": message.text, "previewUrl": True}
        case "image":
            return {"type": "image", "originalUrl": url, "previewUrl": url, "caption": caption}
        case "document":
            filename = message.filename or _last_part(url)
            return {"type": "file", "url": url, "filename": filename, "caption": caption}
        case "video":
            return {"type": "video", "url": url, "caption": caption}
        case "audio" | "sticker":
            return {"type": message.kind, "url": url}
        case kind:
            return shape_of(kind, message.content or {}, message.context_key, message.reference)


def _last_part(url: Secret | str) -> str:
    if isinstance(url, Secret):
        return "document"
    return unquote(urlsplit(url).path).rpartition("/")[2] or "document"


def _refusal(code: str, message: str) -> Failure:
    return Failure(policy=Policy.NEVER, code=code, message=message, who_acts=Actor.OPERATOR)
