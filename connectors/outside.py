"""What every exchange with an outside party has in common: its method, its outcome, its record.

A connector never raises for what the other side answered. It returns a `Failure` that carries its own
policy, so that the worker can hand it to SQL without knowing the party, and it records one `Exchange`
per HTTP request, already free of secrets, in whatever `Journal` it was given.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Protocol

import msgspec


class Policy(StrEnum):
    """What a failure asks for. SQL maps it to message state and lane (`messaging.settle`)."""

    RETRY = "retry"
    """Nothing reached the other side or it said «later»: the same request may be repeated."""
    NEVER = "never"
    """This request will never succeed; the next one may."""
    FIX = "fix"
    """Configuration or account: no request of this channel succeeds until a person acts."""
    TEMPLATE = "template"
    """Free text is not allowed now; an approved template is."""
    UNKNOWN = "unknown"
    """The body may have reached the other side and no answer came: never repeated blindly."""


class Actor(StrEnum):
    """Who must act on a failure; the panel and the notices address this person."""

    NOBODY = "nobody"
    OPERATOR = "operator"
    ADMINISTRATOR = "administrator"
    PROVIDER = "provider"


class Retry(StrEnum):
    """May a call of an outside method be repeated after an ambiguous failure?"""

    SAFE = "safe"
    """Reading, or a write that sets the same state again."""
    ONCE = "once"
    """Each call has an effect of its own."""


class Method(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the table of outside methods (`docs/reference/outside-methods.md` is made from it)."""

    name: str
    """The party's own name for it: `imconnector.send.messages`, `POST /wa/api/v1/msg`."""
    purpose: str
    why: str
    """Why this method and not the alternative."""
    scope: str
    """The right it needs: a Bitrix24 scope, a Gupshup key."""
    retry: Retry


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """A call that did not succeed, with what to do about it."""

    policy: Policy
    code: str
    """The party's own code, else a short name of ours such as `timeout` or `not_json`."""
    message: str
    """The party's words, without secrets, at most 500 characters."""
    who_acts: Actor
    retry_after_s: float | None = None
    http_status: int | None = None


class Exchange(msgspec.Struct, frozen=True, kw_only=True):
    """One HTTP request to the outside and its answer, redacted (`connectors.redaction`), for `trace.log`."""

    party: str
    """`bitrix24`, `gupshup`, …"""
    method: str
    """`Method.name`."""
    status: int | None
    """HTTP status; None when no answer came."""
    duration_ms: float
    request: Any
    response: Any
    error: str | None = None
    portal_id: str | None = None
    channel_id: str | None = None
    conversation_id: str | None = None
    message_id: str | None = None
    correlation_id: str | None = None


class Journal(Protocol):
    """Where exchanges are recorded; must not block and must not raise."""

    def record(self, exchange: Exchange) -> None:
        """Take one exchange."""


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """Which of our own things an exchange is about; all optional, all ids as text."""

    portal_id: str | None = None
    channel_id: str | None = None
    conversation_id: str | None = None
    message_id: str | None = None
    correlation_id: str | None = None
    """What it belongs to besides, such as `payment:<id>`: its story finds it by this."""
