"""How the sandbox's own routes read JSON and explain what is wrong with it."""

from __future__ import annotations

from typing import Any, TypeVar, cast

import msgspec
from litestar import Request, Response
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap

from sandbox.misuse import Misuse

AnyRequest = Request[Any, Any, State]
Body = TypeVar("Body")

_SEE = "the control routes are under /sandbox; see sandbox/inspection.py"


async def read(request: AnyRequest, shape: type[Body]) -> Body:
    """The request's JSON as `shape`; an absent body is `{}`. Raises `Misuse` 400 saying where it is wrong."""
    raw = await request.body()
    try:
        return msgspec.json.decode(raw or b"{}", type=shape)
    except msgspec.ValidationError as error:
        raise Misuse(400, str(error), "correct the field that is named") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Misuse(400, f"the body is not JSON: {error}", "send JSON in UTF-8") from error


async def changed(request: AnyRequest, before: Body) -> Body:
    """A copy of the struct `before` with the fields that the JSON body names. Raises `Misuse` 400."""
    fields = await read(request, dict[str, Any])
    try:
        return msgspec.convert({**msgspec.to_builtins(before), **fields}, type(before))
    except msgspec.ValidationError as error:
        raise Misuse(400, str(error), "correct the field that is named") from error


def _misused(_request: AnyRequest, misuse: Misuse) -> Response[Any]:
    return Response({"error": misuse.error, "what_to_do": misuse.what_to_do}, status_code=misuse.status)


def explained_http(_request: AnyRequest, error: HTTPException) -> Response[Any]:
    """An error of HTTP itself, such as an unknown path, in the same form."""
    return Response({"error": error.detail, "what_to_do": _SEE}, status_code=error.status_code)


explained: ExceptionHandlersMap = cast(
    "ExceptionHandlersMap", {Misuse: _misused, HTTPException: explained_http}
)
"""Every answer to a misuse is JSON `{"error", "what_to_do"}`."""
