"""One HTTP request to Gupshup: built from its row in `methods`, judged by `failures`, recorded redacted."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeVar
from urllib.parse import quote, urlsplit

import aiohttp
import httpx
import msgspec

from connectors.gupshup.failures import failure_of_answer, failure_of_silence
from connectors.gupshup.methods import METHODS
from connectors.media.addresses import shown
from connectors.outside import Actor, Context, Exchange, Failure, Journal, Method, Policy
from connectors.redaction import Secret, redact

_MAX_ANSWER = 1_048_576
_HIDDEN = "[secret]"
_URL_FIELDS: Final = frozenset({"url", "originalUrl", "previewUrl"})
_SHORTEST_SECRET = 6
_SHORTEST_SECRET_PART = 12

T = TypeVar("T")


class App(msgspec.Struct, frozen=True, kw_only=True):
    """A customer's application at Gupshup (contracts/gupshup.md §1.1)."""

    app_id: str
    """UUID, in paths."""
    app_name: str
    """`src.name`: without it sends fail with 1001."""
    phone: str
    """The business number, digits."""
    key: Secret


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """A file that goes with a form (multipart)."""

    name: str
    mime: str
    content: bytes

    def __repr__(self) -> str:
        return f"Upload(name={self.name!r}, mime={self.mime!r}, {len(self.content)} bytes)"


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """A call of one method. In `form`, an object goes as JSON text, a Secret as its value."""

    method: Method
    path: Mapping[str, str] = {}
    query: Mapping[str, str] = {}
    form: Mapping[str, Any] | None = None
    file: Upload | None = None
    about: Context = Context()


class UnlistedMethodError(LookupError):
    """A call of a method that `methods.METHODS` does not list: a mistake in our code."""


class _Took(msgspec.Struct, kw_only=True):
    """What is known of the answer so far: a call that breaks off is recorded as far as it got."""

    started: float
    status: int | None = None
    retry_after: str | None = None
    text: str = ""


class Wire:
    """Carries requests to one Gupshup host; every request is recorded once, whatever becomes of it."""

    def __init__(
        self, http: httpx.AsyncClient, base_url: str, journal: Journal, *, answer_within_s: float
    ) -> None:
        self._http = http
        self._base_url = base_url.rstrip("/")
        self._journal = journal
        self._answer_within_s = answer_within_s

    async def call(self, app: App, request: Request, read: Callable[[Any], T | None]) -> T | Failure:
        """Send `request`; `read` takes the answer's JSON, or None, and returns None if it is no success.

        Raises UnlistedMethodError.
        """
        if METHODS.get(request.method.name) is not request.method:
            raise UnlistedMethodError(request.method.name)
        if not _fits_a_header(app.key.reveal()):
            return _KEY_UNUSABLE
        took = _Took(started=time.perf_counter())
        outcome: T | Failure = _CANCELLED
        try:
            await self._carry(app, request, took)
            outcome = _judge(took, request.method, read)
        except (httpx.HTTPError, httpx.InvalidURL, aiohttp.ClientError, TimeoutError, OSError) as error:
            outcome = failure_of_silence(error, request.method.retry)
        finally:
            known = [app.key, *_secrets_in(request.form)]
            if isinstance(outcome, Failure):
                outcome = msgspec.structs.replace(outcome, message=_conceal(outcome.message, known))
            self._record(app, request, took, outcome, known)
        return outcome

    async def _carry(self, app: App, request: Request, took: _Took) -> None:
        """Put the request on the wire and take the answer, up to 1 MiB: Gupshup sends nothing longer."""
        verb, path = _verb_and_path(app, request)
        async with (
            asyncio.timeout(self._answer_within_s),
            self._http.stream(
                verb,
                self._base_url + path,
                params=request.query or None,
                data=_encoded(request.form),
                files=_part(request.file),
                headers={"apikey": app.key.reveal(), "Accept": "application/json"},
            ) as answer,
        ):
            took.status = answer.status_code
            took.retry_after = answer.headers.get("Retry-After")
            taken = bytearray()
            async for chunk in answer.aiter_bytes():
                taken += chunk
                if len(taken) >= _MAX_ANSWER:
                    break
            took.text = taken[:_MAX_ANSWER].decode("utf-8", "replace")

    def _record(self, app: App, request: Request, took: _Took, outcome: object, known: list[Secret]) -> None:
        _, path = _verb_and_path(app, request)
        self._journal.record(
            Exchange(
                party="gupshup",
                method=request.method.name,
                status=took.status,
                duration_ms=(time.perf_counter() - took.started) * 1000,
                request=_recordable({"path": path, **request.query, "form": request.form}, known),
                response=_recordable(_json_of(took.text) or took.text, known),
                error=outcome.code if isinstance(outcome, Failure) else None,
                **msgspec.structs.asdict(request.about),
            )
        )


_CANCELLED: Final = Failure(
    policy=Policy.UNKNOWN, code="cancelled", message="the call was cancelled", who_acts=Actor.NOBODY
)
_KEY_UNUSABLE: Final = Failure(
    policy=Policy.FIX,
    code="key_unusable",
    message="the application key is empty or holds characters that no key has",
    who_acts=Actor.ADMINISTRATOR,
)


def _verb_and_path(app: App, request: Request) -> tuple[str, str]:
    verb, _, path = request.method.name.partition(" ")
    parts = {name: quote(value, safe="") for name, value in {"appId": app.app_id, **request.path}.items()}
    return verb, path.format(**parts)


def _judge(took: _Took, method: Method, read: Callable[[Any], T | None]) -> T | Failure:
    """The content type is not looked at: Gupshup sends JSON as `text/html` (§2.1)."""
    body, status = _json_of(took.text), took.status or 0
    value = read(body) if 200 <= status < 300 else None
    if value is not None:
        return value
    return failure_of_answer(status, body, took.text, retry=method.retry, retry_after=took.retry_after)


def _json_of(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _fits_a_header(key: str) -> bool:
    return bool(key) and key.isascii() and key.isprintable() and " " not in key


def _encoded(form: Mapping[str, Any] | None) -> dict[str, str] | None:
    if form is None:
        return None
    return {name: _field(value) for name, value in form.items()}


def _part(file: Upload | None) -> dict[str, tuple[str, bytes, str]] | None:
    return None if file is None else {"file": (file.name, file.content, file.mime)}


def _field(value: Any) -> str:
    if isinstance(value, Secret):
        return value.reveal()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False, default=_revealed)
    return str(value)


def _revealed(value: Any) -> str:
    if isinstance(value, Secret):
        return value.reveal()
    raise TypeError(type(value).__name__)


def _secrets_in(value: Any) -> Iterator[Secret]:
    if isinstance(value, Secret):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _secrets_in(item)


def _recordable(value: Any, known: list[Secret]) -> Any:
    """What `trace.log` may keep: an answer can echo secrets or name the customer's other webhooks."""
    return redact(_without_routes(value, _spellings(known)))


def _without_routes(value: Any, spellings: list[str]) -> Any:
    if isinstance(value, Mapping):
        return {
            name: _HIDDEN
            if name == "meta"
            else shown(item)
            if name in _URL_FIELDS and isinstance(item, str)
            else _without_routes(item, spellings)
            for name, item in value.items()
        }
    if isinstance(value, list):
        return [_without_routes(item, spellings) for item in value]
    return _replace(value, spellings) if isinstance(value, str) else value


def _conceal(text: str, known: list[Secret]) -> str:
    return _replace(text, _spellings(known))


def _replace(text: str, spellings: list[str]) -> str:
    for spelling in spellings:
        text = text.replace(spelling, _HIDDEN)
    return text


def _spellings(known: list[Secret]) -> list[str]:
    """How the known secrets may appear in a text, longest first: whole, percent-encoded, parts of a URL."""
    found: set[str] = set()
    for secret in known:
        value = secret.reveal()
        found |= {value, quote(value, safe=""), quote(value)}
        if "://" in value:
            address = urlsplit(value)
            parts = (*address.path.split("/"), *address.query.replace("=", "&").split("&"))
            found |= {part for part in parts if len(part) >= _SHORTEST_SECRET_PART}
    return sorted(
        (spelling for spelling in found if len(spelling) >= _SHORTEST_SECRET), key=len, reverse=True
    )
