"""One call of PayPal: built from its row in `methods`, judged by `failures`, recorded without secrets."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar
from urllib.parse import quote, urlencode

import msgspec

from connectors.media.addresses import shown
from connectors.outside import Actor, Context, Exchange, Failure, Journal, Method, Policy
from connectors.paypal.failures import failure_of_answer, failure_of_silence
from connectors.paypal.methods import ASK_TOKEN, METHODS
from connectors.paypal.tokens import Token, Tokens
from connectors.paypal.transport import Answer, Call, Silence, Transport
from connectors.redaction import Secret, redact

_ADDRESSES: Final = frozenset({"href", "url", "return_url", "cancel_url", "cert_url", "link"})
_PERSONAL: Final = frozenset(
    {
        "payer",
        "subscriber",
        "payment_source",
        "shipping",
        "shipping_address",
        "given_name",
        "surname",
        "full_name",
        "email_address",
        "payer_info",
        "messages",
        "buyer",
    }
)
"""Who paid, and with what: the ledger needs neither, so the record keeps neither."""
_HIDDEN: Final = "[personal]"
_DEFAULT_LIFE_S: Final = 600.0

T = TypeVar("T")


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """A call of one method. `raw` is sent as it is, else `body` as JSON, else nothing."""

    method: Method
    path: Mapping[str, str] = {}
    query: Mapping[str, str] = {}
    body: Mapping[str, Any] | None = None
    raw: bytes | None = None
    request_id: str | None = None
    """PayPal-Request-Id: the same one never has its effect twice (§2.3)."""
    about: Context = Context()


class UnlistedMethodError(LookupError):
    """A call of a method that `methods.METHODS` does not list: a mistake in our code."""


class Wire:
    """Carries calls of one application; every HTTP exchange is recorded once, the token's own included."""

    def __init__(self, transport: Transport, journal: Journal) -> None:
        self._transport = transport
        self._journal = journal
        self._tokens = Tokens(self._ask_token)

    async def call(self, request: Request, read: Callable[[Any], T | None]) -> T | Failure:
        """Perform `request`; `read` takes the answer's JSON (None: empty) and returns None for no success.

        A refused token is replaced once and the call repeated once: a 401 means that nothing was done.
        Raises UnlistedMethodError.
        """
        if METHODS.get(request.method.name) is not request.method:
            raise UnlistedMethodError(request.method.name)
        token = await self._tokens.current()
        if isinstance(token, Failure):
            return token
        outcome = await self._once(request, token, read)
        if not _refuses_token(outcome):
            return outcome
        self._tokens.refuse(token)
        fresh = await self._tokens.current()
        if isinstance(fresh, Failure):
            return fresh
        outcome = await self._once(request, fresh, read)
        if _refuses_token(outcome):
            self._tokens.refuse(fresh)
        return outcome

    async def close(self) -> None:
        """Give back what the transport opened."""
        await self._transport.close()

    async def _once(self, request: Request, token: Token, read: Callable[[Any], T | None]) -> T | Failure:
        started = time.perf_counter()
        answer: Answer | None = None
        outcome: T | Failure = _CANCELLED
        try:
            answer = await self._transport.send(_call_of(request, token))
            outcome = _judge(answer, request.method, read)
        except Silence as silence:
            outcome = failure_of_silence(silence, request.method.retry)
        finally:
            self._record(request.method, request, answer, outcome, started)
        return outcome

    async def _ask_token(self) -> Token | Failure:
        started = time.perf_counter()
        answer: Answer | None = None
        outcome: Token | Failure = _CANCELLED
        try:
            answer = await self._transport.ask_token()
            outcome = _judge(answer, ASK_TOKEN, _token_of)
        except Silence as silence:
            outcome = failure_of_silence(silence, ASK_TOKEN.retry)
        finally:
            self._record(ASK_TOKEN, Request(method=ASK_TOKEN), answer, outcome, started)
        return outcome

    def _record(
        self, method: Method, request: Request, answer: Answer | None, outcome: object, started: float
    ) -> None:
        self._journal.record(
            Exchange(
                party="paypal",
                method=method.name,
                status=answer.status if answer else None,
                duration_ms=(time.perf_counter() - started) * 1000,
                request=recordable(
                    {
                        "path": dict(request.path),
                        "query": dict(request.query),
                        "request_id": request.request_id,
                        "body": request.raw if request.raw is not None else request.body,
                    }
                ),
                response=_recorded_answer(answer),
                error=outcome.code if isinstance(outcome, Failure) else None,
                **msgspec.structs.asdict(request.about),
            )
        )


def recordable(value: Any) -> Any:
    """What `trace.log` may keep of PayPal's JSON: no person, no secret, no address that opens a door."""
    return redact(_impersonal(value))


def json_of(content: bytes) -> Any:
    """The JSON of an answer, or None."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


_CANCELLED: Final = Failure(
    policy=Policy.UNKNOWN, code="cancelled", message="the call was cancelled", who_acts=Actor.NOBODY
)


def _refuses_token(outcome: object) -> bool:
    return isinstance(outcome, Failure) and outcome.http_status == 401


def _call_of(request: Request, token: Token) -> Call:
    verb, _, template = request.method.name.partition(" ")
    path = template.format(**{name: quote(value, safe="") for name, value in request.path.items()})
    content = request.raw
    if content is None and request.body is not None:
        content = json.dumps(request.body, ensure_ascii=False).encode()
    headers = {"Authorization": f"Bearer {token.value.reveal()}", "Accept": "application/json"}
    if content is not None:
        headers |= {"Content-Type": "application/json", "Prefer": "return=representation"}
    if request.request_id is not None:
        headers["PayPal-Request-Id"] = request.request_id
    query = f"?{urlencode(request.query)}" if request.query else ""
    return Call(verb=verb, path=path + query, headers=headers, content=content)


def _judge(answer: Answer, method: Method, read: Callable[[Any], T | None]) -> T | Failure:
    body = json_of(answer.content)
    value = read(body) if 200 <= answer.status < 300 else None
    return value if value is not None else failure_of_answer(answer, body, retry=method.retry)


def _token_of(body: Any) -> Token | None:
    if not isinstance(body, dict) or not isinstance(body.get("access_token"), str):
        return None
    value, lasts_s = body["access_token"], body.get("expires_in")
    if not (value and value.isascii() and value.isprintable() and " " not in value):
        return None
    lasts_s = (
        lasts_s if isinstance(lasts_s, int | float) and not isinstance(lasts_s, bool) else _DEFAULT_LIFE_S
    )
    return Token(Secret(value), float(lasts_s))


def _recorded_answer(answer: Answer | None) -> Any:
    if answer is None:
        return None
    body = json_of(answer.content)
    if body is None:
        body = answer.content.decode("utf-8", "replace")
    return {"debug_id": answer.headers.get("paypal-debug-id"), "body": recordable(body)}


def _impersonal(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {
            name: _HIDDEN
            if name in _PERSONAL
            else shown(item)
            if name in _ADDRESSES and isinstance(item, str)
            else _impersonal(item)
            for name, item in value.items()
        }
    if isinstance(value, list):
        return [_impersonal(item) for item in value]
    return value
