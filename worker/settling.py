"""What a connector said, in the words of `messaging.settle`, and its safe way into the database."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import structlog

from connectors.outside import Actor, Failure, Policy
from runtime.coalesce import Coalescer
from runtime.database import Database
from runtime.errors import DatabaseAway

_OUTCOMES = {
    Policy.RETRY: "retry",
    Policy.NEVER: "failed",
    Policy.FIX: "failed",
    Policy.TEMPLATE: "failed",
    Policy.UNKNOWN: "unknown",
}
log = structlog.get_logger(__name__)

KEY_UNREADABLE: Final = Failure(
    policy=Policy.FIX,
    code="key_unreadable",
    message="the channel's key was sealed with a key that SECRET_KEYS no longer holds",
    who_acts=Actor.ADMINISTRATOR,
)
LEASE_NEARLY_OVER: Final = Failure(
    policy=Policy.RETRY,
    code="lease_nearly_over",
    message="there was not enough time left for an answer; nothing was sent",
    who_acts=Actor.NOBODY,
    retry_after_s=0.0,
)


def fault(error: Exception) -> Failure:
    """A mistake of ours before anything left: a later version may know better."""
    return Failure(policy=Policy.RETRY, code="fault", message=type(error).__name__, who_acts=Actor.PROVIDER)


def accepted(claim: dict[str, Any], **facts: Any) -> dict[str, Any]:
    """The item for an attempt that the other side took."""
    return {**_attempt(claim), "outcome": "accepted", **facts}


def failed(claim: dict[str, Any], failure: Failure) -> dict[str, Any]:
    """The item for an attempt that ended in a `Failure`; what becomes of the message is SQL's decision."""
    return {
        **_attempt(claim),
        "outcome": _OUTCOMES[failure.policy],
        "code": failure.code,
        "reason": failure.message,
        "policy": failure.policy,
        "retry_after_s": failure.retry_after_s,
    }


def _attempt(claim: dict[str, Any]) -> dict[str, Any]:
    return {name: claim[name] for name in ("portal_id", "message_id", "number", "token")}


class Settler:
    """Reports outcomes in batches, and again until the database has them: late is recorded, too."""

    def __init__(self, database: Database) -> None:
        self._coalescer = Coalescer(database, "messaging.settle", raw=False, linger_s=0.01)

    async def settle(self, item: dict[str, Any]) -> None:
        """Report one outcome; returns when it is committed."""
        wait_s = 0.1
        while True:
            try:
                await self._coalescer.add(item)
            except DatabaseAway:
                await asyncio.sleep(wait_s)
                wait_s = min(wait_s * 2, 5.0)
            except Exception as refused:
                # the attempt's lease ends by itself and the message becomes unknown: nothing is lost
                log.exception(
                    "settle_refused", error=type(refused).__name__, message_id=str(item["message_id"])
                )
                return
            else:
                return
