"""A telephone as the demo page draws it: its conversations and one of them, message by message."""

from __future__ import annotations

from typing import Any

import msgspec

from sandbox.gupshup.party import GupshupSandbox
from sandbox.gupshup.state import WINDOW_MS, Message, Phone, window_key

SHOWN_MESSAGES = 200


def phones(gupshup: GupshupSandbox) -> list[dict[str, Any]]:
    """Every telephone with its settings and the last message on it."""
    last: dict[str, Message] = {message.phone: message for message in gupshup.state.messages}
    return [
        {
            "number": phone.number,
            "name": phone.name,
            "online": phone.online,
            "auto_read": phone.auto_read,
            "last": _glimpse(last.get(phone.number)),
        }
        for phone in gupshup.state.phones.values()
    ]


def apps(gupshup: GupshupSandbox) -> list[dict[str, Any]]:
    """The company's numbers, with what a person copies into the wizard."""
    return [
        {
            "app_id": app.app_id,
            "name": app.name,
            "phone": app.phone,
            "key": app.key,
            "connected": any(one.active for one in app.subscriptions.values()),
        }
        for app in gupshup.state.apps.values()
    ]


def conversation(gupshup: GupshupSandbox, phone: Phone, app_id: str) -> dict[str, Any]:
    """The last messages between the telephone and a number, and until when free texts are allowed."""
    messages = [one for one in gupshup.state.messages if (one.phone, one.app_id) == (phone.number, app_id)]
    known = {number: one for one in messages for number in one.ids.values()}
    shown = [one for one in messages if one.kind != "reaction"]
    reactions = _reactions(messages, known)
    wrote_at = gupshup.state.last_inbound.get(window_key(app_id, phone.number))
    return {
        "earlier": max(0, len(shown) - SHOWN_MESSAGES),
        "window_until": wrote_at + WINDOW_MS if wrote_at else None,
        "messages": [_shown(one, known, reactions) for one in shown[-SHOWN_MESSAGES:]],
    }


def _glimpse(message: Message | None) -> dict[str, Any] | None:
    if message is None:
        return None
    return {"text": message.text, "kind": message.kind, "at": message.at, "mine": message.direction == "in"}


def _reactions(messages: list[Message], known: dict[str, Message]) -> dict[str, dict[str, str]]:
    """Message → whose reaction it has; a later one replaces an earlier one, an empty one removes it."""
    found: dict[str, dict[str, str]] = {}
    for message in messages:
        if message.kind != "reaction" or message.state == "failed":
            continue
        content = message.content or {}
        inner = content.get("payload", {}) if message.direction == "in" else content
        wanted = inner.get("gsId") or inner.get("id") or inner.get("msgId") or ""
        target = known.get(wanted)
        if target is not None:
            found.setdefault(_number(target), {})[message.direction] = str(inner.get("emoji") or "")
    return found


def _number(message: Message) -> str:
    return message.ids.get("messageId") or message.ids["id"]


def _shown(
    message: Message, known: dict[str, Message], reactions: dict[str, dict[str, str]]
) -> dict[str, Any]:
    quoted = known.get(message.reply_to or "") or known.get(_context(message))
    return {
        "id": _number(message),
        "mine": message.direction == "in",
        "kind": message.kind,
        "text": message.text,
        "state": message.state,
        "at": message.at,
        "quote": {"text": quoted.text, "kind": quoted.kind, "mine": quoted.direction == "in"}
        if quoted
        else None,
        "file": _file(message),
        "more": _more(message),
        "failure": msgspec.to_builtins(message.failure) if message.state == "failed" else None,
        "reactions": [emoji for emoji in reactions.get(_number(message), {}).values() if emoji],
    }


def _context(message: Message) -> str:
    context = message.content.get("context") if isinstance(message.content, dict) else None
    return str(context.get("id") or context.get("gsId") or "") if isinstance(context, dict) else ""


def _file(message: Message) -> dict[str, Any] | None:
    """Where the page finds the bytes; `id` is None while WhatsApp has not fetched them."""
    if not message.media:
        return None
    if message.direction == "in":
        number = str(message.media["url"]).rsplit("/", 1)[-1].partition("?")[0]
        return {
            "id": number,
            "mime": message.media.get("contentType", ""),
            "name": message.media.get("name") or "",
        }
    content = message.content if isinstance(message.content, dict) else {}
    fetched = "sha256" in message.media
    return {
        "id": _number(message) if fetched else None,
        "mime": message.media.get("content_type", ""),
        "name": str(content.get("filename") or ""),
    }


def _more(message: Message) -> dict[str, Any] | None:
    """Buttons, rows, a place or a contact, in one shape for both directions."""
    content = message.content if isinstance(message.content, dict) else {}
    inner = content.get("payload") if message.direction == "in" else content
    inner = inner if isinstance(inner, dict) else {}
    match message.kind:
        case "buttons":
            text = content.get("content", {})
            options = [one["title"] for one in content.get("options", [])]
            return {"header": text.get("header", ""), "footer": text.get("caption", ""), "options": options}
        case "list":
            rows = [row for section in content.get("items", []) for row in section["options"]]
            return {
                "header": content.get("title", ""),
                "opener": next((one["title"] for one in content.get("globalButtons", [])), ""),
                "options": [row["title"] for row in rows],
                "details": [row.get("description", "") for row in rows],
            }
        case "location":
            return {key: inner.get(key, "") for key in ("latitude", "longitude", "name", "address")}
        case "contact":
            cards = inner.get("contacts") or [inner.get("contact") or {}]
            return {"cards": [_card(one) for one in cards if isinstance(one, dict)]}
        case _:
            return None


def _card(card: dict[str, Any]) -> dict[str, Any]:
    name = card.get("name") or {}
    phones = card.get("phones") or []
    return {
        "name": str(name.get("formattedName") or name.get("firstName") or ""),
        "phones": [str(one.get("phone", "")) for one in phones if isinstance(one, dict)],
    }
