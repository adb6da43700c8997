"""Form bodies as PHP writes them: `data[MESSAGES][0][im][chat_id]=1807` (contracts/bitrix24.md §1.7).

Everything Bitrix24 posts to us (events, frames, robots, the SMS provider) has this shape. The body comes
from anyone who knows our address, so size, number of keys and depth are bounded before any work is done.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote_to_bytes

import msgspec

_KEY = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_SEGMENT = re.compile(r"\[([^\[\]]*)\]")
_INDEX = re.compile(r"0|[1-9][0-9]{0,8}")
_SECRET = re.compile(rb"((?:^|&)[^=&]*(?:_token|AUTH_ID|REFRESH_ID)(?:%5D|\])?=)[^&]*", re.IGNORECASE)


class FormLimits(msgspec.Struct, frozen=True, kw_only=True):
    """How much of a form is read."""

    body_bytes: int = 1_048_576
    keys: int = 1_000
    depth: int = 10


LIMITS = FormLimits()


class FormError(ValueError):
    """A form that is refused: `reason` for the log, `http_status` 400 or 413 for the answer."""

    def __init__(self, reason: str, http_status: int = 400) -> None:
        super().__init__(reason)
        self.reason = reason
        self.http_status = http_status


def parse_form(body: bytes, *, limits: FormLimits = LIMITS) -> dict[str, Any]:
    """Return the nested form: maps, lists where every key is a number (in their order), and texts.

    U+0000 and lone surrogates become U+FFFD, since PostgreSQL's jsonb cannot hold them. Raises FormError
    for a body, a number of keys or a depth above `limits`, for invalid UTF-8, and for keys that
    contradict each other: whoever sends `a=1&a=2` wants two readers to see different things.
    """
    if len(body) > limits.body_bytes:
        raise FormError(f"the body is over {limits.body_bytes} bytes", 413)
    if body.count(b"&") >= limits.keys:
        raise FormError(f"more than {limits.keys} keys", 413)
    form: dict[str, Any] = {}
    for pair in body.split(b"&"):
        if pair:
            key, _, value = pair.partition(b"=")
            _put(form, _path(_decode(key), limits.depth), _decode(value))
    return {key: _with_lists(value) for key, value in form.items()}


def without_secrets(body: bytes) -> bytes:
    """The same form with its tokens blanked: what may be kept as the bytes that came."""
    return _SECRET.sub(rb"\g<1>[secret]", body)


def _decode(part: bytes) -> str:
    try:
        text = unquote_to_bytes(part.replace(b"+", b" ")).decode("utf-8", "surrogatepass")
    except UnicodeDecodeError as error:
        raise FormError("the body is not UTF-8") from error
    return clean(text)


def clean(text: str) -> str:
    """`text` without what jsonb cannot hold: U+0000 and lone surrogates become U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "\ufffd")


def _path(key: str, depth: int) -> list[str]:
    match = _KEY.fullmatch(key)
    if match is None:
        raise FormError("a key has unbalanced brackets")
    path = [match[1], *_SEGMENT.findall(match[2])]
    if len(path) > depth:
        raise FormError(f"a key is nested deeper than {depth}")
    return path


def _put(form: dict[str, Any], path: list[str], value: str) -> None:
    place = form
    for segment in path[:-1]:
        inner = place.setdefault(_name(place, segment), {})
        if not isinstance(inner, dict):
            raise FormError("a key is both a value and a group")
        place = inner
    last = _name(place, path[-1])
    if last in place:
        raise FormError("a key is given twice")
    place[last] = value


def _name(place: dict[str, Any], segment: str) -> str:
    """PHP's `key[]` takes the next free number."""
    if segment:
        return segment
    numbers = [int(key) for key in place if _INDEX.fullmatch(key)]
    return str(max(numbers, default=-1) + 1)


def _with_lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {key: _with_lists(item) for key, item in value.items()}
    if all(_INDEX.fullmatch(key) for key in inner):
        return [inner[key] for key in sorted(inner, key=int)]
    return inner
