"""An operator's message as `messaging.submit` takes it: the one translation, for events and for history."""

from __future__ import annotations

from typing import Any

from connectors.bitrix24.events import OperatorMessage
from connectors.bitrix24.parts import OutboundPart, outbound_parts


def submission(message: OperatorMessage, portal_id: str, portal_origin: str) -> dict[str, Any] | None:
    """The item for an operator's message; None when nothing in it can be sent (markup only).

    `portal_origin` such as `https://p1.bitrix24.com` completes relative links.
    """
    parts = outbound_parts(message.text, message.files, portal_origin=portal_origin)
    if not parts:
        return None
    return {
        "portal_id": portal_id,
        "source": "open_line",
        "key": message.message_id,
        "connector": message.connector,
        "line": message.line,
        "chat_key": message.chat_key,
        "user_id": message.user_id,
        "at": message.at,
        "portal_chat_id": message.chat_id,
        "portal_message_id": message.message_id,
        "parts": [_part(part) for part in parts],
    }


def _part(part: OutboundPart) -> dict[str, Any]:
    said: dict[str, Any] = {"kind": part.kind, "text": part.text}
    if part.reply is not None:
        said["reply"] = {"quoted": part.reply.quoted, "answer": part.reply.answer}
    if part.file is not None:
        file = part.file
        said["media"] = {"url": file.link, "mime": file.mime, "name": file.name, "size": file.size}
    return said
