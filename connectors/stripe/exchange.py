"""One call of Stripe's API: the SDK on our own HTTP client, every attempt recorded without card or secret.

What the SDK does for us: encoding, the pinned API version, repetitions under one idempotency key, its errors.
What is set against its defaults (contracts/payments.md §1.1): no telemetry (it would write a file), two
repetitions instead of none, our timeouts instead of 80 s, bytes as body (httpx warns of text), no redirects.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from functools import cache
from typing import Any, Final, TypeVar
from urllib.parse import parse_qsl, urlsplit

import httpx
import msgspec
import stripe

from connectors.http import not_sent
from connectors.money import AmountError
from connectors.outside import Context, Exchange, Failure, Journal, Method
from connectors.redaction import Secret, redact
from connectors.stripe.failures import Refused, out_of_time, refusal_of, unreadable
from connectors.stripe.methods import METHODS

API_VERSION: Final = "2026-10-28.endive"
"""Pinned: objects keep the shape of `connectors.stripe.shapes` until somebody changes both."""

_LARGEST_ANSWER: Final = 16 * 1024 * 1024
_HIDDEN: Final = "[not kept]"
_NOT_KEPT: Final = re.compile(
    r"^(.*(secret|email|phone|_url)|url|address|billing_details|shipping|customer_details|card|evidence"
    r"|name|payment_method_details|invoice_pdf|invoice_prefix|request_log_url|tax_ids?)$"
)
"""Fields of Stripe's objects that hold a person, a card or a link that opens something without a password."""

T = TypeVar("T")

stripe.enable_telemetry = False
logging.getLogger("stripe").setLevel(logging.WARNING)


class StripeConfig(msgspec.Struct, frozen=True, kw_only=True):
    """One Stripe account."""

    secret_key: Secret
    webhook_secrets: tuple[Secret, ...] = ()
    """Newest first; several while one is being replaced."""
    base_url: str = "https://api.stripe.com"
    page_origins: tuple[str, ...] = ("https://checkout.stripe.com", "https://billing.stripe.com")
    """Where Stripe's pages live: no customer is sent anywhere else."""
    repetitions: int = 2
    answer_within_s: float = 60.0
    """All attempts of one call together."""

    @property
    def livemode(self) -> bool:
        """Does this key move real money?"""
        return self.secret_key.reveal().startswith(("sk_live_", "rk_live_"))


class UnlistedMethodError(LookupError):
    """A call that `methods.METHODS` does not list, or not under this row: a mistake in our code."""


class _Call(msgspec.Struct, kw_only=True):
    """The call under way, for the transport beneath the SDK."""

    method: Method
    about: Context
    was_sent: bool = False


_call: ContextVar[_Call] = ContextVar("stripe_call")


class Transport(stripe.HTTPXClient):
    """The SDK's httpx transport on the client that all connectors share; it records each attempt."""

    def __init__(self, http: httpx.AsyncClient, journal: Journal, known: tuple[Secret, ...]) -> None:
        super().__init__()
        self._own = self._client_async
        self._http = http
        self._journal = journal
        self._known = known

    async def close_async(self) -> None:
        """Close what the SDK opened for itself and never uses; the shared client belongs to its owner."""
        await self._own.aclose()

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """One attempt: the answer's bytes, status and headers. Raises stripe.APIConnectionError."""
        call = _call.get()
        _check(call.method, method, urlsplit(url).path)
        started = time.perf_counter()
        status: int | None = None
        content = bytearray()
        kept = httpx.Headers()
        try:
            body = post_data.encode() if isinstance(post_data, str) else post_data
            async with self._http.stream(method, url, headers=dict(headers), content=body) as answer:
                status = answer.status_code
                kept = httpx.Headers({k: v for k, v in answer.headers.items() if k != "stripe-notice"})
                async for chunk in answer.aiter_bytes():
                    content += chunk
                    if len(content) > _LARGEST_ANSWER:
                        break
        except Exception as error:
            call.was_sent |= not not_sent(error)
            self._handle_request_error(error)
        else:
            call.was_sent = True
            return _readable(status, bytes(content)), status, kept
        finally:
            asked = _asked(url, post_data, headers)
            self._record(call, started, status, asked, bytes(content))

    def _record(self, call: _Call, started: float, status: int | None, asked: Any, content: bytes) -> None:
        answered = _json(content)
        self._journal.record(
            Exchange(
                party="stripe",
                method=call.method.name,
                status=status,
                duration_ms=(time.perf_counter() - started) * 1000,
                request=_recordable(asked, self._known),
                response=_recordable(answered if answered is not None else _plain(content), self._known),
                error=_error_code(status, answered),
                **msgspec.structs.asdict(call.about),
            )
        )


class Wire:
    """Carries the calls of one account; nothing is raised for what Stripe answers or does not answer."""

    def __init__(self, http: httpx.AsyncClient, config: StripeConfig, journal: Journal) -> None:
        known = (config.secret_key, *config.webhook_secrets)
        self._known = known
        self._answer_within_s = config.answer_within_s
        self.transport = Transport(http, journal, known)
        base = config.base_url.rstrip("/")
        self._client = stripe.StripeClient(
            config.secret_key.reveal(),
            stripe_version=API_VERSION,
            base_addresses={"api": base, "files": base, "connect": base, "meter_events": base},
            max_network_retries=config.repetitions,
            http_client=self.transport,
        )

    async def ask(
        self,
        method: Method,
        request: Callable[[stripe.StripeClient], Awaitable[Any]],
        read: Callable[[dict[str, Any]], T],
        about: Context,
    ) -> T | Refused:
        """Perform `request` and read its JSON; `read` may raise msgspec.ValidationError or AmountError.

        Raises UnlistedMethodError.
        """
        if METHODS.get(method.name) is not method:
            raise UnlistedMethodError(method.name)
        call = _Call(method=method, about=about)
        token = _call.set(call)
        try:
            async with asyncio.timeout(self._answer_within_s):
                answer = await request(self._client)
            return read(answer.to_dict(for_json=True))
        except stripe.StripeError as error:
            refused = refusal_of(error, method.retry, was_sent=call.was_sent)
            message = _conceal(refused.failure.message, self._known)
            return msgspec.structs.replace(
                refused, failure=msgspec.structs.replace(refused.failure, message=message)
            )
        except TimeoutError:
            return Refused(failure=out_of_time(method.retry))
        except (msgspec.ValidationError, AmountError) as error:
            return Refused(failure=unreadable(method.retry, str(error)))
        except (AttributeError, TypeError, ValueError, KeyError) as error:
            # The SDK stumbled over an answer of no known shape; before an answer it is a mistake of ours.
            if not call.was_sent:
                raise
            return Refused(failure=unreadable(method.retry, type(error).__name__))
        finally:
            _call.reset(token)

    async def call(
        self,
        method: Method,
        request: Callable[[stripe.StripeClient], Awaitable[Any]],
        read: Callable[[dict[str, Any]], T],
        about: Context,
    ) -> T | Failure:
        """Like `ask`, for those who need the failure only."""
        outcome = await self.ask(method, request, read, about)
        return outcome.failure if isinstance(outcome, Refused) else outcome


@cache
def _pattern(name: str) -> re.Pattern[str]:
    verb, _, path = name.partition(" ")
    return re.compile(f"{verb.upper()} .*{re.sub(r'{[a-z]+}', '[^/]+', path)}")


def _check(method: Method, verb: str, path: str) -> None:
    if not _pattern(method.name).fullmatch(f"{verb.upper()} {path}"):
        raise UnlistedMethodError(f"{verb} {path} was called as {method.name}")


def _readable(status: int, content: bytes) -> bytes:
    """The answer in a form that the SDK takes: it stumbles over text that is not UTF-8 and over an `error`
    that is no object, and raises what is none of its errors."""
    answered = _json(content)
    if status >= 400 and not (isinstance(answered, dict) and isinstance(answered.get("error"), dict)):
        return b""
    return content.decode("utf-8", "replace").encode()


def _asked(url: str, post_data: Any, headers: Mapping[str, str]) -> dict[str, Any]:
    parts = urlsplit(url)
    form = dict(parse_qsl(post_data if isinstance(post_data, str) else parts.query, keep_blank_values=True))
    asked: dict[str, Any] = {"path": parts.path, "form": form}
    if key := headers.get("Idempotency-Key"):
        asked["idempotency_key"] = key
    return asked


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _plain(content: bytes) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", content[:4_000].decode("utf-8", "replace")).split())


def _error_code(status: int | None, answered: Any) -> str | None:
    if status is None:
        return "no_answer"
    if status < 400:
        return None
    error = answered.get("error") if isinstance(answered, dict) else None
    code = (
        error.get("decline_code") or error.get("code") or error.get("type")
        if isinstance(error, dict)
        else None
    )
    return code if isinstance(code, str) else f"http_{status}"


def _recordable(value: Any, known: tuple[Secret, ...]) -> Any:
    return redact(_without_persons(value, known))


def _without_persons(value: Any, known: tuple[Secret, ...]) -> Any:
    if isinstance(value, Mapping):
        return {
            name: _HIDDEN if item and _NOT_KEPT.match(_last(str(name))) else _without_persons(item, known)
            for name, item in value.items()
        }
    if isinstance(value, list):
        return [_without_persons(item, known) for item in value]
    return _conceal(value, known) if isinstance(value, str) else value


def _last(name: str) -> str:
    """The field's own name: `receipt_email` of `payment_intent_data[receipt_email]`."""
    return name.rstrip("]").rpartition("[")[2]


def _conceal(text: str, known: tuple[Secret, ...]) -> str:
    for secret in known:
        text = text.replace(secret.reveal(), "[secret]") if secret.reveal() else text
    return text
