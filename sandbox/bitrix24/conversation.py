"""Open-channel chats: what happens in one, whoever causes it (contract bitrix24.md §2.2, §2.3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sandbox.bitrix24 import disk
from sandbox.bitrix24.courier import emit
from sandbox.bitrix24.state import Chat, ChatMessage, Connector, ExternalUser, Line, Portal, Session
from sandbox.bitrix24.world import World

VOTES = {"1": "like", "0": "dislike"}


def live_connector(portal: Portal, connector: str, line: int) -> Connector | None:
    """The connector, if a message can pass between it and the line now."""
    status = portal.status(connector, line)
    channel = portal.lines.get(line)
    if status is None or not status.is_active or channel is None or not channel.is_active:
        return None
    return portal.connectors.get(connector)


def chat_of(portal: Portal, connector: Connector, line: int, external_chat: str, user_id: int) -> Chat | None:
    """The dialog: one per external chat and customer, or per external chat for a group connector."""
    return next(
        (
            chat
            for chat in portal.chats.values()
            if (chat.connector, chat.line, chat.external_id) == (connector.id, line, external_chat)
            and (connector.chat_group or chat.user_id == user_id)
        ),
        None,
    )


def open_chat(
    world: World, portal: Portal, connector: Connector, line: Line, external_chat: str, customer: ExternalUser
) -> tuple[Chat, Session]:
    """The customer's chat with an open session; both begin when there is none, with `DialogStart`."""
    chat = chat_of(portal, connector, line.id, external_chat, customer.id)
    if chat is None:
        operator = next((int(one["ENTITY_ID"]) for one in line.queue if one["ENTITY_TYPE"] == "user"), 0)
        operator = operator if operator in portal.users else portal.admin().id
        chat = Chat(
            id=portal.next_id("chat", 1767),
            connector=connector.id,
            line=line.id,
            external_id=external_chat,
            user_id=customer.id,
            name=f"{customer.full_name} - {line.name}",
            operator_id=operator,
            session_id=0,
            members=[operator, customer.id],
        )
        portal.chats[chat.id] = chat
    session = portal.sessions.get(chat.session_id)
    if session is None or (session.is_closed and not session.awaits_vote):
        session = begin_session(world, portal, chat)
    return chat, session


def begin_session(world: World, portal: Portal, chat: Chat) -> Session:
    """A new session of the chat."""
    session = Session(id=portal.next_id("session", 323), chat_id=chat.id, started_at=world.now())
    portal.sessions[session.id] = session
    chat.session_id = session.id
    for event in ("ONIMCONNECTORDIALOGSTART", "ONSESSIONSTART"):
        emit(world, portal, event, _dialog(chat, session), actor=None)
    return session


def finish_session(world: World, portal: Portal, chat: Chat) -> None:
    """Close the session; a line that asks for a vote then takes the next `1` or `0` for itself (§2.2)."""
    session = portal.sessions[chat.session_id]
    if session.is_closed:
        return
    session.is_closed = True
    line = portal.lines.get(chat.line)
    if line is not None and line.says("VOTE_MESSAGE", "N") == "Y":
        session.awaits_vote = True
        question = line.says("VOTE_MESSAGE_2_TEXT", "1 / 0?")
        write(world, portal, chat, author="system", user_id=0, text=question)
    for event in ("ONIMCONNECTORDIALOGFINISH", "ONSESSIONFINISH"):
        emit(world, portal, event, _dialog(chat, session), actor=None)


def takes_as_vote(session: Session, text: str) -> bool:
    """The rating trap: `1` or `0`, alone or before a space, is eaten while a vote is awaited."""
    first = text[:1]
    if not session.awaits_vote or first not in VOTES or (len(text) > 1 and text[1] != " "):
        return False
    session.awaits_vote = False
    session.vote = VOTES[first]
    return True


def _dialog(chat: Chat, session: Session) -> dict[str, Any]:
    return {
        "CONNECTOR": chat.connector,
        "LINE": chat.line,
        "DATA": [
            {
                "connector": _connector(chat),
                "session": {
                    "id": session.id,
                    "closed": "Y" if session.is_closed else "N",
                    "parent_id": 0,
                    "close_term": 60,
                },
                "chat": {"id": chat.id},
                "user": {"id": chat.user_id},
            }
        ],
    }


def _connector(chat: Chat) -> dict[str, Any]:
    return {
        "connector_id": chat.connector,
        "line_id": chat.line,
        "chat_id": chat.external_id,
        "user_id": chat.user_id,
    }


def append(
    world: World,
    portal: Portal,
    chat: Chat,
    *,
    author: str,
    user_id: int,
    text: str,
    files: Sequence[int] = (),
    external_ids: Sequence[str] = (),
) -> ChatMessage:
    """Put a message into the chat under the portal's next message id."""
    message = ChatMessage(
        id=portal.next_id("message", 86497),
        author=author,
        user_id=user_id,
        text=text,
        sent_at=world.now(),
        files=list(files),
        external_ids=list(external_ids),
        is_delivered=author == "client",
    )
    chat.messages.append(message)
    world.tell("message", portal)
    added = {
        "connector": _connector(chat),
        "chat": {"id": chat.id},
        "message": {
            "id": message.id,
            "date": int(message.sent_at),
            "text": text,
            "files": [disk.event_file(world, portal, one) for one in message.files],
            "system": "Y" if author == "system" else "N",
            "user_id": user_id,
        },
    }
    emit(world, portal, "ONOPENLINEMESSAGEADD", {"DATA": [added]}, actor=None)
    return message


def write(
    world: World,
    portal: Portal,
    chat: Chat,
    *,
    author: str,
    user_id: int,
    text: str,
    files: Sequence[int] = (),
    hidden: bool = False,
) -> ChatMessage:
    """An operator, a bot or the line itself writes; what is for the client goes out as `MessageAdd`."""
    message = append(world, portal, chat, author=author, user_id=user_id, text=text, files=files)
    connector = live_connector(portal, chat.connector, chat.line)
    message.is_hidden = hidden
    if connector is None:
        message.is_refused = author != "system"
    elif not hidden and (author != "system" or connector.need_system_messages):
        send_out(world, portal, chat, connector, message)
    return message


def send_out(world: World, portal: Portal, chat: Chat, connector: Connector, message: ChatMessage) -> None:
    """`OnImConnectorMessageAdd` of one message (§2.3)."""
    body: dict[str, Any] = {
        "user_id": message.user_id,
        "text": signed(portal, connector, message, " [br]") or None,
        "files": [disk.event_file(world, portal, one) for one in message.files],
        "params": {},
    }
    _emit_message(world, portal, chat, "ONIMCONNECTORMESSAGEADD", message, [body])


def signed(portal: Portal, connector: Connector, message: ChatMessage, between: str) -> str:
    """The text with the operator's name before it, when the connector asks for it."""
    user = portal.users.get(message.user_id)
    if not connector.need_signature or user is None or not message.text:
        return message.text
    return f"[b]{user.full_name}:[/b]{between}{message.text}"


def edit(world: World, portal: Portal, chat: Chat, message: ChatMessage, text: str) -> None:
    """`OnImConnectorMessageUpdate`, if the connector allows it and the message was confirmed."""
    message.text = text
    connector = live_connector(portal, chat.connector, chat.line)
    if connector and connector.edit_internal_messages and message.external_ids:
        body = {"id": message.external_ids, "text": signed(portal, connector, message, "[br] ")}
        _emit_message(world, portal, chat, "ONIMCONNECTORMESSAGEUPDATE", message, [body])


def delete(world: World, portal: Portal, chat: Chat, message: ChatMessage) -> None:
    """`OnImConnectorMessageDelete`, one element per external id."""
    message.is_deleted = True
    connector = live_connector(portal, chat.connector, chat.line)
    if connector and connector.del_internal_messages and message.external_ids:
        bodies = [{"id": one} for one in message.external_ids]
        _emit_message(world, portal, chat, "ONIMCONNECTORMESSAGEDELETE", message, bodies)


def _emit_message(
    world: World, portal: Portal, chat: Chat, event: str, message: ChatMessage, bodies: list[dict[str, Any]]
) -> None:
    content = {
        "CONNECTOR": chat.connector,
        "LINE": chat.line,
        "MESSAGES": [
            {
                "im": {"chat_id": chat.id, "message_id": message.id},
                "message": body,
                "chat": {"id": chat.external_id},
            }
            for body in bodies
        ],
    }
    actor = message.user_id if message.author == "operator" else None
    emit(world, portal, event, content, actor=actor)


def disconnect(world: World, portal: Portal, connector: str, line: int) -> bool:
    """Remove the connector from the line; its own application hears `StatusDelete` (§2.2, §2.4)."""
    if portal.statuses.pop(f"{connector}|{line}", None) is None:
        return False
    emit(world, portal, "ONIMCONNECTORSTATUSDELETE", {"connector": connector, "line": line}, actor=None)
    return True
