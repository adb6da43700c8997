"""Portal tokens over SQL: who may refresh is decided by `tenancy.lease_refresh`, secrets are sealed here."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from connectors.bitrix24.auth import TokenPair
from connectors.bitrix24.ports import Lease, Token, Wait
from connectors.outside import Actor, Failure, Policy
from connectors.redaction import Secret
from runtime.database import Database
from runtime.errors import DatabaseAway, SqlFailure, SqlRefusal
from runtime.secrets import Box, SealBroken

_WAIT_S = 0.25
_UNREADABLE = Failure(
    policy=Policy.FIX,
    code="token_unreadable",
    message="the portal's token was sealed with a key that SECRET_KEYS no longer holds",
    who_acts=Actor.PROVIDER,
)


class _Known(msgspec.Struct, frozen=True):
    """The newest token of a user that we have seen."""

    access: Secret
    version: int


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
        self._known: dict[tuple[str, str], _Known] = {}

    async def current(self, portal_id: str) -> Token | Failure:
        """The token to work with: the system user's, else an administrator's."""
        try:
            row = await self._database.call_one("tenancy.current_token", {"p_portal_id": portal_id})
        except SqlFailure as failure:
            return failure_of_sql(failure)
        if row is None:
            raise LookupError("tenancy.current_token returns a row or raises")
        return self._readable(portal_id, row["user_id"], row)

    async def lease(self, portal_id: str, user_id: str, stale: Secret) -> Lease | Token | Wait | Failure:
        """The lease to refresh, the newer token, or the advice to wait.

        A stale token that is not the newest we have seen is older: version 0 asks for the newer one.
        """
        known = self._known.get((portal_id, user_id))
        arguments = {
            "p_portal_id": portal_id,
            "p_user_id": user_id,
            "p_stale_version": known.version if known is not None and known.access == stale else 0,
        }
        try:
            row = await self._database.call_one("tenancy.lease_refresh", arguments)
        except SqlFailure as failure:
            return failure_of_sql(failure)
        if row is None or row["outcome"] == "wait":
            return Wait(seconds=_WAIT_S)
        if row["outcome"] == "newer":
            return self._readable(portal_id, user_id, row)
        try:
            refresh = Secret(self._box.open(row["refresh_sealed"]))
        except SealBroken:
            return _UNREADABLE
        return Lease(lease_id=str(row["lease_token"]), refresh=refresh)

    async def save(self, portal_id: str, user_id: str, lease_id: str, pair: TokenPair) -> Token:
        """Store the new pair and end the lease, however long the database is away: the old pair is spent."""
        sealed = sealed_pair(self._box, pair.access, pair.refresh, pair.expires_in_s)
        await self._settle(portal_id, user_id, lease_id, {"p_pair": sealed})
        arguments = {"p_portal_id": portal_id, "p_user_id": user_id}
        try:
            (row,) = await self._surely("tenancy.current_token", arguments)
        except SqlRefusal:
            # uninstalled meanwhile: nothing was stored, and the portal will say so to whoever calls it
            expires_at = datetime.now(UTC) + timedelta(seconds=pair.expires_in_s)
            return Token(user_id=user_id, access=pair.access, expires_at=expires_at.timestamp())
        return self._token(portal_id, user_id, row)

    async def give_up(self, portal_id: str, user_id: str, lease_id: str | None, failure: Failure) -> None:
        """End the lease with the failure's code; without one the portal itself refused this user."""
        if lease_id is None:
            arguments = {"p_portal_id": portal_id, "p_user_id": user_id, "p_reason": failure.code}
            await self._surely("tenancy.break_token", arguments)
        else:
            await self._settle(portal_id, user_id, lease_id, {"p_failure": failure.code})

    async def moved(self, portal_id: str, client_endpoint: str) -> None:
        """The portal has a new address."""
        arguments = {"p_portal_id": portal_id, "p_client_endpoint": client_endpoint}
        await self._surely("tenancy.move_portal", arguments)

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

    def _readable(self, portal_id: str, user_id: str, row: dict[str, Any]) -> Token | Failure:
        try:
            return self._token(portal_id, user_id, row)
        except SealBroken:
            return _UNREADABLE

    def _token(self, portal_id: str, user_id: str, row: dict[str, Any]) -> Token:
        access = Secret(self._box.open(row["access_sealed"]))
        known = self._known.get((portal_id, user_id))
        if known is None or known.version <= row["version"]:
            self._known[portal_id, user_id] = _Known(access, row["version"])
        return Token(user_id=user_id, access=access, expires_at=row["expires_at"].timestamp())
