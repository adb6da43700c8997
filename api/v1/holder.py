"""Who calls: the bearer token of the Authorization header."""

from __future__ import annotations

from typing import Any

from litestar import Request
from litestar.di import NamedDependency

from api.services import Services
from runtime.bearer import BearerRefused, Holder


async def provide_holder(request: Request[Any, Any, Any], services: NamedDependency[Services]) -> Holder:
    """The portal and user behind the request. Raises `BearerRefused`."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise BearerRefused("a bearer token is needed: open the application in Bitrix24")
    holder = services.bearer.read(token.strip())
    request.state.portal_id = holder.portal_id
    return holder
