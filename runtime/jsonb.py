"""JSON on its way into PostgreSQL: fast, and free of what `jsonb` and `text` cannot hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

_REPLACEMENT = "�"
_INT64 = range(-(2**63), 2**63)
_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder()


def clean(value: Any) -> Any:
    """Return a copy in which every text, keys included, is storable.

    U+0000 and lone surrogates become U+FFFD; an integer beyond 64 bits is kept as the number it is.
    """
    if isinstance(value, str):
        if "\0" in value:
            value = value.replace("\0", _REPLACEMENT)
        try:
            value.encode()
        except UnicodeEncodeError:
            value = "".join(_REPLACEMENT if "\ud800" <= letter <= "\udfff" else letter for letter in value)
        return value
    if isinstance(value, Mapping):
        return {clean(key): clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [clean(item) for item in value]
    if isinstance(value, msgspec.Struct):
        return clean(msgspec.structs.asdict(value))
    if isinstance(value, int) and value not in _INT64:
        return msgspec.Raw(str(value).encode())
    return value


def dumps(value: Any) -> bytes:
    """Encode for a `jsonb` parameter; `value` may hold structs, dates, UUIDs, Decimals (as text)."""
    try:
        encoded = _encoder.encode(value)
    except (UnicodeEncodeError, OverflowError):
        return _encoder.encode(clean(value))
    # an escaped backslash before u0000 looks the same; cleaning it then changes nothing
    return _encoder.encode(clean(value)) if b"\\u0000" in encoded else encoded


def loads(text: str | bytes) -> Any:
    """Decode a `jsonb` result into dicts, lists, text and numbers."""
    return _decoder.decode(text)
