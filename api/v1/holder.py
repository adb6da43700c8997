"""Who calls: the bearer token of the Authorization header, the panel's or a third party's key."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

from litestar import Request

from api.services import Services
from runtime.bearer import BearerRefused, Holder
from runtime.database import Database
from runtime.secrets import digest

KEY: Final = "wab24_"
"""How the secret of a third party's key begins: people and scanners of leaks know it when they see it."""


def holder_read(services: Callable[[], Services]) -> Callable[[Request[Any, Any, Any]], Awaitable[None]]:
    """What runs before every route that needs a token, before anything else of the request is looked at.

    So whoever has no token learns nothing of what a route takes, and a refusal speaks the holder's language.
    A third party's key (`wab24_…`) is an actor of its own, `key:<id>`; what it may do SQL asks its scopes.
    """

    async def read(request: Request[Any, Any, Any]) -> None:
        """Note the portal and user behind the request. Raises `BearerRefused`, `SqlRefusal` for a key."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise BearerRefused("a bearer token is needed: open the application in Bitrix24")
        token = token.strip()
        tools = services()
        holder = await _of_key(tools.database, token) if token.startswith(KEY) else tools.bearer.read(token)
        request.state.holder = holder
        request.state.portal_id = holder.portal_id
        request.state.language = holder.language

    return read


async def _of_key(database: Database, secret: str) -> Holder:
    """The key as a holder. Raises `SqlRefusal` 401 `api_key` for one that is none, revoked or expired."""
    row = await database.call_one("tenancy.enter_key", {"p_digest": digest(secret)})
    if row is None:
        raise LookupError("tenancy.enter_key returns a row or refuses")
    return Holder(
        portal_id=str(row["portal_id"]),
        user_id=f"key:{row['key_id']}",
        language=row["language"],
        expires_at=row["expires_at"].timestamp(),
    )


async def provide_holder(request: Request[Any, Any, Any]) -> Holder:
    """The portal and user behind the request."""
    holder: Holder = request.state.holder
    return holder
