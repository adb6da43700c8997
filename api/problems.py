"""Errors as RFC 9457 problem details: what happened, who must act, what to do."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, cast

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.status_codes import HTTP_500_INTERNAL_SERVER_ERROR

from adapters.explanations import Explanation, explain
from connectors.bitrix24.texts import LANGUAGES, Language
from runtime.bearer import BearerRefused
from runtime.errors import DatabaseAway, SqlFailure

_UNSAID = {"reason", "portal_id"}
"""The reason has its own place; a stranger at a door must not learn which portal he knocked at."""
log = structlog.get_logger(__name__)


class Problem(msgspec.Struct, kw_only=True, omit_defaults=True):
    """The body of every error. `reason` is a row of `trace.error_code` or a short name of the door's own.

    `detail` and `what_to_do` are for a program's author; `explanation` is for the person in front of it, in
    the language of his token, else of the request (`Accept-Language`), else Spanish.
    """

    type: str = "about:blank"
    title: str
    status: int
    reason: str
    detail: str = ""
    what_to_do: str = ""
    facts: dict[str, Any] = {}
    explanation: Explanation | None = None


class Refused(Exception):
    """A request that a door refuses before SQL is asked: 4xx with a reason and advice."""

    def __init__(self, status: int, reason: str, detail: str, what_to_do: str = "") -> None:
        super().__init__(f"{reason}: {detail}")
        self.problem = Problem(
            title=HTTPStatus(status).phrase,
            status=status,
            reason=reason,
            detail=detail,
            what_to_do=what_to_do,
        )


def answer(problem: Problem) -> Response[bytes]:
    """The HTTP answer for a problem."""
    headers = {"Retry-After": "5"} if problem.status == HTTPStatus.SERVICE_UNAVAILABLE else {}
    return Response(
        msgspec.json.encode(problem),
        status_code=problem.status,
        media_type="application/problem+json",
        headers=headers,
    )


def problem_of(error: SqlFailure) -> Problem:
    """A refusal of the database; an absence shows no more than that it may be tried again."""
    away = isinstance(error, DatabaseAway)
    return Problem(
        title=HTTPStatus(error.http_status).phrase,
        status=error.http_status,
        reason=error.reason,
        detail=error.message,
        what_to_do=error.hint or ("Try again in a moment." if away else ""),
        facts={name: value for name, value in error.detail.items() if name not in _UNSAID},
    )


def on_refused(request: Request[Any, Any, Any], error: Refused) -> Response[bytes]:
    """A door said no."""
    return _traced(request, error.problem)


def on_sql_failure(request: Request[Any, Any, Any], error: SqlFailure) -> Response[bytes]:
    """SQL said no, or nothing."""
    return _traced(request, problem_of(error))


def on_bearer_refused(request: Request[Any, Any, Any], error: BearerRefused) -> Response[bytes]:
    """The token is not ours or no longer."""
    problem = Problem(
        title="Unauthorized",
        status=401,
        reason="bearer",
        detail=str(error),
        what_to_do="Open the application in Bitrix24 again.",
    )
    return _traced(request, problem)


def on_http(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    """Litestar's own refusals: no such route, wrong method, too large, not valid."""
    extra = error.extra if isinstance(error.extra, list) else []
    problem = Problem(
        title=HTTPStatus(error.status_code).phrase,
        status=error.status_code,
        reason=HTTPStatus(error.status_code).name.lower(),
        detail=error.detail if error.status_code < HTTP_500_INTERNAL_SERVER_ERROR else "",
        facts={"fields": extra} if extra else {},
    )
    return _traced(request, problem)


def on_not_utf8(request: Request[Any, Any, Any], _: UnicodeDecodeError) -> Response[bytes]:
    """A body that is no text: msgspec says so in an error that Litestar does not expect."""
    problem = Problem(
        title="Bad Request",
        status=400,
        reason="not_utf8",
        detail="The body is not UTF-8.",
        what_to_do="Send UTF-8.",
    )
    return _traced(request, problem)


def on_fault(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """A fault of ours: logged whole, shown as nothing but the fact."""
    log.exception(
        "fault", path=request.scope.get("path_template"), error=type(error).__name__, exc_info=error
    )
    problem = Problem(
        title="Internal Server Error",
        status=500,
        reason="fault",
        detail="We made a mistake.",
        what_to_do="Try again; if it stays, tell us the correlation id of this answer.",
    )
    return _traced(request, problem)


def _traced(request: Request[Any, Any, Any], problem: Problem) -> Response[bytes]:
    """The answer in words, its reason noted for the request's entry in `trace.log`."""
    request.scope.setdefault("state", {})["refused"] = problem.reason
    words = explain(problem.reason, status=problem.status, language=language_of_request(request))
    return answer(msgspec.structs.replace(problem, explanation=words))


def language_of_request(request: Request[Any, Any, Any]) -> Language:
    """The language of the token's holder, else the first that we speak of `Accept-Language`, else Spanish."""
    wanted = request.headers.get("Accept-Language", "").lower().split(",")
    held = request.scope.get("state", {}).get("language", "")
    for code in (held, *(tag.strip()[:2] for tag in wanted)):
        if code in LANGUAGES:
            return cast("Language", code)
    return "es"
