"""Sending: what a program or the panel says to a customer who wrote within 24 hours."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta

from api.services import Services
from connectors.bitrix24.text import TEXT_LIMIT, split
from runtime.bearer import Holder

Words = Annotated[str, Meta(max_length=40_000)]
Caption = Annotated[str, Meta(max_length=2_000)]
Short = Annotated[str, Meta(max_length=1_100)]
Address = Annotated[str, Meta(min_length=8, max_length=2_000, pattern="^https?://")]


class Content(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind"):
    """What is said. Sizes and limits of every kind: docs/reference/message-kinds.md."""


class TextContent(Content, frozen=True, kw_only=True, tag="text"):
    """A text; one of more than 4,096 characters goes as several messages, in order."""

    text: Annotated[str, Meta(min_length=1, max_length=40_000)]


class ImageContent(Content, frozen=True, kw_only=True, tag="image"):
    """A picture, fetched from `url` when it is sent."""

    url: Address
    caption: Caption | None = None
    mime: Short | None = None


class VideoContent(Content, frozen=True, kw_only=True, tag="video"):
    """A film, fetched from `url` when it is sent."""

    url: Address
    caption: Caption | None = None
    mime: Short | None = None


class DocumentContent(Content, frozen=True, kw_only=True, tag="document"):
    """A file of any type, fetched from `url` when it is sent; `name` is what the customer sees."""

    url: Address
    name: Annotated[str, Meta(max_length=200)] | None = None
    caption: Caption | None = None
    mime: Short | None = None


class AudioContent(Content, frozen=True, kw_only=True, tag="audio"):
    """A sound, fetched from `url`; what WhatsApp does not take is converted to a voice message."""

    url: Address
    mime: Short | None = None


class StickerContent(Content, frozen=True, kw_only=True, tag="sticker"):
    """A sticker in WebP."""

    url: Address
    mime: Short | None = None


class LocationContent(Content, frozen=True, kw_only=True, tag="location"):
    """A place, in degrees."""

    latitude: float
    longitude: float
    name: Short | None = None
    address: Short | None = None


class Phone(msgspec.Struct, frozen=True, kw_only=True):
    """A number on a contact's card."""

    phone: Short
    type: Literal["CELL", "MAIN", "IPHONE", "HOME", "WORK"] = "CELL"


class Email(msgspec.Struct, frozen=True, kw_only=True):
    """An address on a contact's card."""

    email: Short
    type: Literal["HOME", "WORK"] = "WORK"


class ContactContent(Content, frozen=True, kw_only=True, tag="contact"):
    """Somebody's card; `name` as it is shown."""

    name: Short
    first_name: Short | None = None
    last_name: Short | None = None
    organization: Short | None = None
    phones: Annotated[list[Phone], Meta(max_length=20)] = []
    emails: Annotated[list[Email], Meta(max_length=20)] = []


class ReactionContent(Content, frozen=True, kw_only=True, tag="reaction"):
    """An emoji on the customer's message that `reply_to` names; empty takes it back."""

    emoji: Annotated[str, Meta(max_length=20)]


class ReplyButton(msgspec.Struct, frozen=True, kw_only=True):
    """A button; `id` comes back as the answer's `postback`."""

    title: Short
    id: Short


class ButtonsContent(Content, frozen=True, kw_only=True, tag="buttons"):
    """A text with one to three buttons."""

    text: Caption
    header: Short | None = None
    footer: Short | None = None
    buttons: Annotated[list[ReplyButton], Meta(max_length=20)]


class ListRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row to choose; `id` comes back as the answer's `postback`."""

    title: Short
    id: Short
    description: Short | None = None


class ListSection(msgspec.Struct, frozen=True, kw_only=True):
    """Rows under a title, which one section alone does not need."""

    title: Short | None = None
    rows: Annotated[list[ListRow], Meta(max_length=50)]


class ListContent(Content, frozen=True, kw_only=True, tag="list"):
    """A text with a list of up to ten rows; `button` opens it."""

    header: Short
    text: Caption
    footer: Short | None = None
    button: Short
    sections: Annotated[list[ListSection], Meta(max_length=20)]


AnyContent = (
    TextContent
    | ImageContent
    | VideoContent
    | DocumentContent
    | AudioContent
    | StickerContent
    | LocationContent
    | ContactContent
    | ReactionContent
    | ButtonsContent
    | ListContent
)


class NewMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message to send: to a `conversation_id`, or on a `channel_id` to a `phone` that wrote to it.

    The same `key` again is the same message. `reply_to`: the message that it answers, one of ours.
    """

    key: Annotated[str, Meta(min_length=1, max_length=100)]
    content: AnyContent
    conversation_id: UUID | None = None
    channel_id: UUID | None = None
    phone: Annotated[str, Meta(max_length=40)] | None = None
    reply_to: UUID | None = None


class SentMessage(msgspec.Struct, frozen=True, kw_only=True):
    """What is on its way: the message, and all its parts where a long text became several."""

    message_id: UUID
    parts: list[UUID]


@post("/messages", status_code=201, operation_id="SendMessage", tags=["messages"])
async def send_message(
    data: JSONBody[NewMessage], services: NamedDependency[Services], holder: NamedDependency[Holder]
) -> SentMessage:
    """Send to a customer who wrote within 24 hours (later: a template). Needs the right to write.

    All parts are sent or none: a refusal keeps nothing and costs nothing; 422 names each field and its fault.
    """
    arguments = {
        "p_portal_id": holder.portal_id,
        "p_actor": holder.user_id,
        "p_key": data.key,
        "p_conversation_id": data.conversation_id,
        "p_channel_id": data.channel_id,
        "p_phone": data.phone,
        "p_parts": parts_of(data.content, data.reply_to),
    }
    rows = await services.database.call("messaging.send_message", arguments)
    services.alarm.ring()
    sent = [row["message_id"] for row in rows]
    return SentMessage(message_id=sent[0], parts=sent)


def parts_of(content: AnyContent, reply_to: UUID | None) -> list[dict[str, Any]]:
    """The parts of `messaging.submit`, the first of which answers."""
    if isinstance(content, TextContent):
        # a text of white space only stays one part, so that it is refused with its reason
        parts = [{"kind": "text", "text": text} for text in split(content.text, TEXT_LIMIT) or [""]]
    else:
        parts = [_part(content)]
    if reply_to is not None:
        parts[0]["reply_to"] = str(reply_to)
    return parts


def _part(content: AnyContent) -> dict[str, Any]:
    said: dict[str, Any] = msgspec.to_builtins(content)
    kind, url = said.pop("kind"), said.pop("url", None)
    said = {name: value for name, value in said.items() if value is not None}
    if url is None:
        return {"kind": kind, "content": said}
    media: dict[str, Any] = {name: said[name] for name in ("mime", "name") if name in said}
    media["url"] = url
    return {"kind": kind, "text": said.get("caption"), "media": media}
