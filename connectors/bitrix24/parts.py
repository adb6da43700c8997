"""An operator's message as the WhatsApp messages that it becomes (contracts/bitrix24.md §2.5, §2.6)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from connectors.bitrix24.events import OperatorFile
from connectors.bitrix24.text import (
    CAPTION_LIMIT,
    TEXT_LIMIT,
    Reply,
    length,
    reply_of,
    split,
    to_whatsapp,
)
from connectors.media.limits import LIMITS

PartKind = Literal["text", "image", "video", "audio", "document"]

_KIND_OF_MIME: dict[str, PartKind] = {
    "image/jpeg": "image",
    "image/png": "image",
    "video/mp4": "video",
    "video/3gpp": "video",
}
_KIND_OF_EXTENSION: dict[str, PartKind] = {
    "jpg": "image",
    "jpeg": "image",
    "png": "image",
    "mp4": "video",
    "3gp": "video",
    "aac": "audio",
    "amr": "audio",
    "m4a": "audio",
    "mp3": "audio",
    "ogg": "audio",
    # what WhatsApp does not take is converted on its way (connectors/media/voice.py)
    "flac": "audio",
    "oga": "audio",
    "opus": "audio",
    "wav": "audio",
    "weba": "audio",
    "wma": "audio",
}
_SAYS_NOTHING = {"", "application/octet-stream"}
_CAPTIONED = {"image", "document"}


class OutboundPart(msgspec.Struct, frozen=True, kw_only=True):
    """One WhatsApp message: a text, or a file with an optional caption in `text`."""

    kind: PartKind
    text: str | None = None
    file: OperatorFile | None = None
    reply: Reply | None = None
    """The same text taken apart, where its beginning quotes: for whoever finds the message that is quoted."""


def outbound_parts(
    markup: str | None,
    files: Sequence[OperatorFile],
    *,
    portal_origin: str = "",
    operator: str | None = None,
) -> list[OutboundPart]:
    """The parts in their order: files as they came, then the text unless it became a caption.

    A text of at most 1,024 units is the caption of the first image or document; audio can have none. A
    longer one is split at 4,096. Empty when there is nothing to send (a text of markup only).
    """
    text = to_whatsapp(markup or "", portal_origin=portal_origin, operator=operator)
    reply = reply_of(markup or "", portal_origin=portal_origin, operator=operator)
    parts = [OutboundPart(kind=kind_of(file), file=file) for file in files]
    bearer = next((number for number, part in enumerate(parts) if part.kind in _CAPTIONED), None)
    if text and bearer is not None and length(text) <= CAPTION_LIMIT:
        parts[bearer] = msgspec.structs.replace(parts[bearer], text=text, reply=reply)
        return parts
    texts = [OutboundPart(kind="text", text=piece) for piece in split(text, TEXT_LIMIT)]
    if len(texts) == 1 and reply is not None and reply.answer:
        texts = [msgspec.structs.replace(texts[0], reply=reply)]
    return [*parts, *texts]


def kind_of(file: OperatorFile) -> PartKind:
    """How WhatsApp can carry a file; what it cannot show, or not at that size, goes as a document."""
    mime = (file.mime or "").partition(";")[0].strip().lower()
    extension = (file.name or "").rpartition(".")[2].lower()
    by_name = _KIND_OF_EXTENSION.get(extension, "document")
    by_mime = "audio" if mime.startswith("audio/") else _KIND_OF_MIME.get(mime, "document")
    kind = by_name if mime in _SAYS_NOTHING else by_mime
    return "document" if (file.size or 0) > LIMITS[kind].max_bytes else kind
