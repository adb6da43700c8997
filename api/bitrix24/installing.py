"""Installations, by frame or by event: believed only when the authorization server confirms them."""

from __future__ import annotations

from typing import Any

from adapters.tokens import sealed_pair
from api.problems import Refused
from connectors.bitrix24.auth import AppInfo, AuthServer, VerifiedUser
from connectors.bitrix24.events import Envelope, UserReady
from connectors.bitrix24.frames import Frame
from connectors.bitrix24.texts import language_of
from connectors.outside import Failure, Policy
from connectors.redaction import Secret
from runtime.database import Database
from runtime.secrets import Box, digest


class Installer:
    """Stores what was verified. Making the portal as desired is the worker's work."""

    def __init__(self, database: Database, auth: AuthServer, box: Box, connector_id: str) -> None:
        self._database = database
        self._auth = auth
        self._box = box
        self._connector_id = connector_id

    async def by_frame(self, frame: Frame, user: VerifiedUser) -> str:
        """The installer's page was opened by a verified user; returns the portal's id."""
        token = sealed_pair(self._box, frame.auth_id, frame.refresh_id, frame.expires_s)
        return await self._install(
            user.portal,
            user={"user_id": user.user_id, "name": user.name, "is_admin": user.is_admin},
            language=frame.lang,
            application_token=frame.application_token,
            more={"token": token, "time_zone": user.time_zone or "UTC"},
        )

    async def by_event(self, envelope: Envelope) -> str:
        """An event with tokens came from a portal, or with an application token, that we do not know yet."""
        if envelope.access_token is None or envelope.user_id is None:
            raise Refused(
                403,
                "application_token",
                "The event carries no token that could be verified.",
                "Open the application once.",
            )
        info = await self._confirmed(envelope.access_token, envelope)
        more: dict[str, Any] = {}
        if envelope.refresh_token is not None:
            more["token"] = sealed_pair(self._box, envelope.access_token, envelope.refresh_token, 3_600)
        return await self._install(
            info,
            user={"user_id": envelope.user_id, "is_admin": True},
            language="",
            application_token=envelope.application_token,
            more=more,
        )

    async def system_user(self, fact: UserReady, portal_id: str, envelope: Envelope) -> None:
        """A system user was authorised: its tokens survive the staff, so they are preferred from now on."""
        await self._confirmed(fact.access_token, envelope)
        arguments = {
            "p_portal_id": portal_id,
            "p_user_id": fact.user_id,
            "p_token": sealed_pair(self._box, fact.access_token, fact.refresh_token, fact.expires_in_s),
            "p_is_admin": True,
            "p_is_system": True,
        }
        await self._database.call("tenancy.save_token", arguments)

    async def _confirmed(self, token: Secret, envelope: Envelope) -> AppInfo:
        """What the authorization server says of a token; it must be of the portal that the event names."""
        server = self._auth.server_for(envelope.server_endpoint or "")
        if server is None:
            raise Refused(403, "server_endpoint", "The authorization server is not one of Bitrix24's.", "")
        info = await self._auth.app_info(token, server)
        if isinstance(info, Failure):
            raise refused(info)
        if info.member_id != envelope.member_id:
            raise Refused(403, "member_mismatch", "The token belongs to another portal.", "")
        return info

    async def _install(
        self,
        info: AppInfo,
        *,
        user: dict[str, Any],
        language: str,
        application_token: Secret | None,
        more: dict[str, Any],
    ) -> str:
        facts = {
            "member_id": info.member_id,
            "domain": info.domain,
            "client_endpoint": info.client_endpoint,
            "server_endpoint": f"{info.server}/rest/",
            "application_token_digest": digest(application_token.reveal()).hex()
            if application_token
            else None,
            "scope": ",".join(info.scope),
            "language": language_of(language) if language else "es",
            "connector": self._connector_id,
            "user": user,
            **more,
        }
        return str(await self._database.call_value("tenancy.install_portal", {"p_facts": facts}))


def refused(failure: Failure) -> Refused:
    """A failed verification as an HTTP refusal: 403, or 503 while the authorization server is away."""
    away = failure.policy in (Policy.RETRY, Policy.UNKNOWN)
    advice = "Try again in a moment." if away else "Open the application from Bitrix24."
    return Refused(503 if away else 403, failure.code, failure.message, advice)
