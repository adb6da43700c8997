"""Fetching a file that a party points to, without being led inside our own network.

Every hop is looked at anew: https only, the host resolved once, every address of it public, and the
connection made to the addresses that were looked at, so that a name cannot lead elsewhere in between.
"""

from __future__ import annotations

import asyncio
import hashlib
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

import aiohttp
import msgspec
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from connectors.media.addresses import ForbiddenAddressError, public_addresses, shown
from connectors.media.names import given_name, name_for
from connectors.media.sniff import HEAD_BYTES, mime_of
from connectors.outside import Actor, Context, Exchange, Failure, Journal, Method, Policy, Retry

MAX_REDIRECTS: Final = 3
_CHUNK: Final = 256 * 1024
_CONNECT_S: Final = 10.0
_NOTHING: Final = Context()

T = TypeVar("T")

DOWNLOAD: Final = Method(
    name="GET file",
    purpose="fetch the file of a message from the address that a party gave",
    why="Gupshup's links die after 7 days: the file is fetched when its message comes",
    scope="none: the address is the right",
    retry=Retry.SAFE,
)


class Fetched(msgspec.Struct, frozen=True, kw_only=True):
    """A file on our disk."""

    path: Path
    size: int
    """Bytes."""
    mime: str
    """By its first bytes (`sniff.mime_of`)."""
    name: str
    sha256: str
    """Hexadecimal."""


class _StopError(Exception):
    """Carries the failure out of a hop."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.code)
        self.failure = failure


class _Pinned(AbstractResolver):
    """Answers with the addresses that were looked at, whatever the name leads to by now."""

    def __init__(self, addresses: list[str]) -> None:
        self._addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in self._addresses
        ]

    async def close(self) -> None:
        pass


async def fetch(
    url: str,
    into: Path,
    *,
    party: str,
    journal: Journal,
    max_bytes: int,
    within_s: float,
    trusted_origins: frozenset[str] = frozenset(),
    about: Context = _NOTHING,
) -> Fetched | Failure:
    """Download `url` into the file `into`, which is absent afterwards unless `Fetched` is returned.

    `max_bytes` bounds the file, `within_s` the whole download in seconds, redirects included.
    `trusted_origins` such as `http://127.0.0.1:8123` (the demo itself) are neither held to https nor to
    public addresses. `party` is whose file it is; one Exchange is recorded for each request.
    """
    try:
        async with asyncio.timeout(within_s):
            trusted = frozenset(str(URL(origin).origin()) for origin in trusted_origins)
            return await _Download(into, max_bytes, trusted, party, journal, about).follow(URL(url))
    except TimeoutError:
        return _failure(Policy.RETRY, "fetch_timeout", f"not complete within {within_s:g} s")
    except ValueError:
        return _failure(Policy.NEVER, "bad_url", "the address of the file is not a URL")


class _Download:
    """One file on its way, over up to `MAX_REDIRECTS` redirects."""

    def __init__(
        self,
        into: Path,
        max_bytes: int,
        trusted: frozenset[str],
        party: str,
        journal: Journal,
        about: Context,
    ) -> None:
        self._into = into
        self._max_bytes = max_bytes
        self._trusted = trusted
        self._party = party
        self._journal = journal
        self._about = about

    async def follow(self, url: URL) -> Fetched | Failure:
        """Go from hop to hop until there is a file or a failure."""
        for _ in range(MAX_REDIRECTS + 1):
            outcome = await self._hop(url)
            if not isinstance(outcome, URL):
                return outcome
            url = outcome
        return _failure(Policy.NEVER, "too_many_redirects", f"more than {MAX_REDIRECTS} redirects")

    async def _hop(self, url: URL) -> Fetched | Failure | URL:
        started = time.perf_counter()
        status: int | None = None
        outcome: Fetched | Failure | URL = _failure(Policy.RETRY, "interrupted", "the download was cut short")
        try:
            async with self._answer(url) as answer:
                status = answer.status
                outcome = await self._take(url, answer)
        except _StopError as stop:
            outcome = stop.failure
        except ForbiddenAddressError:
            outcome = _failure(Policy.NEVER, "forbidden_address", "the file is not on the public internet")
        except (aiohttp.InvalidURL, UnicodeError):
            outcome = _failure(Policy.NEVER, "bad_url", "the address of the file is not a URL")
        except (aiohttp.ClientError, OSError) as error:
            outcome = _failure(Policy.RETRY, "not_fetched", f"no whole answer ({type(error).__name__})")
        finally:
            if not isinstance(outcome, Fetched):
                self._into.unlink(missing_ok=True)
            self._record(url, status, started, outcome)
        return outcome

    @asynccontextmanager
    async def _answer(self, url: URL) -> AsyncIterator[aiohttp.ClientResponse]:
        async with (
            aiohttp.ClientSession(
                connector=await self._connector(url),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_S),
                headers={"User-Agent": "WhatsAppB24", "Accept-Encoding": "identity"},
            ) as session,
            session.get(url, allow_redirects=False) as answer,
        ):
            yield answer

    async def _connector(self, url: URL) -> aiohttp.TCPConnector:
        """A connector that reaches this hop's host only, at the addresses that were looked at."""
        if not url.absolute or not url.raw_host or url.port is None:
            raise _StopError(_failure(Policy.NEVER, "bad_url", "the address of the file is not a URL"))
        if str(url.origin()) in self._trusted:
            return aiohttp.TCPConnector(force_close=True)
        if url.scheme != "https" or url.user is not None or url.password is not None:
            raise _StopError(_failure(Policy.NEVER, "forbidden_url", "only https without a user is fetched"))
        addresses = await public_addresses(url.raw_host, url.port)
        return aiohttp.TCPConnector(resolver=_Pinned(addresses), use_dns_cache=False, force_close=True)

    async def _take(self, url: URL, answer: aiohttp.ClientResponse) -> Fetched | Failure | URL:
        location = answer.headers.get("Location")
        if answer.status in (301, 302, 303, 307, 308) and location:
            try:
                return url.join(URL(location))
            except ValueError:
                return _failure(Policy.NEVER, "bad_url", "redirected to what is not a URL")
        if answer.status != 200:
            is_passing = answer.status >= 500 or answer.status in (408, 425, 429)
            policy = Policy.RETRY if is_passing else Policy.NEVER
            return _failure(
                policy, f"http_{answer.status}", "the server does not give the file", answer.status
            )
        if (answer.content_length or 0) > self._max_bytes:
            return _too_large(self._max_bytes)
        head, size, sha256 = await self._save(answer)
        if size == 0:
            return _failure(Policy.NEVER, "media_empty", "the file is empty", answer.status)
        name = given_name(str(url), answer.headers.get("Content-Disposition"))
        mime = mime_of(head, answer.headers.get("Content-Type"), name)
        return Fetched(path=self._into, size=size, mime=mime, name=name_for(name, mime), sha256=sha256)

    async def _save(self, answer: aiohttp.ClientResponse) -> tuple[bytes, int, str]:
        """Stream the body into the file; return its head, its size and its hash."""
        head, size, digest = b"", 0, hashlib.sha256()
        file = await _on_disk(self._into.open, "wb")
        try:
            async for chunk in answer.content.iter_chunked(_CHUNK):
                size += len(chunk)
                if size > self._max_bytes:
                    raise _StopError(_too_large(self._max_bytes))
                head += chunk[: HEAD_BYTES - len(head)]
                digest.update(chunk)
                await _on_disk(file.write, chunk)
        finally:
            await _on_disk(file.close)
        return head, size, digest.hexdigest()

    def _record(self, url: URL, status: int | None, started: float, outcome: Fetched | Failure | URL) -> None:
        response: dict[str, Any] | None = None
        if isinstance(outcome, Fetched):
            response = {"mime": outcome.mime, "size": outcome.size, "name": outcome.name}
        elif isinstance(outcome, URL):
            response = {"location": shown(str(outcome))}
        self._journal.record(
            Exchange(
                party=self._party,
                method=DOWNLOAD.name,
                status=status,
                duration_ms=(time.perf_counter() - started) * 1000,
                request={"url": shown(str(url))},
                response=response,
                error=outcome.code if isinstance(outcome, Failure) else None,
                **msgspec.structs.asdict(self._about),
            )
        )


async def _on_disk(act: Callable[..., T], *arguments: Any) -> T:
    """Do one thing to the file beside the event loop; our disk's trouble is not the other side's."""
    try:
        return await asyncio.to_thread(act, *arguments)
    except OSError as error:
        failure = _failure(Policy.RETRY, "disk", f"the file cannot be written ({type(error).__name__})")
        raise _StopError(msgspec.structs.replace(failure, who_acts=Actor.PROVIDER)) from error


def _too_large(max_bytes: int) -> Failure:
    return _failure(Policy.NEVER, "media_too_large", f"the file is larger than {max_bytes} bytes")


def _failure(policy: Policy, code: str, message: str, http_status: int | None = None) -> Failure:
    who_acts = Actor.NOBODY if policy is Policy.RETRY else Actor.OPERATOR
    return Failure(policy=policy, code=code, message=message, who_acts=who_acts, http_status=http_status)
