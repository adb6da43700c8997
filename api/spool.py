"""The local spool: what arrived while the database was away, on disk before the answer, replayed in order.

Whoever posts while the database is away cannot be known, so the spool is bounded in calls and in bytes.

Bitrix24 never repeats an event. A spooled request is sealed, because its body may hold tokens, and survives
the death of the process: files are written, synced and renamed, then answered.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from http import HTTPStatus
from pathlib import Path
from typing import Literal, Protocol

import msgspec
import structlog

from api.problems import Refused
from runtime.errors import DatabaseAway, SqlRefusal
from runtime.secrets import Box, SealBroken

_MOST_CALLS = 100_000
_MOST_BYTES = 1024**3
_MOST_FAILED = 10_000
_EVERY_S = 0.5
_AT_ONCE = 100
log = structlog.get_logger(__name__)


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """A request as a door took it: which door, the digests of its secrets, its bytes.

    Calls of one `lane` stay in their order: those of a channel, those of a portal.
    """

    door: Literal["gupshup", "bitrix24", "robot", "sms"]
    body: bytes
    lane: bytes = b""
    route_digest: bytes = b""
    header_digest: bytes = b""


class Accept(Protocol):
    """What a door does with a call; raises `DatabaseAway` when it must be tried again."""

    async def __call__(self, call: Call) -> None:
        """Accept one call."""
        ...


class SpoolFull(Exception):
    """There is no room for more: the caller is told to come again."""


class Spool:
    """Files `<time>-<process>.call` in one directory, replayed in that order within each lane.

    What we failed over, by a mistake of ours, is set aside as `.failed`: renamed to `.call`, it is replayed.
    """

    def __init__(self, directory: Path, box: Box) -> None:
        self._directory = directory
        self._box = box
        self._sizes = self._scan()
        self._writing = 0
        self._last = 0

    @property
    def count(self) -> int:
        """How many calls wait, as far as this process knows."""
        return len(self._sizes) + self._writing

    @property
    def is_empty(self) -> bool:
        """Is nothing waiting?"""
        return self.count == 0

    async def put(self, call: Call) -> None:
        """Keep a call, durably. Raises `SpoolFull`, `OSError`."""
        if self.count >= _MOST_CALLS or sum(self._sizes.values()) >= _MOST_BYTES:
            raise SpoolFull
        name = self._name(".call")
        self._writing += 1
        try:
            self._sizes[name] = await asyncio.to_thread(self._write, name, call)
        finally:
            self._writing -= 1

    async def set_aside(self, call: Call) -> None:
        """Keep a call that nobody shall replay by himself. Raises `SpoolFull`, `OSError`."""
        if len(await asyncio.to_thread(list, self._directory.glob("*.failed"))) >= _MOST_FAILED:
            raise SpoolFull
        await asyncio.to_thread(self._write, self._name(".failed"), call)

    async def replay(self, accept: Accept, stop: asyncio.Event) -> None:
        """Replay what waits until told to stop: each lane in its order, the lanes side by side.

        What a door refuses now goes, logged; what fails otherwise is set aside.
        """
        while not stop.is_set():
            try:
                await self._replay_waiting(accept, stop)
            except Exception:
                log.exception("spool_not_replayed")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _EVERY_S)

    async def _replay_waiting(self, accept: Accept, stop: asyncio.Event) -> None:
        known = set(self._sizes)
        found = await asyncio.to_thread(self._scan)
        for name in known - found.keys():
            self._sizes.pop(name, None)  # another process replayed it
        self._sizes |= found
        names = sorted(found)
        for start in range(0, len(names), _AT_ONCE):
            if stop.is_set() or not await self._replay_some(names[start : start + _AT_ONCE], accept):
                return

    async def _replay_some(self, names: list[str], accept: Accept) -> bool:
        """Replay some; False when the database is still away."""
        lanes: dict[tuple[str, bytes], list[tuple[Path, Call]]] = {}
        for name in names:
            path = self._directory / name
            call = await asyncio.to_thread(self._read, path)
            if call is None:
                self._sizes.pop(name, None)
            else:
                lanes.setdefault((call.door, call.lane), []).append((path, call))
        return all(await asyncio.gather(*(self._replay_lane(lane, accept) for lane in lanes.values())))

    async def _replay_lane(self, lane: list[tuple[Path, Call]], accept: Accept) -> bool:
        for path, call in lane:
            try:
                await accept(call)
            except DatabaseAway:
                return False
            except Exception as error:
                if is_ours(error):
                    log.exception("spooled_call_failed", file=path.name)
                    await asyncio.to_thread(_renamed, path, ".failed")
                else:
                    log.warning("spooled_call_refused", file=path.name, error=str(error))
            await asyncio.to_thread(path.unlink, missing_ok=True)
            self._sizes.pop(path.name, None)
        return True

    def _scan(self) -> dict[str, int]:
        """Names and sizes of what waits."""
        found: dict[str, int] = {}
        for path in self._directory.glob("*.call"):
            with contextlib.suppress(FileNotFoundError):
                found[path.name] = path.stat().st_size
        return found

    def _read(self, path: Path) -> Call | None:
        """The call, or None for one that is gone or cannot be read: that is set aside."""
        try:
            return msgspec.msgpack.decode(self._box.open_bytes(path.read_bytes()), type=Call)
        except FileNotFoundError:
            return None
        except (SealBroken, msgspec.MsgspecError):
            log.exception("spooled_call_unreadable", file=path.name)
            _renamed(path, ".unreadable")
            return None

    def _name(self, suffix: str) -> str:
        self._last = max(time.time_ns(), self._last + 1)
        return f"{self._last:020d}-{os.getpid()}{suffix}"

    def _write(self, name: str, call: Call) -> int:
        """Write, sync, rename, sync; returns the size in bytes."""
        self._directory.mkdir(parents=True, exist_ok=True)
        path = self._directory / name
        draft = path.with_name(f"{name}.draft")
        sealed = self._box.seal(msgspec.msgpack.encode(call))
        with draft.open("wb") as file:
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
        directory = os.open(self._directory, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
        return len(sealed)


def is_ours(error: Exception) -> bool:
    """Is this a mistake of ours, after which the call must be kept? A refusal is an answer."""
    if isinstance(error, SqlRefusal):
        return error.http_status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return not isinstance(error, Refused | DatabaseAway)


def _renamed(path: Path, suffix: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        path.rename(path.with_suffix(suffix))
