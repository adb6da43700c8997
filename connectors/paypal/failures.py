"""What an answer of PayPal that is no success asks for (contracts/payments.md §2.2).

PayPal's own words are `details[].issue`, else `name`, else OAuth's `error`; messages are for people.
Whose money it is decides who acts: `ADMINISTRATOR` is the payer's side, `PROVIDER` is ours as the merchant.
"""

from __future__ import annotations

import math
import re
from typing import Any, Final

from connectors.outside import Actor, Failure, Policy, Retry
from connectors.paypal.transport import Answer, Silence

_MAX_MESSAGE: Final = 500
_MAX_RETRY_AFTER_S: Final = 3_600.0

LATER: Final = frozenset({"ORDER_COMPLETION_IN_PROGRESS", "RESOURCE_CONFLICT", "PENDING_CAPTURE"})
PAYER_MUST_ACT: Final = frozenset(
    {"INSTRUMENT_DECLINED", "PAYER_ACTION_REQUIRED", "REDIRECT_PAYER_FOR_ALTERNATE_FUNDING"}
)
"""The order lives: the payer goes back to its page and chooses another way to pay."""
REFUSED: Final = frozenset(
    {
        "MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED",
        "TRANSACTION_REFUSED",
        "TRANSACTION_LIMIT_EXCEEDED",
        "TRANSACTION_RECEIVING_LIMIT_EXCEEDED",
        "COMPLIANCE_VIOLATION",
        "PAYER_ACCOUNT_LOCKED_OR_CLOSED",
        "PAYER_ACCOUNT_RESTRICTED",
        "PAYER_CANNOT_PAY",
        "PAYEE_BLOCKED_TRANSACTION",
        "TRANSACTION_BLOCKED_BY_PAYEE",
        "DOMESTIC_TRANSACTION_REQUIRED",
        "DUPLICATE_INVOICE_ID",
    }
)
"""The order will never be captured."""
_OUR_ACCOUNT: Final = frozenset(
    {"PAYEE_ACCOUNT_RESTRICTED", "PERMISSION_DENIED", "CONSENT_NEEDED", "REFUND_FAILED_INSUFFICIENT_FUNDS"}
)


def failure_of_silence(silence: Silence, retry: Retry) -> Failure:
    """A call without a whole answer: repeatable if nothing was sent or repeating has no effect of its own."""
    return Failure(
        policy=Policy.RETRY if silence.unsent or retry is Retry.SAFE else Policy.UNKNOWN,
        code="not_connected" if silence.unsent else "timeout" if silence.timed_out else "no_answer",
        message=f"no answer from PayPal ({silence.kind})",
        who_acts=Actor.NOBODY,
    )


def failure_of_answer(answer: Answer, body: Any, *, retry: Retry) -> Failure:
    """An answer that is not a success, or a success without what it must hold; `body` is its JSON or None.

    Any 5xx may come from something in between that had passed the request on, so a call with an effect of its
    own is UNKNOWN after it.
    """
    issue = issue_of(body)
    policy, who_acts = _verdict(answer.status, issue, retry)
    succeeded = 200 <= answer.status < 300
    unread = "not_json" if body is None else "incomplete_answer"
    return Failure(
        policy=policy,
        code=unread if succeeded else issue or f"http_{answer.status}",
        message=_words_of(body) or _plain(answer.content) or f"HTTP {answer.status} without a text",
        who_acts=who_acts,
        retry_after_s=_seconds(answer.headers.get("retry-after")) if policy is Policy.RETRY else None,
        http_status=answer.status,
    )


def issue_of(body: Any) -> str | None:
    """PayPal's own code for what is wrong, or None."""
    if not isinstance(body, dict):
        return None
    details = body.get("details")
    first = details[0] if isinstance(details, list) and details else None
    named = (first.get("issue") if isinstance(first, dict) else None, body.get("name"), body.get("error"))
    found = next((one for one in named if isinstance(one, str) and one), None)
    return found[:100] if found else None


def _verdict(status: int, issue: str | None, retry: Retry) -> tuple[Policy, Actor]:
    if status in (408, 425, 429, 409) or issue in LATER:
        return Policy.RETRY, Actor.NOBODY
    if status in (401, 403, 407) or 300 <= status < 400 or issue in _OUR_ACCOUNT:
        return Policy.FIX, Actor.PROVIDER
    if 400 <= status < 500:
        payer = issue in PAYER_MUST_ACT or issue in REFUSED
        return Policy.NEVER, Actor.ADMINISTRATOR if payer else Actor.PROVIDER
    return (Policy.RETRY if retry is Retry.SAFE else Policy.UNKNOWN), Actor.NOBODY


def _words_of(body: Any) -> str:
    if not isinstance(body, dict):
        return ""
    words = body.get("message") or body.get("error_description")
    return " ".join(words.split())[:_MAX_MESSAGE] if isinstance(words, str) else ""


def _plain(content: bytes) -> str:
    text = content[:4_000].decode("utf-8", "replace")
    return " ".join(re.sub(r"<[^>]*>", " ", text).split())[:_MAX_MESSAGE]


def _seconds(retry_after: str | None) -> float | None:
    try:
        seconds = float(retry_after or "")
    except ValueError:
        return None
    return min(max(seconds, 0.0), _MAX_RETRY_AFTER_S) if math.isfinite(seconds) else None
