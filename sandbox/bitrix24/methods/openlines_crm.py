"""Open-line chats seen from a CRM object (contract bitrix24.md §2.8)."""

from __future__ import annotations

from sandbox.bitrix24 import tracker
from sandbox.bitrix24.conversation import write
from sandbox.bitrix24.errors import RestError, denied
from sandbox.bitrix24.methods.openlines import chats_of
from sandbox.bitrix24.methods.registry import Call, serves


@serves("imopenlines.crm.chat.get")
async def chats(call: Call) -> list[dict[str, str]]:
    """The object's chats; only those with an open session unless `ACTIVE_ONLY=N`."""
    only_active = call.text("ACTIVE_ONLY", "Y") == "Y"
    return [
        {
            "CHAT_ID": str(one.id),
            "CONNECTOR_ID": one.connector,
            "CONNECTOR_TITLE": call.portal.connectors[one.connector].name
            if one.connector in call.portal.connectors
            else one.connector,
        }
        for one in chats_of(call)
        if not only_active or not call.portal.sessions[one.session_id].is_closed
    ]


@serves("imopenlines.crm.chat.getLastId")
async def last_chat(call: Call) -> int | bool:
    """The newest chat of the object."""
    return max((one.id for one in chats_of(call)), default=0) or False


@serves("imopenlines.crm.chat.user.add")
async def add_user(call: Call) -> int:
    """Let an employee into the chat."""
    chat = next((one for one in chats_of(call) if call.number("CHAT_ID", one.id) == one.id), None)
    if chat is None:
        raise RestError("CHAT_NOT_IN_CRM", "Chat does not belong to the CRM entity being checked")
    if call.number("USER_ID") not in chat.members:
        chat.members.append(call.number("USER_ID"))
    return chat.id


@serves("imopenlines.crm.message.add")
async def add_message(call: Call) -> int:
    """Write to the customer as an employee who takes part; goes out through the connector."""
    chat = next((one for one in chats_of(call) if one.id == call.number("CHAT_ID")), None)
    if chat is None:
        raise RestError("CHAT_NOT_IN_CRM", "Chat does not belong to the CRM entity being checked")
    user = call.portal.users.get(call.number("USER_ID"))
    if user is None or not user.is_active or user.id not in chat.members:
        raise denied()
    if not call.user.is_admin and call.user.id != user.id:
        raise denied()
    message = write(
        call.world, call.portal, chat, author="operator", user_id=user.id, text=call.text("MESSAGE")
    )
    return message.id


@serves("imopenlines.crm.lead.create")
async def create_lead(call: Call) -> bool:
    """Link the chat with the CRM now."""
    chat = call.portal.chats.get(call.number("CHAT_ID"))
    if chat is None:
        raise RestError("CHAT_ID", "Chat not found")
    customer = next((one for one in call.portal.external_users.values() if one.id == chat.user_id), None)
    if customer is not None and not chat.crm:
        tracker.link(call.world, call.portal, chat, customer)
    return True
