"""Files: what WhatsApp accepts when it fetches ours, and samples of what customers send (contract §2.4)."""

from __future__ import annotations

import asyncio
import hashlib
import struct
import zlib
from base64 import b64decode
from typing import Any

import httpx
import msgspec

from sandbox.gupshup.state import Failure

MB = 1024 * 1024
_FETCH_WITHIN_S = 15.0

_LIMITS: dict[str, tuple[frozenset[str] | None, int]] = {
    "image": (frozenset({"image/jpeg", "image/png"}), 5 * MB),
    "audio": (frozenset({"audio/aac", "audio/mp4", "audio/amr", "audio/mpeg", "audio/ogg"}), 16 * MB),
    "video": (frozenset({"video/mp4", "video/3gpp"}), 16 * MB),
    "sticker": (frozenset({"image/webp"}), 500 * 1024),
}
_ANY_DOCUMENT = (None, 100 * MB)


def _picture(width: int, height: int, colour: bytes) -> bytes:
    """A PNG in one colour: small, and large enough to be seen on the demo page."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        checked = kind + content
        return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress((b"\0" + colour * width) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


SAMPLES: dict[str, tuple[str, str | None, bytes]] = {
    "image": ("image/png", None, _picture(120, 80, b"\x8f\xbc\xd4")),
    "audio": ("audio/mpeg", None, b"ID3\x03\x00\x00\x00\x00\x00\x00\xff\xfb\x90\x00" + bytes(64)),
    "voice": ("audio/ogg; codecs=opus", None, b"OggS\x00\x02" + bytes(22) + b"OpusHead\x01\x01" + bytes(16)),
    "video": ("video/mp4", None, b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom"),
    "document": ("application/pdf", "documento.pdf", b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"),
    "sticker": ("image/webp", None, b64decode("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA")),
}
"""Kind → content type, name and bytes of a small file of that kind."""


class Fetched(msgspec.Struct):
    """A file that WhatsApp could fetch."""

    content_type: str
    size: int
    sha256: str
    content: bytes

    def shown(self, url: str) -> dict[str, Any]:
        """How the phone's conversation shows it."""
        return {"url": url, "content_type": self.content_type, "size": self.size, "sha256": self.sha256}


async def fetch(client: httpx.AsyncClient, url: str, kind: str) -> Fetched | Failure:
    """Fetch what we are asked to send, as strictly as WhatsApp: no redirect, right type, within the limit.

    Failures carry Gupshup's 1010 (address) and 1011 (size), or Meta's 131053 (type).
    """
    types, limit = _LIMITS.get(kind, _ANY_DOCUMENT)
    try:
        async with asyncio.timeout(_FETCH_WITHIN_S):
            answer = await client.get(url)
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
        return _bad_url(type(error).__name__)
    if answer.status_code != 200:
        return _bad_url(f"HTTP {answer.status_code}")
    content_type = answer.headers.get("content-type", "")
    if len(answer.content) > limit:
        return Failure(code=1011, reason="Media size exceeds the limit", how="sync")
    if types is not None and content_type.partition(";")[0].strip().lower() not in types:
        return Failure(code=131053, reason=f"Media upload error: {content_type!r} is no {kind}")
    if content_type.startswith("audio/ogg") and b"OpusHead" not in answer.content[:512]:
        return Failure(code=131053, reason="Media upload error: ogg without opus")
    digest = hashlib.sha256(answer.content).hexdigest()
    return Fetched(content_type, len(answer.content), digest, answer.content)


def _bad_url(why: str) -> Failure:
    return Failure(code=1010, reason=f"Invalid Media URL ({why})", how="sync")
