"""Why Gupshup or WhatsApp did not take a message, and what that asks for.

Two sources: the code of a `failed` callback (`ERROR_CODES`, contracts/gupshup.md §6) and the HTTP answer to a
call of ours (§2.1). `Policy.FIX` stops the whole channel (`connectors.outside`), so what the contract marks F
because of one template or one flow is `NEVER` here, with the administrator to act: the rest still goes out.
"""

from __future__ import annotations

import math
import re
from typing import Any, Final

import httpx
import msgspec

from connectors.http import not_sent
from connectors.outside import Actor, Failure, Policy, Retry

_MAX_MESSAGE = 500
_MAX_RETRY_AFTER_S = 3_600.0
_ABOUT_THE_CHANNEL: Final = (
    "invalid app details",
    "authentication failed",
    "unauthorised access",
    "api key is not associated",
    "app is not live",
    "not subscription owner",
)
"""Gupshup gives its HTTP errors no code; these words say that no message of the channel can pass."""


class ErrorCode(msgspec.Struct, frozen=True, kw_only=True):
    """One row of contracts/gupshup.md §6."""

    code: str
    meaning: str
    policy: Policy
    who_acts: Actor
    text_key: str
    """Which text of the panel explains it."""
    retry_after_s: float | None = None


_RETRY, _NEVER, _FIX, _TEMPLATE = Policy.RETRY, Policy.NEVER, Policy.FIX, Policy.TEMPLATE
_NOBODY, _OPERATOR, _ADMIN, _PROVIDER = Actor.NOBODY, Actor.OPERATOR, Actor.ADMINISTRATOR, Actor.PROVIDER

_ROWS: Final[tuple[tuple[str, str, Policy, Actor, str, float | None], ...]] = (
    ("500", "Gupshup: internal error", _RETRY, _NOBODY, "service_unavailable", None),
    ("503", "Gupshup: connection to WhatsApp failed", _RETRY, _NOBODY, "service_unavailable", None),
    ("1000", "file format not supported", _NEVER, _OPERATOR, "media_unsupported", None),
    ("1001", "sender and application do not match", _FIX, _ADMIN, "sender_mismatch", None),
    ("1002", "the number is not on WhatsApp", _NEVER, _OPERATOR, "not_on_whatsapp", None),
    ("1003", "the Gupshup wallet is empty", _FIX, _ADMIN, "gupshup_wallet_empty", None),
    ("1004", "window closed and templates not enabled", _TEMPLATE, _ADMIN, "window_closed", None),
    ("1005", "window closed and no template matches", _TEMPLATE, _OPERATOR, "window_closed", None),
    ("1006", "no opt-in (legacy)", _TEMPLATE, _OPERATOR, "window_closed", None),
    ("1007", "no opt-in (legacy)", _TEMPLATE, _OPERATOR, "window_closed", None),
    ("1008", "not opted in and inactive", _TEMPLATE, _OPERATOR, "window_closed", None),
    ("1009", "a required parameter is missing", _NEVER, _PROVIDER, "request_invalid", None),
    ("1010", "the address of the file is not usable", _NEVER, _OPERATOR, "media_unreachable", None),
    ("1011", "the file is too large", _NEVER, _OPERATOR, "media_too_large", None),
    ("1012", "the customer opted out", _NEVER, _OPERATOR, "opted_out", None),
    ("1013", "not a valid WhatsApp user", _NEVER, _OPERATOR, "not_on_whatsapp", None),
    ("1014", "the file is not available or not what it says", _NEVER, _OPERATOR, "media_unreachable", None),
    ("1026", "the customer's device cannot receive it", _NEVER, _OPERATOR, "undeliverable", None),
    *(
        (str(code), "legacy template error", _NEVER, _ADMIN, "template_invalid", None)
        for code in range(2000, 2013)
    ),
    ("4001", "Gupshup: rate limited, stop sending", _RETRY, _NOBODY, "rate_limited", 60.0),
    ("4002", "Gupshup: invalid answer from WhatsApp", _RETRY, _NOBODY, "service_unavailable", None),
    ("4003", "no template matches", _TEMPLATE, _OPERATOR, "window_closed", None),
    ("4004", "only available on Cloud API", _NEVER, _ADMIN, "request_invalid", None),
    ("4005", "the template is paused", _NEVER, _ADMIN, "template_paused", None),
    ("400", "bad request (on-premises)", _NEVER, _PROVIDER, "request_invalid", None),
    ("402", "payment issue (on-premises)", _NEVER, _ADMIN, "meta_payment", None),
    ("404", "not found (on-premises)", _NEVER, _OPERATOR, "undeliverable", None),
    ("408", "pending for too long (on-premises)", _RETRY, _NOBODY, "service_unavailable", None),
    ("429", "too many requests (on-premises)", _RETRY, _NOBODY, "rate_limited", None),
    *(
        (code, "legacy error (on-premises)", _NEVER, _PROVIDER, "request_invalid", None)
        for code in ("410", "430", "432", "433")
    ),
    ("470", "more than 24 hours since the customer wrote", _TEMPLATE, _OPERATOR, "window_closed", None),
    ("471", "spam limit of the number, or account restricted", _FIX, _ADMIN, "account_restricted", None),
    ("472", "the customer is in a Meta experiment", _NEVER, _OPERATOR, "meta_experiment", None),
    ("480", "the customer's identity key changed", _RETRY, _NOBODY, "service_unavailable", None),
    ("0", "Meta: access token invalid", _FIX, _ADMIN, "permission", None),
    ("10", "Meta: permission missing", _FIX, _ADMIN, "permission", None),
    ("100", "Meta: invalid parameter", _NEVER, _PROVIDER, "request_invalid", None),
    ("190", "Meta: access token expired", _FIX, _ADMIN, "permission", None),
    ("368", "blocked for a policy violation", _FIX, _ADMIN, "account_restricted", None),
    ("130429", "throughput of the number reached", _RETRY, _NOBODY, "rate_limited", None),
    (
        "130472",
        "the customer is in a Meta experiment; not charged",
        _NEVER,
        _OPERATOR,
        "meta_experiment",
        None,
    ),
    ("131000", "WhatsApp: unknown error", _RETRY, _NOBODY, "service_unavailable", None),
    ("131005", "permission missing", _FIX, _ADMIN, "permission", None),
    ("131008", "a required parameter is missing", _NEVER, _PROVIDER, "request_invalid", None),
    ("131009", "a parameter or the reaction's target is invalid", _NEVER, _OPERATOR, "request_invalid", None),
    ("131016", "WhatsApp: overloaded", _RETRY, _NOBODY, "service_unavailable", None),
    ("131021", "sender and recipient are the same", _NEVER, _OPERATOR, "same_number", None),
    (
        "131026",
        "undeliverable: no WhatsApp, too old, or blocked",
        _NEVER,
        _OPERATOR,
        "undeliverable",
        None,
    ),
    ("131031", "the account is locked", _FIX, _ADMIN, "account_restricted", None),
    ("131037", "the display name is not approved", _FIX, _ADMIN, "display_name", None),
    ("131042", "payment problem of the business account", _FIX, _ADMIN, "meta_payment", None),
    ("131045", "the number is not registered", _FIX, _ADMIN, "number_not_registered", None),
    ("131047", "more than 24 hours since the customer wrote", _TEMPLATE, _OPERATOR, "window_closed", None),
    ("131048", "spam limit of the number", _FIX, _ADMIN, "account_restricted", None),
    ("131049", "this customer had enough marketing for now", _RETRY, _NOBODY, "marketing_limit", 86_400.0),
    ("131050", "the customer stopped marketing messages", _NEVER, _OPERATOR, "opted_out", None),
    ("131051", "message type not supported", _NEVER, _OPERATOR, "media_unsupported", None),
    ("131052", "WhatsApp could not download the file", _NEVER, _OPERATOR, "media_unreachable", None),
    ("131053", "WhatsApp could not take the file", _NEVER, _OPERATOR, "media_unsupported", None),
    ("131056", "too many messages to this customer", _RETRY, _NOBODY, "rate_limited", 6.0),
    ("131057", "maintenance of the account", _RETRY, _NOBODY, "service_unavailable", None),
    ("132000", "number of template parameters is wrong", _NEVER, _ADMIN, "template_invalid", None),
    ("132001", "the template does not exist in this language", _NEVER, _ADMIN, "template_invalid", None),
    ("132005", "the template's text became too long", _NEVER, _ADMIN, "template_invalid", None),
    ("132007", "the template breaks a policy", _NEVER, _ADMIN, "template_invalid", None),
    ("132012", "a template parameter has the wrong format", _NEVER, _ADMIN, "template_invalid", None),
    ("132015", "the template is paused", _NEVER, _ADMIN, "template_paused", None),
    ("132016", "the template is disabled", _NEVER, _ADMIN, "template_paused", None),
    ("132068", "the flow is blocked", _NEVER, _ADMIN, "template_paused", None),
    ("132069", "the flow is throttled", _RETRY, _NOBODY, "rate_limited", None),
    ("133004", "WhatsApp: server unavailable", _RETRY, _NOBODY, "service_unavailable", None),
    ("133005", "two-step PIN of the number does not match", _FIX, _ADMIN, "number_not_registered", None),
    ("133010", "the number is not registered", _FIX, _ADMIN, "number_not_registered", None),
    ("135000", "WhatsApp: generic user error", _NEVER, _OPERATOR, "undeliverable", None),
    ("139100", "blocking users failed", _NEVER, _OPERATOR, "request_invalid", None),
)

ERROR_CODES: Final[dict[str, ErrorCode]] = {
    code: ErrorCode(
        code=code,
        meaning=meaning,
        policy=policy,
        who_acts=who_acts,
        text_key=f"gupshup.{text_key}",
        retry_after_s=after,
    )
    for code, meaning, policy, who_acts, text_key, after in _ROWS
}
"""The codes of `failed` callbacks, from which `trace.error_code` is filled."""


def policy_of(code: str | None) -> Policy:
    """What a `failed` callback asks for. A code we do not know is never repeated by itself."""
    row = ERROR_CODES.get(code or "")
    return row.policy if row else Policy.NEVER


def failure_of_silence(error: Exception, retry: Retry) -> Failure:
    """A call that got no whole answer: repeatable if nothing was sent or repeating has no effect of its own.

    The failure names the kind of the error only: an exception's text can quote headers and addresses.
    """
    unsent = not_sent(error)
    timed_out = isinstance(error, TimeoutError | httpx.ReadTimeout | httpx.WriteTimeout)
    return Failure(
        policy=Policy.RETRY if unsent or retry is Retry.SAFE else Policy.UNKNOWN,
        code="not_connected" if unsent else "timeout" if timed_out else "no_answer",
        message=f"no answer from Gupshup ({type(error.__cause__ or error).__name__})",
        who_acts=Actor.NOBODY,
    )


def failure_of_answer(
    status: int, body: Any, text: str, *, retry: Retry, retry_after: str | None = None
) -> Failure:
    """An answer that is not a success (contracts/gupshup.md §2.1).

    `body` is the parsed JSON, whatever the content type says, or None; `text` is the answer as text.
    502, 503 and 504 come from something in between that may have passed the request on: for a send they are
    UNKNOWN, not RETRY (the contract calls the risk small, but a duplicate sent is worse than a pause). So are
    a 2xx without a message id and any other 5xx, unless Gupshup itself says in JSON that it failed.
    """
    refused = isinstance(body, dict) and body.get("status") == "error" and not body.get("messageId")
    words = _words_of(body) or _plain(text)
    policy, who_acts = _verdict(status, words, refused=refused, retry=retry)
    code = f"http_{status}"
    if 200 <= status < 300:
        code = "refused" if refused else "not_json" if body is None else "incomplete_answer"
    return Failure(
        policy=policy,
        code=code,
        message=words[:_MAX_MESSAGE] or f"HTTP {status} without a text",
        who_acts=who_acts,
        retry_after_s=_seconds(retry_after) if policy is Policy.RETRY else None,
        http_status=status,
    )


def _verdict(status: int, words: str, *, refused: bool, retry: Retry) -> tuple[Policy, Actor]:
    if status in (408, 425, 429):
        return Policy.RETRY, Actor.NOBODY
    if status in (401, 402, 403, 404, 407) or any(hint in words.lower() for hint in _ABOUT_THE_CHANNEL):
        return Policy.FIX, Actor.ADMINISTRATOR
    if 300 <= status < 400:
        return Policy.FIX, Actor.PROVIDER
    if 400 <= status < 500 or (status < 300 and refused):
        return Policy.NEVER, Actor.OPERATOR
    if retry is Retry.SAFE or (refused and status not in (502, 503, 504)):
        return Policy.RETRY, Actor.NOBODY
    return Policy.UNKNOWN, Actor.NOBODY


def _words_of(body: Any) -> str:
    """Gupshup's words; `message` is a text or an object that holds one."""
    for _ in range(4):
        if not isinstance(body, dict):
            break
        body = body.get("message") or body.get("error") or body.get("reason")
    return " ".join(body.split()) if isinstance(body, str) else ""


def _plain(text: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", text[:4_000]).split())


def _seconds(retry_after: str | None) -> float | None:
    try:
        seconds = float(retry_after or "")
    except ValueError:
        return None
    return min(max(seconds, 0.0), _MAX_RETRY_AFTER_S) if math.isfinite(seconds) else None
