"""A portal as the demo page draws it: people, open lines, the application, chats, the bell."""

from __future__ import annotations

from typing import Any

from sandbox.bitrix24 import Bitrix24Sandbox
from sandbox.bitrix24.disk import readable
from sandbox.bitrix24.state import Chat, ChatMessage, LineStatus, Portal, Session

SHOWN_MESSAGES = 200
SHOWN_NOTICES = 50
UNREAD_MOST = 100


def portals(bitrix24: Bitrix24Sandbox) -> list[dict[str, Any]]:
    """Every portal and how far the application is there."""
    return [{"name": one.name, "lang": one.lang, "state": _state(one)} for one in bitrix24.portals.values()]


def portal_view(bitrix24: Bitrix24Sandbox, portal: Portal) -> dict[str, Any]:
    """All of one portal but the messages of its chats."""
    installation = portal.installation
    card = installation.card if installation else None
    return {
        "name": portal.name,
        "lang": portal.lang,
        "state": _state(portal),
        "application": {
            "title": card.title,
            "handler": card.handler,
            "installer": card.installer,
            "scope": card.scope,
            "client_id": bitrix24.world.client_id,
        }
        if card
        else None,
        "users": [
            {"id": one.id, "name": one.full_name, "admin": one.is_admin, "position": one.work_position}
            for one in portal.users.values()
            if one.is_active and not one.is_system
        ],
        "lines": [{"id": one.id, "name": one.name, "active": one.is_active} for one in portal.lines.values()],
        "connectors": [
            {
                "id": one.id,
                "name": one.name,
                "icon": one.icon,
                "color": one.color,
                "lines": {
                    str(line): _line_state(status)
                    for line in portal.lines
                    if (status := portal.status(one.id, line)) is not None
                },
            }
            for one in portal.connectors.values()
        ],
        "in_chats": [
            {"title": one.titles.get(portal.lang, {}).get("TITLE") or one.title}
            for one in portal.placements
            if one.placement == "IM_TEXTAREA" and one.options.get("context", "ALL") in ("ALL", "LINES")
        ],
        "chats": [_row(portal, one) for one in portal.chats.values()],
        "notices": [
            {"id": one.id, "user_id": one.user_id, "text": one.text}
            for one in portal.notifications[-SHOWN_NOTICES:]
        ],
    }


def chat_view(portal: Portal, chat: Chat) -> dict[str, Any]:
    """One chat with its last messages."""
    names = {user.id: user.full_name for user in portal.users.values()}
    names |= {one.id: one.full_name for one in portal.external_users.values()}
    session = portal.sessions.get(chat.session_id)
    return {
        **_row(portal, chat),
        "closed": session is not None and session.is_closed,
        "crm": [{"type": kind, "id": number} for kind, number in chat.crm.items()],
        "earlier": max(0, len(chat.messages) - SHOWN_MESSAGES),
        "messages": [_message(portal, names, one) for one in chat.messages[-SHOWN_MESSAGES:]],
    }


def _state(portal: Portal) -> str:
    if portal.installation is None:
        return "absent"
    return "installed" if portal.installation.is_finished else "installing"


def _line_state(status: LineStatus) -> dict[str, Any]:
    working = status.is_configured and not status.has_error
    return {"state": "works" if working else "broken", "channel": status.channel.get("name", "")}


def _row(portal: Portal, chat: Chat) -> dict[str, Any]:
    """A line of the list of chats; `unread` are the ids of the customer's last messages."""
    last = next((one for one in reversed(chat.messages) if not one.is_hidden), None)
    line = portal.lines.get(chat.line)
    session: Session | None = portal.sessions.get(chat.session_id)
    return {
        "id": chat.id,
        "name": chat.name,
        "line": line.name if line else str(chat.line),
        "code": chat.user_code,
        "operator_id": chat.operator_id,
        "closed": session is not None and session.is_closed,
        "last": {
            "text": last.text,
            "author": last.author,
            "at": last.sent_at * 1000,
            "files": len(last.files),
        }
        if last
        else None,
        "client_ids": [one.id for one in chat.messages[-UNREAD_MOST:] if one.author == "client"],
    }


def _message(portal: Portal, names: dict[int, str], message: ChatMessage) -> dict[str, Any]:
    files = [portal.files[number] for number in message.files if number in portal.files]
    return {
        "id": message.id,
        "author": message.author,
        "name": names.get(message.user_id, ""),
        "text": message.text,
        "at": message.sent_at * 1000,
        "delivered": message.is_delivered,
        "deleted": message.is_deleted,
        "hidden": message.is_hidden,
        "refused": message.is_refused,
        "files": [
            {
                "id": one.id,
                "name": one.name,
                "mime": one.mime,
                "kind": one.kind,
                "size": readable(len(one.content)),
            }
            for one in files
        ],
    }
