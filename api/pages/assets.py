"""The files of the pages, under names that change with their content, so that browsers keep them for good.

The panel is built from `web/` into `built/`, the staff's pages into `built_staff/` (`make install` does it):
files with hashed names, each beside its compressed forms, and a manifest that says which files a view needs.
The plain pages' style sheet is here.
"""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec
from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

BUILT: Final = Path(__file__).parent / "built"
ENTRY: Final = "src/main.ts"
BUILT_FOR_STAFF: Final = Path(__file__).parent / "built_staff"
STAFF_ENTRY: Final = "src/staff/main.ts"
_STYLES: Final = Path(__file__).parent / "page.css"
_ENCODINGS: Final = {"br": ".br", "gzip": ".gz"}
"""Content encodings by preference, and how the files that Vite wrote beside the original end."""
_HEADERS: Final = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "X-Content-Type-Options": "nosniff",
    "Vary": "Accept-Encoding",
}


class PanelMissing(Exception):
    """The panel was not built; the text says what to do."""

    def __init__(self) -> None:
        super().__init__("the panel is not built: run «make install», or use the wheel, which carries it")


class Asset(msgspec.Struct, frozen=True, kw_only=True):
    """One file as it is served."""

    media_type: str
    """Without its charset: Litestar adds that to every text."""
    content: bytes
    encoded: Mapping[str, bytes] = {}
    """Its compressed forms by content encoding."""


class Chunk(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of Vite's manifest: a module, its style sheets, and the modules that it imports."""

    file: str
    css: list[str] = []
    imports: list[str] = []


class Needed(msgspec.Struct, frozen=True, kw_only=True):
    """Addresses of what a view needs: its script, modules worth fetching at once, style sheets."""

    script: str
    modules: list[str]
    styles: list[str]


def stylesheet() -> str:
    """Where the style sheet of the plain pages is served."""
    content = _STYLES.read_bytes()
    return f"/panel/page.{hashlib.sha256(content).hexdigest()[:12]}.css"


def needed(view: str) -> Needed:
    """What the built panel needs to show `view` (`src/views/<view>.vue`) first. Raises PanelMissing."""
    return _needed(BUILT, ENTRY, f"src/views/{view}.vue")


def needed_by_staff() -> Needed:
    """What the staff's pages need first. Raises PanelMissing."""
    return _needed(BUILT_FOR_STAFF, STAFF_ENTRY, "src/staff/views/EnterView.vue")


@cache
def _needed(built: Path, entry: str, view: str) -> Needed:
    try:
        manifest = msgspec.json.decode((built / "manifest.json").read_bytes(), type=dict[str, Chunk])
    except FileNotFoundError:
        raise PanelMissing from None
    found: dict[str, Chunk] = {}

    def collect(name: str) -> None:
        if name in manifest and name not in found:
            found[name] = manifest[name]
            for other in manifest[name].imports:
                collect(other)

    collect(entry)
    collect(view)
    return Needed(
        script=f"/panel/{manifest[entry].file}",
        modules=[f"/panel/{chunk.file}" for name, chunk in found.items() if name != entry],
        styles=[
            f"/panel/{css}" for css in dict.fromkeys(css for chunk in found.values() for css in chunk.css)
        ],
    )


def static_routes() -> list[HTTPRouteHandler]:
    """The handlers of `/panel/*`: public, immutable, the same for everybody."""
    return [plain_style, asset]


@get("/panel/{name:str}", include_in_schema=False, sync_to_thread=False)
def plain_style(name: FromPath[str]) -> Response[bytes]:
    """The style sheet of the plain pages; 404 for one of another release."""
    if f"/panel/{name}" != stylesheet():
        raise NotFoundException
    return Response(_STYLES.read_bytes(), media_type="text/css", headers=_HEADERS)


@get("/panel/assets/{name:str}", include_in_schema=False, sync_to_thread=False)
def asset(name: FromPath[str], request: Request[Any, Any, Any]) -> Response[bytes]:
    """One of the panel's files, compressed as the browser takes it; 404 for a name of another release."""
    found = _built_files().get(name)
    if found is None:
        raise NotFoundException
    accepted = request.headers.get("Accept-Encoding", "")
    for encoding, content in found.encoded.items():
        if encoding in accepted:
            headers = {**_HEADERS, "Content-Encoding": encoding}
            return Response(content, media_type=found.media_type, headers=headers)
    return Response(found.content, media_type=found.media_type, headers=_HEADERS)


@cache
def _built_files() -> dict[str, Asset]:
    """Everything that Vite built, by name: only these names are served, no path is ever put together."""
    folders = [built / "assets" for built in (BUILT, BUILT_FOR_STAFF)]
    files = {file.name: file.read_bytes() for at in folders if at.is_dir() for file in at.iterdir()}
    return {
        name: Asset(
            media_type=mimetypes.guess_type(name)[0] or "application/octet-stream",
            content=content,
            encoded={
                encoding: files[f"{name}{ending}"]
                for encoding, ending in _ENCODINGS.items()
                if f"{name}{ending}" in files
            },
        )
        for name, content in files.items()
        if not name.endswith(tuple(_ENCODINGS.values()))
    }
