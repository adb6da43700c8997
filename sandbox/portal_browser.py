"""The sandbox's control routes for a browser in which people use a portal: frames, their bridge, the card.

`sandbox.portal_inspection` has what tests drive without a browser.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Controller, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath

from sandbox.bitrix24 import AppCard, Bitrix24Sandbox
from sandbox.bitrix24.card import SCOPES
from sandbox.bitrix24.state import Department, User
from sandbox.misuse import Misuse
from sandbox.reading import AnyRequest, read

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Address = Annotated[str, msgspec.Meta(pattern=r"^https?://[^\s/]+\S*$")]


class OpenFrame(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `…/frame-request`: who opens which placement."""

    user_id: int = 1
    placement: str = "DEFAULT"
    options: dict[str, Any] = {}


class Command(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `…/bridge`: what a page in a frame asked its portal by `postMessage`."""

    app_sid: str
    command: Text
    params: Any = None


class LocalApplication(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `…/card`: the form under Developer resources → Integrations → Local application."""

    handler: Address
    installer: Address | None = None
    title: Text = "WhatsAppB24"
    scope: list[str] = msgspec.field(default_factory=lambda: list(SCOPES))


class Settings(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `PUT …/settings`."""

    lang: Annotated[str, msgspec.Meta(pattern="^[a-z]{2}$")]


class NewLine(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `…/lines`."""

    name: Text


class Employee(msgspec.Struct, forbid_unknown_fields=True):
    """Somebody of the body of `PUT …/company`; what is left out stays as it is."""

    id: int
    name: Text | None = None
    last_name: str | None = None
    work_position: str | None = None
    departments: list[int] | None = None
    is_active: bool | None = None


class Box(msgspec.Struct, forbid_unknown_fields=True):
    """A department of the body of `PUT …/company`."""

    id: int
    name: Text
    parent: int | None = None


class Company(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `PUT …/company`: who and what is new or changed; nobody goes."""

    departments: list[Box] = []
    people: list[Employee] = []


class PortalBrowser(Controller):
    """What people click in a portal."""

    path = "/sandbox/bitrix24/portals/{name:str}"

    @post("/frame-request", status_code=200)
    async def frame(
        self, name: FromPath[str], request: AnyRequest, bitrix24: NamedDependency[Bitrix24Sandbox]
    ) -> dict[str, Any]:
        """The form that the browser posts into an iframe: {url, form, app_sid, name, origin}."""
        wanted = await read(request, OpenFrame)
        opened = bitrix24.frame(name, wanted.user_id, wanted.placement, wanted.options)
        shown: dict[str, Any] = msgspec.to_builtins(opened)
        return shown

    @post("/bridge", status_code=200)
    async def bridge(
        self, name: FromPath[str], request: AnyRequest, bitrix24: NamedDependency[Bitrix24Sandbox]
    ) -> dict[str, Any]:
        """The portal's answer to a command of a frame: {"answer": …}, null for an empty one."""
        asked = await read(request, Command)
        return {"answer": await bitrix24.bridge(name, asked.app_sid, asked.command, asked.params)}

    @post("/card", status_code=200)
    async def card(
        self, name: FromPath[str], request: AnyRequest, bitrix24: NamedDependency[Bitrix24Sandbox]
    ) -> dict[str, Any]:
        """«Save»: the application is added; the browser opens its wizard, if it has one."""
        wanted = await read(request, LocalApplication)
        unknown = sorted(set(wanted.scope) - set(SCOPES))
        if unknown:
            raise Misuse(400, f"unknown permissions: {', '.join(unknown)}", f"choose of {', '.join(SCOPES)}")
        card = AppCard(
            handler=wanted.handler, installer=wanted.installer, title=wanted.title, scope=wanted.scope
        )
        return {"installed": bitrix24.save_card(name, card).is_finished}

    @put("/settings")
    async def settings(
        self, name: FromPath[str], request: AnyRequest, bitrix24: NamedDependency[Bitrix24Sandbox]
    ) -> dict[str, Any]:
        """Change the language of the portal."""
        portal = bitrix24.world.portal(name)
        portal.lang = (await read(request, Settings)).lang
        bitrix24.world.tell("portal", portal)
        return {"lang": portal.lang}

    @put("/company")
    async def company(
        self, name: FromPath[str], request: AnyRequest, bitrix24: NamedDependency[Bitrix24Sandbox]
    ) -> dict[str, int]:
        """Hire, move, promote, dismiss; found and rename departments: how many of each there are then."""
        portal = bitrix24.world.portal(name)
        wanted = await read(request, Company)
        for box in wanted.departments:
            head = portal.departments[box.id].head if box.id in portal.departments else None
            portal.departments[box.id] = Department(id=box.id, name=box.name, parent=box.parent, head=head)
        for person in wanted.people:
            known = portal.users.setdefault(person.id, User(id=person.id, name=str(person.id)))
            for field in person.__struct_fields__:
                if (told := getattr(person, field)) is not None:
                    setattr(known, field, told)
        bitrix24.world.tell("portal", portal)
        return {"departments": len(portal.departments), "people": len(portal.users)}

    @post("/lines")
    async def line(
        self, name: FromPath[str], request: AnyRequest, bitrix24: NamedDependency[Bitrix24Sandbox]
    ) -> dict[str, Any]:
        """A new open line with the operators in its queue: 201 with its id and name."""
        portal = bitrix24.world.portal(name)
        line = bitrix24.add_line(portal, (await read(request, NewLine)).name)
        bitrix24.world.tell("portal", portal)
        return {"id": line.id, "name": line.name}

    @post("/chats/{chat_id:int}/finish", status_code=200)
    async def finish(
        self, name: FromPath[str], chat_id: FromPath[int], bitrix24: NamedDependency[Bitrix24Sandbox]
    ) -> dict[str, Any]:
        """The operator ends the dialog."""
        await bitrix24.finish_dialog(name, chat_id)
        bitrix24.world.tell("message", bitrix24.world.portal(name))
        return {"finished": True}
