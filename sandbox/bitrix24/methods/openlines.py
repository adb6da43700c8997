"""Lines, dialogs, sessions and what operators do in them (contract bitrix24.md §2.8)."""

from __future__ import annotations

from typing import Any

from sandbox.bitrix24 import disk, php
from sandbox.bitrix24.conversation import begin_session, finish_session
from sandbox.bitrix24.errors import RestError, denied
from sandbox.bitrix24.methods.registry import Call, serves
from sandbox.bitrix24.state import Chat, Line
from sandbox.bitrix24.tracker import TYPES

LIMIT = 50
LIMIT_MAX = 200


@serves("imopenlines.config.list.get")
async def lines(call: Call) -> list[dict[str, Any]]:
    """The open lines, with their queues when asked."""
    asked, options = php.mapping(call.params.get("PARAMS")), php.mapping(call.params.get("OPTIONS"))
    wanted = {key.lstrip("=").upper(): value for key, value in php.mapping(asked.get("filter")).items()}
    rows = [_line(call, one, options) for one in sorted(call.portal.lines.values(), key=lambda one: one.id)]
    rows = [row for row in rows if all(str(row.get(key)) == str(value) for key, value in wanted.items())]
    if str(php.mapping(asked.get("order")).get("id", "")).upper() == "DESC":
        rows.reverse()
    first = int(asked.get("offset") or 0)
    rows = rows[first : first + min(int(asked.get("limit") or LIMIT), LIMIT_MAX)]
    chosen = [str(one).upper() for one in php.items(asked.get("select"))]
    return [{key: row[key] for key in row if not chosen or key in chosen or "QUEUE" in key} for row in rows]


def _line(call: Call, line: Line, options: dict[str, Any]) -> dict[str, Any]:
    people = [int(one["ENTITY_ID"]) for one in line.queue if one["ENTITY_TYPE"] == "user"]
    row: dict[str, Any] = {
        "ID": str(line.id),
        "LINE_NAME": line.name,
        "ACTIVE": "Y" if line.is_active else "N",
        **{
            key: php.scalar(value)
            for key, value in line.settings.items()
            if not isinstance(value, list | dict)
        },
    }
    if php.flag(options.get("queue", "Y"), default=True):
        users = call.portal.users
        row["QUEUE"] = people
        row["QUEUE_USERS_FIELDS"] = {
            str(one): {
                "USER_NAME": users[one].full_name,
                "USER_WORK_POSITION": users[one].work_position or None,
            }
            for one in people
            if one in users
        }
    if php.flag(options.get("config_queue", "N"), default=False):
        row["CONFIG_QUEUE"] = [
            {"ENTITY_ID": str(one["ENTITY_ID"]), "ENTITY_TYPE": one["ENTITY_TYPE"]} for one in line.queue
        ]
    return row


@serves("imopenlines.config.get")
async def line_get(call: Call) -> dict[str, Any] | bool:
    """One line, or false."""
    line = call.portal.lines.get(call.number("CONFIG_ID"))
    return _line(call, line, {"queue": call.text("WITH_QUEUE", "Y"), "config_queue": "Y"}) if line else False


def _queue(value: Any) -> list[dict[str, Any]]:
    """`QUEUE` as objects `{ENTITY_TYPE, ENTITY_ID}` or bare user ids."""
    rows = []
    for one in php.items(value):
        entry = php.mapping(one)
        kind, number = entry.get("entity_type", "user"), entry.get("entity_id", one)
        if str(number).isdigit():
            rows.append({"ENTITY_TYPE": str(kind), "ENTITY_ID": int(number)})
    return rows


@serves("imopenlines.config.add")
async def line_add(call: Call) -> int:
    """A new line; returns its id."""
    if not call.user.is_admin:
        raise denied()
    sent = {key.upper(): value for key, value in call.fields("PARAMS").items()}
    number = call.portal.next_id("line", 1)
    line = Line(
        id=number,
        name=str(sent.pop("LINE_NAME", "") or f"Open Channel {number}"),
        is_active=php.flag(sent.pop("ACTIVE", "Y"), default=True),
        queue=_queue(sent.pop("QUEUE", [])) or [{"ENTITY_TYPE": "user", "ENTITY_ID": call.user.id}],
        settings=sent,
    )
    call.portal.lines[number] = line
    return number


@serves("imopenlines.config.update")
async def line_update(call: Call) -> bool:
    """Change a line."""
    line = call.portal.lines.get(call.number("CONFIG_ID"))
    if line is None or not call.user.is_admin:
        raise denied()
    sent = {key.upper(): value for key, value in call.fields("PARAMS").items()}
    line.name = str(sent.pop("LINE_NAME", line.name))
    line.is_active = php.flag(sent.pop("ACTIVE", line.is_active), default=True)
    line.queue = _queue(sent.pop("QUEUE", [])) or line.queue
    line.settings.update(sent)
    return True


@serves("imopenlines.config.path.get")
async def path_get(call: Call) -> dict[str, str]:
    """Where the portal and its contact centre are."""
    return {"SERVER_ADDRESS": call.world.portal_url(call.portal), "PUBLIC_PATH": "/contact_center/"}


@serves("imopenlines.dialog.get")
async def dialog_get(call: Call) -> dict[str, Any]:
    """A chat by one of four keys."""
    chat = _find(call)
    if chat is None:
        raise RestError("DIALOG_NOT_FOUND", "Dialog not found")
    _must_see(call, chat)
    return described(call, chat)


def _find(call: Call) -> Chat | None:
    number = call.number("CHAT_ID")
    dialog = call.text("DIALOG_ID").removeprefix("chat")
    session = call.portal.sessions.get(call.number("SESSION_ID"))
    code = call.text("USER_CODE").removeprefix("imol|")
    if code:
        return next((one for one in call.portal.chats.values() if one.user_code == code), None)
    if session is not None:
        number = session.chat_id
    elif dialog.isdigit():
        number = int(dialog)
    return call.portal.chats.get(number)


def _must_see(call: Call, chat: Chat) -> None:
    if not call.user.is_admin and call.user.id not in chat.members:
        raise denied()


def described(call: Call, chat: Chat) -> dict[str, Any]:
    """A chat as `imopenlines.dialog.get` shows it (§2.7 entity_id, entity_data_1, entity_data_2)."""
    session = call.portal.sessions[chat.session_id]
    kind, item = next(iter(chat.crm.items()), ("NONE", 0))
    tracked = "Y" if item else "N"
    linked = "|".join(f"{name}|{chat.crm.get(name, 0)}" for name in ("LEAD", "COMPANY", "CONTACT", "DEAL"))
    last = chat.messages[-1].id if chat.messages else 0
    return {
        "id": chat.id,
        "name": chat.name,
        "description": None,
        "owner": chat.operator_id,
        "type": "lines",
        "message_count": len(chat.messages),
        "last_message_id": last,
        "last_id": last,
        "entity_type": "LINES",
        "entity_id": chat.user_code,
        "entity_data_1": f"{tracked}|{kind}|{item}|N|N|{session.id}|{int(session.started_at)}|0|0|0",
        "entity_data_2": linked,
        "entity_data_3": "N",
        "date_create": call.world.iso(session.started_at),
        "message_type": "L",
        "role": "owner" if chat.operator_id == call.user.id else "member",
        "entity_link": {"type": "LINES", "url": "", "id": chat.user_code},
        "readed_list": [
            {"user_id": chat.user_id, "user_name": chat.name, "message_id": one.id, "date": None}
            for one in [one for one in chat.messages if one.is_delivered][-1:]
        ],
        "manager_list": [chat.operator_id],
        "dialog_id": f"chat{chat.id}",
    }


@serves("imopenlines.session.open")
async def session_open(call: Call) -> dict[str, str]:
    """The chat of a user code."""
    chat = _find(call)
    if chat is None:
        raise denied(status=400)
    return {"chatId": str(chat.id)}


@serves("imopenlines.session.start", "imopenlines.message.session.start")
async def session_start(call: Call) -> bool:
    """A new session in the chat."""
    chat = _chat(call)
    finish_session(call.world, call.portal, chat)
    begin_session(call.world, call.portal, chat)
    return True


@serves("imopenlines.session.history.get")
async def history(call: Call) -> dict[str, Any]:
    """The messages of the chat's dialog, keyed by their ids; `connectorMid` holds our ids (§2.2)."""
    chat = _find(call)
    if chat is None:
        raise RestError("ACCESS_DENIED", "You do not have access to the specified dialog", 403)
    _must_see(call, chat)
    shown = [one for one in chat.messages if not one.is_deleted]
    files = [call.portal.files[number] for one in shown for number in one.files]
    return {
        "chatId": chat.id,
        "sessionId": chat.session_id,
        "message": {
            str(one.id): {
                "id": one.id,
                "chatid": chat.id,
                "senderid": one.user_id,
                "date": call.world.iso(one.sent_at),
                "text": one.text,
                "params": {
                    **({"connectorMid": one.external_ids} if one.external_ids else {}),
                    **({"fileId": one.files} if one.files else {}),
                },
            }
            for one in shown
        },
        "users": {},
        "files": {
            str(one.id): {
                "id": one.id,
                "name": one.name,
                "type": one.kind,
                "size": len(one.content),
                "urldownload": disk.link(call.world, call.portal, one),
            }
            for one in files
        },
        "chat": {str(chat.id): described(call, chat)},
    }


def _chat(call: Call) -> Chat:
    chat = call.portal.chats.get(call.number("CHAT_ID"))
    if chat is None:
        raise RestError("CHAT_ID", "Chat not found")
    _must_see(call, chat)
    return chat


@serves("imopenlines.operator.answer")
async def answer(call: Call) -> bool:
    """The caller takes the dialog."""
    chat = _chat(call)
    chat.operator_id = call.user.id
    if call.user.id not in chat.members:
        chat.members.append(call.user.id)
    return True


@serves("imopenlines.operator.finish", "imopenlines.operator.another.finish", "imopenlines.operator.spam")
async def finish(call: Call) -> bool:
    """End the dialog."""
    finish_session(call.world, call.portal, _chat(call))
    return True


@serves("imopenlines.operator.skip")
async def skip(call: Call) -> bool:
    """Leave the dialog to the next in the queue."""
    chat = _chat(call)
    line = call.portal.lines.get(chat.line)
    queue = [int(one["ENTITY_ID"]) for one in line.queue if one["ENTITY_TYPE"] == "user"] if line else []
    _hand_to(call, chat, next((one for one in queue if one != call.user.id), chat.operator_id))
    return True


@serves("imopenlines.operator.transfer")
async def transfer(call: Call) -> bool:
    """Hand the dialog to a user (`27`) or a line (`queue15`)."""
    chat, target = _chat(call), call.text("TRANSFER_ID") or call.text("USER_ID")
    if target.startswith("queue") or call.text("QUEUE_ID"):
        return True
    if not target.isdigit() or int(target) not in call.portal.users:
        raise RestError("USER_ID", "User not found")
    _hand_to(call, chat, int(target))
    return True


def _hand_to(call: Call, chat: Chat, user_id: int) -> None:
    chat.operator_id = user_id
    if user_id not in chat.members:
        chat.members.append(user_id)


def chats_of(call: Call) -> list[Chat]:
    """Chats linked with the CRM object of the call. Raises RestError for an unknown type."""
    kind = call.text("CRM_ENTITY_TYPE").upper()
    if kind not in TYPES:
        raise RestError("ERROR_ARGUMENT", "Argument 'CRM_ENTITY_TYPE' is wrong", argument="CRM_ENTITY_TYPE")
    return [one for one in call.portal.chats.values() if one.crm.get(kind) == call.number("CRM_ENTITY")]
