"""Why Stripe did not do what it was asked, and what that calls for (contracts/payments.md §1.1, §1.2)."""

from __future__ import annotations

import math
from typing import Any, Final

import httpx
import msgspec
import stripe

from connectors.http import not_sent
from connectors.outside import Actor, Failure, Policy, Retry

_MAX_MESSAGE: Final = 500
_MAX_RETRY_AFTER_S: Final = 3_600.0
_AGAIN: Final = frozenset({"lock_timeout", "rate_limit"})
"""Codes with which Stripe says that it did nothing."""


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """A failure with what only the charging of a card needs to know of it."""

    failure: Failure
    decline_code: str | None = None
    advice_code: str | None = None
    param: str | None = None
    payment_intent: dict[str, Any] | None = None
    """The payment that Stripe kept of a declined charge, as plain JSON."""


def refusal_of(error: stripe.StripeError, retry: Retry, *, was_sent: bool) -> Refused:
    """What an error of the SDK means. `was_sent`: at least one attempt of this call may have arrived."""
    if error.http_status is None:
        return Refused(failure=_silence(error.__cause__ or error, retry, was_sent=was_sent))
    body = _error_body(error)
    code = _text(body.get("code")) or _text(body.get("type")) or f"http_{error.http_status}"
    policy, who_acts = _verdict(error.http_status, code, retry)
    if not body:
        code = "not_json" if error.http_status < 300 else f"http_{error.http_status}"
    payment_intent = body.get("payment_intent")
    return Refused(
        failure=Failure(
            policy=policy,
            code=code,
            message=(_text(body.get("message")) or f"HTTP {error.http_status} without a text")[:_MAX_MESSAGE],
            who_acts=who_acts,
            retry_after_s=_seconds(error.headers) if policy is Policy.RETRY else None,
            http_status=error.http_status,
        ),
        decline_code=_text(body.get("decline_code")),
        advice_code=_text(body.get("advice_code")),
        param=_text(body.get("param")),
        payment_intent=payment_intent if isinstance(payment_intent, dict) else None,
    )


def out_of_time(retry: Retry) -> Failure:
    """The whole call, with its repetitions, took longer than we wait."""
    return _silence(TimeoutError(), retry, was_sent=True)


def unreadable(retry: Retry, what: str) -> Failure:
    """An answer of success that is not what it should be; a charge may well have happened."""
    return Failure(
        policy=Policy.UNKNOWN if retry is Retry.ONCE else Policy.NEVER,
        code="unreadable_answer",
        message=f"Stripe's answer cannot be read: {what}"[:_MAX_MESSAGE],
        who_acts=Actor.PROVIDER,
    )


def refuse(
    code: str, message: str, who_acts: Actor = Actor.PROVIDER, policy: Policy = Policy.NEVER
) -> Failure:
    """A failure that we see ourselves, before or after asking."""
    return Failure(policy=policy, code=code, message=message, who_acts=who_acts)


def _silence(cause: BaseException, retry: Retry, *, was_sent: bool) -> Failure:
    unsent = not was_sent and isinstance(cause, Exception) and not_sent(cause)
    timed_out = isinstance(cause, TimeoutError | httpx.ReadTimeout | httpx.WriteTimeout)
    return Failure(
        policy=Policy.RETRY if unsent or retry is Retry.SAFE else Policy.UNKNOWN,
        code="not_connected" if unsent else "timeout" if timed_out else "no_answer",
        message=f"no answer from Stripe ({type(cause).__name__})",
        who_acts=Actor.NOBODY,
    )


def _verdict(status: int, code: str, retry: Retry) -> tuple[Policy, Actor]:
    if status == 429 or code in _AGAIN:
        return Policy.RETRY, Actor.NOBODY
    if status in (401, 403) or 300 <= status < 400:
        return Policy.FIX, Actor.PROVIDER
    if status == 402:
        return Policy.NEVER, Actor.ADMINISTRATOR
    if status < 300 or status == 409 or status >= 500:
        # A 409 is a twin of this very request under way; a 500 is kept under its key and is no refusal.
        return (Policy.UNKNOWN if retry is Retry.ONCE else Policy.RETRY), Actor.NOBODY
    return Policy.NEVER, Actor.PROVIDER


def _error_body(error: stripe.StripeError) -> dict[str, Any]:
    body = error.json_body
    found = body.get("error") if isinstance(body, dict) else None
    return found if isinstance(found, dict) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _seconds(headers: Any) -> float | None:
    try:
        seconds = float((headers or {}).get("retry-after") or "")
    except ValueError:
        return None
    return min(max(seconds, 0.0), _MAX_RETRY_AFTER_S) if math.isfinite(seconds) else None
