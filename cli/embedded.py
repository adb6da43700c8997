"""A PostgreSQL server without Docker, root or installation: what the demo and the tests start.

It listens on 127.0.0.1 only, has no Unix socket, and asks every role for a SCRAM password. It outlives the
process that started it; the next start finds it again, so a `kill -9` costs nothing.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from cli.embedded_installation import (
    EmbeddedUnavailable,
    Version,
    account,
    make_directory,
    place_for,
    programs,
)

_SUPERUSER = "postgres"
_DURABLE = {"max_connections": "200"}
_THROWAWAY = {
    **_DURABLE,
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


@contextmanager
def locked(path: Path, *, wait: bool = True) -> Iterator[None]:
    """Hold the file lock `path`; the kernel gives it back when the process dies.

    Raises `BlockingIOError` when `wait` is false and somebody else holds it.
    """
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


class EmbeddedServer:
    """One PostgreSQL cluster in a directory of its own.

    `port=None` takes a free port at each start. `durable=False` trades safety for speed (tests).
    `directory` is the place actually used: as root below a closed directory it differs from the one given
    (`place_for`). Raises `EmbeddedUnavailable` whenever the server cannot be had, saying why.
    """

    def __init__(
        self, version: Version, directory: Path, port: int | None = None, *, durable: bool = True
    ) -> None:
        self.version: Version = version
        self.directory = place_for(directory)
        self.port = port
        self._durable = durable
        self._data = self.directory / "data"
        self._password_file = self.directory / "superuser.password"

    def start(self) -> None:
        """Start the server, or take over the one that already runs on this directory."""
        make_directory(self.directory)
        with locked(self.directory / "lock"):
            if not self._data.exists():
                self._create_cluster()
            self._check_version()
            running_port = self._running_port()
            if running_port is not None and self.port in (None, running_port):
                self.port = running_port
                return
            if running_port is not None:
                self._stop()
            self._launch()

    def stop(self) -> None:
        """Stop the server, whoever started it; connections are cut. Nothing happens if none runs."""
        if not self._data.exists():
            return
        with locked(self.directory / "lock"):
            if self._running_port() is not None:
                self._stop()

    def is_running(self) -> bool:
        """Does a server of this directory answer? Its port is then `port`."""
        if not self._data.exists():
            return False
        running_port = self._running_port()
        self.port = running_port or self.port
        return running_port is not None

    def destroy(self) -> None:
        """Stop the server and delete the directory with everything in it."""
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    def url(self, dbname: str = "postgres", user: str = _SUPERUSER, password: str | None = None) -> str:
        """Return `postgresql://…`; the superuser's password is filled in unless one is given."""
        word = self._password_file.read_text() if password is None else password
        return f"postgresql://{quote(user)}:{quote(word, safe='')}@127.0.0.1:{self.port}/{quote(dbname)}"

    def program(self, name: str) -> Path:
        """Return the path of `psql`, `pg_dump`, `pgbench`, … of this version."""
        return programs(self.version, self.directory) / name

    @property
    def psql(self) -> Path:
        """The path of this version's psql."""
        return self.program("psql")

    def _create_cluster(self) -> None:
        """Make the cluster beside its final place, so that a killed initdb leaves nothing half made."""
        user = account()
        self._password_file.unlink(missing_ok=True)
        self._password_file.touch(mode=0o600)
        self._password_file.write_text(secrets.token_urlsafe(24))
        unfinished = self.directory / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        if user is not None:
            for path in (self._password_file, unfinished):
                os.chown(path, user.pw_uid, user.pw_gid)
        command = [
            "initdb",
            f"--pgdata={unfinished}",
            f"--username={_SUPERUSER}",
            f"--pwfile={self._password_file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-instructions",
        ]
        self._run([*command, *([] if self._durable else ["--no-sync"])])
        unfinished.rename(self._data)

    def _check_version(self) -> None:
        """Raise when the directory holds another major version's cluster."""
        found = (self._data / "PG_VERSION").read_text().strip()
        if found != str(self.version):
            raise EmbeddedUnavailable(
                f"{self.directory} holds a PostgreSQL {found} cluster, not {self.version}: "
                "use another directory, or move that one away"
            )

    def _running_port(self) -> int | None:
        """Return the port of the server that runs on this directory and answers with our password."""
        port = self._announced_port()
        if port is None:
            return None
        question = ["-h", "127.0.0.1", "-p", str(port), "-U", _SUPERUSER, "-d", "postgres", "-XAtc"]
        asked = subprocess.run(
            [self.psql, *question, "show data_directory"],
            env={"PGPASSWORD": self._password_file.read_text(), "PGCONNECT_TIMEOUT": "5"},
            capture_output=True,
            text=True,
            check=False,
        )
        return port if asked.stdout.strip() == str(self._data) else None

    def _announced_port(self) -> int | None:
        """Read `postmaster.pid` once the server it names is ready; None when none runs.

        Its lines are pid, data directory, start time, port, socket, address, memory, status. PostgreSQL takes
        an ended but never collected process for a running server, so that one's file is removed here.
        """
        announcement = self._data / "postmaster.pid"
        for _ in range(600):
            try:
                lines = announcement.read_text().splitlines()
            except FileNotFoundError:
                return None
            if lines and not _is_alive(int(lines[0])):
                announcement.unlink(missing_ok=True)
                return None
            if len(lines) >= 8 and lines[7].strip() == "ready":
                return int(lines[3])
            time.sleep(0.1)
        raise EmbeddedUnavailable(f"a server on {self._data} has been starting or stopping for a minute")

    def _launch(self) -> None:
        """Start the server on the wanted port, or on a free one that others may take before we listen on it.

        «In use» may also be the memory of a killed server whose children are still leaving.
        """
        log = self._data / "server.log"
        for attempts_left in reversed(range(5)):
            port = self.port or _free_port()
            settings = {
                "listen_addresses": "127.0.0.1",
                "unix_socket_directories": "",
                "port": str(port),
                **(_DURABLE if self._durable else _THROWAWAY),
            }
            options = " ".join(f"-c {name}={value}" for name, value in settings.items())
            try:
                self._run(["pg_ctl", "start", "-w", "-t", "60", f"-D{self._data}", f"-l{log}", "-o", options])
            except EmbeddedUnavailable as failure:
                words = _last_lines(log)
                if not attempts_left or "in use" not in words:
                    raise EmbeddedUnavailable(f"{failure}\n{words}") from None
                time.sleep(0.2)
            else:
                self.port = port
                return

    def _stop(self) -> None:
        """End the server: cleanly when its data matters, at once when not."""
        mode = "fast" if self._durable else "immediate"
        self._run(["pg_ctl", "stop", "-w", "-t", "60", f"-D{self._data}", "-m", mode])

    def _run(self, command: list[str]) -> None:
        """Run one of PostgreSQL's programs as the server's account, with none of our environment."""
        user = account()
        identity: Mapping[str, int | list[int]] = (
            {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        )
        done = subprocess.run(
            [self.program(command[0]), *command[1:]],
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"},
            cwd=self.directory,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            **identity,  # type: ignore[call-overload]
        )
        if done.returncode != 0:
            raise EmbeddedUnavailable(f"{command[0]} failed: {(done.stderr or done.stdout).strip()}")


def demo_server() -> EmbeddedServer:
    """Return the server of the demo (not started): PostgreSQL 18 below `.demo` of the working directory."""
    return EmbeddedServer(18, Path.cwd() / ".demo" / "postgresql")


def _is_alive(pid: int) -> bool:
    """Does this process run? One that ended but was never collected (no init in a container) does not."""
    try:
        os.kill(abs(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    stat = Path(f"/proc/{abs(pid)}/stat")
    return not (stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z")


def _free_port() -> int:
    """Return a TCP port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _last_lines(log: Path) -> str:
    """Return the end of the server's log, empty when there is none."""
    return "\n".join(log.read_text().splitlines()[-10:]) if log.exists() else ""
