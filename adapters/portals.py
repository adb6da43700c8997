"""A client for any portal, and the rate limits that all processes share."""

from __future__ import annotations

import contextlib
import time
from datetime import timedelta
from typing import Any

import httpx

from adapters.tokens import SqlTokenStore, failure_of_sql
from connectors.bitrix24.auth import AuthServer
from connectors.bitrix24.client import PortalClient
from connectors.bitrix24.ports import PortalAddress
from connectors.outside import Actor, Failure, Journal, Policy
from runtime.database import Database
from runtime.errors import DatabaseAway, SqlFailure
from runtime.secrets import Box

_AWAY_S = 10.0
_PAUSE_S, _LONGEST_PAUSE_S = 60.0, 600.0
_BREATH_S = 1.0
_OPERATING_BUDGET_S = 400.0
"""Bitrix24 stops a method at 480 s of execution in ten minutes; we stop before (bitrix24.md §1.5)."""


class SqlBuckets:
    """Rate limits that SQL keeps: the portal's for Bitrix24, number and pair for Gupshup."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(self, portal_id: str, method: str, n: int = 1) -> float:
        """Take a request of a portal: 0.0, or the seconds to wait (the `CallBucket` of bitrix24)."""
        return await self._wait(
            "messaging.take_call", {"p_portal_id": portal_id, "p_method": method, "p_n": n}
        )

    async def refused(self, portal_id: str) -> None:
        """Nobody of us calls the portal for a moment: what it gives back is for the people who wait."""
        await self.close(portal_id, "portal", "", _BREATH_S)

    async def spent(self, portal_id: str, method: str, operating: float, resets_at: float | None) -> None:
        """Pause one method when its execution time is nearly used up, until the portal gives some back."""
        if operating >= _OPERATING_BUDGET_S:
            pause_s = _PAUSE_S if resets_at is None else max(1.0, resets_at - time.time())
            await self.close(portal_id, "method", method, min(pause_s, _LONGEST_PAUSE_S))

    async def take_from(self, portal_id: str, bucket: str, key: str, n: float = 1) -> float:
        """Take `n` tokens of any bucket: 0.0, or the seconds to wait."""
        arguments = {"p_portal_id": portal_id, "p_bucket": bucket, "p_key": key, "p_n": n}
        return await self._wait("messaging.take_tokens", arguments)

    async def _wait(self, function: str, arguments: dict[str, Any]) -> float:
        """While the database is away nobody calls: what came of the call could not be kept."""
        try:
            return float(await self._database.call_value(function, arguments))
        except DatabaseAway:
            return _AWAY_S

    async def close(self, portal_id: str, bucket: str, key: str, for_s: float) -> None:
        """Nobody takes from this bucket for a while: the other side asked for a pause.

        A pause that cannot be kept is asked for again by the next answer; this one's outcome matters more.
        """
        arguments: dict[str, Any] = {
            "p_portal_id": portal_id,
            "p_bucket": bucket,
            "p_key": key,
            "p_for": timedelta(seconds=for_s),
        }
        with contextlib.suppress(SqlFailure):
            await self._database.call("messaging.close_bucket", arguments)


class Portals:
    """Makes a `PortalClient` for a portal from what `tenancy.current_token` says of it."""

    def __init__(
        self, database: Database, http: httpx.AsyncClient, auth: AuthServer, box: Box, journal: Journal
    ) -> None:
        self._database = database
        self._http = http
        self._auth = auth
        self._journal = journal
        self.tokens = SqlTokenStore(database, box)
        self.buckets = SqlBuckets(database)

    async def client(self, portal_id: str) -> PortalClient | Failure:
        """A client that speaks for our application on this portal."""
        try:
            row = await self._database.call_one("tenancy.current_token", {"p_portal_id": portal_id})
        except SqlFailure as failure:
            return failure_of_sql(failure)
        server = self._auth.server_for(row["server_endpoint"]) if row else None
        if row is None or server is None:
            return Failure(
                policy=Policy.FIX,
                code="server_endpoint",
                message="the portal's authorization server is not one that BITRIX24_AUTH_SERVERS names",
                who_acts=Actor.PROVIDER,
            )
        address = PortalAddress(
            portal_id=portal_id,
            member_id=row["member_id"],
            client_endpoint=row["client_endpoint"],
            server=server,
        )
        return PortalClient(self._http, address, self.tokens, self.buckets, self._auth, self._journal)
