"""The live demo page: plain files beside this module, served as they are, nothing from elsewhere."""

from __future__ import annotations

from pathlib import Path

from litestar import MediaType, Response, get
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

_HERE = Path(__file__).parent
_TYPES = {
    "index.html": "text/html",
    "page.css": "text/css",
    "page.js": "text/javascript",
    "phones.js": "text/javascript",
    "chats.js": "text/javascript",
    "faults.js": "text/javascript",
    "texts.js": "text/javascript",
}
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; base-uri 'none'",
    "Cache-Control": "no-cache",
}


def page_routes() -> list[HTTPRouteHandler]:
    """`/` and the page's own files under `/page/`."""
    return [index, page_file]


@get("/", sync_to_thread=False, media_type=MediaType.HTML)
def index() -> Response[str]:
    """The page."""
    return _file("index.html")


@get("/page/{name:str}", sync_to_thread=False)
def page_file(name: FromPath[str]) -> Response[str]:
    """One of the page's files."""
    if name not in _TYPES:
        raise NotFoundException
    return _file(name)


def _file(name: str) -> Response[str]:
    content = (_HERE / name).read_text(encoding="utf-8")
    return Response(content, media_type=_TYPES[name], headers=_HEADERS)
