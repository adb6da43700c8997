"""The pages' own files, under names that change with their content, so that browsers keep them for good."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

import msgspec
from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

_STATIC: Final = Path(__file__).parent / "static"
_MEDIA_TYPES: Final = {".css": "text/css", ".js": "text/javascript"}
_HEADERS: Final = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "X-Content-Type-Options": "nosniff",
}


class Asset(msgspec.Struct, frozen=True, kw_only=True):
    """One file as it is served."""

    path: str
    """`/pages/<name>.<content hash>.<ext>`."""
    media_type: str
    """Without its charset: Litestar adds that to every text."""
    content: bytes


def _published(file: Path) -> Asset:
    content = file.read_bytes()
    digest = hashlib.sha256(content).hexdigest()[:12]
    return Asset(
        path=f"/pages/{file.stem}.{digest}{file.suffix}",
        media_type=_MEDIA_TYPES[file.suffix],
        content=content,
    )


_ASSETS: Final = {file.name: _published(file) for file in sorted(_STATIC.iterdir())}
_BY_PATH: Final = {asset.path: asset for asset in _ASSETS.values()}


def address(name: str) -> str:
    """Where the file is served, such as `/pages/page.0123456789ab.css`. Raises KeyError."""
    return _ASSETS[name].path


def import_map() -> dict[str, dict[str, str]]:
    """The browser's import map: modules name each other without the hash."""
    modules = {f"/pages/{name}": asset.path for name, asset in _ASSETS.items() if name.endswith(".js")}
    return {"imports": modules}


def static_routes() -> list[HTTPRouteHandler]:
    """The handler of `/pages/*`: public, immutable, the same for everybody."""
    return [asset]


@get("/pages/{name:str}", include_in_schema=False, sync_to_thread=False)
def asset(name: FromPath[str]) -> Response[bytes]:
    """One of the pages' files; 404 for a name of another release."""
    found = _BY_PATH.get(f"/pages/{name}")
    if found is None:
        raise NotFoundException
    return Response(found.content, media_type=found.media_type, headers=_HEADERS)
