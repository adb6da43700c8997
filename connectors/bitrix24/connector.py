"""Our channel type on a portal: registration, events, pages, lines (contracts/bitrix24.md §1.10, §2.1, §3.4).

Every function may be repeated. `desired.restore` runs them in their order, only where something is missing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec

from connectors.bitrix24 import php
from connectors.bitrix24.client import Answer, Call, PortalClient
from connectors.bitrix24.errors import REST, failure_of
from connectors.outside import Actor, Failure, Policy, Retry

_BUBBLE = (
    "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24'><path fill='#fff' d='M12 3a9 8 0 0 0-7.6 "
    "12.3L3 21l5.4-1.6A9 8 0 1 0 12 3zm-4 7h8v1.6H8zm0 3.2h5.5v1.6H8z'/></svg>"
)
_PICTURE = f"data:image/svg+xml,{quote(_BUBBLE)}"
"""A speech bubble of our own: the Market refuses other companies' trademarks (§4.3)."""


class LineData(msgspec.Struct, frozen=True, kw_only=True):
    """What the portal shows for a connected line."""

    number: str
    """Digits with country code."""
    name: str
    url_im: str = ""
    """A page of ours for operators; the public link when empty."""


class LineStatus(msgspec.Struct, frozen=True, kw_only=True):
    """What the portal says of our connector on a line. `works`: messages can go through."""

    line: str
    configured: bool
    works: bool
    error: bool


class Bound(msgspec.Struct, frozen=True, kw_only=True):
    """An event handler as the portal reports it; `event` in capitals."""

    event: str
    handler: str
    auth_type: str
    offline: bool


class Placement(msgspec.Struct, frozen=True, kw_only=True):
    """A page of ours in a place of the portal. `titles` by language code (`en`, `la`, `br`)."""

    place: str
    handler: str
    title: str
    titles: Mapping[str, str] = msgspec.field(default_factory=dict[str, str])
    options: Mapping[str, Any] = msgspec.field(default_factory=dict[str, Any])


async def register(
    client: PortalClient, connector_id: str, name: str, placement_handler: str
) -> Failure | None:
    """Make or update our channel type. Edits, deletions and newsletters are off: WhatsApp has none.

    The portal answers 200 with `result.result=false` when it refuses.
    """
    icon = {"DATA_IMAGE": _PICTURE, "SIZE": "90%", "POSITION": "center"}
    answer = await client.call(
        "imconnector.register",
        {
            "ID": connector_id,
            "NAME": name,
            "ICON": {**icon, "COLOR": "#25a768"},
            "ICON_DISABLED": {**icon, "COLOR": "#b3bdc5"},
            "PLACEMENT_HANDLER": placement_handler,
            "DEL_EXTERNAL_MESSAGES": False,
            "EDIT_INTERNAL_MESSAGES": False,
            "DEL_INTERNAL_MESSAGES": False,
            "NEWSLETTER": False,
            "NEED_SYSTEM_MESSAGES": True,
            "NEED_SIGNATURE": False,
            "CHAT_GROUP": False,
        },
    )
    if isinstance(answer, Failure):
        return answer
    result = php.mapping(answer.result)
    if php.yes(result.get("result")):
        return None
    code, words = php.text(result.get("error")) or "register", php.text(result.get("error_description"))
    return failure_of(REST, code, words or code, http_status=None, retry=Retry.SAFE)


async def bound_events(client: PortalClient) -> list[Bound] | Failure:
    """The handlers of this application, as far as the token's owner may see them."""
    answer = await client.call("event.get")
    return answer if isinstance(answer, Failure) else bound_of(answer)


def bound_of(answer: Answer) -> list[Bound]:
    """The handlers in an answer of `event.get`."""
    return [
        Bound(
            event=(php.text(row.get("event")) or "").upper(),
            handler=php.text(row.get("handler")) or "",
            auth_type=php.text(row.get("auth_type")) or "0",
            offline=php.yes(row.get("offline")),
        )
        for row in map(php.mapping, php.items(answer.result))
    ]


async def bind_events(client: PortalClient, handler: str, wanted: Sequence[str]) -> list[Bound] | Failure:
    """Have exactly `wanted` delivered to `handler`, each once; returns what was changed.

    Handlers on other hosts are not ours to remove. A first Failure ends it; repeating goes on from there.
    """
    reported = await bound_events(client)
    if isinstance(reported, Failure):
        return reported
    missing, strays = event_changes(handler, wanted, reported)
    for bound in missing:
        outcome = await bind_event(client, bound)
        if isinstance(outcome, Failure):
            return outcome
    for bound in strays:
        outcome = await unbind_event(client, bound)
        if isinstance(outcome, Failure):
            return outcome
    return [*missing, *strays]


def event_changes(
    handler: str, wanted: Sequence[str], reported: Sequence[Bound]
) -> tuple[list[Bound], list[Bound]]:
    """What to bind, then what to unbind: the other way round, an event between the two would be lost."""
    goal = {
        (event.upper(), handler): Bound(event=event.upper(), handler=handler, auth_type="0", offline=False)
        for event in wanted
    }
    strays = [
        bound
        for bound in reported
        if _host(bound.handler) == _host(handler) and goal.get((bound.event, bound.handler)) != bound
    ]
    return [bound for bound in goal.values() if bound not in reported], strays


async def bind_event(client: PortalClient, bound: Bound) -> Failure | None:
    """Bind one event, its tokens being those of whoever causes it."""
    answer = await client.call("event.bind", {"event": bound.event, "handler": bound.handler})
    return _unless_bound_already(answer)


async def unbind_event(client: PortalClient, bound: Bound) -> Failure | None:
    """Remove one handler; every filter is given, because an omitted one removes more."""
    kind = "offline" if bound.offline else "online"
    params = {
        "event": bound.event,
        "handler": bound.handler,
        "auth_type": php.number(bound.auth_type),
        "event_type": kind,
    }
    answer = await client.call("event.unbind", params)
    return answer if isinstance(answer, Failure) else None


async def bind_placement(client: PortalClient, placement: Placement) -> Failure | None:
    """Show a page of ours; that it is shown already, or that this portal has no such place, is no failure."""
    languages = {code: {"TITLE": title} for code, title in placement.titles.items()}
    params: dict[str, Any] = {
        "PLACEMENT": placement.place,
        "HANDLER": placement.handler,
        "TITLE": placement.title,
    }
    if languages:
        params["LANG_ALL"] = languages
    if placement.options:
        params["OPTIONS"] = dict(placement.options)
    answer = await client.call("placement.bind", params)
    if isinstance(answer, Failure) and answer.code == "ERROR_PLACEMENT_NOT_FOUND":
        return None
    return _unless_bound_already(answer)


async def unbind_placement(client: PortalClient, code: str, handler: str) -> Failure | None:
    """Take one page of ours away."""
    answer = await client.call("placement.unbind", {"PLACEMENT": code, "HANDLER": handler})
    return answer if isinstance(answer, Failure) else None


async def connect_line(
    client: PortalClient, connector_id: str, line: str, shown: LineData
) -> LineStatus | Failure:
    """Activate, describe, then report.

    The portal saves the flags in the background: ask `line_status` again after about a second, up to three
    times, before believing that the line does not work.
    """
    activated = await client.call(
        "imconnector.activate", {"CONNECTOR": connector_id, "LINE": php.number(line), "ACTIVE": "1"}
    )
    if (refused := _unless_true(activated)) is not None:
        return refused
    public = f"https://wa.me/{shown.number}"
    described = await client.call(
        "imconnector.connector.data.set",
        {
            "CONNECTOR": connector_id,
            "LINE": php.number(line),
            "DATA": {
                "ID": shown.number,
                "URL": public,
                "URL_IM": shown.url_im or public,
                "NAME": shown.name,
            },
        },
    )
    if (refused := _unless_true(described)) is not None:
        return refused
    return await line_status(client, connector_id, line)


async def disconnect_line(client: PortalClient, connector_id: str, line: str) -> Failure | None:
    """Disconnect. The portal tells us so by an event of its own (OnImConnectorStatusDelete)."""
    return _unless_true(
        await client.call(
            "imconnector.activate", {"CONNECTOR": connector_id, "LINE": php.number(line), "ACTIVE": "0"}
        )
    )


async def line_status(client: PortalClient, connector_id: str, line: str) -> LineStatus | Failure:
    """What the portal says of our connector on a line."""
    answer = await client.call("imconnector.status", {"CONNECTOR": connector_id, "LINE": line})
    return answer if isinstance(answer, Failure) else status_of(line, answer)


def status_call(connector_id: str, line: str) -> Call:
    """The call of `line_status`, for a batch."""
    return Call(method="imconnector.status", params={"CONNECTOR": connector_id, "LINE": line})


def status_of(line: str, answer: Answer) -> LineStatus:
    """The status in an answer of `imconnector.status`."""
    result = php.mapping(answer.result)
    return LineStatus(
        line=line,
        configured=php.yes(result.get("CONFIGURED")),
        works=php.yes(result.get("STATUS")),
        error=php.yes(result.get("ERROR")),
    )


def same_host(left: str, right: str) -> bool:
    """Are both addresses on one host and port?"""
    return _host(left) == _host(right)


def _host(url: str) -> str:
    return urlsplit(url).netloc.lower()


def _unless_bound_already(answer: Answer | Failure) -> Failure | None:
    """The code for a second bind is not documented; its words are (§1.10)."""
    if isinstance(answer, Failure):
        twice = "already binded" in answer.message.lower() or answer.code == "ERROR_EVENT_BINDING_EXISTS"
        return None if twice else answer
    return None


def _unless_true(answer: Answer | Failure) -> Failure | None:
    if isinstance(answer, Failure):
        return answer
    if php.yes(answer.result):
        return None
    return Failure(
        policy=Policy.FIX,
        code="refused",
        message="the portal did not accept the state of the line",
        who_acts=Actor.ADMINISTRATOR,
    )
