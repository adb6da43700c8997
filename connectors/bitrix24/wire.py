"""One HTTP request to a portal or the authorization server, recorded once and free of secrets."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterator, Mapping
from typing import Any

import aiohttp
import httpx
import msgspec

from connectors.bitrix24 import php
from connectors.bitrix24.errors import Verdict, failure_of, no_answer
from connectors.http import not_sent
from connectors.media.addresses import shown as shown_link
from connectors.outside import Context, Exchange, Failure, Journal, Method
from connectors.redaction import Secret, redact

_PARTY = "bitrix24"
_MAX_ANSWER = 16 * 1024 * 1024
_SHOWN_OF_HTML = 500
_LINK = re.compile(r"https?://\S+")


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """An answer: its JSON, or None where it was none."""

    status: int
    body: Any
    location: str | None
    """Where a 3xx points to."""


class Wire:
    """Posts maps, in which secrets are `Secret` values: revealed on the wire, hidden in the journal."""

    def __init__(self, http: httpx.AsyncClient, journal: Journal) -> None:
        self._http = http
        self._journal = journal

    async def post_json(
        self, method: Method, url: str, params: Mapping[str, Any], about: Context, *, shown: Any = None
    ) -> Reply | Failure:
        """POST `params` as JSON. `shown` replaces them in the journal where they hide secrets in texts."""
        body = msgspec.json.encode(params, enc_hook=_reveal)
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        request = self._http.build_request("POST", url, content=body, headers=headers)
        return await self._send(method, request, params if shown is None else shown, params, about)

    async def post_form(
        self, method: Method, url: str, params: Mapping[str, Any], about: Context
    ) -> Reply | Failure:
        """POST `params` as a form."""
        body = php.query_string(params)
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        request = self._http.build_request("POST", url, content=body, headers=headers)
        return await self._send(method, request, params, params, about)

    async def get(
        self, method: Method, url: str, params: Mapping[str, Any], about: Context
    ) -> Reply | Failure:
        """GET with `params` in the address: only for a server that refuses the POST."""
        request = self._http.build_request("GET", f"{url}?{php.query_string(params)}")
        return await self._send(method, request, params, params, about)

    async def _send(
        self, method: Method, request: httpx.Request, shown: Any, params: Mapping[str, Any], about: Context
    ) -> Reply | Failure:
        started = time.perf_counter()
        status: int | None = None
        seen: Any = None
        error: str | None = "cancelled"
        try:
            response = await self._http.send(request, stream=True)
            status = response.status_code
            content = await _read(response)
            if content is None:
                error = "too_large"
                return no_answer(error, "the answer is too large", sent=True, retry=method.retry)
            error = None
            reply = Reply(status=status, body=_json(content), location=response.headers.get("location"))
            seen = _text(content) if reply.body is None else reply.body
        except (httpx.HTTPError, aiohttp.ClientError) as problem:
            error = "timeout" if isinstance(problem, httpx.ReadTimeout) else "connection"
            # Its words may contain the address; its type says enough.
            return no_answer(error, type(problem).__name__, sent=not not_sent(problem), retry=method.retry)
        else:
            return reply
        finally:
            self._journal.record(
                Exchange(
                    party=_PARTY,
                    method=method.name,
                    status=status,
                    duration_ms=(time.perf_counter() - started) * 1_000,
                    request=redact(shown),
                    response=_without_links(scrub(redact(seen), params)),
                    error=error,
                    **msgspec.structs.asdict(about),
                )
            )


async def _read(response: httpx.Response) -> bytes | None:
    """The whole answer, or None when it is larger than any honest one."""
    content = bytearray()
    try:
        async for chunk in response.aiter_bytes():
            content += chunk
            if len(content) > _MAX_ANSWER:
                return None
    finally:
        # A cancelled task may not wait any more, and the connection must not stay open for it.
        await asyncio.shield(response.aclose())
    return bytes(content)


def answered(
    reply: Reply, method: Method, table: dict[str, Verdict], params: Mapping[str, Any]
) -> dict[str, Any] | Failure:
    """The JSON object of a good answer, else the Failure that it means (§1.5)."""
    if not isinstance(reply.body, dict):
        ambiguous = reply.status < 400 or reply.status >= 500
        return no_answer(
            "not_json",
            f"HTTP {reply.status} without JSON",
            sent=ambiguous,
            retry=method.retry,
            http_status=reply.status,
        )
    if reply.status < 400 and "error" not in reply.body:
        return reply.body
    code = scrub(php.text(reply.body.get("error")) or "", params)
    words = scrub(php.text(reply.body.get("error_description")) or code, params)
    status = reply.status if reply.status >= 400 else None
    return failure_of(table, code[:100], words, http_status=status, retry=method.retry)


def scrub(value: Any, params: Any) -> Any:
    """`value` without any secret of the request: a server may repeat in its answer what it was sent."""
    for secret in _secrets(params):
        value = _without(value, secret)
    return value


def _without_links(value: Any) -> Any:
    """`value` with every link as records show it: a history holds links that open files for anybody."""
    if isinstance(value, str):
        return shown_link(value) if _LINK.fullmatch(value) else value
    if isinstance(value, dict):
        return {key: _without_links(item) for key, item in value.items()}
    return [_without_links(item) for item in value] if isinstance(value, list) else value


def _without(value: Any, secret: str) -> Any:
    if isinstance(value, str):
        return value.replace(secret, "[secret]")
    if isinstance(value, dict):
        return {_without(key, secret): _without(item, secret) for key, item in value.items()}
    return [_without(item, secret) for item in value] if isinstance(value, list) else value


def _secrets(value: Any) -> Iterator[str]:
    if isinstance(value, Secret):
        if value.reveal():
            yield value.reveal()
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _secrets(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _secrets(item)


def _reveal(value: Any) -> Any:
    if isinstance(value, Secret):
        return value.reveal()
    raise TypeError(f"{type(value).__name__} cannot go on the wire")


def _json(content: bytes) -> Any:
    try:
        return msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _text(content: bytes) -> str:
    return content[:_SHOWN_OF_HTML].decode("utf-8", "replace")
