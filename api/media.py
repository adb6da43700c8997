"""Files on their way, under signed addresses: Bitrix24 and Gupshup fetch them here, as often as they like."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from litestar import Request, Response, route
from litestar.di import NamedDependency
from litestar.enums import HttpMethod
from litestar.params import FromPath
from litestar.response import File

from adapters.media import SignatureRefused
from api.operations import for_each_method
from api.problems import Refused
from api.services import Services


@route(
    "/media/{token:str}",
    http_method=[HttpMethod.GET, HttpMethod.HEAD],
    operation_id=for_each_method("Media"),
    tags=["media"],
)
async def media(
    request: Request[Any, Any, Any], token: FromPath[str], services: NamedDependency[Services]
) -> File | Response[bytes]:
    """Serve one file; 404 for an address that is not ours, has expired, or whose file is gone."""
    try:
        found = await services.shelf.open(token)
    except (SignatureRefused, ValueError):
        found = None
    if found is None:
        raise Refused(
            404, "media", "There is no such file, or its address has expired.", "Ask for the message again."
        )
    shelved, path = found
    request.state.summary = f"{shelved.mime}, {shelved.size} bytes"
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(shelved.name)}",
        "Cache-Control": "private, max-age=3600",
        "X-Content-Type-Options": "nosniff",
    }
    if request.method == HttpMethod.HEAD:
        return Response(
            b"", media_type=shelved.mime, headers={**headers, "Content-Length": str(shelved.size)}
        )
    return File(path, media_type=shelved.mime, headers=headers)
