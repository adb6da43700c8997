"""Messages between a connector and its lines (contract bitrix24.md §2.2)."""

from __future__ import annotations

from typing import Any

from sandbox.bitrix24 import inbound, php
from sandbox.bitrix24.conversation import chat_of, live_connector
from sandbox.bitrix24.errors import RestError
from sandbox.bitrix24.methods.connectors import connector_of, not_active_line
from sandbox.bitrix24.methods.registry import Call, serves
from sandbox.bitrix24.state import Chat, ChatMessage, Connector

DONE: dict[str, Any] = {"SUCCESS": True, "DATA": []}


@serves("imconnector.send.messages")
async def send(call: Call) -> dict[str, Any]:
    """Customers' messages, in order; each element of the answer tells its own outcome."""
    connector, line = connector_of(call), call.portal.lines.get(call.number("LINE"))
    messages = _messages(call, ("user", "message", "chat"))
    if line is None or live_connector(call.portal, connector.id, line.id) is None:
        raise not_active_line()
    result = [await inbound.take(call.world, call.portal, connector, line, one) for one in messages]
    for one in result:
        if not one["SUCCESS"]:
            call.world.complain(call.portal, call.method, "; ".join(one["ERRORS"]))
    return {"SUCCESS": True, "DATA": {"RESULT": result}}


@serves("imconnector.update.messages")
async def update(call: Call) -> dict[str, Any]:
    """Change the text of customers' messages; says SUCCESS whether or not one was found."""
    connector = connector_of(call)
    result = []
    for one in _messages(call, ("user", "message", "chat")):
        found = _by_external_id(call, connector, one)
        message = php.mapping(one["message"])
        if found:
            found[1].text = php.scalar(message.get("text") or "")
        result.append({**one, "SUCCESS": True})
    return {"SUCCESS": True, "DATA": {"RESULT": result}}


@serves("imconnector.delete.messages")
async def delete(call: Call) -> dict[str, Any]:
    """Delete customers' messages; says SUCCESS whether or not one was found."""
    connector = connector_of(call)
    result = []
    for one in _messages(call, ("user", "message", "chat")):
        found = _by_external_id(call, connector, one)
        if found:
            found[1].is_deleted = True
        result.append({**one, "SUCCESS": True})
    return {"SUCCESS": True, "DATA": {"RESULT": result}}


@serves("imconnector.send.status.delivery")
async def delivered(call: Call) -> dict[str, Any]:
    """An operator's message reached the customer: delivered and read in one, `connectorMid` stored."""
    connector_of(call)
    for one in _messages(call, ("im", "message", "chat")):
        place, ids = php.mapping(one["im"]), php.mapping(one["message"]).get("id")
        if not isinstance(ids, list | dict):
            call.world.complain(call.portal, call.method, "message.id must be an array")
        message = _by_number(call, place.get("chat_id"), place.get("message_id"))
        if message is None:
            call.world.complain(call.portal, call.method, "im.chat_id and im.message_id match no message")
        else:
            message.is_delivered = True
            message.external_ids = [str(item) for item in php.items(ids)] or [str(ids)]
            call.world.tell("delivered", call.portal)
    return DONE


@serves("imconnector.send.status.reading")
async def read(call: Call) -> dict[str, Any]:
    """Has no effect, as in reality."""
    connector_of(call)
    _messages(call, ("im", "message", "chat"))
    return DONE


def _messages(call: Call, blocks: tuple[str, ...]) -> list[dict[str, Any]]:
    """`MESSAGES` with lower-case keys. Raises RestError when one of the blocks or ids is absent."""
    found = []
    for one in php.items(call.params.get("MESSAGES")):
        if not isinstance(one, dict):
            raise RestError("ERROR_ARGUMENT", "The MESSAGES parameter must be an array of messages (arrays)")
        element = php.lowered(one)
        whole = all(isinstance(element.get(block), dict | list) for block in blocks)
        named = all(
            php.mapping(element.get(block)).get("id") not in (None, "")
            for block in blocks
            if block in ("user", "chat")
        )
        if not whole or not named:
            raise RestError(
                "ERROR_ARGUMENT", "The incorrect structure of a message inside MESSAGES parameter"
            )
        found.append(element)
    return found


def _by_external_id(
    call: Call, connector: Connector, element: dict[str, Any]
) -> tuple[Chat, ChatMessage] | None:
    customer = call.portal.external_users.get(f"{connector.id}|{php.mapping(element['user'])['id']}")
    chat_id = str(php.mapping(element["chat"])["id"])
    chat = chat_of(call.portal, connector, call.number("LINE"), chat_id, customer.id if customer else 0)
    wanted = str(php.mapping(element["message"]).get("id"))
    for message in chat.messages if chat else []:
        if wanted in message.external_ids:
            return (chat, message) if chat else None
    return None


def _by_number(call: Call, chat_id: Any, message_id: Any) -> ChatMessage | None:
    chat = call.portal.chats.get(int(chat_id)) if str(chat_id).isdigit() else None
    return (
        next((one for one in reversed(chat.messages) if str(one.id) == str(message_id)), None)
        if chat
        else None
    )
