"""What the connector must be told and must have remembered: a portal, its tokens, its rate limit.

The Protocols are implemented over SQL functions outside (`tenancy.lease_refresh`, `messaging.take_tokens`).
"""

from __future__ import annotations

from typing import Protocol

import msgspec

from connectors.bitrix24.auth import TokenPair
from connectors.outside import Failure
from connectors.redaction import Secret


class PortalAddress(msgspec.Struct, frozen=True, kw_only=True):
    """Where a portal is and who speaks for it, as `AuthServer.app_info` confirmed."""

    portal_id: str
    """Our own id."""
    member_id: str
    client_endpoint: str
    server: str
    """Base address of its authorization server, from `AuthServer.server_for`."""


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """An access token and whose it is."""

    user_id: str
    access: Secret
    expires_at: float
    """Unix seconds."""


class Lease(msgspec.Struct, frozen=True, kw_only=True):
    """The right to use a refresh token, given to one caller for about 30 s."""

    lease_id: str
    refresh: Secret


class Wait(msgspec.Struct, frozen=True, kw_only=True):
    """Another caller holds the lease; ask again after `seconds`."""

    seconds: float


class TokenStore(Protocol):
    """Where tokens live. A refresh token works once, so who may use it is the store's decision.

    `lease` is `tenancy.lease_refresh`: no lock is held while we speak to the authorization server.
    """

    async def current(self, portal_id: str) -> Token | Failure:
        """The best token for background work: the system user's, else an administrator's."""
        ...

    async def lease(self, portal_id: str, user_id: str, stale: Secret) -> Lease | Token | Wait | Failure:
        """The lease; or the newer token if `stale` is no longer the stored one; or wait."""
        ...

    async def save(self, portal_id: str, user_id: str, lease_id: str, pair: TokenPair) -> Token:
        """Store both tokens, end the lease, return the new token."""
        ...

    async def give_up(self, portal_id: str, user_id: str, lease_id: str | None, failure: Failure) -> None:
        """The refresh failed (`lease_id` given: end it), or the portal refuses this user's token (None).

        Policy.FIX means that `current` must not choose this user until he opens the application again.
        """
        ...

    async def moved(self, portal_id: str, client_endpoint: str) -> None:
        """The portal has a new address, confirmed by the authorization server."""
        ...


class CallBucket(Protocol):
    """The portal's rate limit, shared by all workers (`messaging.take_call`)."""

    async def take(self, portal_id: str, method: str, n: int = 1) -> float:
        """Take `n` requests: 0.0 when taken, else how many seconds to wait before asking again."""
        ...

    async def refused(self, portal_id: str) -> None:
        """The portal says that its limit is used up, though a turn was taken: somebody else calls it, too."""
        ...

    async def spent(self, portal_id: str, method: str, operating: float, resets_at: float | None) -> None:
        """What the portal says a method has used of its 480 s in ten minutes; `resets_at` unix seconds."""
        ...
