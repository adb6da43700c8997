"""Reads back what a document says, page by page: enough of PDF for what our own kit writes."""

from __future__ import annotations

import base64
import re
import zlib

_STREAM = re.compile(rb"<<(?P<facts>.*?)>>\s*stream\r?\n(?P<bytes>.*?)endstream", re.DOTALL)
_SHOWN = re.compile(rb"\(((?:\\.|[^\\)])*)\) Tj", re.DOTALL)
_OCTAL = re.compile(rb"\\([0-7]{3})")
_ESCAPED = re.compile(rb"\\(.)")


def pages_of(document: bytes) -> list[list[str]]:
    """The texts of each page in the order in which they were drawn; forms are left out."""
    streams = [_plain(found) for found in _STREAM.finditer(document) if b"/Form" not in found["facts"]]
    texts = [[_text(shown) for shown in _SHOWN.findall(stream)] for stream in streams]
    return [page for page in texts if page]


def count_of(document: bytes) -> str:
    """What the form says that every page shows as the number of pages."""
    forms = [_plain(found) for found in _STREAM.finditer(document) if b"/Form" in found["facts"]]
    return _text(_SHOWN.findall(forms[0])[0])


def _plain(found: re.Match[bytes]) -> bytes:
    content = found["bytes"].strip()
    if b"ASCII85Decode" in found["facts"]:
        content = base64.a85decode(content.removesuffix(b"~>"))
    return zlib.decompress(content) if b"FlateDecode" in found["facts"] else content


def _text(shown: bytes) -> str:
    octal = _OCTAL.sub(lambda found: bytes([int(found[1], 8)]), shown)
    return _ESCAPED.sub(rb"\1", octal).decode("cp1252")
