"""Messages: the list with its filters and its search, one message, and what only a person can decide."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, cast
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from adapters.explanations import Explanation, Who, explain
from api.services import Services
from connectors.bitrix24.texts import Language
from runtime.bearer import Holder

Direction = Literal["in", "out"]
MessageState = Literal[
    "accepted",
    "queued",
    "sending",
    "unknown",
    "submitted",
    "enqueued",
    "sent",
    "delivered",
    "read",
    "failed",
    "refused",
    "expired",
]
Decision = Literal["arrived", "resend", "drop"]


class MediaFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A file without the address that opens it; size in bytes."""

    name: str | None = None
    mime: str | None = None
    size: int | None = None


class MessageRow(msgspec.Struct, frozen=True, kw_only=True):
    """A message as a list shows it. `phone` is the customer's (the chat's key); instants are UTC."""

    message_id: UUID
    channel_id: UUID
    channel_name: str
    conversation_id: UUID
    contact_name: str
    phone: str
    direction: Direction
    source: str
    author: str | None
    """The Bitrix24 user who wrote it; none for a customer and for the portal itself."""
    author_name: str | None
    kind: str
    text: str | None
    media: MediaFacts | None
    state: MessageState
    state_at: datetime
    reason: str | None
    """The code of why it stands where it stands; `explanation` says it in the holder's language."""
    said_at: datetime
    arrived_at: datetime
    who_acts: Who = "nobody"
    explanation: Explanation | None = None


class MessagePage(msgspec.Struct, frozen=True, kw_only=True):
    """A page, newest first. `next`, where there is one, is the `before` of the next page.

    A page may be empty and have a next one: a search that finds little looks at some messages at a time.
    """

    items: list[MessageRow]
    next: UUID | None


class MessagePart(msgspec.Struct, frozen=True, kw_only=True):
    """One WhatsApp message of an operator's message that became several."""

    message_id: UUID
    part: int
    kind: str
    state: MessageState
    reason: str | None


class MessageKey(msgspec.Struct, frozen=True, kw_only=True):
    """An id that somebody knows the message by: `gs` is Gupshup's, `wa` WhatsApp's, else the source's own."""

    kind: str
    key: str


class MessageDetail(MessageRow, frozen=True, kw_only=True):
    """One message whole. `may`: what this user may decide about it now."""

    part: int
    parts: list[MessagePart]
    """All parts, itself among them, where there are several."""
    ids: list[MessageKey]
    charge_state: str | None
    attempts: int
    said: str | None
    """What the other side said in its own words, where it refused."""
    may: list[Decision]
    portal_chat_id: str | None
    """The chat in Bitrix24 that it stands in; None until the portal has named it."""
    reply_to: UUID | None
    """The message that it answers or reacts to."""
    postback: str | None
    """The key of the button or row that the customer chose, as whoever sent it gave it."""


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What a person decided about a message whose outcome is unknown. `resend` risks a duplicate."""

    verdict: Decision


class Resolved(msgspec.Struct, frozen=True, kw_only=True):
    """The message's state after the decision."""

    state: str


@get("/messages", operation_id="FindMessages", tags=["messages"])
async def find_messages(
    services: NamedDependency[Services],
    holder: NamedDependency[Holder],
    channel_id: FromQuery[UUID | None] = None,
    direction: FromQuery[Direction | None] = None,
    states: Annotated[str | None, QueryParameter(name="state")] = None,
    text: FromQuery[str | None] = None,
    since: FromQuery[datetime | None] = None,
    until: FromQuery[datetime | None] = None,
    id: FromQuery[str | None] = None,  # noqa: A002 - the name that a person expects in the address
    before: FromQuery[UUID | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=200)] = 50,
) -> MessagePage:
    """Messages of the channels this user may read, newest first.

    `state`: a state or an outcome (waiting, done, failed, refused, expired, unknown), or several with commas;
    `text`: in the words, the customer's name or number; `id`: any id at all, theirs or ours.
    """
    arguments: dict[str, Any] = {
        "p_portal_id": holder.portal_id,
        "p_user_id": holder.user_id,
        "p_channel_id": channel_id,
        "p_direction": direction,
        "p_states": [one.strip() for one in states.split(",")] if states else None,
        "p_text": text,
        "p_since": since,
        "p_until": until,
        "p_id": id or None,
        "p_before": before,
        "p_limit": limit,
    }
    rows = await services.database.call("messaging.find_messages", arguments)
    more = rows.pop() if rows and rows[-1]["conversation_id"] is None else None
    return MessagePage(
        items=[msgspec.convert(explained(row, holder), MessageRow) for row in rows],
        next=more["message_id"] if more else None,
    )


@get("/messages/{message_id:uuid}", operation_id="GetMessage", tags=["messages"])
async def get_message(
    message_id: FromPath[UUID], services: NamedDependency[Services], holder: NamedDependency[Holder]
) -> MessageDetail:
    """One message with its parts, its ids, and what may be decided about it."""
    arguments = {"p_portal_id": holder.portal_id, "p_user_id": holder.user_id, "p_message_id": message_id}
    (row,) = await services.database.call("messaging.read_message", arguments)
    return msgspec.convert(explained(row, holder), MessageDetail)


@post(
    "/messages/{message_id:uuid}/resolve", status_code=200, operation_id="ResolveMessage", tags=["messages"]
)
async def resolve_message(
    message_id: FromPath[UUID],
    data: JSONBody[Verdict],
    services: NamedDependency[Services],
    holder: NamedDependency[Holder],
) -> Resolved:
    """Decide about a message whose outcome is unknown."""
    arguments = {
        "p_portal_id": holder.portal_id,
        "p_message_id": message_id,
        "p_verdict": data.verdict,
        "p_actor": holder.user_id,
    }
    state = await services.database.call_value("messaging.resolve_unknown", arguments)
    services.alarm.ring()
    return Resolved(state=state)


def explained(row: dict[str, Any], holder: Holder) -> dict[str, Any]:
    """A message's row with its reason in words; an unknown outcome is said to be that, whatever the code."""
    code = "unknown" if row["state"] == "unknown" else row["reason"]
    if code is None and row["state"] == "expired":
        code = "expired"
    if code is None:
        return row
    words = explain(
        code,
        party="bitrix24" if row["direction"] == "in" else "gupshup",
        language=cast("Language", holder.language),
    )
    return {**row, "explanation": words, "who_acts": words.who}
