"""What Bitrix24's errors mean: the matrix of contracts/bitrix24.md §1.4, §1.5 and §2.2 as a table."""

from __future__ import annotations

import msgspec

from connectors.outside import Actor, Failure, Policy, Retry

_MAX_MESSAGE = 500


class Verdict(msgspec.Struct, frozen=True):
    """What to do about one error."""

    policy: Policy
    who_acts: Actor
    retry_after_s: float | None = None
    may_have_run: bool = False
    """The portal may have done what was asked before it failed; a call made once is then unknown."""


_LATER = Verdict(Policy.RETRY, Actor.NOBODY)
_BROKEN = Verdict(Policy.RETRY, Actor.NOBODY, 5.0, may_have_run=True)
_OURS = Verdict(Policy.NEVER, Actor.PROVIDER)
_ADMINISTRATOR = Verdict(Policy.FIX, Actor.ADMINISTRATOR)
_CONTEXT = Verdict(Policy.FIX, Actor.PROVIDER)

USED_UP = "QUERY_LIMIT_EXCEEDED"
"""The portal's word for more calls than it gives (two a second once its burst is used up)."""

REST: dict[str, Verdict] = {
    "expired_token": _LATER,
    "invalid_token": _ADMINISTRATOR,
    "NO_AUTH_FOUND": _ADMINISTRATOR,
    "insufficient_scope": _ADMINISTRATOR,
    "INVALID_CREDENTIALS": _ADMINISTRATOR,
    "APPLICATION_NOT_FOUND": _ADMINISTRATOR,
    "ERROR_OAUTH": _ADMINISTRATOR,
    "authorization_error": _ADMINISTRATOR,
    "user_access_error": _ADMINISTRATOR,
    "METHOD_CONFIRM_WAITING": _ADMINISTRATOR,
    "METHOD_CONFIRM_DENIED": _ADMINISTRATOR,
    "PAYMENT_REQUIRED": _ADMINISTRATOR,
    "ACCESS_DENIED": _ADMINISTRATOR,
    "ALLOWED_ONLY_INTRANET_USER": _CONTEXT,
    "WRONG_AUTH_TYPE": _CONTEXT,
    "PORTAL_DELETED": _ADMINISTRATOR,
    USED_UP: Verdict(Policy.RETRY, Actor.NOBODY, 2.0),
    "OVERLOAD_LIMIT": Verdict(Policy.RETRY, Actor.PROVIDER, 3_600.0),
    "OPERATION_TIME_LIMIT": Verdict(Policy.RETRY, Actor.NOBODY, 60.0),
    "ERROR_BATCH_LENGTH_EXCEEDED": _OURS,
    "ERROR_BATCH_METHOD_NOT_ALLOWED": _OURS,
    "INVALID_REQUEST": _CONTEXT,
    "ERROR_METHOD_NOT_FOUND": Verdict(Policy.NEVER, Actor.ADMINISTRATOR),
    "ERROR_MANIFEST_IS_NOT_AVAILABLE": Verdict(Policy.NEVER, Actor.ADMINISTRATOR),
    "INTERNAL_SERVER_ERROR": _BROKEN,
    "ERROR_UNEXPECTED_ANSWER": _BROKEN,
    "ERROR_ARGUMENT": _OURS,
    "NOT_ACTIVE_LINE": _ADMINISTRATOR,
    "IMCONNECTOR_NO_CORRECT_PROVIDER": _ADMINISTRATOR,
    "IMCONNECTOR_NOT_SPECIFIED_CORRECT_CONNECTOR": _ADMINISTRATOR,
    "IMCONNECTOR_NOT_SPECIFIED_CORRECT_COMMAND": _OURS,
}
"""A portal's answers, by their code."""

AUTH_SERVER: dict[str, Verdict] = {
    **REST,
    "invalid_grant": _ADMINISTRATOR,
    "invalid_client": _ADMINISTRATOR,
    "invalid_request": _CONTEXT,
    "invalid_scope": _ADMINISTRATOR,
    "ERROR_OAUTH": Verdict(Policy.RETRY, Actor.NOBODY, 5.0),
    "WRONG_CLIENT": Verdict(Policy.RETRY, Actor.NOBODY, 5.0),
}
"""The authorization server's answers; there `ERROR_OAUTH` is a passing disturbance."""


def failure_of(
    table: dict[str, Verdict], code: str, message: str, *, http_status: int | None, retry: Retry
) -> Failure:
    """The Failure for an error that was answered. A code outside the table is judged by its HTTP status."""
    verdict = table.get(code) or _by_status(http_status)
    ambiguous = verdict.may_have_run and retry is Retry.ONCE
    return Failure(
        policy=Policy.UNKNOWN if ambiguous else verdict.policy,
        code=code or f"http_{http_status}",
        message=message[:_MAX_MESSAGE],
        who_acts=verdict.who_acts,
        retry_after_s=None if ambiguous else verdict.retry_after_s,
        http_status=http_status,
    )


def no_answer(
    code: str, message: str, *, sent: bool, retry: Retry, http_status: int | None = None
) -> Failure:
    """The Failure for a request without a usable answer; `sent`: the request may have reached the portal."""
    ambiguous = sent and retry is Retry.ONCE
    return Failure(
        policy=Policy.UNKNOWN if ambiguous else Policy.RETRY,
        code=code,
        message=message[:_MAX_MESSAGE],
        who_acts=Actor.NOBODY,
        http_status=http_status,
    )


def _by_status(status: int | None) -> Verdict:
    if status is None or status < 400:
        return _OURS
    if status in {401, 403, 410}:
        return _ADMINISTRATOR
    if status in {429, 503}:
        return Verdict(Policy.RETRY, Actor.NOBODY, 2.0)
    return _BROKEN if status >= 500 or status == 408 else _OURS
