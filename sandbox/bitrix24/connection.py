"""Answers on the wire: JSON as PHP writes it, and the faults that were drawn for a call."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from litestar import Request, Response

from sandbox.bitrix24 import php
from sandbox.bitrix24.errors import RestError
from sandbox.bitrix24.parties import PARTY
from sandbox.bitrix24.world import World
from sandbox.faults import HangUp

HTML_502 = (
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1>"
    "</center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
)
FAILURES = {
    "http_500": RestError("INTERNAL_SERVER_ERROR", "Internal server error", 500),
    "http_503": RestError("QUERY_LIMIT_EXCEEDED", "Too many requests", 503),
}


async def sent_fields(request: Request[Any, Any, Any]) -> dict[str, Any]:
    """Query, form or JSON body of a request as one map, brackets nested. Raises RestError 400."""
    fields = php.parse_pairs(request.query_params.multi_items())
    body = await request.body()
    if "json" not in request.headers.get("content-type", ""):
        return {**fields, **php.parse_query(body.decode("utf-8", "replace"))}
    try:
        content = msgspec.json.decode(body or b"{}")
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise RestError("INVALID_REQUEST", "Invalid JSON in request body") from None
    return {**fields, **content} if isinstance(content, dict) else fields


def take_token(request: Request[Any, Any, Any], fields: dict[str, Any]) -> str | None:
    """The access token: `auth` among the fields, else the Authorization header. Leaves the fields without."""
    named = fields.pop("auth", None)
    header = request.headers.get("authorization", "")
    return str(named) if named else header.removeprefix("Bearer ").strip() or None


def json_answer(content: Any, status: int = 200) -> Response[Any]:
    """A JSON body as PHP writes it."""
    return Response(php.encode(content), status_code=status, media_type="application/json; charset=utf-8")


def error_answer(error: RestError) -> Response[Any]:
    """An error envelope."""
    return json_answer(error.envelope(), error.status)


async def with_faults(
    world: World,
    request: Request[Any, Any, Any],
    operation: str,
    work: Callable[[], Awaitable[Response[Any]]],
) -> Response[Any]:
    """Do the work, or act out the fault that was drawn for it.

    The body is read first: what has arrived has its effect, also when its sender dies while it is held.
    """
    await request.body()
    injected = await world.faults.before(PARTY, operation)
    kind = injected.kind if injected else ""
    if kind == "drop_request":
        return HangUp()
    if kind == "html_502":
        return Response(HTML_502, status_code=502, media_type="text/html")
    if kind in FAILURES:
        return error_answer(FAILURES[kind])
    answer = await work()
    return HangUp() if kind == "drop_response" else answer
