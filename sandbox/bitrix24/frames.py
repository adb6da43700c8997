"""What a portal posts into an iframe when a user opens the application (contract bitrix24.md §1.3)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec

from sandbox.bitrix24 import tokens
from sandbox.bitrix24.errors import NoSuchThing
from sandbox.bitrix24.state import OpenedFrame, Portal
from sandbox.bitrix24.world import World

REMEMBERED_FRAMES = 500
"""Older frames are nobody's any more: the bridge does not answer them."""


class FrameRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A form that the browser posts: the address with its query, and the body."""

    url: str
    form: dict[str, str]
    app_sid: str
    name: str
    """`window.name` of the iframe: `DOMAIN|PROTOCOL|APP_SID` (§6.2)."""
    origin: str
    """Of the application: the only one the portal's page listens to and answers."""


def frame(
    world: World,
    portal: Portal,
    user_id: int,
    *,
    placement: str = "DEFAULT",
    options: Mapping[str, Any] | None = None,
    url: str | None = None,
) -> FrameRequest:
    """The request that opens this placement for this user, with fresh tokens of his. Raises NoSuchThing."""
    installation, user = portal.installation, portal.users.get(user_id)
    if installation is None or user is None or not user.is_active:
        raise NoSuchThing(f"portal {portal.name!r} has no application or no active user {user_id}")
    app_sid, protocol = secrets.token_hex(16), world.protocol
    query = urlencode({"DOMAIN": world.host, "PROTOCOL": protocol, "LANG": portal.lang, "APP_SID": app_sid})
    form = {
        "AUTH_ID": tokens.issue_access(world, portal, user_id),
        "AUTH_EXPIRES": str(tokens.ACCESS_S),
        "REFRESH_ID": tokens.issue_refresh(world, portal, user_id),
        "SERVER_ENDPOINT": world.server_endpoint,
        "APPLICATION_TOKEN": installation.application_token,
        "APPLICATION_SCOPE": ",".join(installation.card.scope),
        "member_id": portal.member_id,
        "status": installation.card.status,
        "PLACEMENT": placement,
    }
    shown = _options(portal, placement, options)
    if shown:
        form["PLACEMENT_OPTIONS"] = msgspec.json.encode(shown).decode()
    target = url or _page(portal, placement, shown)
    opened = OpenedFrame(
        member_id=portal.member_id,
        user_id=user_id,
        placement=placement,
        options=shown,
        access=form["AUTH_ID"],
        refresh=form["REFRESH_ID"],
    )
    _remember(world, app_sid, opened)
    address = urlsplit(target)
    return FrameRequest(
        url=f"{target}{'&' if '?' in target else '?'}{query}",
        form=form,
        app_sid=app_sid,
        name=f"{world.host}|{protocol}|{app_sid}",
        origin=f"{address.scheme}://{address.netloc}",
    )


def _remember(world: World, app_sid: str, opened: OpenedFrame) -> None:
    frames = world.memory.frames
    frames[app_sid] = opened
    for oldest in list(frames)[:-REMEMBERED_FRAMES]:
        del frames[oldest]


def _page(portal: Portal, placement: str, options: Mapping[str, Any]) -> str:
    """Which page belongs to a placement: the wizard until installation is finished."""
    installation = portal.installation
    if placement == "DEFAULT" and installation is not None:
        is_wizard = not installation.is_finished and installation.card.installer
        return str(installation.card.installer if is_wizard else installation.card.handler)
    if placement == "SETTING_CONNECTOR":
        connector = portal.connectors.get(str(options.get("CONNECTOR", "")))
        if connector is not None:
            return connector.placement_handler
    for one in portal.placements:
        if one.placement == placement and placement != "SETTING_CONNECTOR":
            return one.handler
    raise NoSuchThing(f"nothing is shown at {placement!r} of portal {portal.name!r}")


def _options(portal: Portal, placement: str, options: Mapping[str, Any] | None) -> dict[str, Any]:
    """`PLACEMENT_OPTIONS`; those of `SETTING_CONNECTOR` are completed as §2.1 shows them."""
    given = dict(options or {})
    if placement != "SETTING_CONNECTOR":
        return given
    code = str(given.get("CONNECTOR") or next(iter(portal.connectors), "")).lower()
    line = str(given.get("LINE") or next(iter(portal.lines), ""))
    status = portal.status(code, int(line)) if line.isdigit() else None
    return {
        "CONNECTOR": code,
        "LINE": line,
        "STATUS": bool(status and status.is_configured and not status.has_error),
        "ACTIVE_STATUS": bool(status and status.is_active),
        "CONNECTION_STATUS": bool(status and status.is_connected),
        "REGISTER_STATUS": bool(status and status.is_registered),
        "ERROR_STATUS": bool(status and status.has_error),
        "URI": f"/contact_center/connector/?ID={code}&IFRAME=Y&IFRAME_TYPE=SIDE_SLIDER",
        **{key: value for key, value in given.items() if key not in ("CONNECTOR", "LINE")},
    }
