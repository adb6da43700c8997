"""What administrators and the Market do to the application on a portal (contract bitrix24.md §1.2, §1.9)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx
import msgspec

from sandbox.bitrix24 import frames, tokens
from sandbox.bitrix24.card import AppCard, Installation
from sandbox.bitrix24.conversation import disconnect
from sandbox.bitrix24.courier import emit
from sandbox.bitrix24.errors import NoSuchThing
from sandbox.bitrix24.state import Portal, User
from sandbox.bitrix24.world import World

FRAME_TIMEOUT_S = 60.0


class Lifecycle:
    """Install, finish, update, uninstall, rename, fire, expire. Every `portal` is a portal's name."""

    world: World

    def _installed(self, portal: str) -> tuple[Portal, Installation]:
        where = self.world.portal(portal)
        if where.installation is None:
            raise NoSuchThing(f"portal {portal!r} has no application")
        return where, where.installation

    async def install(
        self, portal: str, app: AppCard, *, user_id: int | None = None
    ) -> httpx.Response | None:
        """Add the local application; answers what its wizard said, None when it has no wizard.

        With a wizard the installation stays unfinished until `install_finish`; without, events flow at once.
        Raises NoSuchThing.
        """
        self.save_card(portal, app)
        if app.installer is None:
            return None
        where = self.world.portal(portal)
        return await self.open_frame(portal, user_id or where.admin().id, url=app.installer)

    def save_card(self, portal: str, app: AppCard) -> Installation:
        """What «Save» does to a local application: a new installation; the wizard is the browser's to open.

        Tokens of an earlier installation open nothing any more. Raises NoSuchThing.
        """
        where = self.world.portal(portal)
        tokens.revoke(self.world, where)
        where.installation = Installation(
            card=app, application_token=tokens.new_secret()[:32], is_finished=app.installer is None
        )
        self.world.tell("install", where)
        return where.installation

    async def install_finish(self, portal: str) -> None:
        """The wizard's `installFinish`: events flow from now on, those of before are lost."""
        where, installation = self._installed(portal)
        if installation.is_finished:
            return
        installation.is_finished = True
        content = {
            "VERSION": installation.card.version,
            "ACTIVE": "Y",
            "INSTALLED": "Y",
            "LANGUAGE_ID": where.lang,
        }
        emit(self.world, where, "ONAPPINSTALL", content, actor=where.admin().id, with_refresh=True)
        self.world.tell("install", where)

    async def uninstall(self, portal: str, clean: bool = False) -> None:
        """Remove the application with all it registered; `ONAPPUNINSTALL` carries no tokens.

        The old tokens are recognised and refused («not installed») until somebody installs again.
        """
        where, _ = self._installed(portal)
        emit(
            self.world,
            where,
            "ONAPPUNINSTALL",
            {"LANGUAGE_ID": where.lang, "CLEAN": int(clean)},
            actor=None,
        )
        where.installation = None
        where.bindings, where.placements = [], []
        where.connectors, where.statuses, where.robots, where.senders = {}, {}, {}, {}
        where.triggers = {}
        self.world.tell("install", where)

    async def update_app(self, portal: str, *, announce: bool = False) -> None:
        """Publish a new version: handlers, robots and senders vanish, the application token changes.

        With a wizard the installation is unfinished again and the connectors go; their `StatusDelete` finds
        no handler any more. `announce` sends `ONAPPUPDATE` first, which reality may never do (§1.9).
        """
        where, installation = self._installed(portal)
        card = msgspec.structs.replace(installation.card, version=installation.card.version + 1)
        fresh = Installation(card=card, application_token=tokens.new_secret()[:32], is_finished=True)
        where.installation = fresh
        if announce:
            content = {
                "VERSION": card.version,
                "PREVIOUS_VERSION": card.version - 1,
                "LANGUAGE_ID": where.lang,
            }
            emit(self.world, where, "ONAPPUPDATE", content, actor=where.admin().id, with_refresh=True)
        where.bindings, where.robots, where.senders, where.triggers = [], {}, {}, {}
        if card.installer is not None:
            fresh.is_finished = False
            for key in list(where.statuses):
                connector, line = key.split("|")
                disconnect(self.world, where, connector, int(line))
            where.connectors = {}
        self.world.tell("install", where)

    async def expire_payment(self, portal: str) -> None:
        """The subscription to the application ends: `ONAPPPAYMENT`, then silence and PAYMENT_REQUIRED."""
        where, installation = self._installed(portal)
        installation.is_payment_expired = True
        content = {
            "CODE": installation.card.code,
            "VERSION": installation.card.version,
            "STATUS": installation.card.status,
            "PAYMENT_EXPIRED": "Y",
            "DAYS": 0,
            "LANGUAGE_ID": where.lang,
        }
        emit(self.world, where, "ONAPPPAYMENT", content, actor=None)

    async def authorise_system_user(self, portal: str) -> None:
        """`ONAPPUSERREADY`: the portal's own user for applications hands over its tokens (§1.9)."""
        where, installation = self._installed(portal)
        system = next((one for one in where.users.values() if one.is_system), None)
        if system is None:
            system = User(id=where.next_id("user", 585), name="System", is_admin=True, is_system=True)
            where.users[system.id] = system
        content = {
            **tokens.token_pair(self.world, where, system.id, with_expires=False),
            "domain": self.world.host,
            "client_id": self.world.client_id,
            "status": installation.card.status,
            "LANGUAGE_ID": where.lang,
        }
        emit(self.world, where, "ONAPPUSERREADY", content, actor=where.admin().id, with_refresh=True)

    async def fire_user(self, portal: str, user_id: int) -> None:
        """The user leaves the company: his tokens stop working. Raises NoSuchThing."""
        user = self.world.portal(portal).users.get(user_id)
        if user is None:
            raise NoSuchThing(f"portal {portal!r} has no user {user_id}")
        user.is_active = False

    async def rename_portal(self, portal: str, new_name: str) -> None:
        """Change the portal's address; the old one answers 302 from now on. Raises NoSuchThing."""
        where = self.world.portal(portal)
        if new_name in self.world.memory.portals:
            raise ValueError(f"there is a portal {new_name!r} already")
        where.former_names.append(portal)
        where.name = new_name
        self.world.memory.portals[new_name] = self.world.memory.portals.pop(portal)

    async def open_frame(
        self,
        portal: str,
        user_id: int,
        placement: str = "DEFAULT",
        options: Mapping[str, Any] | None = None,
        url: str | None = None,
    ) -> httpx.Response:
        """Post what the browser would post into the iframe; answers the page. Raises NoSuchThing."""
        opened = self.frame(portal, user_id, placement, options, url)
        return await self.world.http().post(
            opened.url, data=opened.form, timeout=FRAME_TIMEOUT_S, follow_redirects=False
        )

    def frame(
        self,
        portal: str,
        user_id: int,
        placement: str = "DEFAULT",
        options: Mapping[str, Any] | None = None,
        url: str | None = None,
    ) -> frames.FrameRequest:
        """The same request for a page that lets a real browser post it."""
        where = self.world.portal(portal)
        return frames.frame(self.world, where, user_id, placement=placement, options=options, url=url)
