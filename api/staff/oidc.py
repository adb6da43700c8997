"""Signing in with the company's account: to its OpenID provider and back. 404 where none is configured."""

from __future__ import annotations

import re
import secrets
import time
from typing import Any, Final

import msgspec
from litestar import Request, get
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.response import Redirect

from api.services import Services
from api.staff.guard import cookie_name, session_cookie
from connectors.oidc import Beginning, OpenIdProvider
from connectors.outside import Failure
from runtime.errors import SqlRefusal
from runtime.secrets import SealBroken, digest

_PATH: Final = re.compile(r"/[\w-]+(/[\w-]+)*(\?[\w=&%.-]*)?", re.ASCII)
_WITHIN_S: Final = 600
_RETURN: Final = "/staff/v1/oidc/return"
AnyRequest = Request[Any, Any, Any]


@get("/oidc/begin", include_in_schema=False)
async def begin(request: AnyRequest, services: NamedDependency[Services]) -> Redirect:
    """Send the browser to the provider; what it must bring back is kept in a sealed cookie of ten minutes."""
    wanted = request.query_params.get("to", "")
    begun = await _provider(services).begin(_address(services), wanted if _PATH.fullmatch(wanted) else "/")
    if isinstance(begun, Failure):
        return _refused(services, begun.code)
    address, beginning = begun
    sealed = services.box.seal(msgspec.json.encode(beginning)).decode()
    return Redirect(address, status_code=302, cookies=[_kept(services, sealed)])


@get("/oidc/return", include_in_schema=False)
async def come_back(request: AnyRequest, services: NamedDependency[Services]) -> Redirect:
    """Take the person back: a session for somebody of the staff, else the page that says why not."""
    provider = _provider(services)
    beginning = _begun(request, services)
    if beginning is None or "code" not in request.query_params:
        return _refused(services, "sign_in_state" if beginning is None else "sign_in_refused")
    found = await provider.finish(request.query_params["code"], beginning, _address(services))
    if isinstance(found, Failure):
        return _refused(services, found.code)
    session = secrets.token_urlsafe(32)
    arguments = {
        "p_issuer": found.issuer,
        "p_subject": found.subject,
        "p_email": found.email,
        "p_is_verified": found.is_verified,
        "p_session_digest": digest(session),
    }
    try:
        await services.database.call("tenancy.enter_by_identity", arguments)
    except SqlRefusal as refusal:
        request.state.refused = refusal.reason
        return _refused(services, refusal.reason)
    cookies = [_kept(services, None), session_cookie(services.public_url, session)]
    return Redirect(f"/staff{beginning.to}", status_code=302, cookies=cookies)


def _begun(request: AnyRequest, services: Services) -> Beginning | None:
    """What this browser began less than ten minutes ago and now brings back, and nothing else."""
    sealed = request.cookies.get(_name(services), "")
    try:
        beginning = msgspec.json.decode(services.box.open_bytes(sealed.encode()), type=Beginning)
    except (SealBroken, msgspec.DecodeError, UnicodeEncodeError):
        return None
    state = request.query_params.get("state", "")
    same = secrets.compare_digest(state.encode("utf-8", "replace"), beginning.state.encode())
    return beginning if same and 0 <= time.time() - beginning.began_at < _WITHIN_S else None


def _provider(services: Services) -> OpenIdProvider:
    if services.oidc is None:
        raise NotFoundException
    return services.oidc


def _address(services: Services) -> str:
    return f"{services.public_url.rstrip('/')}{_RETURN}"


def _refused(services: Services, reason: str) -> Redirect:
    return Redirect(f"/staff/enter?refused={reason}", status_code=302, cookies=[_kept(services, None)])


def _name(services: Services) -> str:
    return f"{cookie_name(services.public_url)}_oidc"


def _kept(services: Services, sealed: str | None) -> Cookie:
    """Lax, not strict: the browser must send it when the provider's page leads back to us."""
    return Cookie(
        key=_name(services),
        value=sealed or "",
        max_age=_WITHIN_S if sealed else 0,
        path="/",
        secure=services.public_url.startswith("https:"),
        httponly=True,
        samesite="lax",
    )
