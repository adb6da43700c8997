"""What the database says no with, as one typed error: SQLSTATE, HTTP status, reason, what to do.

Our functions raise SQLSTATE `WB` + HTTP status with the reason as JSON in DETAIL and the advice in HINT
(DESIGN.md §3). PostgreSQL's own classes get the status that PostgREST gives them (postgres.md §1.4, §3).
"""

from __future__ import annotations

import re
from typing import Any

import msgspec
import psycopg

_OURS = re.compile(r"^WB([1-5]\d\d)$")
_STATUS: dict[str, tuple[int, str, str]] = {
    "23505": (409, "already_exists", "a row with this key exists already"),
    "23503": (409, "still_referenced", "a row that this one refers to is missing, or still referred to"),
    "42501": (403, "not_permitted", "the database role may not do this"),
    "40001": (503, "busy", "the database could not serialize this; try again"),
    "40P01": (503, "busy", "the database broke a deadlock; try again"),
    "55P03": (503, "busy", "a lock was not available in time; try again"),
    "57014": (503, "too_slow", "the database cancelled the call: it took too long"),
    "25006": (405, "read_only", "this connection only reads"),
    "22": (400, "bad_value", "a value has the wrong form"),
    "23": (400, "bad_value", "a value breaks a rule of its table"),
}
_AWAY = ("08", "53", "57P")
RETRIED = frozenset({"40001", "40P01"})
"""Nothing happened and the same call may succeed: `Database` tries these again before it raises."""


class SqlFailure(Exception):
    """A call of a SQL function that gave no rows.

    `reason` is a row of `trace.error_code`; `message`, `detail` and `hint` are fit for a person and a log:
    PostgreSQL's own texts, which may quote values, are not in them. `where` is the PL/pgSQL call stack.
    """

    def __init__(
        self,
        *,
        sqlstate: str,
        http_status: int,
        reason: str,
        message: str,
        detail: dict[str, Any] | None = None,
        hint: str = "",
        where: str = "",
    ) -> None:
        super().__init__(f"{reason} ({sqlstate}): {message}")
        self.sqlstate = sqlstate
        self.http_status = http_status
        self.reason = reason
        self.message = message
        self.detail = detail or {}
        self.hint = hint
        self.where = where


class SqlRefusal(SqlFailure):
    """The database answered no, and nothing of this call was kept."""


class DatabaseAway(SqlFailure):
    """No answer: the server is away, out of resources, or took longer than the caller waits.

    Whether the call took effect is unknown, so only a call with a key of its own may be repeated.
    """

    def __init__(self, message: str, *, sqlstate: str = "08006") -> None:
        super().__init__(sqlstate=sqlstate, http_status=503, reason="database_away", message=message)


def failure_of(error: psycopg.Error) -> SqlFailure:
    """Translate psycopg's error: `DatabaseAway` when nobody answered, else `SqlRefusal`."""
    state = error.sqlstate
    if state is None:
        if isinstance(error, psycopg.OperationalError):
            return DatabaseAway("the connection to the database is lost or cannot be made")
        return SqlRefusal(
            sqlstate="22000",
            http_status=400,
            reason="bad_value",
            message=f"{type(error).__name__}: not sendable",
        )
    if state.startswith(_AWAY):
        return DatabaseAway("the database is starting, stopping or out of resources", sqlstate=state)
    where = "\n".join(line for line in (error.diag.context or "").splitlines() if line.startswith("PL/pgSQL"))
    ours = _OURS.match(state)
    if ours:
        detail = _json_object(error.diag.message_detail)
        return SqlRefusal(
            sqlstate=state,
            http_status=int(ours[1]),
            reason=str(detail.get("reason", "unnamed")),
            message=error.diag.message_primary or "",
            detail=detail,
            hint=error.diag.message_hint or "",
            where=where,
        )
    status, reason, title = _STATUS.get(state) or _STATUS.get(state[:2]) or (500, "internal", _fault(error))
    named = {"constraint": error.diag.constraint_name, "table": error.diag.table_name}
    return SqlRefusal(
        sqlstate=state,
        http_status=status,
        reason=reason,
        message=title,
        detail={key: value for key, value in named.items() if value},
        where=where,
    )


def _fault(error: psycopg.Error) -> str:
    """Name a fault of ours. Classes 42 and XX speak of identifiers; others may quote a customer's value."""
    if error.sqlstate is not None and error.sqlstate.startswith(("42", "XX")):
        return error.diag.message_primary or "unexpected error"
    return type(error).__name__


def _json_object(text: str | None) -> dict[str, Any]:
    """Read DETAIL; one that is not a JSON object is no reason at all."""
    try:
        return msgspec.json.decode(text or "{}", type=dict[str, Any])
    except msgspec.MsgspecError:
        return {}
