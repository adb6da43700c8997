"""Portal tokens over SQL: who may refresh is decided by `tenancy.lease_refresh`, secrets are sealed here."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.bitrix24.auth import TokenPair
from connectors.bitrix24.ports import Lease, Token, Wait
from connectors.outside import Actor, Failure, Policy
from connectors.redaction import Secret
from runtime.database import Database
from runtime.errors import DatabaseAway, SqlFailure
from runtime.secrets import Box

_WAIT_S = 0.25


def sealed_pair(box: Box, access: Secret, refresh: Secret, expires_in_s: int) -> dict[str, str]:
    """Return the pair as `tenancy.save_token` takes it: sealed, hexadecimal, with its expiry."""
    return {
        "access": box.seal(access.reveal()).hex(),
        "refresh": box.seal(refresh.reveal()).hex(),
        "expires_at": (datetime.now(UTC) + timedelta(seconds=expires_in_s)).isoformat(),
    }


def failure_of_sql(failure: SqlFailure) -> Failure:
    """Say a refusal of the database in the words of connectors."""
    away = isinstance(failure, DatabaseAway)
    return Failure(
        policy=Policy.RETRY if away else Policy.FIX,
        code=failure.reason,
        message=failure.message,
        who_acts=Actor.NOBODY if away else Actor.ADMINISTRATOR,
    )


class SqlTokenStore:
    """The `TokenStore` of `connectors.bitrix24`. One instance serves all portals."""

    def __init__(self, database: Database, box: Box) -> None:
        self._database = database
        self._box = box
        self._versions: dict[tuple[str, str, Secret], int] = {}

    async def current(self, portal_id: str) -> Token | Failure:
        """The token to work with: the system user's, else an administrator's."""
        try:
            row = await self._database.call_one("tenancy.current_token", {"p_portal_id": portal_id})
        except SqlFailure as failure:
            return failure_of_sql(failure)
        if row is None:
            raise LookupError("tenancy.current_token returns a row or raises")
        return self._token(portal_id, row["user_id"], row)

    async def lease(self, portal_id: str, user_id: str, stale: Secret) -> Lease | Token | Wait | Failure:
        """The lease to refresh, the newer token, or the advice to wait."""
        arguments = {
            "p_portal_id": portal_id,
            "p_user_id": user_id,
            "p_stale_version": self._versions.get((portal_id, user_id, stale), 0),
        }
        try:
            row = await self._database.call_one("tenancy.lease_refresh", arguments)
        except SqlFailure as failure:
            return failure_of_sql(failure)
        if row is None or row["outcome"] == "wait":
            return Wait(seconds=_WAIT_S)
        if row["outcome"] == "newer":
            return self._token(portal_id, user_id, row)
        return Lease(lease_id=str(row["lease_token"]), refresh=Secret(self._box.open(row["refresh_sealed"])))

    async def save(self, portal_id: str, user_id: str, lease_id: str, pair: TokenPair) -> Token:
        """Store the new pair and end the lease, however long the database is away: the old pair is spent."""
        sealed = sealed_pair(self._box, pair.access, pair.refresh, pair.expires_in_s)
        await self._settle(portal_id, user_id, lease_id, {"p_pair": sealed})
        token = await self.current_of(portal_id, user_id)
        self._forget(portal_id, user_id, keep=token.access)
        return token

    async def give_up(self, portal_id: str, user_id: str, lease_id: str | None, failure: Failure) -> None:
        """End the lease with the failure's code; without one the portal itself refused this user."""
        if lease_id is None:
            arguments = {"p_portal_id": portal_id, "p_user_id": user_id, "p_reason": failure.code}
            await self._surely("tenancy.break_token", arguments)
        else:
            await self._settle(portal_id, user_id, lease_id, {"p_failure": failure.code})
        self._forget(portal_id, user_id, keep=None)

    async def moved(self, portal_id: str, client_endpoint: str) -> None:
        """The portal has a new address."""
        arguments = {"p_portal_id": portal_id, "p_client_endpoint": client_endpoint}
        await self._surely("tenancy.move_portal", arguments)

    async def current_of(self, portal_id: str, user_id: str) -> Token:
        """The stored token of one user. Raises `SqlRefusal`."""
        arguments = {"p_portal_id": portal_id, "p_user_id": user_id}
        (row,) = await self._surely("tenancy.current_token", arguments)
        return self._token(portal_id, user_id, row)

    async def _settle(self, portal_id: str, user_id: str, lease_id: str, outcome: dict[str, Any]) -> None:
        arguments = {
            "p_portal_id": portal_id,
            "p_user_id": user_id,
            "p_lease_token": int(lease_id),
            **outcome,
        }
        await self._surely("tenancy.settle_refresh", arguments)

    async def _surely(self, function: str, arguments: dict[str, Any]) -> list[dict[str, Any]]:
        """Call until the database answers. Each of these calls may be repeated."""
        wait_s = 0.1
        while True:
            try:
                return await self._database.call(function, arguments)
            except DatabaseAway:
                await asyncio.sleep(wait_s)
                wait_s = min(wait_s * 2, 5.0)

    def _token(self, portal_id: str, user_id: str, row: dict[str, Any]) -> Token:
        access = Secret(self._box.open(row["access_sealed"]))
        self._versions[portal_id, user_id, access] = row["version"]
        return Token(user_id=user_id, access=access, expires_at=row["expires_at"].timestamp())

    def _forget(self, portal_id: str, user_id: str, *, keep: Secret | None) -> None:
        """Drop the versions of tokens that are no longer stored."""
        for key in [key for key in self._versions if key[:2] == (portal_id, user_id) and key[2] != keep]:
            del self._versions[key]
