"""A session of the staff: begun with a one-time link, looked at, ended."""

from __future__ import annotations

import secrets
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from api.services import Services
from api.staff.guard import Staff, cookie_name, from_our_pages, session_cookie, staff_of
from runtime.secrets import digest


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """What a one-time link carries after its `#`."""

    secret: Annotated[str, msgspec.Meta(min_length=20, max_length=200)]

    def __repr__(self) -> str:
        return "Link([secret])"


@post("/session", status_code=200, operation_id="EnterByLink", tags=["staff"])
async def enter_by_link(
    request: Request[Any, Any, Any], data: JSONBody[Link], services: NamedDependency[Services]
) -> Response[Staff]:
    """Use a one-time link up and begin a session, kept in a cookie. 401 `staff_link` when it is no good."""
    from_our_pages(request, services.public_url)
    session = secrets.token_urlsafe(32)
    arguments = {"p_digest": digest(data.secret), "p_session_digest": digest(session)}
    await services.database.call("tenancy.redeem_staff_link", arguments)
    row = await services.database.call_one(
        "tenancy.enter_staff", {"p_digest": digest(session), "p_permission": None}
    )
    return Response(staff_of(row), cookies=[session_cookie(services.public_url, session)])


@get("/me", operation_id="GetMe", tags=["staff"], opt={"permission": None})
async def get_me(staff: NamedDependency[Staff]) -> Staff:
    """Who is signed in, and what he may do. 401 `staff_session` when nobody is."""
    return staff


@delete("/session", operation_id="EndStaffSession", tags=["staff"], opt={"permission": None})
async def end_session(
    request: Request[Any, Any, Any], services: NamedDependency[Services], staff: NamedDependency[Staff]
) -> Response[None]:
    """Sign out: the session is over at once, in every window."""
    secret = request.cookies[cookie_name(services.public_url)]
    await services.database.call("tenancy.end_staff_session", {"p_digest": digest(secret)})
    return Response(None, status_code=204, cookies=[session_cookie(services.public_url, None)])
