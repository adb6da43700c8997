"""Files of a portal and their public short links (contract bitrix24.md §2.6)."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import quote

from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect

from sandbox.bitrix24.state import Portal, StoredFile
from sandbox.bitrix24.world import World

UNITS = ("B", "KB", "MB", "GB")


def store(portal: Portal, name: str, mime: str, content: bytes) -> int:
    """Keep a file and give it a short link."""
    file = StoredFile(
        id=portal.next_id("file", 9001),
        name=name,
        mime=mime,
        content=content,
        short=secrets.token_urlsafe(6),
        sign=secrets.token_hex(32),
    )
    portal.files[file.id] = file
    return file.id


def link(world: World, portal: Portal, file: StoredFile) -> str:
    """The public short link; an image's ends with `#img.<extension>`."""
    extension = file.name.rsplit(".", 1)[-1].lower()
    return f"{world.portal_url(portal)}/~{file.short}{f'#img.{extension}' if file.kind == 'image' else ''}"


def event_file(world: World, portal: Portal, file_id: int) -> dict[str, Any]:
    """An element of `files` in `OnImConnectorMessageAdd` (§2.3)."""
    file = portal.files[file_id]
    return {
        "name": file.name,
        "type": file.kind,
        "mime": file.mime,
        "link": link(world, portal, file),
        "size": len(file.content),
        "sizef": readable(len(file.content)),
    }


def readable(size: float) -> str:
    """`69.2 KB`."""
    for unit in UNITS:
        if size < 1024 or unit == UNITS[-1]:
            return f"{round(size, 2):g} {unit}"
        size /= 1024
    return ""


def routes(world: World) -> list[HTTPRouteHandler]:
    """`/portals/{name}/~{short}` → 302 → `/portals/{name}/pub/im.file.php?FILE_ID=…&SIGN=…`."""

    @get("/portals/{name:str}/{short:str}", include_in_schema=False)
    async def short_link(name: FromPath[str], short: FromPath[str]) -> Response[Any]:
        portal = world.memory.portals.get(name)
        file = (
            next((one for one in portal.files.values() if f"~{one.short}" == short), None) if portal else None
        )
        if portal is None or file is None:
            return Response("Not found", status_code=404, media_type="text/html")
        target = f"{world.portal_url(portal)}/pub/im.file.php?FILE_ID={file.id}&SIGN={file.sign}"
        return Redirect(target, status_code=302)

    @get("/portals/{name:str}/pub/im.file.php", include_in_schema=False)
    async def public_file(name: FromPath[str], request: Request[Any, Any, Any]) -> Response[bytes]:
        portal = world.memory.portals.get(name)
        number = request.query_params.get("FILE_ID", "")
        file = portal.files.get(int(number)) if portal and number.isdigit() else None
        if file is None or not secrets.compare_digest(file.sign, request.query_params.get("SIGN", "")):
            return Response(b"Not found", status_code=404, media_type="text/html")
        disposition = f"attachment; filename*=UTF-8''{quote(file.name)}"
        return Response(file.content, media_type=file.mime, headers={"Content-Disposition": disposition})

    return [short_link, public_file]
