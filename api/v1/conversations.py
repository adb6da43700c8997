"""What was said, for those who may read it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from adapters.explanations import Explanation, Who
from api.services import Services
from api.v1.messages import Direction, MediaFacts, MessageState, explained
from runtime.bearer import Holder

ChatId = Annotated[str, msgspec.Meta(pattern="^[0-9]{1,18}$")]


class Conversation(msgspec.Struct, frozen=True, kw_only=True):
    """A customer on a channel. `chat_key`: the customer's number; `waiting`: messages under way."""

    conversation_id: UUID
    channel_id: UUID
    channel_name: str
    contact_name: str
    chat_key: str
    portal_chat_id: str | None
    window_until: datetime | None
    """Until when WhatsApp takes free text."""
    waiting: int


class Chat(msgspec.Struct, frozen=True, kw_only=True):
    """The customer behind a chat of the portal's messenger."""

    conversation_id: UUID
    channel_id: UUID
    channel_name: str
    contact_name: str
    phone: str | None
    """Digits; none for a customer who shows no number."""
    window_until: datetime | None
    """Until when WhatsApp takes free text."""
    may_write: bool


class ConversationMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message within its conversation."""

    message_id: UUID
    direction: Direction
    source: str
    author: str | None
    kind: str
    text: str | None
    media: MediaFacts | None
    state: MessageState
    state_at: datetime
    reason: str | None
    said_at: datetime
    arrived_at: datetime
    reply_to: UUID | None
    """The message that it answers or reacts to."""
    postback: str | None
    """The key of the button or row that the customer chose, as whoever sent it gave it."""
    who_acts: Who = "nobody"
    explanation: Explanation | None = None


@get("/conversations", operation_id="ListConversations", tags=["conversations"])
async def list_conversations(
    services: NamedDependency[Services], holder: NamedDependency[Holder]
) -> list[Conversation]:
    """Conversations of the channels this user may read."""
    arguments = {"p_portal_id": holder.portal_id, "p_user_id": holder.user_id}
    rows = await services.database.call("messaging.conversations", arguments)
    return msgspec.convert(rows, list[Conversation])


@get("/conversations/{conversation_id:uuid}/messages", operation_id="ListMessages", tags=["conversations"])
async def list_messages(
    conversation_id: FromPath[UUID],
    services: NamedDependency[Services],
    holder: NamedDependency[Holder],
    before: FromQuery[UUID | None] = None,
) -> list[ConversationMessage]:
    """A page of a conversation, newest first; `before` is the last message id of the page before."""
    arguments = {
        "p_portal_id": holder.portal_id,
        "p_user_id": holder.user_id,
        "p_conversation_id": conversation_id,
        "p_before": before,
    }
    rows = await services.database.call("messaging.read_conversation", arguments)
    return [msgspec.convert(explained(row, holder), ConversationMessage) for row in rows]


@get("/chats/{chat_id:str}", operation_id="GetChat", tags=["conversations"])
async def get_chat(
    chat_id: FromPath[ChatId], services: NamedDependency[Services], holder: NamedDependency[Holder]
) -> Chat:
    """The conversation behind a chat of Bitrix24's messenger (`1807` of `chat1807`)."""
    arguments = {"p_portal_id": holder.portal_id, "p_actor": holder.user_id, "p_chat_id": chat_id}
    (row,) = await services.database.call("messaging.read_chat", arguments)
    return msgspec.convert(row, Chat)
