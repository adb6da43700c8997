"""What a connector said, in the words of `messaging.settle`, and its safe way into the database."""

from __future__ import annotations

import asyncio
from typing import Any

import structlog

from connectors.outside import Failure, Policy
from runtime.coalesce import Coalescer
from runtime.database import Database
from runtime.errors import DatabaseAway, SqlRefusal

_OUTCOMES = {
    Policy.RETRY: "retry",
    Policy.NEVER: "failed",
    Policy.FIX: "failed",
    Policy.TEMPLATE: "failed",
    Policy.UNKNOWN: "unknown",
}
log = structlog.get_logger(__name__)


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
            except SqlRefusal as refusal:
                # the attempt's lease ends by itself and the message becomes unknown: nothing is lost
                log.exception("settle_refused", reason=refusal.reason, message_id=str(item["message_id"]))
                return
            else:
                return
