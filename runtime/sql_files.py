"""The SQL that makes the database, as files: what is versioned, what is replaced, what is to be dropped."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import msgspec

SQL_ROOT = Path(__file__).parent.parent / "sql"
"""`sql/` of the checkout, or of the installed wheel."""

_SCHEMA_NAME = re.compile(r"^\d{4}\.[a-z0-9_]+\.sql$")
_SIGNATURE = re.compile(r"^[a-z_]+\.[a-z_0-9]+\([a-z_0-9.,\[\] ]*\)$")


class SqlFilesWrong(Exception):
    """A file's name or a line of removed.txt does not follow the rules; the text says which and how."""


class SqlFile(msgspec.Struct, frozen=True):
    """One file: its name below `schema/` or its path below `procs/`, its text, its SHA-256 in hex."""

    name: str
    text: str
    sha256: str


class SqlFiles(msgspec.Struct, frozen=True, kw_only=True):
    """All of it, in the order in which it is applied."""

    schema: tuple[SqlFile, ...]
    procs: tuple[SqlFile, ...]
    removed: tuple[str, ...]
    """Signatures of functions to drop: their file vanished in an earlier release."""


def read_sql_files(root: Path) -> SqlFiles:
    """Read `schema/NNNN.label.sql`, `procs/**/*.sql` and `procs/removed.txt`. Raises `SqlFilesWrong`."""
    schema = tuple(_read(path, root / "schema") for path in sorted((root / "schema").glob("*.sql")))
    for file in schema:
        if not _SCHEMA_NAME.match(file.name):
            raise SqlFilesWrong(f"schema/{file.name}: name it NNNN.label.sql, such as 0007.tariffs.sql")
    procs = tuple(_read(path, root / "procs") for path in sorted((root / "procs").rglob("*.sql")))
    return SqlFiles(schema=schema, procs=procs, removed=_read_removed(root / "procs" / "removed.txt"))


def _read(path: Path, below: Path) -> SqlFile:
    content = path.read_bytes()
    return SqlFile(path.relative_to(below).as_posix(), content.decode(), hashlib.sha256(content).hexdigest())


def _read_removed(path: Path) -> tuple[str, ...]:
    """Read one signature a line, such as `tenancy.old(uuid, text)`; `#` begins a comment."""
    if not path.exists():
        return ()
    lines = (line.partition("#")[0].strip() for line in path.read_text().splitlines())
    signatures = tuple(line for line in lines if line)
    for signature in signatures:
        if not _SIGNATURE.match(signature):
            raise SqlFilesWrong(f"procs/removed.txt: {signature!r} is not like tenancy.old(uuid, text)")
    return signatures
