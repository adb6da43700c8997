"""Messages of a portal: put in, confirmed, looked up, noted (contracts/bitrix24.md §2.2, §2.8, §3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from connectors.bitrix24 import php
from connectors.bitrix24.client import Call, PortalClient
from connectors.bitrix24.errors import no_answer
from connectors.bitrix24.events import OperatorFile, OperatorMessage
from connectors.bitrix24.render import InboundForPortal
from connectors.outside import Actor, Context, Failure, Policy, Retry

MESSAGES_A_CALL = 10
_TICKS_A_BATCH = 50
_ENTITY_TYPES = {"DEAL": 2, "LEAD": 1, "CONTACT": 3, "COMPANY": 4}
"""In the order in which a note is most useful: the sale before the person before the company."""


class Delivered(msgspec.Struct, frozen=True, kw_only=True):
    """A message is in the portal. The portal does not tell its own id of it, only the chat's."""

    external_id: str
    session_id: str | None
    chat_id: str | None
    user_id: str | None
    """The portal's user that stands for the client."""


class Tick(msgspec.Struct, frozen=True, kw_only=True):
    """An operator's message that reached WhatsApp; the ids are those of the event."""

    connector: str
    line: str
    chat_id: str
    message_id: str
    chat_key: str
    external_ids: Sequence[str]
    at: int
    """Unix seconds."""


class Confirmed(msgspec.Struct, frozen=True, kw_only=True):
    """The portal shows this message as delivered."""

    message_id: str


class Dialog(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation as the portal knows it; `chat_id` or `session_id` must be there."""

    connector: str
    line: str
    chat_key: str
    chat_id: str | None = None
    session_id: str | None = None
    client_user_id: str | None = None
    """`Delivered.user_id`."""


def groups(messages: Sequence[InboundForPortal]) -> list[list[InboundForPortal]]:
    """`messages` of one line as calls that `deliver` accepts, in their order within each chat."""
    made: list[list[InboundForPortal]] = []
    for message in messages:
        last = max(
            (
                number
                for number, group in enumerate(made)
                if any(other.chat_key == message.chat_key for other in group)
            ),
            default=-1,
        )
        place = next((group for group in made[last + 1 :] if _fits(group, message)), None)
        if place is None:
            made.append([message])
        else:
            place.append(message)
    return made


def _fits(group: list[InboundForPortal], message: InboundForPortal) -> bool:
    return (
        len(group) < MESSAGES_A_CALL
        and not message.has_files
        and not any(other.has_files or other.chat_key == message.chat_key for other in group)
    )


async def deliver(
    client: PortalClient,
    connector: str,
    line: str,
    messages: Sequence[InboundForPortal],
    *,
    about: Context | None = None,
) -> list[Delivered | Failure]:
    """Put messages into an open line with one call; one outcome each, in their order.

    At most 10 texts, one per chat; a message with files alone (the portal downloads them while we wait, and
    takes one message of a chat at a time). Raises ValueError for anything else, before anything is sent:
    `groups` makes such calls. After Policy.UNKNOWN look for evidence with `find_delivered`.
    """
    if not messages:
        return []
    if groups(messages) != [list(messages)]:
        raise ValueError("these messages may not share a call")
    answer = await client.call(
        "imconnector.send.messages",
        {
            "CONNECTOR": connector,
            "LINE": php.number(line),
            "MESSAGES": [message.element for message in messages],
        },
        about=about,
    )
    if isinstance(answer, Failure):
        return [answer for _ in messages]
    answered = [
        php.mapping(element)
        for element in php.items(php.mapping(php.mapping(answer.result).get("DATA")).get("RESULT"))
    ]
    return [
        _delivered(message, _element_of(message, number, answered, len(messages)))
        for number, message in enumerate(messages)
    ]


def _element_of(
    message: InboundForPortal, number: int, elements: list[dict[str, Any]], expected: int
) -> dict[str, Any] | None:
    """The answer to one message: by its id, else by its place when all have one."""
    ids = [php.text(php.mapping(element.get("message")).get("id")) for element in elements]
    if message.external_id in ids:
        return elements[ids.index(message.external_id)]
    return elements[number] if len(elements) == expected and ids[number] is None else None


def _delivered(message: InboundForPortal, element: dict[str, Any] | None) -> Delivered | Failure:
    if element is None:
        return no_answer(
            "no_element", "the portal answered nothing about this message", sent=True, retry=Retry.ONCE
        )
    if not php.yes(element.get("SUCCESS")):
        words = "; ".join(filter(None, map(php.text, php.items(element.get("ERRORS")))))
        return Failure(
            policy=Policy.NEVER,
            code="element_refused",
            message=words[:500] or "the portal refused the message",
            who_acts=Actor.PROVIDER,
        )
    session = php.mapping(element.get("session"))
    return Delivered(
        external_id=message.external_id,
        session_id=php.text(session.get("ID")),
        chat_id=php.text(session.get("CHAT_ID")),
        user_id=php.user(element.get("user")),
    )


async def confirm_delivery(
    client: PortalClient, ticks: Sequence[Tick], *, about: Context | None = None
) -> list[Confirmed | Failure]:
    """Tell the portal that messages reached WhatsApp; one outcome each. Repeating is harmless."""
    outcomes: list[Confirmed | Failure] = []
    for start in range(0, len(ticks), _TICKS_A_BATCH):
        some = ticks[start : start + _TICKS_A_BATCH]
        answers = await client.batch([_tick_call(tick) for tick in some], about=about)
        for number, tick in enumerate(some):
            answer = answers if isinstance(answers, Failure) else answers[number]
            outcomes.append(answer if isinstance(answer, Failure) else Confirmed(message_id=tick.message_id))
    return outcomes


def _tick_call(tick: Tick) -> Call:
    """`message.id` must be a list, and `im` as in the event, or nothing happens (§2.2)."""
    return Call(
        method="imconnector.send.status.delivery",
        params={
            "CONNECTOR": tick.connector,
            "LINE": php.number(tick.line),
            "MESSAGES": [
                {
                    "im": {"chat_id": php.number(tick.chat_id), "message_id": php.number(tick.message_id)},
                    "message": {"id": list(tick.external_ids), "date": tick.at},
                    "chat": {"id": tick.chat_key},
                }
            ],
        },
    )


async def notify(
    client: PortalClient, user_id: str, message: str, tag: str, *, about: Context | None = None
) -> Failure | None:
    """A system notification to one employee; one with the same `tag` replaces the earlier one."""
    answer = await client.call(
        "im.notify.system.add", {"USER_ID": php.number(user_id), "MESSAGE": message, "TAG": tag}, about=about
    )
    if isinstance(answer, Failure):
        return answer
    return None if php.whole(answer.result) else _nowhere("no_user", "the portal notified nobody")


async def timeline_note(
    client: PortalClient,
    chat_id: str,
    title: str,
    text: str,
    *,
    known: Mapping[str, int] | None = None,
    about: Context | None = None,
) -> Failure | None:
    """A line in the timeline of the deal, lead, contact or company of a chat.

    `known`: ids by kind (`deal`, …) where a rule of ours keeps the CRM; else the portal is asked.

    Failure `no_crm_item` (never) where the chat has none: the portal links it up to 30 s after the first
    message, and not at all where the line's settings say so.
    """
    item = await _item_of(client, chat_id, known, about)
    if isinstance(item, Failure):
        return item
    if item is None:
        return _nowhere("no_crm_item", "the chat is not linked to the CRM")
    fields = {
        "entityTypeId": item[0],
        "entityId": item[1],
        "title": title,
        "text": text,
        "iconCode": "info",
    }
    answer = await client.call("crm.timeline.logmessage.add", {"fields": fields}, about=about)
    return answer if isinstance(answer, Failure) else None


async def sale_of(
    client: PortalClient,
    chat_id: str,
    *,
    known: Mapping[str, int] | None = None,
    about: Context | None = None,
) -> tuple[int, int] | Failure:
    """The deal of a chat, else its lead, as CRM type and number: what automation runs on.

    Failure `no_crm_item` (never) where the chat has neither: the portal links it up to 30 s after the first
    message, and not at all where the line's settings say so.
    """
    item = await _item_of(client, chat_id, known, about)
    if isinstance(item, Failure):
        return item
    if item is None or item[0] not in (_ENTITY_TYPES["DEAL"], _ENTITY_TYPES["LEAD"]):
        return _nowhere("no_crm_item", "the chat is linked to no deal and no lead")
    return item


async def _item_of(
    client: PortalClient, chat_id: str, known: Mapping[str, int] | None, about: Context | None
) -> tuple[int, int] | Failure | None:
    """A chat's CRM object, as type and number: where a rule of ours keeps the CRM, the chat names none."""
    if known:
        return next(
            ((kind, known[name.lower()]) for name, kind in _ENTITY_TYPES.items() if name.lower() in known),
            None,
        )
    found = await client.call("imopenlines.dialog.get", {"CHAT_ID": php.number(chat_id)}, about=about)
    return found if isinstance(found, Failure) else _crm_item(php.mapping(found.result))


def _crm_item(dialog: dict[str, Any]) -> tuple[int, int] | None:
    """`LEAD|1209|COMPANY|0|CONTACT|0|DEAL|0` (§2.7)."""
    words = (php.text(dialog.get("entity_data_2")) or "").split("|")
    ids = {name: php.whole(number) or 0 for name, number in zip(words[::2], words[1::2], strict=False)}
    return next(((kind, ids[name]) for name, kind in _ENTITY_TYPES.items() if ids.get(name, 0) > 0), None)


async def find_delivered(
    client: PortalClient,
    external_id: str,
    *,
    chat_id: str | None = None,
    session_id: str | None = None,
    about: Context | None = None,
) -> bool | Failure:
    """Is our message in the chat? The evidence is `params.connectorMid` in the session's history."""
    history = await _history(client, chat_id, session_id, about)
    if isinstance(history, Failure):
        return history
    return any(external_id in _confirmed_as(message) for message in _messages(history))


async def history_since(
    client: PortalClient, dialog: Dialog, after_message_id: int, *, about: Context | None = None
) -> list[OperatorMessage] | Failure:
    """What people of the portal wrote after a message and we never confirmed, as if the events had come.

    For gaps, since the portal repeats no event. The portal's own messages and the client's are left out.
    Unverified against a live portal: the token's owner needs access to the dialog (§7 row 1).
    """
    history = await _history(client, dialog.chat_id, dialog.session_id, about)
    if isinstance(history, Failure):
        return history
    files = php.mapping(history.get("files"))
    clients = {
        key
        for key, user in php.mapping(history.get("users")).items()
        if php.yes(php.mapping(user).get("connector"))
    }
    clients.add(dialog.client_user_id or "")
    chat_id = php.text(history.get("chatId")) or dialog.chat_id or ""
    found = []
    for message in _messages(history):
        number, author = php.whole(message.get("id")), php.user(message.get("senderid"))
        known = number is None or number <= after_message_id or bool(_confirmed_as(message))
        if not known and author is not None and author not in clients:
            found.append(_operator_message(dialog, chat_id, message, author, files))
    return sorted(found, key=lambda message: int(message.message_id))


def _operator_message(
    dialog: Dialog, chat_id: str, message: dict[str, Any], author: str, files: dict[str, Any]
) -> OperatorMessage:
    ids = [php.text(number) or "" for number in php.items(php.mapping(message.get("params")).get("fileId"))]
    return OperatorMessage(
        connector=dialog.connector,
        line=dialog.line,
        chat_key=dialog.chat_key,
        chat_id=php.text(message.get("chatid")) or chat_id,
        message_id=php.text(message.get("id")) or "",
        user_id=author,
        text=php.text(message.get("text")),
        files=[file for number in ids if (file := _file(php.mapping(files.get(number)))) is not None],
        at=php.dated(message.get("date")),
    )


def _file(element: dict[str, Any]) -> OperatorFile | None:
    link = php.text(element.get("urldownload")) or php.text(element.get("urlDownload"))
    if link is None:
        return None
    return OperatorFile(
        name=php.text(element.get("name")),
        type=php.text(element.get("type")),
        mime=None,
        link=link,
        size=php.whole(element.get("size")),
    )


async def _history(
    client: PortalClient, chat_id: str | None, session_id: str | None, about: Context | None
) -> dict[str, Any] | Failure:
    if session_id is not None:
        params = {"SESSION_ID": php.number(session_id)}
    elif chat_id is not None:
        params = {"CHAT_ID": php.number(chat_id)}
    else:
        raise ValueError("a chat or a session is needed")
    answer = await client.call("imopenlines.session.history.get", params, about=about)
    return answer if isinstance(answer, Failure) else php.mapping(answer.result)


def _messages(history: dict[str, Any]) -> list[dict[str, Any]]:
    return [php.mapping(message) for message in php.items(history.get("message"))]


def _confirmed_as(message: dict[str, Any]) -> list[str]:
    """Outside ids of a message; PHP may give one as a bare value."""
    mid = php.mapping(message.get("params")).get("connectorMid")
    return [found for found in map(php.text, php.items(mid) or [mid]) if found]


def _nowhere(code: str, message: str) -> Failure:
    return Failure(policy=Policy.NEVER, code=code, message=message, who_acts=Actor.NOBODY)
