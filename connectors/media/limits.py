"""What WhatsApp takes of each kind of file (contracts/gupshup.md §2.4), once the file is there.

The published table is messaging.message_kind, by which a message is judged as it is declared; these are the
same figures, and a test holds the two together.
"""

from __future__ import annotations

from typing import Final

import msgspec

from connectors.media.sniff import base_of
from connectors.outside import Actor, Failure, Policy

_KB: Final = 1024
_MB: Final = 1024 * _KB


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """The types and the size of one kind."""

    mimes: frozenset[str] | None
    """None: any type."""
    max_bytes: int


_AUDIO: Final = Limit(
    mimes=frozenset({"audio/aac", "audio/mp4", "audio/amr", "audio/mpeg", "audio/ogg"}), max_bytes=16 * _MB
)
LIMITS: Final[dict[str, Limit]] = {
    "image": Limit(mimes=frozenset({"image/jpeg", "image/png"}), max_bytes=5 * _MB),
    "audio": _AUDIO,
    "voice": _AUDIO,
    "video": Limit(mimes=frozenset({"video/mp4", "video/3gpp"}), max_bytes=16 * _MB),
    "document": Limit(mimes=None, max_bytes=100 * _MB),
    "sticker": Limit(mimes=frozenset({"image/webp"}), max_bytes=100 * _KB),
    "animated_sticker": Limit(mimes=frozenset({"image/webp"}), max_bytes=500 * _KB),
}


def check(kind: str, mime: str, size: int) -> Failure | None:
    """Why WhatsApp would not take a file of this kind, type and size in bytes; None if it would.

    Ogg without a named codec passes, because many senders do not name it; another codec than Opus does not.
    """
    limit = LIMITS.get(kind)
    if limit is None:
        return _refusal("media_kind", f"WhatsApp has no file of kind {kind}")
    if limit.mimes is not None and base_of(mime) not in limit.mimes:
        return _refusal("media_type", f"WhatsApp takes no {base_of(mime)} as {kind}")
    if base_of(mime) == "audio/ogg" and kind != "document" and not _may_be_opus(mime):
        return _refusal("media_type", "WhatsApp takes Ogg with the Opus codec only")
    if size <= 0:
        return _refusal("media_empty", "the file is empty")
    if size > limit.max_bytes:
        return _refusal("media_too_large", f"{size} bytes; WhatsApp takes {limit.max_bytes} as {kind}")
    return None


def _may_be_opus(mime: str) -> bool:
    _, _, parameters = mime.lower().partition(";")
    return "codecs" not in parameters or "opus" in parameters


def _refusal(code: str, message: str) -> Failure:
    return Failure(policy=Policy.NEVER, code=code, message=message, who_acts=Actor.OPERATOR)
