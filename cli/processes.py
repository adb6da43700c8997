"""Child processes of the demo: each in a session of its own, revived when it dies, stopped together."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

_STOP_WITHIN_S = 15.0
_PR_SET_PDEATHSIG = 1


class Child:
    """One `whatsappb24` command as a process; its output goes to a file."""

    def __init__(
        self,
        name: str,
        arguments: list[str],
        environment: Mapping[str, str],
        log: Path,
        *,
        directory: Path | None = None,
        module: str = "cli.main",
    ) -> None:
        self.name = name
        self.log = log
        self._arguments = arguments
        self._environment = dict(environment)
        self._directory = directory
        self._module = module
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def set(self, variables: Mapping[str, str]) -> None:
        """Change its environment from the next start on."""
        self._environment.update(variables)

    def start(self) -> None:
        """Start it, appending to its log file."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", self._module, *self._arguments],
                env=self._environment,
                cwd=self._directory,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )
        self._started_at = time.monotonic()

    def revive(self) -> int | None:
        """Start it again if it died, at most once a second; returns the exit code it died with."""
        if self._process is None or self._process.poll() is None:
            return None
        if time.monotonic() - self._started_at < 1.0:
            return None
        code = self._process.returncode
        self.start()
        return code

    def signal(self, number: int) -> None:
        """Send a signal, if it runs."""
        if self.pid is not None:
            os.kill(self.pid, number)

    def stop(self, deadline: float) -> None:
        """Wait for it to end after SIGTERM; kill it at the deadline (monotonic seconds)."""
        if self._process is None:
            return
        try:
            self._process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def last_words(self, lines: int = 15) -> str:
        """The end of its log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


def stop_all(children: list[Child]) -> None:
    """Ask all to stop, wait, kill who does not."""
    for child in children:
        child.signal(signal.SIGTERM)
    deadline = time.monotonic() + _STOP_WITHIN_S
    for child in children:
        child.stop(deadline)


def _die_with_parent() -> None:
    """A demo that is killed leaves nothing behind (Linux; elsewhere only an orderly stop does)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
