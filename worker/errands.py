"""Errands: leased work that goes on side by side, so that a slow portal holds up nobody else.

Each errand has a key (its portal, its channel) and those of one key run one after the other. None ends the
others, and none outlasts its lease: then somebody else may already have begun it again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Coroutine
from typing import Any, Self

import structlog

from adapters.tokens import failure_of_sql
from connectors.outside import Actor, Failure, Policy
from runtime.errors import SqlFailure
from runtime.secrets import SealBroken
from worker.settling import KEY_UNREADABLE, fault

_WITHIN_S = 100.0
"""Two minutes is the lease of `tenancy.claim_checks` and `tenancy.claim_repairs`."""
log = structlog.get_logger(__name__)


class Errands:
    """At most `at_once` errands. Leaving the context waits for those that run."""

    def __init__(self, name: str, *, at_once: int) -> None:
        self._name = name
        self._at_once = at_once
        self._running: dict[str, asyncio.Task[None]] = {}

    @property
    def free(self) -> int:
        """How many more may begin."""
        return self._at_once - len(self._running)

    def is_running(self, key: str) -> bool:
        """Is this errand on its way?"""
        return key in self._running

    def begin(self, key: str, errand: Coroutine[Any, Any, None]) -> None:
        """Run an errand beside the others; one whose key runs already begins when that one has ended."""
        running = self._running.get(key)
        self._running[key] = asyncio.create_task(self._run(key, errand, running), name=self._name)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.gather(*self._running.values())

    async def _run(
        self, key: str, errand: Coroutine[Any, Any, None], before: asyncio.Task[None] | None
    ) -> None:
        try:
            if before is not None:
                await asyncio.wait([before])
            await errand
        except SqlFailure as failure:
            log.warning("errand_failed", errand=self._name, key=key, reason=failure.reason)
        except Exception:
            log.exception("errand_failed", errand=self._name, key=key)
        finally:
            if self._running[key] is asyncio.current_task():
                del self._running[key]


async def within_lease(work: Awaitable[Failure | None]) -> Failure | None:
    """What came of `work`; a failure of ours is a failure like any other, so that it can be reported."""
    try:
        async with asyncio.timeout(_WITHIN_S):
            return await work
    except TimeoutError:
        return Failure(
            policy=Policy.RETRY,
            code="too_slow",
            message=f"not done within {_WITHIN_S:g} s",
            who_acts=Actor.NOBODY,
        )
    except SealBroken:
        return KEY_UNREADABLE
    except SqlFailure as failure:
        return failure_of_sql(failure)
    except Exception as error:
        log.exception("errand_failed", error=type(error).__name__)
        return fault(error)
