"""Events that a portal posts to us, as canonical facts (contracts/bitrix24.md §1.7-§1.9, §2.3).

A portal sends an event once and never again, so one unreadable message of an event must not take its
siblings with it: it becomes an `Unreadable` fact, and the caller keeps the raw body. `auth.user_id` says
whose token came along; the operator is in the message.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from connectors.bitrix24 import php
from connectors.redaction import Secret

_MEMBER = re.compile(r"[A-Za-z0-9]{1,64}")
_NAME = re.compile(r"[A-Za-z0-9_:.]{1,100}")
_MAX_TOKEN = 512


class EventError(ValueError):
    """An event that cannot be read at all; `reason` never contains a value of the form."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class OperatorFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file of an operator's message. `link` is a public short link of the portal (§2.6)."""

    name: str | None
    type: str | None
    """`image`, `file`, `video` or `audio`."""
    mime: str | None
    link: str
    size: int | None
    """Bytes."""


class OperatorMessage(msgspec.Struct, frozen=True, kw_only=True, tag_field="fact", tag="operator_message"):
    """An operator, a bot or the portal itself wrote to a client (OnImConnectorMessageAdd)."""

    connector: str
    line: str
    chat_key: str
    """The external chat id that we gave the portal."""
    chat_id: str
    """The portal's own chat."""
    message_id: str
    """The portal's own message; together with the portal it is the deduplication key."""
    user_id: str | None
    """None: the portal itself (welcome, automatic answer, request for a rating)."""
    text: str | None
    """With the portal's markup, untouched."""
    files: list[OperatorFile]
    at: str | None
    """ISO 8601 in UTC."""


class DialogStarted(msgspec.Struct, frozen=True, kw_only=True, tag_field="fact", tag="dialog_started"):
    """A dialog with a client began (OnImConnectorDialogStart): the portal's chat for our chat key."""

    connector: str
    line: str
    chat_key: str
    """The external chat id that we gave the portal."""
    chat_id: str
    """The portal's own chat."""
    session_id: str | None


class ConnectorRemoved(msgspec.Struct, frozen=True, kw_only=True, tag_field="fact", tag="connector_removed"):
    """Our connector was disconnected from a line (OnImConnectorStatusDelete)."""

    connector: str
    line: str


class LineRemoved(msgspec.Struct, frozen=True, kw_only=True, tag_field="fact", tag="line_removed"):
    """A whole line was deleted, ours or not (OnImConnectorLineDelete)."""

    line: str


class AppInstalled(msgspec.Struct, frozen=True, kw_only=True, tag_field="fact", tag="app_installed"):
    """The application was installed; the envelope brings tokens."""

    version: str | None
    language: str | None


class AppUpdated(msgspec.Struct, frozen=True, kw_only=True, tag_field="fact", tag="app_updated"):
    """A new version was installed: the portal dropped handlers and connectors; new application token."""

    version: str | None
    previous_version: str | None


class AppUninstalled(msgspec.Struct, frozen=True, kw_only=True, tag_field="fact", tag="app_uninstalled"):
    """The application was removed; tokens are revoked. `clean`: the person asked to wipe everything."""

    clean: bool


class UserReady(msgspec.Struct, frozen=True, kw_only=True, tag_field="fact", tag="user_ready"):
    """The portal's system user for this application; its tokens survive staff turnover.

    A claim until `AuthServer.app_info` confirms `access_token` for the envelope's `member_id`.
    """

    user_id: str
    access_token: Secret
    refresh_token: Secret
    expires_in_s: int


class Unreadable(msgspec.Struct, frozen=True, kw_only=True, tag_field="fact", tag="unreadable"):
    """One message of an event that lacks what a message needs; the raw body tells the rest."""

    reason: str
    position: int


class Unknown(msgspec.Struct, frozen=True, kw_only=True, tag_field="fact", tag="unknown"):
    """An event that we do not use."""

    event: str


Event = (
    OperatorMessage
    | DialogStarted
    | ConnectorRemoved
    | LineRemoved
    | AppInstalled
    | AppUpdated
    | AppUninstalled
    | UserReady
    | Unreadable
    | Unknown
)


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """One event: who says it (not yet verified, §1.8) and its facts, in order.

    Compare `application_token` with the stored one before believing a fact. The endpoints are claims.
    """

    event: str
    """In capitals, as the portal sends it."""
    facts: list[Event]
    member_id: str
    application_token: Secret
    domain: str | None
    client_endpoint: str | None
    server_endpoint: str | None
    access_token: Secret | None
    refresh_token: Secret | None
    user_id: str | None
    ts: int | None
    """Unix seconds: when the portal's queue sent it."""
    handler_id: str | None


def parse_event(form: Mapping[str, Any]) -> Envelope:
    """Read an event from `form.parse_form`. Raises EventError when its wrapper or all of it is broken."""
    name = form.get("event")
    if not isinstance(name, str) or _NAME.fullmatch(name) is None:
        raise EventError("event is missing")
    auth = php.mapping(form.get("auth"))
    member_id = php.text(auth.get("member_id"))
    if member_id is None or _MEMBER.fullmatch(member_id) is None:
        raise EventError("auth.member_id is missing")
    application_token = _secret(auth.get("application_token"))
    if application_token is None:
        raise EventError("auth.application_token is missing")
    read = _READERS.get(name.upper())
    return Envelope(
        event=name.upper(),
        facts=read(form) if read else [Unknown(event=name.upper())],
        member_id=member_id,
        application_token=application_token,
        domain=php.text(auth.get("domain")),
        client_endpoint=php.text(auth.get("client_endpoint")),
        server_endpoint=php.text(auth.get("server_endpoint")),
        access_token=_secret(auth.get("access_token")),
        refresh_token=_secret(auth.get("refresh_token")),
        user_id=php.user(auth.get("user_id")),
        ts=php.whole(form.get("ts")),
        handler_id=php.text(form.get("event_handler_id")) or php.text(form.get("eventId")),
    )


def _secret(value: Any) -> Secret | None:
    return Secret(value) if isinstance(value, str) and 0 < len(value) <= _MAX_TOKEN else None


def _operator_messages(form: Mapping[str, Any]) -> list[Event]:
    inside = _lower(form.get("data"))
    connector, line = php.text(inside.get("connector")), php.text(inside.get("line"))
    if connector is None or line is None:
        raise EventError("data.CONNECTOR or data.LINE is missing")
    at = php.instant(form.get("ts"))
    facts = [
        _operator_message(php.mapping(element), position, connector, line, at)
        for position, element in enumerate(php.items(inside.get("messages")))
    ]
    if all(isinstance(fact, Unreadable) for fact in facts):
        raise EventError("data.MESSAGES has no readable message")
    return facts


def _operator_message(
    element: dict[str, Any], position: int, connector: str, line: str, at: str | None
) -> Event:
    im, message, chat = (php.mapping(element.get(part)) for part in ("im", "message", "chat"))
    chat_key, chat_id, message_id = (
        php.text(chat.get("id")),
        php.text(im.get("chat_id")),
        php.text(im.get("message_id")),
    )
    if chat_key is None or chat_id is None or message_id is None:
        return Unreadable(reason="im.chat_id, im.message_id or chat.id is missing", position=position)
    files = [_file(php.mapping(file)) for file in php.items(message.get("files"))]
    text = php.text(message.get("text"))
    if None in files:
        return Unreadable(reason="a file has no link", position=position)
    if text is None and not files:
        return Unreadable(reason="neither text nor files", position=position)
    return OperatorMessage(
        connector=connector,
        line=line,
        chat_key=chat_key,
        chat_id=chat_id,
        message_id=message_id,
        user_id=php.user(message.get("user_id")),
        text=text,
        files=[file for file in files if file is not None],
        at=at,
    )


def _file(element: dict[str, Any]) -> OperatorFile | None:
    link = php.text(element.get("link"))
    if link is None:
        return None
    return OperatorFile(
        name=php.text(element.get("name")),
        type=php.text(element.get("type")),
        mime=php.text(element.get("mime")),
        link=link,
        size=php.whole(element.get("size")),
    )


def _dialogs_started(form: Mapping[str, Any]) -> list[Event]:
    """Samples of the documentation leave ids out or give them as 0: such a dialog says nothing (§2.3)."""
    inside = _lower(form.get("data"))
    facts: list[Event] = []
    for element in map(php.mapping, php.items(inside.get("data"))):
        ours, session, chat = (php.mapping(element.get(part)) for part in ("connector", "session", "chat"))
        connector = php.text(ours.get("connector_id")) or php.text(inside.get("connector"))
        line = php.text(ours.get("line_id")) or php.text(inside.get("line"))
        chat_key, chat_id = php.text(ours.get("chat_id")), php.user(chat.get("id"))
        if connector is None or line is None or chat_key is None or chat_id is None:
            continue
        facts.append(
            DialogStarted(
                connector=connector,
                line=line,
                chat_key=chat_key,
                chat_id=chat_id,
                session_id=php.user(session.get("id")),
            )
        )
    return facts


def _connector_removed(form: Mapping[str, Any]) -> list[Event]:
    inside = _lower(form.get("data"))
    connector, line = php.text(inside.get("connector")), php.text(inside.get("line"))
    if connector is None or line is None:
        raise EventError("data.connector or data.line is missing")
    return [ConnectorRemoved(connector=connector, line=line)]


def _line_removed(form: Mapping[str, Any]) -> list[Event]:
    line = php.text(form.get("data"))
    if line is None:
        raise EventError("data is not a line")
    return [LineRemoved(line=line)]


def _installed(form: Mapping[str, Any]) -> list[Event]:
    inside = _lower(form.get("data"))
    return [
        AppInstalled(version=php.text(inside.get("version")), language=php.text(inside.get("language_id")))
    ]


def _updated(form: Mapping[str, Any]) -> list[Event]:
    inside = _lower(form.get("data"))
    return [
        AppUpdated(
            version=php.text(inside.get("version")), previous_version=php.text(inside.get("previous_version"))
        )
    ]


def _uninstalled(form: Mapping[str, Any]) -> list[Event]:
    return [AppUninstalled(clean=php.yes(_lower(form.get("data")).get("clean")))]


def _user_ready(form: Mapping[str, Any]) -> list[Event]:
    inside = _lower(form.get("data"))
    user_id = php.user(inside.get("user_id"))
    access, refresh = _secret(inside.get("access_token")), _secret(inside.get("refresh_token"))
    if user_id is None or access is None or refresh is None:
        raise EventError("data of the system user is incomplete")
    return [
        UserReady(
            user_id=user_id,
            access_token=access,
            refresh_token=refresh,
            expires_in_s=php.whole(inside.get("expires_in")) or 3_600,
        )
    ]


def _lower(value: Any) -> dict[str, Any]:
    """Capitals differ from event to event and from portal to portal; only the first level varies."""
    return {key.lower(): item for key, item in php.mapping(value).items()}


_READERS: dict[str, Callable[[Mapping[str, Any]], list[Event]]] = {
    "ONIMCONNECTORMESSAGEADD": _operator_messages,
    "ONIMCONNECTORDIALOGSTART": _dialogs_started,
    "ONIMCONNECTORSTATUSDELETE": _connector_removed,
    "ONIMCONNECTORLINEDELETE": _line_removed,
    "ONAPPINSTALL": _installed,
    "ONAPPUPDATE": _updated,
    "ONAPPUNINSTALL": _uninstalled,
    "ONAPPUSERREADY": _user_ready,
}
