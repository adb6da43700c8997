"""Giving out and checking opaque tokens (contract bitrix24.md §1.4)."""

from __future__ import annotations

import secrets
from typing import Any

from sandbox.bitrix24.card import Installation
from sandbox.bitrix24.errors import RestError
from sandbox.bitrix24.state import Grant, Portal, User
from sandbox.bitrix24.world import World

ACCESS_S = 3600
REFRESH_S = 180 * 86_400
CODE_S = 30
REMEMBER_EXPIRED_S = 86_400
"""How long an expired access token is still told apart from one that never was."""


def new_secret() -> str:
    """An unguessable opaque string, as tokens are."""
    return secrets.token_hex(35)


def issue_access(world: World, portal: Portal, user_id: int) -> str:
    """A fresh access token of this user."""
    access = world.memory.tokens.access
    now = world.now()
    if len(access) % 500 == 499:
        for token in [one for one, grant in access.items() if grant.expires_at < now - REMEMBER_EXPIRED_S]:
            del access[token]
    token = new_secret()
    access[token] = Grant(member_id=portal.member_id, user_id=user_id, expires_at=now + ACCESS_S)
    return token


def issue_refresh(world: World, portal: Portal, user_id: int) -> str:
    """A fresh refresh token of this user; good for one use."""
    token = new_secret()
    expires_at = world.now() + REFRESH_S
    world.memory.tokens.refresh[token] = Grant(
        member_id=portal.member_id, user_id=user_id, expires_at=expires_at
    )
    return token


def token_of_event(world: World, portal: Portal, user_id: int) -> tuple[str, int]:
    """An access token of this user with at least half its life left, and the seconds it has."""
    now = world.now()
    for token, grant in reversed(world.memory.tokens.access.items()):
        if grant.expires_at < now + ACCESS_S / 2:
            break
        if (grant.member_id, grant.user_id) == (portal.member_id, user_id):
            return token, int(grant.expires_at - now)
    return issue_access(world, portal, user_id), ACCESS_S


def issue_code(world: World, portal: Portal, user_id: int) -> str:
    """An authorization code, good for 30 seconds."""
    code = new_secret()
    world.memory.tokens.codes[code] = Grant(
        member_id=portal.member_id, user_id=user_id, expires_at=world.now() + CODE_S
    )
    return code


def revoke(world: World, portal: Portal) -> None:
    """Forget every token and code of the portal: those of an earlier installation open nothing."""

    def others(grants: dict[str, Grant]) -> dict[str, Grant]:
        return {key: one for key, one in grants.items() if one.member_id != portal.member_id}

    tokens = world.memory.tokens
    tokens.access, tokens.refresh, tokens.codes = map(others, (tokens.access, tokens.refresh, tokens.codes))


def token_pair(world: World, portal: Portal, user_id: int, *, with_expires: bool = True) -> dict[str, Any]:
    """The auth server's answer with a new pair (§1.4). Its `domain` is the auth server's own."""
    installation = portal.installation
    card = installation.card if installation else None
    return {
        "access_token": issue_access(world, portal, user_id),
        "refresh_token": issue_refresh(world, portal, user_id),
        **({"expires": int(world.now()) + ACCESS_S} if with_expires else {}),
        "expires_in": ACCESS_S,
        "client_endpoint": world.client_endpoint(portal),
        "server_endpoint": world.server_endpoint,
        "domain": world.host,
        "member_id": portal.member_id,
        "scope": ",".join(card.scope) if card else "",
        "status": card.status if card else "L",
        "user_id": user_id,
    }


def holder(world: World, token: str | None) -> tuple[Portal, User, Installation, Grant]:
    """Whose access token this is. Raises RestError as §1.5 lists (401, 403)."""
    if not token:
        raise RestError("NO_AUTH_FOUND", "Wrong authorization data", 401)
    grant = world.memory.tokens.access.get(token)
    portal = world.portal_of(grant.member_id) if grant else None
    if grant is None or portal is None:
        raise RestError("invalid_token", "Unable to get application by token", 401)
    if portal.installation is None:
        raise RestError("ERROR_OAUTH", "Application not installed", 401)
    if grant.expires_at <= world.now():
        raise RestError("expired_token", "The access token provided has expired.", 401)
    user = portal.users.get(grant.user_id)
    if user is None or not user.is_active:
        raise RestError("authorization_error", "Unable to authorize user", 401)
    if portal.installation.is_payment_expired:
        raise RestError("PAYMENT_REQUIRED", "Payment required", 401)
    return portal, user, portal.installation, grant
