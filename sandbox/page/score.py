"""Is anything lost or doubled? Counted from what the two simulated parties hold, never from our side."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import msgspec

from sandbox.bitrix24 import Bitrix24Sandbox, ChatMessage
from sandbox.gupshup.party import GupshupSandbox
from sandbox.gupshup.state import Message

_QUOTED = 60
"""Notifications quote the beginning of a long message."""
_MARKUP = re.compile(r"\[/?[a-z]+[^\]]*\]|[*_~`\s]", re.IGNORECASE)


class Way(msgspec.Struct, kw_only=True):
    """One direction: `written` = `arrived` + `told` + `under_way`."""

    written: int
    arrived: int
    told: int
    """Not arrived, and the operator knows: the phone shows a failure, or the bell quotes the message."""
    under_way: int
    doubled: int


class Score(msgspec.Struct, kw_only=True):
    """Customers to the portal, and operators to the phones."""

    customers: Way
    operators: Way


def score(gupshup: GupshupSandbox, bitrix24: Bitrix24Sandbox) -> Score:
    """Compare the phones with the portals."""
    return Score(customers=_customers(gupshup, bitrix24), operators=_operators(gupshup, bitrix24))


def _customers(gupshup: GupshupSandbox, bitrix24: Bitrix24Sandbox) -> Way:
    """By WhatsApp's id of each message; one to a number that nobody connected waits for nobody."""
    seen = Counter(
        number
        for message in _chat_messages(bitrix24)
        if message.author == "client"
        for number in message.external_ids
    )
    written = [
        number
        for one in gupshup.state.messages
        if one.direction == "in" and (seen[number := one.ids["id"]] or _is_awaited(gupshup, one))
    ]
    arrived = sum(1 for number in written if seen[number])
    return Way(
        written=len(written),
        arrived=arrived,
        told=0,
        under_way=len(written) - arrived,
        doubled=sum(seen[number] - 1 for number in written if seen[number] > 1),
    )


def _is_awaited(gupshup: GupshupSandbox, message: Message) -> bool:
    app = gupshup.state.apps.get(message.app_id)
    listened = app is not None and any(one.active for one in app.subscriptions.values())
    return listened and message.state in {"waiting", "delivered"}


def _operators(gupshup: GupshupSandbox, bitrix24: Bitrix24Sandbox) -> Way:
    """By the ids that the portal was told on delivery; the others and doubles by what was written."""
    phones = [one for one in gupshup.state.messages if one.direction == "out"]
    on_phone = {number for one in phones if one.state in {"delivered", "read"} for number in one.ids.values()}
    sent = [one for one in _chat_messages(bitrix24) if _is_for_customers(one)]
    written = [one for one in sent if one.author != "system"]
    missing = [one for one in written if not (one.external_ids and on_phone.issuperset(one.external_ids))]
    told = _told(missing, phones, bitrix24)
    return Way(
        written=len(written),
        arrived=len(written) - len(missing),
        told=told,
        under_way=len(missing) - told,
        doubled=_doubled(sent, phones),
    )


def _chat_messages(bitrix24: Bitrix24Sandbox) -> Iterator[ChatMessage]:
    for portal in bitrix24.portals.values():
        for chat in portal.chats.values():
            yield from chat.messages


def _is_for_customers(message: ChatMessage) -> bool:
    return message.author != "client" and not message.is_hidden and not message.is_refused


def _told(missing: list[ChatMessage], phones: list[Message], bitrix24: Bitrix24Sandbox) -> int:
    """How many of the missing messages failed on a phone or are quoted by a bell notification."""
    failed = Counter(_plain(one.text) for one in phones if one.state == "failed")
    bells = [_plain(one.text) for portal in bitrix24.portals.values() for one in portal.notifications]
    told = 0
    for message in missing:
        text = _plain(message.text)
        if failed[text] > 0:
            failed[text] -= 1
            told += 1
        elif text and any(text[:_QUOTED] in bell for bell in bells):
            told += 1
    return told


def _doubled(written: list[ChatMessage], phones: list[Message]) -> int:
    """Texts and files that reached phones more often than anybody wrote them."""
    texts = Counter(_plain(one.text) for one in written if one.text)
    sent = [one for one in phones if one.state != "failed"]
    on_phones = Counter(_plain(one.text) for one in sent if one.text)
    files = sum(len(one.files) for one in written)
    doubled = sum(max(0, count - texts[text]) for text, count in on_phones.items() if text in texts)
    return doubled + (max(0, sum(1 for one in sent if one.media) - files) if files else 0)


def _plain(text: str) -> str:
    """A text without marks of either side: operators write BBCode, phones show asterisks."""
    return _MARKUP.sub("", text)
