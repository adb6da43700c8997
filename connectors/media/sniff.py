"""What a file is, by its first bytes, for the types that WhatsApp takes; else what it was declared to be."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Final

HEAD_BYTES: Final = 512
"""How much of a file's beginning `mime_of` wants to see."""

_UNKNOWN: Final = "application/octet-stream"
_FLAGS: Final = 20
_OFFICE: Final = "application/vnd.openxmlformats-officedocument."
_ZIPPED: Final = {
    ".docx": f"{_OFFICE}wordprocessingml.document",
    ".xlsx": f"{_OFFICE}spreadsheetml.sheet",
    ".pptx": f"{_OFFICE}presentationml.presentation",
}
_COMPOUND: Final = {
    ".doc": "application/msword",
    ".xls": "application/vnd.ms-excel",
    ".ppt": "application/vnd.ms-powerpoint",
}
_BEGINNINGS: Final = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"#!AMR", "audio/amr"),
    (b"ID3", "audio/mpeg"),
    (b"fLaC", "audio/flac"),
    (b"%PDF-", "application/pdf"),
)
_NAME_OF_EXTENSION: Final = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "image/gif": ".gif",
    "video/mp4": ".mp4",
    "video/3gpp": ".3gp",
    "video/quicktime": ".mov",
    "audio/ogg": ".ogg",
    "audio/mp4": ".m4a",
    "audio/amr": ".amr",
    "audio/aac": ".aac",
    "audio/mpeg": ".mp3",
    "application/pdf": ".pdf",
    "application/zip": ".zip",
    "text/plain": ".txt",
    "text/csv": ".csv",
    **{mime: extension for extension, mime in (_ZIPPED | _COMPOUND).items()},
}


def mime_of(head: bytes, declared: str | None, name: str | None) -> str:
    """Return the MIME type; for Ogg with its codec, because WhatsApp takes Opus only.

    `head` is the first `HEAD_BYTES` of the file, `declared` its Content-Type, `name` its file name, whose
    extension tells what is in a container that does not say (zip, compound).
    """
    said = base_of(declared or "")
    extension = PurePosixPath((name or "").lower()).suffix
    for beginning, mime in _BEGINNINGS:
        if head.startswith(beginning):
            return mime
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return "audio/wav"
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return _of_matroska(head, said)
    if head[4:8] == b"ftyp":
        return _of_brand(head[8:12], said)
    if head.startswith(b"OggS"):
        return _of_ogg(head)
    if head.startswith(b"PK\x03\x04"):
        return _ZIPPED.get(extension) or (said if said in _ZIPPED.values() else "application/zip")
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _COMPOUND.get(extension) or said or _UNKNOWN
    return _of_frame(head) or said or _UNKNOWN


def is_animated(head: bytes) -> bool:
    """Does a WebP move? Its extended header says so in one bit."""
    return head[8:16] == b"WEBPVP8X" and len(head) > _FLAGS and bool(head[_FLAGS] & 0x02)


def base_of(mime: str) -> str:
    """The type without its parameters, in lower case."""
    return mime.partition(";")[0].strip().lower()


def extension_of(mime: str) -> str:
    """The usual extension with its dot; empty for a type we do not know."""
    return _NAME_OF_EXTENSION.get(base_of(mime), "")


def _of_brand(brand: bytes, said: str) -> str:
    """An ISO base media file. Its brand rarely says whether there is a picture; then the declaration does."""
    if brand.startswith((b"3gp", b"3g2")):
        return "audio/3gpp" if said == "audio/3gpp" else "video/3gpp"
    if brand in (b"M4A ", b"M4B "):
        return "audio/mp4"
    if brand == b"qt  ":
        return "video/quicktime"
    if brand in (b"heic", b"heix", b"mif1", b"msf1", b"avif"):
        return "image/avif" if brand == b"avif" else "image/heic"
    return "audio/mp4" if said.startswith("audio/") else "video/mp4"


def _of_matroska(head: bytes, said: str) -> str:
    """A browser's recording. The declaration says whether there is a picture."""
    form = "webm" if b"webm" in head[:64] else "x-matroska"
    return f"audio/{form}" if said.startswith("audio/") else f"video/{form}"


def _of_ogg(head: bytes) -> str:
    if b"OpusHead" in head:
        return "audio/ogg; codecs=opus"
    if b"\x01vorbis" in head:
        return "audio/ogg; codecs=vorbis"
    return "video/ogg" if b"\x80theora" in head else "application/ogg"


def _of_frame(head: bytes) -> str | None:
    """An audio stream without a header begins with a frame: 11 set bits, version, layer (III is MP3)."""
    if len(head) < 2 or head[0] != 0xFF:
        return None
    if head[1] & 0xF6 == 0xF0:
        return "audio/aac"
    is_mp3 = head[1] & 0xE0 == 0xE0 and head[1] & 0x18 != 0x08 and head[1] & 0x06 == 0x02
    return "audio/mpeg" if is_mp3 else None
