"""Registering connectors and putting them on lines (contract bitrix24.md §2.1, §2.2)."""

from __future__ import annotations

import re
from typing import Any

from sandbox.bitrix24 import php
from sandbox.bitrix24.conversation import chat_of, disconnect, live_connector
from sandbox.bitrix24.errors import RestError, denied, missing
from sandbox.bitrix24.methods.registry import Call, serves
from sandbox.bitrix24.state import Connector, LineStatus

CHANNEL_FIELDS = ("ID", "URL", "URL_IM", "NAME")
NATIVE = {"livechat": "Live Chat"}


@serves("imconnector.register")
async def register(call: Call) -> dict[str, Any]:
    """Add or change a connector; failures come with HTTP 200."""
    number, name = call.text("ID").lower(), call.text("NAME")
    icon = php.mapping(call.params.get("ICON"))
    failure = (
        (not number and "CONNECTOR_ID_REQUIRED")
        or ("." in number and "APPLICATION_REGISTRATION_ERROR_POINT")
        or (not name and "NAME_REQUIRED")
        or (not icon.get("data_image") and "ICON_REQUIRED")
        or (not call.text("PLACEMENT_HANDLER") and "NO_PLACEMENT_HANDLER")
        or (not re.fullmatch("[a-z0-9_]+", number) and "GENERAL_CONNECTOR_REGISTRATION_ERROR")
    )
    if failure:
        return _refused(call, failure)
    call.portal.connectors[number] = Connector(
        id=number,
        name=name,
        placement_handler=call.text("PLACEMENT_HANDLER"),
        edit_internal_messages=php.flag(call.params.get("EDIT_INTERNAL_MESSAGES"), default=True),
        del_internal_messages=php.flag(call.params.get("DEL_INTERNAL_MESSAGES"), default=True),
        need_system_messages=php.flag(call.params.get("NEED_SYSTEM_MESSAGES"), default=True),
        need_signature=php.flag(call.params.get("NEED_SIGNATURE"), default=True),
        chat_group=php.flag(call.params.get("CHAT_GROUP"), default=False),
        icon=php.scalar(icon["data_image"]),
        color=php.scalar(icon.get("color") or ""),
    )
    return {"result": True}


def _refused(call: Call, code: str) -> dict[str, Any]:
    call.world.complain(call.portal, call.method, code)
    return {"result": False, "error": code, "error_description": code.replace("_", " ").capitalize()}


@serves("imconnector.unregister")
async def unregister(call: Call) -> dict[str, Any]:
    """Remove a connector; its lines go first, each with a `StatusDelete`."""
    number = call.text("ID").lower()
    if number not in call.portal.connectors:
        return _refused(call, "APPLICATION_UNREGISTRATION_ERROR")
    for key in list(call.portal.statuses):
        connector, line = key.split("|")
        if connector == number:
            disconnect(call.world, call.portal, connector, int(line))
    del call.portal.connectors[number]
    return {"result": True}


@serves("imconnector.list", admin_only=True)
async def list_all(call: Call) -> dict[str, str]:
    """Connector ids and titles."""
    return {**NATIVE, **{one.id: one.name for one in call.portal.connectors.values()}}


def connector_of(call: Call) -> Connector:
    """The connector named in the call. Raises RestError `IMCONNECTOR_NO_CORRECT_PROVIDER`."""
    try:
        return call.portal.connectors[call.text("CONNECTOR").lower()]
    except KeyError:
        raise RestError(
            "IMCONNECTOR_NO_CORRECT_PROVIDER", "Could not find a correct provider for the connector"
        ) from None


def not_active_line() -> RestError:
    """The line is missing, off, or not connected with this connector."""
    return RestError("NOT_ACTIVE_LINE", "The line with this ID is inactive or does not exist")


@serves("imconnector.activate")
async def activate(call: Call) -> bool:
    """Put the connector on the line, or take it off; off echoes as `StatusDelete` to our own handler."""
    connector, line = connector_of(call), call.number("LINE")
    if "ACTIVE" not in call.params or call.params["ACTIVE"] is None:
        raise missing("ACTIVE")
    wanted = call.params["ACTIVE"]
    if wanted in ("N", "n"):
        call.world.complain(call.portal, call.method, "ACTIVE=N switches ON: any non-empty string does")
    elif wanted in (0, False) and not isinstance(wanted, str):
        call.world.complain(call.portal, call.method, 'a JSON 0 may be read as «empty»: send the string "0"')
    if wanted in ("", "0", 0, False):
        disconnect(call.world, call.portal, connector.id, line)
        return True
    if line not in call.portal.lines:
        raise not_active_line()
    call.portal.statuses[f"{connector.id}|{line}"] = LineStatus(
        is_active=True, is_connected=True, is_registered=True, channel=_channel(call, connector.id, line)
    )
    return True


def _channel(call: Call, connector: str, line: int) -> dict[str, str]:
    status = call.portal.status(connector, line)
    return status.channel if status else {}


@serves("imconnector.connector.data.set")
async def set_channel(call: Call) -> bool:
    """Show which channel this is; raises the connection and registration flags."""
    connector, line = connector_of(call), call.number("LINE")
    if line not in call.portal.lines:
        raise not_active_line()
    status = call.portal.statuses.setdefault(f"{connector.id}|{line}", LineStatus())
    status.is_connected = status.is_registered = True
    sent = php.mapping(call.params.get("DATA"))
    status.channel = {name: php.scalar(sent[name.lower()]) for name in CHANNEL_FIELDS if name.lower() in sent}
    return True


@serves("imconnector.status")
async def status(call: Call) -> dict[str, Any]:
    """Is the connector configured on the line?"""
    line = call.number("LINE")
    found = call.portal.status(call.text("CONNECTOR").lower(), line) or LineStatus()
    return {
        "LINE": line,
        "CONNECTOR": call.text("CONNECTOR"),
        "ERROR": found.has_error,
        "CONFIGURED": found.is_configured,
        "STATUS": found.is_configured and not found.has_error,
    }


@serves("imconnector.set.error")
async def set_error(call: Call) -> dict[str, Any]:
    """Mark the channel as broken; `activate` clears it."""
    found = call.portal.status(connector_of(call).id, call.number("LINE"))
    if found is None:
        raise not_active_line()
    found.has_error = True
    return {"SUCCESS": True, "DATA": []}


@serves("imconnector.chat.name.set")
async def rename_chat(call: Call) -> dict[str, Any]:
    """Rename a customer's chat; it needs an open session."""
    connector, line = connector_of(call), call.number("LINE")
    if live_connector(call.portal, connector.id, line) is None:
        raise not_active_line()
    if not connector.chat_group and not call.text("USER_ID"):
        raise missing("USER_ID")
    customer = call.portal.external_users.get(f"{connector.id}|{call.text('USER_ID')}")
    chat = chat_of(call.portal, connector, line, call.text("CHAT_ID"), customer.id if customer else 0)
    if chat is None or call.portal.sessions[chat.session_id].is_closed:
        raise RestError("CHAT_RENAMING_FAILED", "Failed to rename the chat")
    if call.user.id not in chat.members and not call.user.is_admin:
        raise denied()
    chat.name = call.text("NAME")
    return {"SUCCESS": True, "DATA": {"RESULT": php.EMPTY_OBJECT}}
