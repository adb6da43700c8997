"""The messenger: messages, dialogs and notifications (contract bitrix24.md §3.3)."""

from __future__ import annotations

from typing import Any

from sandbox.bitrix24 import disk
from sandbox.bitrix24.conversation import write
from sandbox.bitrix24.errors import RestError
from sandbox.bitrix24.methods.registry import Call, serves
from sandbox.bitrix24.state import Chat, Notification

LIMIT = 20
LIMIT_MAX = 50


def _chat(call: Call) -> Chat:
    number = call.text("DIALOG_ID").removeprefix("chat")
    chat = call.portal.chats.get(int(number)) if number.isdigit() else None
    if chat is None:
        raise RestError("CHAT_ID", "Chat not found")
    if call.user.id not in chat.members and not call.user.is_admin:
        raise RestError("ACCESS_ERROR", "You do not have access to the specified dialog", 403)
    return chat


@serves("im.message.add")
async def add(call: Call) -> int:
    """Write into a dialog. In an open-line chat a normal message goes out; `SYSTEM=Y` stays inside (§2.2)."""
    text, dialog = call.text("MESSAGE"), call.text("DIALOG_ID")
    if not text.strip():
        raise RestError("MESSAGE_EMPTY", "Message is empty")
    if dialog.isdigit():
        return _notify(call, int(dialog), "message")
    is_system = call.text("SYSTEM", "N") == "Y"
    message = write(
        call.world,
        call.portal,
        _chat(call),
        author="system" if is_system else "operator",
        user_id=0 if is_system else call.user.id,
        text=text,
        hidden=is_system,
    )
    return message.id


@serves("im.dialog.messages.get")
async def messages(call: Call) -> dict[str, Any]:
    """The newest messages first, older than LAST_ID or newer than FIRST_ID."""
    chat = _chat(call)
    last, first = call.number("LAST_ID"), call.number("FIRST_ID")
    limit = min(call.number("LIMIT", LIMIT), LIMIT_MAX)
    found = [
        one
        for one in chat.messages
        if not one.is_deleted and (not last or one.id < last) and (not first or one.id > first)
    ]
    window = found[:limit] if first else found[-limit:]
    return {
        "chat_id": chat.id,
        "messages": [
            {
                "id": one.id,
                "chat_id": chat.id,
                "author_id": one.user_id,
                "date": call.world.iso(one.sent_at),
                "text": one.text,
                "unread": False,
                "uuid": None,
                "replaces": [],
                "params": {
                    **({"CONNECTOR_MID": one.external_ids} if one.external_ids else {}),
                    **({"FILE_ID": one.files} if one.files else {}),
                },
                "disappearing_date": None,
            }
            for one in reversed(window)
        ],
        "users": [_author(call, number) for number in sorted({one.user_id for one in window} - {0})],
        "files": [
            {
                "id": file.id,
                "name": file.name,
                "type": file.kind,
                "size": len(file.content),
                "urlDownload": disk.link(call.world, call.portal, file),
            }
            for file in (call.portal.files[number] for one in window for number in one.files)
        ],
    }


def _author(call: Call, number: int) -> dict[str, Any]:
    user = call.portal.users.get(number)
    customers = call.portal.external_users.values()
    name = user.full_name if user else next((one.full_name for one in customers if one.id == number), "")
    return {"id": number, "name": name, "connector": user is None, "bot": False, "active": True}


@serves("im.notify.system.add", "im.notify.personal.add")
async def notify(call: Call) -> int | bool:
    """Ring a user's bell; a notification with the same TAG replaces the earlier one."""
    user = call.portal.users.get(call.number("USER_ID"))
    if user is None:
        return False
    return _notify(call, user.id, "system" if "system" in call.method else "personal")


def _notify(call: Call, user_id: int, kind: str) -> int:
    tag = call.text("TAG")
    if tag:
        kept = [one for one in call.portal.notifications if (one.user_id, one.tag) != (user_id, tag)]
        call.portal.notifications = kept
    notification = Notification(
        id=call.portal.next_id("notification", 4001),
        user_id=user_id,
        text=call.text("MESSAGE"),
        kind=kind,
        tag=tag,
    )
    call.portal.notifications.append(notification)
    call.world.tell("notification", call.portal)
    return notification.id
