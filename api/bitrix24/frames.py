"""The pages that a portal opens in a frame: installer, application, connector settings, templates in a chat.

Anyone can post a forged frame, so a user is believed only when the authorization server and the portal it
names confirm him (contracts/bitrix24.md §1.6). Nothing is ever asked of the DOMAIN that a request brings.
"""

from __future__ import annotations

from typing import Any, Literal

import structlog
from litestar import Request, Response, route
from litestar.di import NamedDependency
from litestar.enums import HttpMethod
from litestar.exceptions import HTTPException

from adapters.desired import SCOPES
from api import pages
from api.bitrix24.installing import Installer, refused
from api.operations import for_each_method
from api.problems import Refused
from api.services import Services
from connectors.bitrix24.auth import VerifiedUser
from connectors.bitrix24.form import FormError, parse_form
from connectors.bitrix24.frames import Frame, FrameError, parse_frame
from connectors.bitrix24.texts import language_of
from connectors.outside import Failure
from runtime.bearer import Holder
from runtime.errors import SqlFailure

Page = Literal["install", "app", "setting-connector", "chat-templates"]
log = structlog.get_logger(__name__)
_METHODS = [HttpMethod.GET, HttpMethod.HEAD, HttpMethod.POST]


@route(
    "/bitrix24/install",
    http_method=_METHODS,
    operation_id=for_each_method("InstallerFrame"),
    tags=["bitrix24"],
)
async def install(request: Request[Any, Any, Any], services: NamedDependency[Services]) -> Response[str]:
    """The installation wizard: verified, stored, set up by the worker while the page waits."""
    return await _page("install", request, services)


@route(
    "/bitrix24/app", http_method=_METHODS, operation_id=for_each_method("ApplicationFrame"), tags=["bitrix24"]
)
async def app(request: Request[Any, Any, Any], services: NamedDependency[Services]) -> Response[str]:
    """The application's page in the menu."""
    return await _page("app", request, services)


@route(
    "/bitrix24/setting-connector",
    http_method=_METHODS,
    operation_id=for_each_method("SettingConnectorFrame"),
    tags=["bitrix24"],
)
async def setting_connector(
    request: Request[Any, Any, Any], services: NamedDependency[Services]
) -> Response[str]:
    """The page on which an administrator connects a number to an open line."""
    return await _page("setting-connector", request, services)


@route(
    "/bitrix24/chat-templates",
    http_method=_METHODS,
    operation_id=for_each_method("ChatTemplatesFrame"),
    tags=["bitrix24"],
)
async def chat_templates(
    request: Request[Any, Any, Any], services: NamedDependency[Services]
) -> Response[str]:
    """The templates beside an open channel's chat (`IM_TEXTAREA`, contracts/bitrix24.md §3.4)."""
    return await _page("chat-templates", request, services)


async def _page(page: Page, request: Request[Any, Any, Any], services: Services) -> Response[str]:
    request.state.party = "bitrix24"
    language = language_of(request.query_params.get("LANG"))
    if request.method != HttpMethod.POST:
        return _html(200, pages.outside(language), "'none'")
    anywhere = " ".join(("https:", *services.trusted_origins))
    try:
        frame, user, portal_id = await _opened(page, request, services)
    except Refused as refusal:
        request.state.refused = refusal.problem.reason
        return _html(
            refusal.problem.status,
            pages.refusal(refusal.problem.status, refusal.problem.reason, language),
            anywhere,
        )
    except SqlFailure as failure:
        request.state.refused = failure.reason
        content = pages.refusal(failure.http_status, failure.reason, language)
        return _html(failure.http_status, content, anywhere)
    request.state.portal_id = portal_id
    holder = Holder(portal_id=portal_id, user_id=user.user_id, language=language)
    origin = user.portal.client_endpoint.partition("/rest/")[0]
    session = pages.PageSession(
        page=page,
        token=services.bearer.issue(holder),
        language=language,
        portal_origin="/".join(origin.split("/")[:3]),
        user_name=user.name,
        is_admin=user.is_admin,
        app_name=services.app_name,
        placement_options=frame.placement_options,
        scopes=SCOPES,
    )
    try:
        return _html(200, pages.render(session), session.portal_origin)
    except pages.PanelMissing as missing:
        log.critical("panel_missing", what_to_do=str(missing))
        return _html(503, pages.refusal(503, "panel_missing", language), anywhere)


async def _opened(
    page: Page, request: Request[Any, Any, Any], services: Services
) -> tuple[Frame, VerifiedUser, str]:
    """Who opened the frame, in which portal. Raises `Refused`, `SqlFailure`."""
    try:
        frame = parse_frame(dict(request.query_params), parse_form(await request.body()))
    except FormError as error:
        raise Refused(error.http_status, "form", error.reason) from None
    except HTTPException as error:
        raise Refused(error.status_code, "form", "The body cannot be taken.") from None
    except FrameError as error:
        raise Refused(400, "frame", error.reason, "Open the application from Bitrix24.") from None
    user = await services.auth.verify_frame(frame)
    if isinstance(user, Failure):
        raise refused(user)
    if page == "install" and not user.is_admin:
        raise Refused(403, "administrator_only", "Only an administrator installs the application.")
    installer = Installer(services.database, services.auth, services.box, services.connector_id)
    return frame, user, await installer.by_frame(frame, user)


def _html(status: int, content: str, portal_origin: str) -> Response[str]:
    headers = {
        "Content-Security-Policy": pages.content_security_policy(portal_origin),
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, status_code=status, media_type="text/html", headers=headers)
