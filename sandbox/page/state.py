"""What the demo page draws, in one answer, and the files it shows."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import msgspec
from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery

from sandbox.bitrix24 import Bitrix24Sandbox
from sandbox.bitrix24.card import SCOPES
from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.feed import Feed
from sandbox.gupshup.party import GupshupSandbox
from sandbox.page.phone_view import apps, conversation, phones
from sandbox.page.portal_view import chat_view, portal_view, portals
from sandbox.page.score import score

_SHOWN_COMPLAINTS = 30
# A customer may send anything, and it is shown on the same origin: nothing in it may run.
_FILE_HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; media-src 'self'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, max-age=3600",
}


class PageFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Where things are; the page cannot know it by itself."""

    base_url: str
    app_url: str | None


class PageState(Controller):
    """Read by the page after every event."""

    path = "/sandbox/page"

    @get("/facts")
    async def facts(
        self, page: NamedDependency[PageFacts], bitrix24: NamedDependency[Bitrix24Sandbox]
    ) -> dict[str, Any]:
        """Addresses, the permissions of the application's card, and which origins may be framed."""
        shown: dict[str, Any] = msgspec.to_builtins(page)
        return {**shown, "scopes": list(SCOPES), "frame_origins": frame_origins(page, bitrix24)}

    @get("/state")
    async def state(
        self,
        gupshup: NamedDependency[GupshupSandbox],
        bitrix24: NamedDependency[Bitrix24Sandbox],
        faults: NamedDependency[Faults],
        clock: NamedDependency[Clock],
        feed: NamedDependency[Feed],
        phone: FromQuery[str] = "",
        channel: FromQuery[str] = "",
        portal: FromQuery[str] = "",
        chat: FromQuery[int] = 0,
    ) -> dict[str, Any]:
        """Everything; of `phone`, `channel`, `portal` and `chat` those that exist, else none of the kind."""
        on_phone, at_portal = gupshup.state.phones.get(phone), bitrix24.portals.get(portal)
        in_chat = at_portal.chats.get(chat) if at_portal else None
        return {
            "last": feed.last,
            "now": clock.now_ms(),
            "ahead_s": clock.ahead.total_seconds(),
            "phones": phones(gupshup),
            "apps": apps(gupshup),
            "conversation": conversation(gupshup, on_phone, channel) if on_phone else None,
            "portals": portals(bitrix24),
            "portal": portal_view(bitrix24, at_portal) if at_portal else None,
            "chat": chat_view(at_portal, in_chat) if at_portal and in_chat else None,
            "faults": faults.shown(),
            "score": score(gupshup, bitrix24),
            "complaints": _complaints(gupshup, bitrix24),
        }

    @get("/media/{media_id:str}")
    async def media(
        self, media_id: FromPath[str], gupshup: NamedDependency[GupshupSandbox]
    ) -> Response[bytes]:
        """A file on a phone."""
        media = gupshup.state.media.get(media_id)
        if media is None:
            raise NotFoundException
        return Response(media.content, media_type=media.content_type, headers=_FILE_HEADERS)

    @get("/files/{portal:str}/{file_id:int}")
    async def file(
        self,
        portal: FromPath[str],
        file_id: FromPath[int],
        bitrix24: NamedDependency[Bitrix24Sandbox],
    ) -> Response[bytes]:
        """A file of a portal."""
        where = bitrix24.portals.get(portal)
        found = where.files.get(file_id) if where else None
        if found is None:
            raise NotFoundException
        return Response(found.content, media_type=found.mime, headers=_FILE_HEADERS)


def _complaints(gupshup: GupshupSandbox, bitrix24: Bitrix24Sandbox) -> list[dict[str, str]]:
    """The last ones of each party."""
    told = [(one.operation, one.complaint) for one in gupshup.state.complaints[-_SHOWN_COMPLAINTS:]]
    told += [(one.operation, one.complaint) for one in bitrix24.complaints[-_SHOWN_COMPLAINTS:]]
    return [{"operation": operation, "complaint": complaint} for operation, complaint in told]


def frame_origins(page: PageFacts, bitrix24: Bitrix24Sandbox) -> list[str]:
    """Origins of the application, as the start names it and as the portals' cards do."""
    addresses = [page.app_url or ""]
    for portal in bitrix24.portals.values():
        if portal.installation is not None:
            addresses += [portal.installation.card.handler, portal.installation.card.installer or ""]
        addresses += [one.placement_handler for one in portal.connectors.values()]
    parts = [urlsplit(address) for address in addresses]
    return sorted({f"{one.scheme}://{one.netloc}" for one in parts if one.scheme in {"http", "https"}})
