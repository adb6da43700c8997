"""The live demo page: plain files beside this module, served as they are, nothing from elsewhere."""

from __future__ import annotations

from pathlib import Path

from litestar import MediaType, Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from sandbox.bitrix24 import Bitrix24Sandbox
from sandbox.page.state import PageFacts, PageState, frame_origins

__all__ = ["PageFacts", "PageState", "page_routes"]

_HERE = Path(__file__).parent
_TYPES = {".css": "text/css", ".js": "text/javascript"}


def page_routes() -> list[HTTPRouteHandler]:
    """`/` and the page's own files under `/page/`."""
    return [index, page_file]


@get("/", media_type=MediaType.HTML)
async def index(
    page: NamedDependency[PageFacts], bitrix24: NamedDependency[Bitrix24Sandbox]
) -> Response[str]:
    """The page; it may frame the application and post forms to it, and nothing else in the world."""
    origins = " ".join(frame_origins(page, bitrix24)) or "'none'"
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        f"img-src 'self' data: blob:; media-src 'self' blob:; frame-src {origins}; form-action {origins}; "
        "frame-ancestors 'none'; base-uri 'none'"
    )
    content = (_HERE / "index.html").read_text(encoding="utf-8")
    return Response(content, headers={"Content-Security-Policy": policy, "Cache-Control": "no-cache"})


@get("/page/{name:str}", sync_to_thread=False)
def page_file(name: FromPath[str]) -> Response[str]:
    """One of the page's files."""
    path = _HERE / name
    if path.suffix not in _TYPES or path.parent != _HERE or not path.is_file():
        raise NotFoundException
    content = path.read_text(encoding="utf-8")
    return Response(content, media_type=_TYPES[path.suffix], headers={"Cache-Control": "no-cache"})
