"""Who of the staff calls, and may he? SQL says it (`tenancy.enter_staff`), once per request.

The session is a cookie that no script can read, that no other site's page makes the browser send
(`SameSite=Strict`), and a request that changes something must come from our own pages.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from typing import Any, Final, Literal, get_args
from urllib.parse import urlsplit

import msgspec
from litestar import Request
from litestar.datastructures import Cookie
from litestar.handlers import HTTPRouteHandler

from api.problems import Refused
from api.services import Services
from connectors.bitrix24.texts import Language
from runtime.secrets import digest

Permission = Literal[
    "customers.view",
    "customers.edit",
    "tariffs.manage",
    "plans.manage",
    "money.view",
    "money.adjust",
    "money.approve",
    "payments.refund",
    "payments.repair",
    "issuer.manage",
    "staff.manage",
    "incidents.view",
]
"""The rows of `tenancy.staff_permission`."""
Role = Literal["owner", "billing", "support"]
"""The rows of `tenancy.staff_role`."""
COOKIE: Final = "wab24_staff"
_SESSION_S: Final = 12 * 3600
_SAFE: Final = ("GET", "HEAD", "OPTIONS")
AnyRequest = Request[Any, Any, Any]


class Staff(msgspec.Struct, frozen=True, kw_only=True):
    """The person of the staff behind a request."""

    staff_id: str
    """The actor of what he does, in every audit row."""
    name: str
    email: str
    language: Language
    role: Role
    permissions: list[Permission]
    ends_at: datetime
    """Until when the session lasts without another request."""


def guarded(handlers: Iterable[HTTPRouteHandler]) -> list[HTTPRouteHandler]:
    """Return the handlers. Raises LookupError for one that does not say which permission it needs."""
    found = list(handlers)
    known = {*get_args(Permission), None}
    for handler in found:
        if handler.opt.get("permission", "") not in known:
            raise LookupError(
                f'{handler.operation_id or handler}: a route of the staff needs opt={{"permission": …}}'
            )
    return found


def staff_entered(services: Callable[[], Services]) -> Callable[[AnyRequest], Awaitable[None]]:
    """What runs before every route of the staff, before anything else of the request is looked at."""

    async def enter(request: AnyRequest) -> None:
        """Note the person behind the request. Raises `Refused`, and `SqlRefusal` for 401 and 403."""
        from_our_pages(request, services().public_url)
        secret = request.cookies.get(cookie_name(services().public_url), "")
        # `guarded` saw to it that every route of ours says it; Litestar's own answers to OPTIONS do not
        permission = request.route_handler.opt.get("permission")
        arguments = {"p_digest": digest(secret), "p_permission": permission}
        staff = staff_of(await services().database.call_one("tenancy.enter_staff", arguments))
        request.state.staff = staff
        request.state.language = staff.language

    return enter


async def provide_staff(request: AnyRequest) -> Staff:
    """The person of the staff behind the request."""
    staff: Staff = request.state.staff
    return staff


def staff_of(row: dict[str, Any] | None) -> Staff:
    """The person in the row of `tenancy.enter_staff`, which refuses rather than return none."""
    if row is None:
        raise LookupError("tenancy.enter_staff returns a row or refuses")
    return msgspec.convert({**row, "staff_id": str(row["staff_id"])}, Staff)


def from_our_pages(request: AnyRequest, public_url: str) -> None:
    """Raise `Refused` where a request that changes something was made by another site's page.

    Browsers say where a request comes from and let no script change it; a program names our origin itself.
    """
    if request.method in _SAFE:
        return
    site = request.headers.get("Sec-Fetch-Site")
    ours = (
        site == "same-origin" if site is not None else request.headers.get("Origin") == origin_of(public_url)
    )
    if not ours:
        raise Refused(
            403,
            "foreign_origin",
            "This request does not come from a page of ours.",
            f"Send the header Origin: {origin_of(public_url)}.",
        )


def origin_of(url: str) -> str:
    """`https://host` of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def cookie_name(public_url: str) -> str:
    """Over https the name itself keeps other hosts from setting the cookie."""
    return f"__Host-{COOKIE}" if public_url.startswith("https:") else COOKIE


def session_cookie(public_url: str, secret: str | None) -> Cookie:
    """The session for the browser, or (None) its end."""
    return Cookie(
        key=cookie_name(public_url),
        value=secret or "",
        max_age=_SESSION_S if secret else 0,
        path="/",
        secure=public_url.startswith("https:"),
        httponly=True,
        samesite="strict",
    )
