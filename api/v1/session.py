"""A new bearer token for a page that is open: the same proof as for opening it."""

from __future__ import annotations

import msgspec
from litestar import post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from api.bitrix24.installing import refused
from api.problems import Refused
from api.services import Services
from connectors.bitrix24.frames import Frame
from connectors.bitrix24.texts import language_of
from connectors.outside import Failure
from connectors.redaction import Secret
from runtime.bearer import Holder


class SessionRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What the portal's bridge says: the token of the person in front of the page, and of which portal."""

    auth_id: str
    member_id: str
    domain: str = ""
    server_endpoint: str | None = None
    language: str = ""

    def __repr__(self) -> str:
        return "SessionRequest([secret])"


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A bearer token, kept in memory only."""

    token: str
    expires_in_s: int
    language: str


@post("/session", status_code=200, operation_id="RenewSession", tags=["session"])
async def renew_session(data: JSONBody[SessionRequest], services: NamedDependency[Services]) -> Session:
    """Verify the person as for a frame and issue a token. 403 when Bitrix24 does not confirm him."""
    frame = Frame(
        domain=data.domain,
        protocol="1",
        lang=data.language,
        app_sid="",
        auth_id=Secret(data.auth_id),
        refresh_id=Secret(""),
        expires_s=0,
        member_id=data.member_id,
        placement="DEFAULT",
        placement_options={},
        application_token=None,
        server_endpoint=data.server_endpoint,
    )
    user = await services.auth.verify_frame(frame)
    if isinstance(user, Failure):
        raise refused(user)
    row = await services.database.call_one("tenancy.portal_of", {"p_member_id": data.member_id})
    if row is None:
        raise Refused(
            404, "unknown_portal", "This portal has not installed the application.", "Install it first."
        )
    language = language_of(data.language)
    holder = Holder(portal_id=str(row["portal_id"]), user_id=user.user_id, language=language)
    expires_in_s = int(services.bearer.valid_for.total_seconds())
    return Session(token=services.bearer.issue(holder), expires_in_s=expires_in_s, language=language)
