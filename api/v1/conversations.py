"""What was said, for those who may read it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from api.services import Services
from runtime.bearer import Holder


@get("/conversations", operation_id="ListConversations", tags=["conversations"])
async def list_conversations(
    services: NamedDependency[Services], holder: NamedDependency[Holder]
) -> list[dict[str, Any]]:
    """Conversations of the channels this user may read."""
    arguments = {"p_portal_id": holder.portal_id, "p_user_id": holder.user_id}
    return await services.database.call("messaging.conversations", arguments)


@get("/conversations/{conversation_id:uuid}/messages", operation_id="ListMessages", tags=["conversations"])
async def list_messages(
    conversation_id: FromPath[UUID],
    services: NamedDependency[Services],
    holder: NamedDependency[Holder],
    before: FromQuery[UUID | None] = None,
) -> list[dict[str, Any]]:
    """A page of a conversation, newest first; `before` is the last message id of the page before."""
    arguments = {
        "p_portal_id": holder.portal_id,
        "p_user_id": holder.user_id,
        "p_conversation_id": conversation_id,
        "p_before": before,
    }
    return await services.database.call("messaging.read_conversation", arguments)
