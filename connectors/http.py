"""The one HTTP client that connectors share: aiohttp's connections behind httpx's interface.

Redirects are never followed by themselves: a redirected POST would become a GET, and a redirect is how a
request is led inside our own network. What may be repeated is decided by `not_sent`.
"""

from __future__ import annotations

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport


def new_client(*, connect_s: float = 5.0, read_s: float = 65.0) -> httpx.AsyncClient:
    """A client for all parties; Bitrix24 may take 60 s to answer because it downloads files first."""
    timeout = httpx.Timeout(read_s, connect=connect_s, pool=5.0)
    limits = httpx.Limits(max_connections=200, max_keepalive_connections=50, keepalive_expiry=15.0)
    return httpx.AsyncClient(
        transport=AiohttpTransport(limits=limits),
        timeout=timeout,
        follow_redirects=False,
        headers={"User-Agent": "WhatsAppB24"},
        trust_env=False,
    )


def not_sent(error: Exception) -> bool:
    """True when no byte of the request can have reached the other side.

    httpx_aiohttp reports a connection that was cut after the request as `httpx.ConnectTimeout`, like one that
    never stood. The cause tells them apart. `aiohttp.ClientError` may also arrive unwrapped: catch both.
    """
    cause = error.__cause__ if isinstance(error.__cause__, aiohttp.ClientError) else error
    if isinstance(cause, aiohttp.ClientError):
        before_sending = aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError | aiohttp.InvalidURL
        return isinstance(cause, before_sending)
    return isinstance(error, httpx.ConnectError | httpx.PoolTimeout | httpx.UnsupportedProtocol)
