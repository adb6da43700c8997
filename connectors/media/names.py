"""The name of a fetched file: what its server calls it, made safe to write and to show."""

from __future__ import annotations

import re
from email.message import Message
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

from connectors.media.sniff import extension_of

_MAX_NAME: Final = 120
_UNSAFE_IN_HEADER: Final = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_UNSAFE: Final = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff<>:\"|?*]"
)


def given_name(url: str, disposition: str | None) -> str | None:
    """By Content-Disposition, else by the query's `fileName`, else the last part of the path with a dot."""
    header = Message()
    header["Content-Disposition"] = _UNSAFE_IN_HEADER.sub("", disposition or "")
    parts = urlsplit(url)
    last = unquote(parts.path).rpartition("/")[2]
    candidates = (
        header.get_filename(),
        *parse_qs(parts.query).get("fileName", ()),
        last if "." in last else None,
    )
    return next((name for candidate in candidates if (name := _safe(candidate or ""))), None)


def name_for(name: str | None, mime: str) -> str:
    """A name with an extension; `file` and the type's usual one where there is none."""
    base = name or "file"
    return base if "." in base else base + extension_of(mime)


def _safe(name: str) -> str:
    """The last path part without control and direction marks, cut to length with its extension kept."""
    last = re.split(r"[/\\]", name)[-1]
    clean = _UNSAFE.sub("", last).strip(" .")
    if len(clean) <= _MAX_NAME:
        return clean
    stem, dot, extension = clean.rpartition(".")
    return f"{stem[: _MAX_NAME - 11]}.{extension[:10]}" if dot else clean[:_MAX_NAME]
