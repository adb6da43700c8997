"""How one request reaches PayPal: the seam that both transports fill (contracts/payments.md §3.3).

A transport puts bytes on the wire and brings bytes back. Tokens, repeats, the meaning of an answer and the
record of it are `exchange.Wire`'s, so that they are the same whichever transport is chosen.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Mapping
from enum import StrEnum
from typing import Final, Protocol

import aiohttp
import httpx
import msgspec

from connectors.http import not_sent
from connectors.redaction import Secret

MAX_ANSWER: Final = 1_048_576
"""PayPal sends nothing longer; what is beyond is cut off and then fails to parse."""
TOKEN_PATH: Final = "/v1/oauth2/token"  # noqa: S105 the address of the token endpoint


class TransportName(StrEnum):
    """The values of PAYPAL_TRANSPORT."""

    HTTPX = "httpx"
    PAYPALRESTSDK = "paypalrestsdk"


class Credentials(msgspec.Struct, frozen=True):
    """A REST application of the merchant at PayPal."""

    client_id: Secret
    client_secret: Secret


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One request; `path` begins with `/` and holds the query."""

    verb: str
    path: str
    headers: Mapping[str, str]
    content: bytes | None = None


class Answer(msgspec.Struct, frozen=True):
    """What came back, whatever its status; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    content: bytes


class Silence(Exception):
    """No whole answer came. `kind` names the error; its text is not kept, it can quote headers."""

    def __init__(self, kind: str, *, unsent: bool, timed_out: bool) -> None:
        super().__init__(kind)
        self.kind = kind
        self.unsent = unsent
        """True when no byte of the request can have reached PayPal."""
        self.timed_out = timed_out


class Transport(Protocol):
    """One host, one set of credentials."""

    async def ask_token(self) -> Answer:
        """Ask for a new access token with the credentials. Raises Silence."""
        ...

    async def send(self, call: Call) -> Answer:
        """Send one request as it is. Raises Silence."""
        ...

    async def close(self) -> None:
        """Give back what the transport itself opened."""


class HttpxTransport:
    """The default: httpx. `http` is shared and closed by its owner."""

    def __init__(
        self, http: httpx.AsyncClient, base_url: str, credentials: Credentials, *, answer_within_s: float
    ) -> None:
        self._http = http
        self._base_url = base_url.rstrip("/")
        self._credentials = credentials
        self._answer_within_s = answer_within_s

    async def ask_token(self) -> Answer:
        """Ask for a new access token (§2.1)."""
        return await self.send(
            Call(
                verb="POST",
                path=TOKEN_PATH,
                headers={
                    "Authorization": f"Basic {basic(self._credentials)}",
                    "Content-Type": "application/x-www-form-urlencoded",
                    "Accept": "application/json",
                },
                content=b"grant_type=client_credentials",
            )
        )

    async def send(self, call: Call) -> Answer:
        """Send one request, follow no redirect, take at most `MAX_ANSWER` bytes."""
        try:
            async with (
                asyncio.timeout(self._answer_within_s),
                self._http.stream(
                    call.verb,
                    self._base_url + call.path,
                    content=call.content,
                    headers=dict(call.headers),
                ) as answer,
            ):
                taken = bytearray()
                async for chunk in answer.aiter_bytes():
                    taken += chunk
                    if len(taken) >= MAX_ANSWER:
                        break
                headers = {name.lower(): value for name, value in answer.headers.items()}
                return Answer(answer.status_code, headers, bytes(taken[:MAX_ANSWER]))
        except (httpx.HTTPError, httpx.InvalidURL, aiohttp.ClientError, TimeoutError, OSError) as error:
            timed_out = isinstance(error, TimeoutError | httpx.ReadTimeout | httpx.WriteTimeout)
            kind = type(error.__cause__ or error).__name__
            raise Silence(kind, unsent=not_sent(error), timed_out=timed_out) from None

    async def close(self) -> None:
        """Nothing to give back: the client is shared."""


def basic(credentials: Credentials) -> str:
    """The credentials as HTTP Basic wants them."""
    pair = f"{credentials.client_id.reveal()}:{credentials.client_secret.reveal()}"
    return base64.b64encode(pair.encode()).decode()
