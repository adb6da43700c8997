"""The auth server: `{base}/auth/oauth/token/`, `/auth/oauth/authorize/`, `/auth/rest/app.info`.

Shapes and errors: contract bitrix24.md §1.4 and §1.6. A refresh token is good for one use; whether the real
server tolerates a second one for a while is not known (§10.2), so this one does not.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from litestar import HttpMethod, Request, Response, route
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from sandbox.bitrix24 import tokens
from sandbox.bitrix24.connection import error_answer, json_answer, sent_fields, take_token, with_faults
from sandbox.bitrix24.errors import RestError
from sandbox.bitrix24.state import Grant, Portal
from sandbox.bitrix24.world import World

Answer = Callable[[World, dict[str, Any]], dict[str, Any]]
BOTH = [HttpMethod.GET, HttpMethod.POST]


def routes(world: World) -> list[HTTPRouteHandler]:
    """The auth server's handlers."""

    async def answered(request: Request[Any, Any, Any], operation: str, answer: Answer) -> Response[Any]:
        async def work() -> Response[Any]:
            try:
                fields = await sent_fields(request)
                if operation == "auth.app.info":
                    fields = {"auth": take_token(request, fields)}
                return json_answer(answer(world, fields))
            except RestError as error:
                return error_answer(error)

        return await with_faults(world, request, operation, work)

    @route("/auth/oauth/token", http_method=BOTH, include_in_schema=False)
    async def token(request: Request[Any, Any, Any]) -> Response[Any]:
        return await answered(request, "oauth.token", exchange)

    @route(["/auth/rest/app.info", "/auth/rest/app.info.json"], http_method=BOTH, include_in_schema=False)
    async def app_info(request: Request[Any, Any, Any]) -> Response[Any]:
        return await answered(request, "auth.app.info", describe)

    @route(
        ["/auth/oauth/authorize", "/portals/{name:str}/oauth/authorize"],
        http_method=[HttpMethod.GET],
        include_in_schema=False,
    )
    async def authorize(request: Request[Any, Any, Any]) -> Response[Any]:
        name = request.path_params.get("name") or request.query_params.get("portal")
        return grant_code(world, name, dict(request.query_params))

    return [token, app_info, authorize]


def exchange(world: World, fields: dict[str, Any]) -> dict[str, Any]:
    """A new token pair for a refresh token or a code. Raises RestError with the errors of §1.4."""
    kind = fields.get("grant_type")
    name = {"refresh_token": "refresh_token", "authorization_code": "code"}.get(str(kind))
    secret = str(fields.get(name, "")) if name else ""
    if not name or not secret or not fields.get("client_id") or not fields.get("client_secret"):
        raise RestError("invalid_request", "The request is missing a required parameter")
    if (fields["client_id"], fields["client_secret"]) != (world.client_id, world.client_secret):
        raise RestError("invalid_client", "Client authentication failed", 401)
    store = world.memory.tokens.refresh if name == "refresh_token" else world.memory.tokens.codes
    portal, user_id = _entitled(world, store.get(secret))
    del store[secret]
    return tokens.token_pair(world, portal, user_id, with_expires=name == "refresh_token")


def _entitled(world: World, grant: Grant | None) -> tuple[Portal, int]:
    portal = world.portal_of(grant.member_id) if grant else None
    if grant is None or portal is None or grant.expires_at <= world.now():
        raise RestError("invalid_grant", "The refresh token is invalid, expired or used")
    if portal.installation is None:
        raise RestError("invalid_client", "Application is not installed on this portal", 401)
    if portal.installation.is_payment_expired:
        raise RestError("PAYMENT_REQUIRED", "Payment required", 401)
    user = portal.users.get(grant.user_id)
    if user is None or not user.is_active:
        raise RestError("invalid_grant", "The user cannot be authorized")
    return portal, user.id


def describe(world: World, fields: dict[str, Any]) -> dict[str, Any]:
    """`app.info` of the auth server (§1.6): what a frame's token really is."""
    portal, user, installation, grant = tokens.holder(world, fields["auth"])
    scope = ",".join(installation.card.scope)
    return {
        "result": {
            "client_id": world.client_id,
            "scope": scope,
            "expires": datetime.fromtimestamp(grant.expires_at, tz=UTC).isoformat(timespec="seconds"),
            "install": {
                "installed": installation.is_finished,
                "version": str(installation.card.version),
                "status": installation.card.status,
                "scope": scope,
                "domain": world.host,
                "uri": world.portal_url(portal),
                "client_endpoint": world.client_endpoint(portal),
                "member_id": portal.member_id,
                "member_type": "portal",
            },
            "user_id": user.id,
        }
    }


def grant_code(world: World, name: str | None, query: dict[str, str]) -> Response[Any]:
    """Full OAuth (§1.4): the first administrator consents; failures stay on the portal's own page."""
    portal = world.memory.portals.get(name or "") or next(
        (one for one in world.memory.portals.values() if one.installation), None
    )
    if portal is None or portal.installation is None or query.get("client_id") != world.client_id:
        return Response("Application not found", status_code=404, media_type="text/html")
    answer = urlencode(
        {
            "code": tokens.issue_code(world, portal, portal.admin().id),
            "state": query.get("state", ""),
            "domain": world.host,
            "member_id": portal.member_id,
            "scope": ",".join(portal.installation.card.scope),
            "server_domain": world.host,
        }
    )
    return Redirect(f"{portal.installation.card.handler}?{answer}", status_code=302)
