"""What `POST /wa/api/v1/msg` takes: the documented form and message JSON, checked to the letter (§2.1).

Types are strict and unknown fields refused: a `null` caption, a `document` instead of a `file`, a number
where a string is documented. Limits are those Meta publishes (§2.1, last line of the table).
"""

from __future__ import annotations

from typing import Annotated, ClassVar

import msgspec
from msgspec import UNSET, Meta, UnsetType

Short = Annotated[str, Meta(min_length=1, max_length=20)]
Caption = Annotated[str, Meta(max_length=1024)]
Body = Annotated[str, Meta(min_length=1, max_length=1024)]
Header = Annotated[str, Meta(max_length=60)]
Url = Annotated[str, Meta(pattern=r"^https?://\S+$")]
Id = Annotated[str, Meta(min_length=1)]
Number = Annotated[str, Meta(pattern=r"^-?\d{1,3}(\.\d+)?$")]


class Quote(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """The message that is answered: an inbound `payload.id` or a gs id of ours."""

    msg_id: Id


class Outgoing(msgspec.Struct, forbid_unknown_fields=True, rename="camel", tag_field="type", kw_only=True):
    """What all kinds have in common."""

    kind: ClassVar[str]
    context: Quote | UnsetType = UNSET

    def shown(self) -> str:
        """What the customer reads of it."""
        return ""

    def media_url(self) -> str | None:
        """The file that WhatsApp must fetch before it can send."""
        return None


class Text(Outgoing, tag="text", kw_only=True):
    """A text."""

    kind = "text"
    text: Annotated[str, Meta(min_length=1, max_length=4096)]
    preview_url: bool | UnsetType = UNSET

    def shown(self) -> str:
        """The text."""
        return self.text


class _File(Outgoing, kw_only=True):
    url: Url | UnsetType = UNSET
    id: Id | UnsetType = UNSET

    def __post_init__(self) -> None:
        if (self.url is UNSET) == (self.id is UNSET):
            raise ValueError("exactly one of `url` and `id` is needed")

    def media_url(self) -> str | None:
        """Its address, unless it was uploaded before."""
        return None if self.url is UNSET else self.url


class Image(Outgoing, tag="image", kw_only=True):
    """A picture; `originalUrl` and `previewUrl` belong together."""

    kind = "image"
    original_url: Url | UnsetType = UNSET
    preview_url: Url | UnsetType = UNSET
    id: Id | UnsetType = UNSET
    caption: Caption | UnsetType = UNSET

    def __post_init__(self) -> None:
        if (self.original_url is UNSET) != (self.preview_url is UNSET):
            raise ValueError("`originalUrl` and `previewUrl` are needed together")
        if (self.original_url is UNSET) == (self.id is UNSET):
            raise ValueError("exactly one of `originalUrl` and `id` is needed")

    def shown(self) -> str:
        """Its caption."""
        return self.caption or ""

    def media_url(self) -> str | None:
        """Its address, unless it was uploaded before."""
        return None if self.original_url is UNSET else self.original_url


class File(_File, tag="file", kw_only=True):
    """A document."""

    kind = "document"
    filename: Annotated[str, Meta(min_length=1)] | UnsetType = UNSET
    caption: Caption | UnsetType = UNSET

    def shown(self) -> str:
        """Its caption, else its name."""
        return self.caption or self.filename or ""


class Audio(_File, tag="audio", kw_only=True):
    """A sound or voice note; it has neither caption nor name."""

    kind = "audio"


class Video(_File, tag="video", kw_only=True):
    """A film."""

    kind = "video"
    preview_url: Url | UnsetType = UNSET
    caption: Caption | UnsetType = UNSET

    def shown(self) -> str:
        """Its caption."""
        return self.caption or ""


class Sticker(Outgoing, tag="sticker", kw_only=True):
    """A sticker; by address only."""

    kind = "sticker"
    url: Url

    def media_url(self) -> str | None:
        """Its address."""
        return self.url


class Location(Outgoing, tag="location", kw_only=True):
    """A place; coordinates are strings."""

    kind = "location"
    longitude: Number
    latitude: Number
    name: str | UnsetType = UNSET
    address: str | UnsetType = UNSET

    def shown(self) -> str:
        """Its name, else its coordinates."""
        return self.name or f"{self.latitude}, {self.longitude}"


class Name(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """A contact's name."""

    formatted_name: Annotated[str, Meta(min_length=1)]
    first_name: str | UnsetType = UNSET
    last_name: str | UnsetType = UNSET
    middle_name: str | UnsetType = UNSET
    prefix: str | UnsetType = UNSET
    suffix: str | UnsetType = UNSET


class Card(msgspec.Struct, forbid_unknown_fields=True):
    """A contact card, its keys in camelCase."""

    name: Name
    phones: list[dict[str, str]] | UnsetType = UNSET
    emails: list[dict[str, str]] | UnsetType = UNSET
    addresses: list[dict[str, str]] | UnsetType = UNSET
    org: dict[str, str] | UnsetType = UNSET
    urls: list[dict[str, str]] | UnsetType = UNSET
    birthday: str | UnsetType = UNSET


class Contact(Outgoing, tag="contact", kw_only=True):
    """Somebody's contact."""

    kind = "contact"
    contact: Card

    def shown(self) -> str:
        """The name on the card."""
        return self.contact.name.formatted_name


class Button(msgspec.Struct, forbid_unknown_fields=True, rename="camel", tag_field="type", tag="text"):
    """A reply button."""

    title: Short
    postback_text: Annotated[str, Meta(max_length=256)] | UnsetType = UNSET


class ButtonContent(msgspec.Struct, forbid_unknown_fields=True):
    """What stands above the buttons; `caption` is the footer."""

    type: Annotated[str, Meta(pattern="^(text|image|video|file)$")]
    text: Body
    header: Header | UnsetType = UNSET
    caption: Header | UnsetType = UNSET
    url: Url | UnsetType = UNSET
    filename: str | UnsetType = UNSET

    def __post_init__(self) -> None:
        if (self.type == "text") != (self.url is UNSET):
            raise ValueError("`url` goes with image, video and file, and only with them")


class QuickReply(Outgoing, tag="quick_reply", kw_only=True):
    """A text with up to three buttons."""

    kind = "buttons"
    content: ButtonContent
    options: Annotated[list[Button], Meta(min_length=1, max_length=3)]
    msgid: str | UnsetType = UNSET

    def shown(self) -> str:
        """The text above the buttons."""
        return self.content.text

    def media_url(self) -> str | None:
        """The file in the header."""
        return None if self.content.url is UNSET else self.content.url


class Row(msgspec.Struct, forbid_unknown_fields=True, rename="camel", tag_field="type", tag="text"):
    """A row of a list."""

    title: Annotated[str, Meta(min_length=1, max_length=24)]
    description: Annotated[str, Meta(max_length=72)] | UnsetType = UNSET
    postback_text: Annotated[str, Meta(max_length=200)] | UnsetType = UNSET
    encode_text: bool | UnsetType = UNSET


class Section(msgspec.Struct, forbid_unknown_fields=True):
    """Rows under one title."""

    title: str
    options: Annotated[list[Row], Meta(min_length=1)]
    subtitle: str | UnsetType = UNSET


class Opener(msgspec.Struct, forbid_unknown_fields=True, tag_field="type", tag="text"):
    """The button that opens a list."""

    title: Short


class ListMessage(Outgoing, tag="list", kw_only=True):
    """A list of up to ten rows."""

    kind = "list"
    title: Header
    body: Body
    global_buttons: Annotated[list[Opener], Meta(min_length=1, max_length=1)]
    items: Annotated[list[Section], Meta(min_length=1)]
    footer: Header | UnsetType = UNSET
    msgid: str | UnsetType = UNSET

    def __post_init__(self) -> None:
        if sum(len(section.options) for section in self.items) > 10:
            raise ValueError("a list has at most 10 rows in all")

    def shown(self) -> str:
        """The text above the list."""
        return self.body


class Reaction(Outgoing, tag="reaction", kw_only=True):
    """An emoji on a message of the customer; empty removes it."""

    kind = "reaction"
    msg_id: Id
    emoji: str

    def shown(self) -> str:
        """The emoji."""
        return self.emoji


class ProductDetails(Outgoing, tag="product_details", kw_only=True):
    """A catalogue message; the other sub-types' keys are documented in part only and refused here."""

    kind = "catalog"
    sub_type: Annotated[str, Meta(pattern="^catalog_message$")]
    body: dict[str, str]
    footer: dict[str, str] | UnsetType = UNSET
    thumbnail_id: str | UnsetType = UNSET

    def shown(self) -> str:
        """The text."""
        return self.body.get("text", "")


OutgoingMessage = (
    Text
    | Image
    | File
    | Audio
    | Video
    | Sticker
    | Location
    | Contact
    | QuickReply
    | ListMessage
    | Reaction
    | ProductDetails
)


class Refusal(Exception):
    """The service's answer to something wrong: HTTP status and text; `why` is for the list of complaints."""

    def __init__(self, status: int, text: str, why: str | None = None) -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self.why = why or text


def read_message(raw: str) -> OutgoingMessage:
    """The `message` field of the form; raises `Refusal` (400) naming the place."""
    try:
        message: OutgoingMessage = msgspec.json.decode(raw, type=OutgoingMessage)
    except msgspec.DecodeError as error:
        raise Refusal(400, "Invalid Message", f"message: {error}") from error
    return message


def check_form(form: dict[str, str], *, app_name: str, app_phone: str) -> OutgoingMessage:
    """Check the fields beside `message` and return it decoded.

    Raises `Refusal` with the documented texts: 400 Invalid Destination, Invalid App Details, other
    validation text. A missing `src.name` is no refusal: it is accepted and fails later with 1001 (§6).
    """
    check_sender(form, app_name=app_name, app_phone=app_phone)
    for flag in ("disablePreview", "encode"):
        if form.get(flag, "true") not in {"true", "false"}:
            raise Refusal(400, "Invalid Message", f"{flag} must be true or false")
    if "message" not in form:
        raise Refusal(400, "Invalid Message", "message is missing")
    return read_message(form["message"])


def check_sender(form: dict[str, str], *, app_name: str, app_phone: str) -> None:
    """Check who sends to whom; raises `Refusal` with the documented texts."""
    if form.get("channel") != "whatsapp":
        raise Refusal(400, "Invalid Channel", f"channel must be `whatsapp`, not {form.get('channel')!r}")
    if form.get("source") != app_phone:
        raise Refusal(400, "Invalid App Details", f"source {form.get('source')!r} is not the app's number")
    if form.get("src.name", app_name) != app_name:
        raise Refusal(400, "Invalid App Details", f"src.name {form.get('src.name')!r} is not the app's name")
    destination = form.get("destination", "")
    if not (destination.isascii() and destination.isdigit() and 7 <= len(destination) <= 15):
        raise Refusal(400, "Invalid Destination", f"destination {destination!r} is not digits of E.164")
