"""The local spool: what arrived while the database was away, on disk before the answer, replayed in order.

Bitrix24 never repeats an event. A spooled request is sealed, because its body may hold tokens, and survives
the death of the process: files are written, synced and renamed, then answered.
"""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path
from typing import Literal, Protocol

import msgspec
import structlog

from api.problems import Refused
from runtime.errors import DatabaseAway, SqlRefusal
from runtime.secrets import Box, SealBroken

_LIMIT = 100_000
_EVERY_S = 0.5
log = structlog.get_logger(__name__)


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """A request as a door took it: which door, the digests of its secrets, its bytes."""

    door: Literal["gupshup", "bitrix24"]
    body: bytes
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
    """Files `<time>-<process>.call` in one directory; the oldest is replayed first."""

    def __init__(self, directory: Path, box: Box) -> None:
        self._directory = directory
        self._box = box
        self._count = sum(1 for _ in directory.glob("*.call"))
        self._last = 0

    @property
    def count(self) -> int:
        """How many calls wait, as far as this process knows."""
        return self._count

    @property
    def is_empty(self) -> bool:
        """Is nothing waiting?"""
        return self._count == 0

    async def put(self, call: Call) -> None:
        """Keep a call, durably. Raises `SpoolFull`."""
        if self._count >= _LIMIT:
            raise SpoolFull
        self._count += 1
        self._last = max(time.time_ns(), self._last + 1)
        await asyncio.to_thread(self._write, f"{self._last:020d}-{os.getpid()}.call", call)

    async def replay(self, accept: Accept, stop: asyncio.Event) -> None:
        """Replay what waits, oldest first, until told to stop.

        What a door refuses now goes, logged; what fails otherwise is set aside as `.failed`.
        """
        await asyncio.to_thread(self._directory.mkdir, parents=True, exist_ok=True)
        while not stop.is_set():
            for path in await asyncio.to_thread(self._waiting):
                if not await self._replay_one(path, accept):
                    break
            try:
                await asyncio.wait_for(stop.wait(), _EVERY_S)
            except TimeoutError:
                continue

    async def _replay_one(self, path: Path, accept: Accept) -> bool:
        """Replay one; False when the database is still away."""
        try:
            sealed = await asyncio.to_thread(path.read_bytes)
            await accept(msgspec.msgpack.decode(self._box.open_bytes(sealed), type=Call))
        except DatabaseAway:
            return False
        except FileNotFoundError:
            return True
        except SealBroken:
            await asyncio.to_thread(path.rename, path.with_suffix(".unreadable"))
            log.exception("spooled_call_unreadable", file=path.name)
        except (Refused, SqlRefusal) as refused:
            log.warning("spooled_call_refused", file=path.name, reason=_reason(refused))
        except Exception:
            await asyncio.to_thread(path.rename, path.with_suffix(".failed"))
            log.exception("spooled_call_failed", file=path.name)
        await asyncio.to_thread(path.unlink, missing_ok=True)
        self._count = max(0, self._count - 1)
        return True

    def _waiting(self) -> list[Path]:
        found = sorted(self._directory.glob("*.call"))
        self._count = len(found)
        return found

    def _write(self, name: str, call: Call) -> None:
        self._directory.mkdir(parents=True, exist_ok=True)
        path = self._directory / name
        draft = path.with_suffix(".draft")
        with draft.open("wb") as file:
            file.write(self._box.seal(msgspec.msgpack.encode(call)))
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
        directory = os.open(self._directory, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)


def _reason(refused: Refused | SqlRefusal) -> str:
    return refused.problem.reason if isinstance(refused, Refused) else refused.reason
