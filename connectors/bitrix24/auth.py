"""The authorization server: whose token is this, a new one for an old one (contracts/bitrix24.md §1.4, §1.6).

It is the root of all trust in a portal: what a frame or an event claims is believed only when this server
confirms it, and a portal's address is taken from here and from nowhere else. The server itself is one of a
short list that our own configuration names; an address that arrives in a request selects from it, no more.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec

from connectors.bitrix24 import php
from connectors.bitrix24.errors import AUTH_SERVER, REST, USED_UP
from connectors.bitrix24.frames import Frame
from connectors.bitrix24.methods import listed
from connectors.bitrix24.wire import Reply, Wire, answered
from connectors.media.addresses import is_public
from connectors.outside import Actor, Context, Failure, Journal, Policy
from connectors.redaction import Secret

OFFICIAL = ("https://oauth.bitrix.info", "https://oauth.bitrix24.tech")

_TOKEN = "POST /oauth/token/"  # noqa: S105 - the name of a method
_APP_INFO = "POST /rest/app.info"
_MORE_TRIES, _BREATH_S = 4, 0.6
"""A person waits for the frame, and a portal whose limit is used up gives two calls a second."""


class AppInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What the authorization server says of an access token."""

    member_id: str
    domain: str
    client_endpoint: str
    """Ends in `/rest/`; method names are appended to it."""
    server: str
    """The authorization server that said so, from the allowed list."""
    scope: tuple[str, ...]
    status: str | None
    """`L` local, `F` free, `D`, `T`, `P`, `S` (§4.1)."""
    installed: bool
    version: str | None
    user_id: str | None


class TokenPair(msgspec.Struct, frozen=True, kw_only=True):
    """New tokens; the old refresh token is worthless from now on."""

    access: Secret
    refresh: Secret
    expires_in_s: int
    member_id: str | None
    user_id: str | None
    client_endpoint: str | None


class VerifiedUser(msgspec.Struct, frozen=True, kw_only=True):
    """The person behind a frame, confirmed by the authorization server and by the portal."""

    portal: AppInfo
    user_id: str
    is_admin: bool
    name: str
    time_zone: str | None


class AuthServer:
    """The authorization servers that we believe, for one application.

    `allowed` are base addresses such as `https://oauth.bitrix.info`; `trusted_origins` are origins that may
    be a portal without https (the demo's own).
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        allowed: tuple[str, ...],
        client_id: str,
        client_secret: Secret,
        journal: Journal,
        *,
        trusted_origins: frozenset[str] = frozenset(),
    ) -> None:
        self._wire = Wire(http, journal)
        self._allowed = tuple(base.rstrip("/") for base in allowed)
        self._client_id = client_id
        self._client_secret = client_secret
        self._trusted_origins = trusted_origins

    def server_for(self, server_endpoint: str) -> str | None:
        """The allowed base address that `server_endpoint` (`https://…/rest/`) names; None for any other."""
        base = server_endpoint.rstrip("/").removesuffix("/rest")
        return base if base in self._allowed else None

    def is_portal_endpoint(self, url: str) -> bool:
        """May `url` be a portal's REST address? https, or one of the trusted origins; ends in `/rest/`."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            return False
        origin = f"{parts.scheme}://{parts.netloc}"
        plain = not (parts.query or parts.fragment or "@" in parts.netloc) and port != 0
        safe = parts.scheme == "https" or origin in self._trusted_origins
        return bool(parts.hostname) and plain and safe and parts.path.endswith("/rest/")

    async def app_info(
        self, token: Secret, server: str, *, about: Context | None = None
    ) -> AppInfo | Failure:
        """Ask `server` (from `server_for`) about an access token.

        A token of another application, or an answer without portal or address, is a Failure.
        """
        method = listed(_APP_INFO)
        params = {"auth": token}
        reply = await self._wire.post_json(
            method, f"{self._known(server)}/rest/app.info", params, about or Context()
        )
        if isinstance(reply, Failure):
            return reply
        body = answered(reply, method, REST, params)
        return (
            body if isinstance(body, Failure) else self._app_info_of(php.mapping(body.get("result")), server)
        )

    def _app_info_of(self, result: dict[str, Any], server: str) -> AppInfo | Failure:
        install = php.mapping(result.get("install"))
        member_id, endpoint = php.text(install.get("member_id")), php.text(install.get("client_endpoint"))
        if member_id is None or endpoint is None:
            return _refused("no_portal", "the authorization server names no portal for this token")
        if php.text(result.get("client_id")) != self._client_id:
            return _refused("wrong_client", "the token belongs to another application")
        endpoint = endpoint.rstrip("/") + "/"
        if not self.is_portal_endpoint(endpoint):
            return _refused("portal_address", "the portal's address is not https")
        scope = php.text(install.get("scope")) or php.text(result.get("scope")) or ""
        return AppInfo(
            member_id=member_id,
            domain=php.text(install.get("domain")) or urlsplit(endpoint).netloc,
            client_endpoint=endpoint,
            server=server,
            scope=tuple(scope.replace(",", " ").split()),
            status=php.text(install.get("status")),
            installed=php.yes(install.get("installed")),
            version=php.text(install.get("version")),
            user_id=php.user(result.get("user_id")),
        )

    async def refresh(
        self, refresh_token: Secret, server: str, *, about: Context | None = None
    ) -> TokenPair | Failure:
        """Exchange a refresh token. It works once: call this under the store's lease only.

        `invalid_grant` means that a person must open the application; a lost answer is Policy.UNKNOWN.
        """
        method = listed(_TOKEN)
        context = about or Context()
        url = f"{self._known(server)}/oauth/token/"
        params: dict[str, Any] = {
            "grant_type": "refresh_token",
            "client_id": self._client_id,
            "client_secret": self._client_secret,
            "refresh_token": refresh_token,
        }
        reply = await self._wire.post_form(method, url, params, context)
        if isinstance(reply, Reply) and _wants_get(reply):
            reply = await self._wire.get(method, url, params, context)
        if isinstance(reply, Failure):
            return reply
        body = answered(reply, method, AUTH_SERVER, params)
        return body if isinstance(body, Failure) else _pair(body)

    async def verify_frame(self, frame: Frame) -> VerifiedUser | Failure:
        """Who opened this frame (§1.6, steps 1 to 3). Nothing is asked of an address that the frame names.

        A frame whose DOMAIN is no place on the public internet is forged: it is refused unread.
        """
        if frame.domain and not self._may_be_portal(frame.domain):
            return _refused("domain", "the domain is not one that a portal can have")
        info = await self._confirmed(frame)
        if isinstance(info, Failure):
            return info
        if info.member_id != frame.member_id:
            return _refused("member_mismatch", "the token belongs to another portal")
        body = await self._profile(frame, info.client_endpoint)
        for _ in range(_MORE_TRIES):
            if not isinstance(body, Failure) or body.code != USED_UP:
                break
            await asyncio.sleep(_BREATH_S)
            body = await self._profile(frame, info.client_endpoint)
        return body if isinstance(body, Failure) else _verified(info, php.mapping(body.get("result")))

    async def _profile(self, frame: Frame, endpoint: str) -> dict[str, Any] | Failure:
        method, params = listed("profile"), {"auth": frame.auth_id}
        reply = await self._wire.post_json(method, f"{endpoint}{method.name}", params, Context())
        return reply if isinstance(reply, Failure) else answered(reply, method, REST, params)

    async def _confirmed(self, frame: Frame) -> AppInfo | Failure:
        """A frame of an older portal names no server: then each allowed one is asked."""
        if frame.server_endpoint is not None:
            named = self.server_for(frame.server_endpoint)
            if named is None:
                return _refused("server_endpoint", "the authorization server is not one of Bitrix24's")
            return await self.app_info(frame.auth_id, named)
        answer: AppInfo | Failure = _refused("server_endpoint", "no authorization server is configured")
        for server in self._allowed:
            answer = await self.app_info(frame.auth_id, server)
            if isinstance(answer, AppInfo):
                return answer
        return answer

    def _may_be_portal(self, domain: str) -> bool:
        """Is `domain` (host, perhaps with a port) a name, a public address, or a trusted origin's?"""
        if domain in {urlsplit(origin).netloc for origin in self._trusted_origins}:
            return True
        host = domain.partition(":")[0]
        last = host.rpartition(".")[2]
        if last[:1].isdigit():
            return is_public(host)
        return "." in host and last not in ("localhost", "local", "internal")

    def _known(self, server: str) -> str:
        if server not in self._allowed:
            raise ValueError("not an allowed authorization server")
        return server


def _wants_get(reply: Reply) -> bool:
    """GET is what the documentation shows; POST is what keeps the secret out of addresses."""
    return 400 <= reply.status < 500 and php.mapping(reply.body).get("error") == "invalid_request"


def _pair(body: Mapping[str, Any]) -> TokenPair | Failure:
    access, refresh = php.text(body.get("access_token")), php.text(body.get("refresh_token"))
    if access is None or refresh is None:
        return Failure(
            policy=Policy.UNKNOWN,
            code="no_tokens",
            message="the authorization server answered without tokens",
            who_acts=Actor.ADMINISTRATOR,
        )
    return TokenPair(
        access=Secret(access),
        refresh=Secret(refresh),
        expires_in_s=php.whole(body.get("expires_in")) or 3_600,
        member_id=php.text(body.get("member_id")),
        user_id=php.user(body.get("user_id")),
        client_endpoint=php.text(body.get("client_endpoint")),
    )


def _verified(info: AppInfo, profile: dict[str, Any]) -> VerifiedUser | Failure:
    user_id = php.user(profile.get("ID"))
    if user_id is None:
        return _refused("inactive_user", "the portal does not know this user as active")
    if user_id != info.user_id:
        return _refused("user_mismatch", "the token belongs to another user")
    names = (php.text(profile.get("NAME")), php.text(profile.get("LAST_NAME")))
    return VerifiedUser(
        portal=info,
        user_id=user_id,
        is_admin=php.yes(profile.get("ADMIN")),
        name=" ".join(name for name in names if name),
        time_zone=php.text(profile.get("TIME_ZONE")),
    )


def _refused(code: str, message: str) -> Failure:
    return Failure(policy=Policy.NEVER, code=code, message=message, who_acts=Actor.NOBODY)


def _without_query(record: logging.LogRecord) -> bool:
    """httpx writes every address to its own log; that of the GET above holds the client secret."""
    if isinstance(record.args, tuple):
        record.args = tuple(
            arg.copy_with(query=None) if isinstance(arg, httpx.URL) else arg for arg in record.args
        )
    return True


logging.getLogger("httpx").addFilter(_without_query)
