"""The SMS provider and automation robots (contract bitrix24.md §3.5, §3.6)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from sandbox.bitrix24 import php
from sandbox.bitrix24.errors import RestError, denied
from sandbox.bitrix24.methods.registry import Call, serves
from sandbox.bitrix24.state import Robot, Sender

STATUSES = ("queued", "sent", "delivered", "undelivered", "failed")
CODE = re.compile(r"[A-Za-z0-9._-]+")
TRIGGER = re.compile(r"[a-z0-9._-]+")
PROPERTY = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
PROPERTY_TYPES = ("bool", "date", "datetime", "double", "file", "int", "select", "string", "text", "user")


@serves("messageservice.sender.add", admin_only=True)
async def sender_add(call: Call) -> bool:
    """Register an SMS provider."""
    code = call.text("CODE")
    if code in call.portal.senders:
        raise RestError("ERROR_SENDER_ALREADY_INSTALLED", "Sender already installed")
    if not CODE.fullmatch(code) or call.text("TYPE") != "SMS":
        raise RestError("ERROR_SENDER_VALIDATION_FAILURE", "Wrong sender code or type")
    call.portal.senders[code] = Sender(
        code=code,
        handler=call.text("HANDLER"),
        name=call.text("NAME"),
        description=call.text("DESCRIPTION"),
    )
    return True


@serves("messageservice.sender.list", admin_only=True)
async def sender_list(call: Call) -> list[str]:
    """The codes of this application's providers."""
    return list(call.portal.senders)


@serves("messageservice.sender.update", admin_only=True)
async def sender_update(call: Call) -> bool:
    """Change a provider."""
    sender = _sender(call)
    sender.handler = call.text("HANDLER", sender.handler)
    sender.name = call.text("NAME", sender.name)
    sender.description = call.text("DESCRIPTION", sender.description)
    return True


@serves("messageservice.sender.delete", admin_only=True)
async def sender_delete(call: Call) -> bool:
    """Remove a provider."""
    del call.portal.senders[_sender(call).code]
    return True


def _sender(call: Call) -> Sender:
    try:
        return call.portal.senders[call.text("CODE")]
    except KeyError:
        raise RestError("ERROR_SENDER_NOT_FOUND", "Sender not found") from None


@serves("messageservice.message.status.update")
async def status_update(call: Call) -> bool:
    """Tell the portal how an SMS fared; only the sender's user or an administrator may."""
    sms = call.portal.sms.get(call.text("MESSAGE_ID"))
    if sms is None or sms.sender != call.text("CODE"):
        raise RestError("ERROR_MESSAGE_NOT_FOUND", "Message not found")
    if call.text("STATUS") not in STATUSES:
        raise RestError("ERROR_MESSAGE_STATUS_INCORRECT", "Message status incorrect")
    if not call.user.is_admin:
        raise denied("Only message sender or admin")
    sms.status = call.text("STATUS")
    return True


@serves("bizproc.robot.add", admin_only=True)
async def robot_add(call: Call) -> bool:
    """Register a robot; its handler must be on the application's own host."""
    code, handler = call.text("CODE"), call.text("HANDLER")
    if code in call.portal.robots:
        raise RestError("ERROR_ACTIVITY_ALREADY_INSTALLED", "Activity or Robot already installed!")
    if not CODE.fullmatch(code):
        raise RestError("ERROR_ACTIVITY_VALIDATION_FAILURE", "Wrong activity code!")
    _check_handler(call, handler)
    _check_fields(call.params)
    call.portal.robots[code] = Robot(code=code, fields=dict(call.params))
    return True


@serves("bizproc.robot.update", admin_only=True)
async def robot_update(call: Call) -> bool:
    """Change a robot."""
    robot = _robot(call)
    fields = {key.upper(): value for key, value in call.fields("FIELDS").items()}
    if "HANDLER" in fields:
        _check_handler(call, str(fields["HANDLER"]))
    _check_fields(fields)
    robot.fields.update(fields)
    return True


@serves("bizproc.robot.list", admin_only=True)
async def robot_list(call: Call) -> list[str]:
    """The codes of this application's robots."""
    return list(call.portal.robots)


@serves("bizproc.robot.delete", admin_only=True)
async def robot_delete(call: Call) -> bool:
    """Remove a robot."""
    del call.portal.robots[_robot(call).code]
    return True


def _robot(call: Call) -> Robot:
    try:
        return call.portal.robots[call.text("CODE")]
    except KeyError:
        raise RestError("ERROR_ACTIVITY_NOT_FOUND", "Activity or Robot not found!") from None


def _check_fields(sent: Mapping[str, Any]) -> None:
    """Names and types of properties, and a placement's address (§3.6)."""
    for group in ("PROPERTIES", "RETURN_PROPERTIES"):
        for name, one in php.mapping(sent.get(group)).items():
            described = php.mapping(one)
            kind = str(described.get("type", "string"))
            if not PROPERTY.fullmatch(name) or kind not in PROPERTY_TYPES or "name" not in described:
                raise RestError("ERROR_ACTIVITY_VALIDATION_FAILURE", f"Wrong property {name}!")
            if kind == "select" and "options" not in described:
                raise RestError("ERROR_ACTIVITY_VALIDATION_FAILURE", f"Property {name} has no options!")
    if str(sent.get("USE_PLACEMENT", "N")) in ("Y", "True", "1") and not sent.get("PLACEMENT_HANDLER"):
        raise RestError("ERROR_WRONG_HANDLER_URL", "Wrong handler URL")


def _check_handler(call: Call, handler: str) -> None:
    parts = urlsplit(handler)
    if parts.scheme not in ("http", "https"):
        raise RestError("ERROR_UNSUPPORTED_PROTOCOL", "Unsupported handler protocol")
    if parts.hostname != urlsplit(call.installation.card.handler).hostname:
        raise RestError("ERROR_WRONG_HANDLER_URL", "Wrong handler URL")


@serves("crm.automation.trigger.add", admin_only=True)
async def trigger_add(call: Call) -> bool:
    """Register a trigger of the application; the same code again changes its name."""
    code = call.text("CODE")
    if not TRIGGER.fullmatch(code) or not call.text("NAME"):
        raise RestError("ERROR_ARGUMENT", "Wrong trigger code or name")
    call.portal.triggers[code] = call.text("NAME")
    return True


@serves("crm.automation.trigger.execute", admin_only=True)
async def trigger_execute(call: Call) -> bool:
    """Set a record's automation going."""
    code, owner = call.text("CODE"), f"{call.number('OWNER_TYPE_ID')}:{call.number('OWNER_ID')}"
    if code not in call.portal.triggers or owner not in call.portal.crm:
        raise RestError("NOT_FOUND", "Trigger or element not found")
    call.portal.triggered.append(f"{code} {owner}")
    return True


@serves("bizproc.event.send")
async def event_send(call: Call) -> Any:
    """A robot's answer to its workflow; the token is good once."""
    run = call.portal.robot_runs.get(call.text("EVENT_TOKEN"))
    if run is None or not run.is_waiting:
        raise denied()
    run.is_waiting = False
    run.returned = call.fields("RETURN_VALUES")
    return True
