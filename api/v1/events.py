"""Live updates: server-sent events that say when there is something new to read."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.response import Stream

from api.problems import Refused
from api.services import Services
from api.watch import Watch
from runtime.bearer import Holder

_PING_S = 15.0
_RETRY_MS = 3_000


@get("/events", operation_id="WatchChanges", tags=["events"], media_type="text/event-stream")
async def watch_changes(services: NamedDependency[Services], holder: NamedDependency[Holder]) -> Stream:
    """A stream of server-sent events, read with `fetch` because the token travels in the header.

    `changed` with `{"messages": …, "channels": …}`: read again what is shown; at most once a second, and once
    soon after the stream opens. `expired`: the token ended, open another stream with a new one. Comments keep
    it alive.
    """
    arguments = {
        "p_portal_id": holder.portal_id,
        "p_user_id": holder.user_id,
        "p_permission": "channel.view",
    }
    await services.database.call("tenancy.demand_somewhere", arguments)
    if services.watch.is_full:
        raise Refused(503, "busy", "Too many pages are open at once.", "Try again in a moment.")
    return Stream(
        changes(services.watch, holder),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def changes(watch: Watch, holder: Holder, *, ping_s: float = _PING_S) -> AsyncGenerator[bytes, None]:
    """The events of one stream, until its token ends or the process does."""
    yield f"retry: {_RETRY_MS}\n\n".encode()
    with watch.watching(holder.portal_id) as watcher:
        while not watcher.ended:
            left_s = holder.expires_at - time.time()
            if left_s <= 0:
                yield b"event: expired\ndata: {}\n\n"
                return
            changed = await watcher.within(min(ping_s, left_s))
            if changed is not None:
                yield b"event: changed\ndata: " + msgspec.json.encode(changed) + b"\n\n"
            elif not watcher.ended:
                yield b": ping\n\n"
