"""Robots and the SMS service: what they ask of us, and what they are told (contracts/bitrix24.md §3.5, §3.6).

Both post a form of their own, not an event. A robot's workflow waits for the answer that its event token
allows once; the SMS service is told the status of each of its messages as often as it changes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from connectors.bitrix24 import php
from connectors.bitrix24.client import Answer, PortalClient
from connectors.outside import Actor, Context, Failure, Policy
from connectors.redaction import Secret

_MEMBER = re.compile(r"[A-Za-z0-9]{1,64}")
_MAX_TOKEN, _MAX_ID, _MAX_TEXT = 2_048, 200, 10_000
_TYPES = {"LEAD": 1, "DEAL": 2, "CONTACT": 3, "COMPANY": 4, "QUOTE": 7, "SMART_INVOICE": 31}
_DYNAMIC = re.compile(r"DYNAMIC_([0-9]{1,9})_([0-9]{1,18})")
_DOCUMENT = re.compile(r"([A-Z_]{1,40})_([0-9]{1,18})")
_CONTACT, _COMPANY = 3, 4


class CallError(ValueError):
    """A call that cannot be read; `reason` never contains a value of the form."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """Who says it speaks: compare `application_token` with the stored one before believing anything."""

    member_id: str
    application_token: Secret


class RobotCall(msgspec.Struct, frozen=True, kw_only=True):
    """A robot of ours runs on a CRM record."""

    caller: Caller
    code: str
    event_token: Secret
    """Answers the workflow once; unique for each run."""
    document: str
    """`DEAL_123`; empty where the robot runs on nothing of the CRM."""
    properties: Mapping[str, str]
    """By their names in lower case; what is no text is left out."""


class SmsCall(msgspec.Struct, frozen=True, kw_only=True):
    """The portal hands an SMS to a sender of ours."""

    caller: Caller
    code: str
    message_id: str
    """The portal's own; its deduplication and the key of its status."""
    phone: str
    text: str
    owner: tuple[int, int] | None
    """CRM type and record to which it belongs. The names inside `bindings` are unverified (§3.5)."""


class Robot(msgspec.Struct, frozen=True, kw_only=True):
    """A robot as it is registered: `fields` are those of `bizproc.robot.add` beside the code."""

    code: str
    fields: Mapping[str, Any]


class Sender(msgspec.Struct, frozen=True, kw_only=True):
    """A sender of the SMS service."""

    code: str
    name: str
    description: str
    handler: str


class Trigger(msgspec.Struct, frozen=True, kw_only=True):
    """A trigger of the CRM's automation."""

    code: str
    name: str


class Recipient(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a CRM record is about; without a number `phone` is empty."""

    phone: str
    name: str


def parse_robot(form: Mapping[str, Any]) -> RobotCall:
    """Read a robot's call from `form.parse_form`. Raises CallError."""
    token = _bounded(form.get("event_token"), _MAX_TOKEN)
    code = _bounded(form.get("code"), _MAX_ID)
    if token is None or code is None:
        raise CallError("event_token or code is missing")
    document = php.items(form.get("document_id"))
    properties = {
        name.lower(): text
        for name, value in php.mapping(form.get("properties")).items()
        if (text := php.text(value)) is not None
    }
    return RobotCall(
        caller=_caller(form),
        code=code,
        event_token=Secret(token),
        document=_bounded(document[-1], _MAX_ID) or "" if document else "",
        properties={name: text[:_MAX_TEXT] for name, text in properties.items()},
    )


def parse_sms(form: Mapping[str, Any]) -> SmsCall:
    """Read an SMS from `form.parse_form`. Raises CallError."""
    code, message_id = _bounded(form.get("code"), _MAX_ID), _bounded(form.get("message_id"), _MAX_ID)
    if code is None or message_id is None:
        raise CallError("code or message_id is missing")
    said = php.mapping(form.get("properties"))
    return SmsCall(
        caller=_caller(form),
        code=code,
        message_id=message_id,
        phone=_bounded(form.get("message_to") or said.get("phone_number"), _MAX_ID) or "",
        text=(php.text(form.get("message_body")) or php.text(said.get("message_text")) or "")[:_MAX_TEXT],
        owner=_owner(php.items(form.get("bindings"))),
    )


def record_of(document: str) -> tuple[int, int] | None:
    """CRM type and number of `DEAL_123` or `DYNAMIC_1046_12`; None for anything else."""
    dynamic = _DYNAMIC.fullmatch(document)
    if dynamic is not None:
        return int(dynamic[1]), int(dynamic[2])
    plain = _DOCUMENT.fullmatch(document)
    if plain is None or plain[1] not in _TYPES:
        return None
    return _TYPES[plain[1]], int(plain[2])


async def recipient_of(
    client: PortalClient, document: str, *, about: Context | None = None
) -> Recipient | Failure:
    """The number of a record itself, else of its contact or company; a mobile number comes first."""
    record = record_of(document)
    if record is None:
        return Failure(
            policy=Policy.NEVER,
            code="no_crm_item",
            message="the robot runs on no CRM record",
            who_acts=Actor.ADMINISTRATOR,
        )
    item = await _item(client, record, about)
    if isinstance(item, Failure):
        return item
    contacts = [item.get("contactId"), *php.items(item.get("contactIds"))]
    related = [(_CONTACT, php.whole(one) or 0) for one in contacts]
    related.append((_COMPANY, php.whole(item.get("companyId")) or 0))
    found = _recipient(item)
    for other in dict.fromkeys(related):
        if found.phone:
            break
        if other[1] > 0 and other != record:
            item = await _item(client, other, about)
            if isinstance(item, Failure):
                return item
            found = _recipient(item)
    return found


async def answer_robot(
    client: PortalClient, event_token: Secret, values: Mapping[str, str], log: str, *, about: Context
) -> Failure | None:
    """Give a waiting workflow its return values. The token is good once: a second answer is refused."""
    params = {"EVENT_TOKEN": event_token, "RETURN_VALUES": dict(values), "LOG_MESSAGE": log}
    return _failed(await client.call("bizproc.event.send", params, about=about))


async def tell_status(
    client: PortalClient, code: str, message_id: str, status: str, *, about: Context
) -> Failure | None:
    """Tell how an SMS fares: queued, sent, delivered, undelivered or failed. Repeating is harmless."""
    params = {"CODE": code, "MESSAGE_ID": message_id, "STATUS": status}
    return _failed(await client.call("messageservice.message.status.update", params, about=about))


async def log_line(
    client: PortalClient, record: tuple[int, int], title: str, text: str, *, about: Context
) -> Failure | None:
    """A line in the timeline of a CRM record."""
    names = ("entityTypeId", "entityId", "title", "text", "iconCode")
    fields = dict(zip(names, (*record, title, text, "info"), strict=True))
    return _failed(await client.call("crm.timeline.logmessage.add", {"fields": fields}, about=about))


async def put_robot(client: PortalClient, robot: Robot, *, is_new: bool) -> Failure | None:
    """Register a robot, or change one that is there; whichever the portal says it is not."""
    added = {"CODE": robot.code, **robot.fields}
    changed = {"CODE": robot.code, "FIELDS": dict(robot.fields)}
    calls = [("bizproc.robot.add", added), ("bizproc.robot.update", changed)]
    return await _either(client, calls if is_new else calls[::-1])


async def remove_robot(client: PortalClient, code: str) -> Failure | None:
    """Remove a robot of ours that nobody wants."""
    return _failed(await client.call("bizproc.robot.delete", {"CODE": code}))


async def put_sender(client: PortalClient, sender: Sender, *, is_new: bool) -> Failure | None:
    """Register a sender, or change one that is there; whichever the portal says it is not."""
    changed = {
        "CODE": sender.code,
        "HANDLER": sender.handler,
        "NAME": sender.name,
        "DESCRIPTION": sender.description,
    }
    calls = [
        ("messageservice.sender.add", {**changed, "TYPE": "SMS"}),
        ("messageservice.sender.update", changed),
    ]
    return await _either(client, calls if is_new else calls[::-1])


async def put_trigger(client: PortalClient, trigger: Trigger) -> Failure | None:
    """Register a trigger; one that is there gets this name."""
    params = {"CODE": trigger.code, "NAME": trigger.name}
    return _failed(await client.call("crm.automation.trigger.add", params))


async def set_going(
    client: PortalClient, code: str, record: tuple[int, int], *, about: Context
) -> Failure | None:
    """Execute a trigger for a deal or lead."""
    params = {"CODE": code, "OWNER_TYPE_ID": record[0], "OWNER_ID": record[1]}
    return _failed(await client.call("crm.automation.trigger.execute", params, about=about))


async def remove_sender(client: PortalClient, code: str) -> Failure | None:
    """Remove a sender of ours that nobody wants."""
    return _failed(await client.call("messageservice.sender.delete", {"CODE": code}))


_OTHER_WAY = {
    "ERROR_ACTIVITY_ALREADY_INSTALLED",
    "ERROR_ACTIVITY_NOT_FOUND",
    "ERROR_SENDER_ALREADY_INSTALLED",
    "ERROR_SENDER_NOT_FOUND",
}


async def _either(client: PortalClient, calls: Sequence[tuple[str, Mapping[str, Any]]]) -> Failure | None:
    outcome = _failed(await client.call(*calls[0]))
    if outcome is not None and outcome.code in _OTHER_WAY:
        return _failed(await client.call(*calls[1]))
    return outcome


async def _item(
    client: PortalClient, record: tuple[int, int], about: Context | None
) -> dict[str, Any] | Failure:
    answer = await client.call("crm.item.get", {"entityTypeId": record[0], "id": record[1]}, about=about)
    return answer if isinstance(answer, Failure) else php.mapping(php.mapping(answer.result).get("item"))


def _recipient(item: dict[str, Any]) -> Recipient:
    entries = [php.mapping(one) for one in php.items(item.get("fm"))]
    phones = [
        (php.text(one.get("valueType")) != "MOBILE", php.text(one.get("value")) or "")
        for one in entries
        if php.text(one.get("typeId")) == "PHONE"
    ]
    names = [php.text(item.get(name)) or "" for name in ("name", "lastName")]
    found = sorted((phone for phone in phones if phone[1]), key=lambda phone: phone[0])
    return Recipient(
        phone=found[0][1] if found else "",
        name=" ".join(filter(None, names)) or php.text(item.get("title")) or "",
    )


def _owner(bindings: list[Any]) -> tuple[int, int] | None:
    for binding in map(php.mapping, bindings):
        kind, number = php.whole(binding.get("OWNER_TYPE_ID")), php.whole(binding.get("OWNER_ID"))
        if kind and number:
            return kind, number
    return None


def _caller(form: Mapping[str, Any]) -> Caller:
    auth = php.mapping(form.get("auth"))
    member_id, token = php.text(auth.get("member_id")), _bounded(auth.get("application_token"), _MAX_TOKEN)
    if member_id is None or _MEMBER.fullmatch(member_id) is None:
        raise CallError("auth.member_id is missing")
    if token is None:
        raise CallError("auth.application_token is missing")
    return Caller(member_id=member_id, application_token=Secret(token))


def _bounded(value: Any, most: int) -> str | None:
    text = php.text(value)
    return text if text is not None and 0 < len(text) <= most else None


def _failed(answer: Answer | Failure) -> Failure | None:
    return answer if isinstance(answer, Failure) else None
