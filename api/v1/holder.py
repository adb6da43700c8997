"""Who calls: the bearer token of the Authorization header."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from litestar import Request

from api.services import Services
from runtime.bearer import BearerRefused, Holder


def holder_read(services: Callable[[], Services]) -> Callable[[Request[Any, Any, Any]], Awaitable[None]]:
    """What runs before every route that needs a token, before anything else of the request is looked at.

    So whoever has no token learns nothing of what a route takes, and a refusal speaks the holder's language.
    """

    async def read(request: Request[Any, Any, Any]) -> None:
        """Note the portal and user behind the request. Raises `BearerRefused`."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise BearerRefused("a bearer token is needed: open the application in Bitrix24")
        holder = services().bearer.read(token.strip())
        request.state.holder = holder
        request.state.portal_id = holder.portal_id
        request.state.language = holder.language

    return read


async def provide_holder(request: Request[Any, Any, Any]) -> Holder:
    """The portal and user behind the request."""
    holder: Holder = request.state.holder
    return holder
