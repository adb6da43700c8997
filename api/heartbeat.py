"""The API's heartbeat: where one ends without a farewell SQL makes every portal's history due to be read.

Bitrix24 never repeats an event, so what an operator wrote while nobody listened is found in the history only.
"""

from __future__ import annotations

import asyncio
import contextlib

import structlog

from runtime.database import Database
from runtime.errors import SqlFailure

_EVERY_S = 5.0
log = structlog.get_logger(__name__)


async def beat(database: Database, process: str, stop: asyncio.Event) -> None:
    """Beat until told to stop, then say farewell."""
    while not stop.is_set():
        try:
            gap = await database.call_value("tenancy.beat", {"p_process": process}, timeout_s=5)
            if gap:
                log.warning("gap_found", portals=gap)
        except SqlFailure as failure:
            log.warning("heartbeat_failed", reason=failure.reason)
        except Exception:
            log.exception("heartbeat_failed")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), _EVERY_S)
    with contextlib.suppress(SqlFailure):
        await database.call("tenancy.end_beating", {"p_process": process}, timeout_s=2)
