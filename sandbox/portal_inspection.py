"""The sandbox's control routes for Bitrix24 portals: chats, notices, installing, frames.

JSON in, JSON out, misuse explained as in `sandbox.inspection`.
"""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as NotBase64
from typing import Any, cast

import httpx
import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.types import ExceptionHandlersMap

from sandbox.bitrix24 import AppCard, Bitrix24Sandbox, NoSuchThing
from sandbox.misuse import Misuse
from sandbox.reading import AnyRequest, read


class NewPortal(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `POST /sandbox/bitrix24/portals`."""

    name: str
    lang: str = "es"


class Card(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `…/install`: what an administrator types under Developer resources."""

    handler: str
    installer: str | None = None
    user_id: int | None = None


class Frame(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `…/frames`: who opens which placement; `url` in place of the bound page."""

    user_id: int = 1
    placement: str = "DEFAULT"
    options: dict[str, Any] = {}
    url: str | None = None


class Uninstall(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `…/uninstall`."""

    clean: bool = False


class Attachment(msgspec.Struct, forbid_unknown_fields=True):
    """A file of an operator, its bytes in base64."""

    name: str
    base64: str
    mime: str = "application/octet-stream"


class OperatorMessage(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `POST /sandbox/bitrix24/chats/{chat_id}/messages`."""

    text: str = ""
    portal: str | None = None
    """Needed only where two portals have a chat of this number."""
    user_id: int | None = None
    author: str = "operator"
    hidden: bool = False
    files: list[Attachment] = []


class Bitrix24(Controller):
    """Portals and the people in them."""

    path = "/sandbox/bitrix24"

    @get("/chats")
    async def chats(
        self, bitrix24: NamedDependency[Bitrix24Sandbox], portal: FromQuery[str | None] = None
    ) -> list[dict[str, Any]]:
        """Open-channel chats with their messages in order, of one portal or of all."""
        return [chat for chat in bitrix24.chats() if portal in {None, chat["portal"]}]

    @post("/chats/{chat_id:str}/messages")
    async def write(
        self, chat_id: FromPath[str], request: AnyRequest, bitrix24: NamedDependency[Bitrix24Sandbox]
    ) -> dict[str, Any]:
        """The operator writes: 201 with the portal's message id."""
        wanted = await read(request, OperatorMessage)
        if not wanted.text and not wanted.files:
            raise Misuse(400, "text is missing or empty", 'send {"text": "…"}')
        portal, number = _chat(bitrix24, chat_id, wanted.portal)
        message_id = await bitrix24.operator_writes(
            portal,
            number,
            wanted.text,
            user_id=wanted.user_id,
            files=[(file.name, file.mime, _bytes(file)) for file in wanted.files],
            author=wanted.author,
            hidden=wanted.hidden,
        )
        return {"id": message_id, "portal": portal}

    @get("/notifications")
    async def notifications(
        self, bitrix24: NamedDependency[Bitrix24Sandbox], portal: FromQuery[str | None] = None
    ) -> list[dict[str, Any]]:
        """The bell notifications, oldest first."""
        return [one for one in bitrix24.notifications() if portal in {None, one["portal"]}]

    @get("/portals/{name:str}/crm")
    async def crm(
        self, name: FromPath[str], bitrix24: NamedDependency[Bitrix24Sandbox]
    ) -> list[dict[str, Any]]:
        """What the portal's CRM has, oldest first; `type_id`: 1 lead, 2 deal, 3 contact."""
        _shown(bitrix24, name)
        return [msgspec.to_builtins(item) for item in bitrix24.portals[name].crm.values()]

    @get("/portals")
    async def portals(self, bitrix24: NamedDependency[Bitrix24Sandbox]) -> list[dict[str, Any]]:
        """All portals: name, member_id, lang, lines, whether the application is installed."""
        return [_shown(bitrix24, name) for name in bitrix24.portals]

    @post("/portals")
    async def create(self, request: AnyRequest, bitrix24: NamedDependency[Bitrix24Sandbox]) -> dict[str, Any]:
        """A new portal: 201."""
        wanted = await read(request, NewPortal)
        if wanted.name in bitrix24.portals:
            raise Misuse(409, f"there is a portal {wanted.name!r} already", "choose another name")
        bitrix24.create_portal(wanted.name, wanted.lang)
        return _shown(bitrix24, wanted.name)

    @post("/portals/{name:str}/install", status_code=200)
    async def install(
        self, name: FromPath[str], request: AnyRequest, bitrix24: NamedDependency[Bitrix24Sandbox]
    ) -> dict[str, Any]:
        """Add the application; opens its wizard, if any, and answers what the wizard said."""
        wanted = await read(request, Card)
        card = AppCard(handler=wanted.handler, installer=wanted.installer)
        answer = await bitrix24.install(name, card, user_id=wanted.user_id)
        return _answered(answer) if answer is not None else {"status": None, "body": ""}

    @post("/portals/{name:str}/install-finish", status_code=200)
    async def install_finish(
        self, name: FromPath[str], bitrix24: NamedDependency[Bitrix24Sandbox]
    ) -> dict[str, Any]:
        """The wizard's last click: events flow from now on."""
        await bitrix24.install_finish(name)
        return _shown(bitrix24, name)

    @post("/portals/{name:str}/frames", status_code=200)
    async def frame(
        self, name: FromPath[str], request: AnyRequest, bitrix24: NamedDependency[Bitrix24Sandbox]
    ) -> dict[str, Any]:
        """Open a placement for a user: our answer's status, headers and body."""
        wanted = await read(request, Frame)
        return _answered(
            await bitrix24.open_frame(name, wanted.user_id, wanted.placement, wanted.options, wanted.url)
        )

    @post("/portals/{name:str}/lines/{line:int}/disconnect", status_code=200)
    async def disconnect(
        self, name: FromPath[str], line: FromPath[int], bitrix24: NamedDependency[Bitrix24Sandbox]
    ) -> dict[str, Any]:
        """An administrator takes the application's connector off an open line."""
        await bitrix24.disconnect_line(name, line)
        return _shown(bitrix24, name)

    @post("/portals/{name:str}/uninstall", status_code=200)
    async def uninstall(
        self, name: FromPath[str], request: AnyRequest, bitrix24: NamedDependency[Bitrix24Sandbox]
    ) -> dict[str, Any]:
        """Remove the application, with its data when `clean`."""
        await bitrix24.uninstall(name, (await read(request, Uninstall)).clean)
        return _shown(bitrix24, name)


def _chat(bitrix24: Bitrix24Sandbox, chat_id: str, portal: str | None) -> tuple[str, int]:
    """The portal's name and the chat's number; raises `Misuse` when there is none or more than one."""
    digits = chat_id.removeprefix("chat")
    found = [
        chat["portal"]
        for chat in bitrix24.chats()
        if str(chat["chat_id"]) == digits and portal in {None, chat["portal"]}
    ]
    if not found:
        raise Misuse(404, f"unknown chat {chat_id!r}", "GET /sandbox/bitrix24/chats lists them")
    if len(found) > 1:
        raise Misuse(409, f"chat {chat_id!r} exists on {', '.join(found)}", "say which with `portal`")
    return found[0], int(digits)


def _bytes(file: Attachment) -> bytes:
    try:
        return b64decode(file.base64, validate=True)
    except (NotBase64, ValueError) as error:
        raise Misuse(400, f"base64 of {file.name!r}: {error}", "send standard base64") from error


def _shown(bitrix24: Bitrix24Sandbox, name: str) -> dict[str, Any]:
    if name not in bitrix24.portals:
        raise NoSuchThing(f"there is no portal {name!r}")
    portal = bitrix24.portals[name]
    return {
        "name": portal.name,
        "member_id": portal.member_id,
        "lang": portal.lang,
        "lines": [{"id": line.id, "name": line.name} for line in portal.lines.values()],
        "installed": portal.installation is not None and portal.installation.is_finished,
    }


def _answered(answer: httpx.Response) -> dict[str, Any]:
    return {"status": answer.status_code, "headers": dict(answer.headers), "body": answer.text}


def _missing(_request: AnyRequest, error: NoSuchThing) -> Response[Any]:
    body = {"error": str(error), "what_to_do": "GET /sandbox/bitrix24/portals and …/chats list what there is"}
    return Response(body, status_code=404)


def _wrong(_request: AnyRequest, error: ValueError) -> Response[Any]:
    return Response({"error": str(error), "what_to_do": "correct the value"}, status_code=400)


def _unreachable(_request: AnyRequest, error: httpx.HTTPError) -> Response[Any]:
    body = {
        "error": f"the application did not answer: {type(error).__name__}",
        "what_to_do": "start the application under test, then repeat",
    }
    return Response(body, status_code=424)


explained_portals: ExceptionHandlersMap = cast(
    "ExceptionHandlersMap", {NoSuchThing: _missing, ValueError: _wrong, httpx.HTTPError: _unreachable}
)
"""Answers to what only this party's routes can meet, in the same form as everywhere."""
