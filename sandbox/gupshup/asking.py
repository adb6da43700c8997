"""What every route of the simulated Gupshup does first: whose key is this, and what does the form say."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

import msgspec
from litestar import Request, Response
from litestar.datastructures import State

from sandbox.gupshup.party import GupshupSandbox
from sandbox.gupshup.sending import Refusal
from sandbox.gupshup.state import SandboxApp

AnyRequest = Request[Any, Any, State]

_FORM = "application/x-www-form-urlencoded"
UNAUTHENTICATED = Refusal(401, "Authentication Failed")


def app_of_key(request: AnyRequest, gupshup: GupshupSandbox) -> SandboxApp:
    """The app whose key the request carries; raises `Refusal` (401)."""
    key = request.headers.get("apikey")
    for app in gupshup.state.apps.values():
        if key is not None and key == app.key and not app.knobs.key_revoked:
            return app
    raise UNAUTHENTICATED


def app_asked_for(request: AnyRequest, gupshup: GupshupSandbox, app_id: str) -> SandboxApp:
    """The app of the path, if the request carries its key; raises `Refusal` (401)."""
    app = gupshup.state.apps.get(app_id)
    if app is None or request.headers.get("apikey") != app.key or app.knobs.key_revoked:
        raise UNAUTHENTICATED
    return app


async def form_of(request: AnyRequest) -> dict[str, str]:
    """The fields as they came: Litestar's own form reading would turn `true` into a boolean."""
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != _FORM:
        raise Refusal(400, "Invalid Request", f"the body must be {_FORM}, not {content_type!r}")
    try:
        pairs = parse_qsl(
            (await request.body()).decode(), keep_blank_values=True, strict_parsing=True, errors="strict"
        )
    except ValueError as error:
        raise Refusal(400, "Invalid Request", f"the body is no form: {error}") from error
    return dict(pairs)


def keep_for_complaint(request: AnyRequest, form: dict[str, str]) -> None:
    """A subscription's address and headers carry our secret; the list of complaints must not."""
    request.state.form = {
        name: "[secret]" if name in {"meta", "url"} else value for name, value in form.items()
    }


def answer(status: int, body: dict[str, Any], *, html: bool) -> Response[Any]:
    """JSON, or JSON that says it is HTML (§2.1)."""
    if html:
        return Response(msgspec.json.encode(body), status_code=status, media_type="text/html;charset=UTF-8")
    return Response(body, status_code=status)
