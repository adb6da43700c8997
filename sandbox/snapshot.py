"""The demo's memory across restarts: one JSON file, written a second after a change and at the end."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Any

import msgspec

_log = logging.getLogger(__name__)
_DEBOUNCE_S = 1.0


class SnapshotFile:
    """One JSON object in `path`, written atomically, readable by its owner only."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._changed = asyncio.Event()
        # A write begun before the end may still be at it in its thread when the last one comes.
        self._writing = Lock()

    def read(self) -> dict[str, Any] | None:
        """What was written last; None when there is nothing."""
        try:
            raw = self._path.read_bytes()
        except FileNotFoundError:
            return None
        try:
            return msgspec.json.decode(raw, type=dict[str, Any])
        except msgspec.DecodeError:
            self.set_aside()
            return None

    def set_aside(self) -> None:
        """Keep an unreadable file under another name, so that the demo starts anew and nothing is lost."""
        aside = self._path.with_name(f"{self._path.name}.unreadable")
        self._path.replace(aside)
        _log.warning(
            "the sandbox could not read its snapshot; it starts anew and keeps the old one as %s", aside
        )

    def changed(self) -> None:
        """Something is worth writing."""
        self._changed.set()

    async def keep(self, take: Callable[[], dict[str, Any]]) -> None:
        """Write what `take` answers after changes, until cancelled."""
        while True:
            await self._changed.wait()
            await asyncio.sleep(_DEBOUNCE_S)
            self._changed.clear()
            await asyncio.to_thread(self.write, take())

    def write(self, snapshot: dict[str, Any]) -> None:
        """Write now."""
        content = msgspec.json.encode(snapshot)
        partial = self._path.with_name(f"{self._path.name}.partial")
        with self._writing:
            descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(self._path)
