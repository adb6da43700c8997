"""What the portal knows when a page in its frame asks by `postMessage` (contract bitrix24.md §6.2).

The parent page takes the messages apart, checks whose they are and does what concerns windows; what needs
the portal's memory is answered here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

import msgspec

from sandbox.bitrix24 import tokens
from sandbox.bitrix24.card import Installation
from sandbox.bitrix24.errors import NoSuchThing
from sandbox.bitrix24.lifecycle import Lifecycle
from sandbox.bitrix24.state import OpenedFrame, Portal, User
from sandbox.bitrix24.world import World


class Asked(msgspec.Struct, kw_only=True):
    """One command of a page, and everything it is about."""

    world: World
    portal: Portal
    installation: Installation
    user: User
    frame: OpenedFrame
    params: Mapping[str, Any]


class Bridge(Lifecycle):
    """The portal's side of the bridge."""

    async def bridge(self, portal: str, app_sid: str, command: str, params: Any) -> Any:
        """The answer to a command: JSON-ready, None for an empty one.

        An unknown command is remembered as a complaint. Raises NoSuchThing for a frame that this portal
        did not open, or whose user or application is gone.
        """
        asked = self._asked(portal, app_sid, params)
        if command == "setInstallFinish":
            return await self._finish(asked)
        if command not in _ANSWERS:
            self.world.complain(asked.portal, f"bridge {command[:60]}", "the portal knows no such command")
            self.world.tell("complaint", asked.portal)
            return None
        return _ANSWERS[command](asked)

    def _asked(self, portal: str, app_sid: str, params: Any) -> Asked:
        where, opened = self.world.portal(portal), self.world.memory.frames.get(app_sid)
        if opened is None or opened.member_id != where.member_id:
            raise NoSuchThing(f"portal {portal!r} opened no frame with this APP_SID")
        user = where.users.get(opened.user_id)
        if where.installation is None or user is None or not user.is_active:
            raise NoSuchThing(f"portal {portal!r} has no application or no active user {opened.user_id}")
        return Asked(
            world=self.world,
            portal=where,
            installation=where.installation,
            user=user,
            frame=opened,
            params=cast("Mapping[str, Any]", params) if isinstance(params, dict) else {},
        )

    async def _finish(self, asked: Asked) -> dict[str, Any] | None:
        """Only an administrator installs; asking again changes nothing."""
        if not asked.user.is_admin:
            self.world.complain(asked.portal, "bridge setInstallFinish", "only an administrator installs")
            return None
        await self.install_finish(asked.portal.name)
        return {"result": True}


def _init_data(asked: Asked) -> dict[str, Any]:
    world, installation, user = asked.world, asked.installation, asked.user
    return {
        "DOMAIN": world.host,
        "PROTOCOL": world.protocol,
        # A real portal has a host of its own; here it has a path, and its REST API lies below it.
        "PATH": f"/portals/{asked.portal.name}/rest",
        "LANG": asked.portal.lang,
        "MEMBER_ID": asked.portal.member_id,
        "AUTH_ID": asked.frame.access,
        "REFRESH_ID": asked.frame.refresh,
        "AUTH_EXPIRES": tokens.ACCESS_S,
        "IS_ADMIN": user.is_admin,
        "APP_OPTIONS": installation.app_options,
        "USER_OPTIONS": installation.user_options.get(str(user.id), {}),
        "PLACEMENT": asked.frame.placement,
        "PLACEMENT_OPTIONS": asked.frame.options,
        "INSTALL": not installation.is_finished,
        "FIRST_RUN": user.id not in installation.has_run_for,
    }


def _refreshed(asked: Asked) -> dict[str, Any]:
    asked.frame.access = tokens.issue_access(asked.world, asked.portal, asked.user.id)
    asked.frame.refresh = tokens.issue_refresh(asked.world, asked.portal, asked.user.id)
    return {
        "AUTH_ID": asked.frame.access,
        "REFRESH_ID": asked.frame.refresh,
        "AUTH_EXPIRES": tokens.ACCESS_S,
    }


def _first_run(asked: Asked) -> dict[str, Any]:
    if asked.params.get("install") and asked.user.id not in asked.installation.has_run_for:
        asked.installation.has_run_for.append(asked.user.id)
    return {"result": True}


def _app_option(asked: Asked) -> dict[str, Any] | None:
    if not asked.user.is_admin:
        asked.world.complain(asked.portal, "bridge setAppOption", "only an administrator may")
        return None
    return _set(asked.installation.app_options, asked.params)


def _user_option(asked: Asked) -> dict[str, Any]:
    return _set(asked.installation.user_options.setdefault(str(asked.user.id), {}), asked.params)


def _set(options: dict[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
    options[str(params.get("name", ""))] = params.get("value")
    return options


_ANSWERS: dict[str, Callable[[Asked], Any]] = {
    "getInitData": _init_data,
    "refreshAuth": _refreshed,
    "setInstall": _first_run,
    "setAppOption": _app_option,
    "setUserOption": _user_option,
}
