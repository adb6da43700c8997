"""The simulated Bitrix24: auth server, portals and the people in them, under one origin."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from typing import Any

import msgspec
from litestar.handlers import HTTPRouteHandler

from sandbox.bitrix24 import auth_server, disk
from sandbox.bitrix24 import methods as served_methods
from sandbox.bitrix24.bridge import Bridge
from sandbox.bitrix24.operators import Operators
from sandbox.bitrix24.parties import PARTY, Clock, Faults
from sandbox.bitrix24.rest import RestDoor
from sandbox.bitrix24.state import Department, Line, Memory, Portal, User
from sandbox.bitrix24.world import Complaint, World

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
OPERATORS = {27: ("Lucía", "Fernández"), 28: ("Diego", "Ramírez")}
LINE_NAMES = {"es": "Canal abierto", "la": "Canal abierto", "br": "Canal aberto", "pt": "Canal aberto"}


class Bitrix24Sandbox(Bridge, Operators):
    """One simulated Bitrix24 with one application (`client_id`, `client_secret`).

    `routes` serve `{base_url}/auth/…` and `{base_url}/portals/{name}/…`. The state is in memory;
    `snapshot` and `restore` carry it over a restart. `close` stops what is under way.
    """

    def __init__(
        self, base_url: str, *, client_id: str, client_secret: str, faults: Faults, clock: Clock
    ) -> None:
        self.world = World(
            base_url, client_id=client_id, client_secret=client_secret, faults=faults, clock=clock
        )
        self._door = RestDoor(self.world)

    @property
    def routes(self) -> list[HTTPRouteHandler]:
        """Litestar handlers of the auth server, the REST door and the public files."""
        return [*auth_server.routes(self.world), *self._door.routes(), *disk.routes(self.world)]

    @property
    def portals(self) -> dict[str, Portal]:
        """The portals by their current names."""
        return self.world.memory.portals

    @property
    def methods(self) -> list[str]:
        """The REST methods that are served, without `batch`."""
        return sorted(served_methods.METHODS)

    def create_portal(
        self, name: str, lang: str = "es", admin: tuple[str, str] = ("Ana", "Torres")
    ) -> Portal:
        """A new portal: user 1 administers, 27 and 28 are operators, lines 1 and 2 have them in their queues.

        Raises ValueError for a name that is taken or is no host label.
        """
        if not NAME.fullmatch(name):
            raise ValueError("a portal's name is lower-case letters, digits and hyphens")
        if name in self.portals or any(name in one.former_names for one in self.portals.values()):
            raise ValueError(f"there is a portal {name!r} already")
        portal = Portal(name=name, member_id=secrets.token_hex(16), lang=lang)
        portal.users = {
            1: User(id=1, name=admin[0], last_name=admin[1], email=f"admin@{name}.example", is_admin=True),
            **{
                number: User(id=number, name=first, last_name=last, email=f"user{number}@{name}.example")
                for number, (first, last) in OPERATORS.items()
            },
        }
        portal.departments = {1: Department(id=1, name=name, head=1)}
        for title in (LINE_NAMES.get(lang, "Open Channel"), f"{LINE_NAMES.get(lang, 'Open Channel')} 2"):
            self.add_line(portal, title)
        self.portals[name] = portal
        return portal

    def add_line(self, portal: Portal, name: str, **settings: Any) -> Line:
        """A new open line with both operators in its queue; settings as in `imopenlines.config.add`."""
        queue = [{"ENTITY_TYPE": "user", "ENTITY_ID": number} for number in OPERATORS]
        line = Line(id=portal.next_id("line", 1), name=name, queue=queue, settings=settings)
        portal.lines[line.id] = line
        return line

    def chats(self) -> list[dict[str, Any]]:
        """Every chat of every portal, messages in order, for looking at."""
        return [
            {
                "portal": portal.name,
                "chat_id": chat.id,
                "line": chat.line,
                "channel": chat.external_id,
                "connector": chat.connector,
                "name": chat.name,
                "messages": [
                    {
                        "id": one.id,
                        "author": one.author,
                        "user_id": one.user_id,
                        "text": one.text,
                        "files": [
                            {
                                "name": portal.files[number].name,
                                "mime": portal.files[number].mime,
                                "link": disk.link(self.world, portal, portal.files[number]),
                            }
                            for number in one.files
                        ],
                        "delivered": one.is_delivered,
                        "refused": one.is_refused,
                        "hidden": one.is_hidden,
                        "deleted": one.is_deleted,
                    }
                    for one in chat.messages
                ],
            }
            for portal in self.portals.values()
            for chat in portal.chats.values()
        ]

    def notifications(self) -> list[dict[str, Any]]:
        """Every bell notification, oldest first within its portal."""
        return [
            {"portal": portal.name, **msgspec.to_builtins(one)}
            for portal in self.portals.values()
            for one in portal.notifications
        ]

    @property
    def complaints(self) -> list[Complaint]:
        """What our side sent that the real service would have refused or overlooked, oldest first."""
        return list(self.world.complaints)

    def requests(self) -> list[dict[str, Any]]:
        """The last REST calls with their parameters, without tokens."""
        return [msgspec.to_builtins(one) for one in self.world.requests]

    def deliveries(self) -> list[dict[str, Any]]:
        """The last posts to the application's handlers with the status each got."""
        return [msgspec.to_builtins(one) for one in self.world.deliveries]

    async def settle(self) -> None:
        """Wait until all events are delivered and the CRM tracker is done."""
        await self.world.settle()

    async def close(self) -> None:
        """Stop what is under way and close the connections."""
        await self.world.close()

    def snapshot(self) -> dict[str, Any]:
        """The whole state as JSON-ready maps; it contains the simulation's tokens."""
        kept: dict[str, Any] = msgspec.to_builtins(self.world.memory, str_keys=True)
        return {"party": PARTY, **kept}

    def restore(self, snapshot: dict[str, Any]) -> None:
        """Take over an earlier state. Raises ValueError when it is none."""
        try:
            self.world.memory = msgspec.convert(snapshot, Memory, strict=False)
        except msgspec.ValidationError as error:
            raise ValueError(f"not a snapshot of Bitrix24: {error}") from error

    def listen(self, listener: Callable[[str, str], None]) -> None:
        """Call `listener` with what happened and the portal's name: message, delivered, notification, …"""
        self.world.listeners.append(listener)
