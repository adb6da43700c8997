"""Reading Gupshup's JSON tolerantly: numbers or strings, nulls, missing and extra fields, any instant.

Gupshup's own examples disagree on types (`"billable": "false"`, `ts` as number or string), so a field is read
for what it means. No function here raises but `decode`.
"""

from __future__ import annotations

import json
import math
import re
from datetime import UTC, datetime
from typing import Any, NoReturn

_MAX_DEPTH = 32
_MAX_INTEGER = 2**63
_NOT_IN_POSTGRESQL = re.compile("[\x00\ud800-\udfff]")
_NUMBER = re.compile(r"[0-9]{1,16}(\.[0-9]{1,9})?")
_DIGITS = re.compile(r"\+?([0-9]{4,20})")
_MILLISECONDS_FROM = 100_000_000_000
_EARLIEST = datetime(2009, 1, 1, tzinfo=UTC).timestamp()
_LATEST = datetime(2100, 1, 1, tzinfo=UTC).timestamp()


class WebhookError(ValueError):
    """A body that is not a callback; `reason` is not_utf8, not_json, not_an_object or too_deep."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def decode(body: bytes) -> dict[str, Any]:
    """Return the JSON object in `body`, made safe for jsonb: U+0000 and lone surrogates are U+FFFD.

    Raises WebhookError; also when nested deeper than 32, which no callback is.
    """
    try:
        value = json.loads(body.decode("utf-8-sig"), parse_constant=_refuse)
    except UnicodeDecodeError:
        raise WebhookError("not_utf8") from None
    except RecursionError:
        raise WebhookError("too_deep") from None
    except ValueError:
        raise WebhookError("not_json") from None
    if not isinstance(value, dict):
        raise WebhookError("not_an_object")
    return {_clean(name): _storable(item, 2) for name, item in value.items()}


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _storable(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, dict | list) and depth > _MAX_DEPTH:
        raise WebhookError("too_deep")
    if isinstance(value, dict):
        return {_clean(name): _storable(item, depth + 1) for name, item in value.items()}
    if isinstance(value, list):
        return [_storable(item, depth + 1) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, int) and abs(value) >= _MAX_INTEGER:
        return str(value)
    return value


def _clean(text: str) -> str:
    return _NOT_IN_POSTGRESQL.sub("\ufffd", text)


def object_of(value: Any) -> dict[str, Any]:
    """The object, or an empty one in place of anything else."""
    return value if isinstance(value, dict) else {}


def objects_of(value: Any) -> list[dict[str, Any]]:
    """The objects in a list; anything else in it is passed over."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def text_of(value: Any) -> str | None:
    """A text as it came, a number as text; None for null, blank and everything else."""
    if isinstance(value, str):
        return value if value.strip() else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return str(int(value)) if float(value).is_integer() else str(value)


def first_text(fields: dict[str, Any], *names: str) -> str | None:
    """The first of the named fields that holds a text."""
    return next((text for name in names if (text := text_of(fields.get(name))) is not None), None)


def digits_of(value: Any) -> str | None:
    """A phone number or WhatsApp id as digits without `+`; None when it is anything else."""
    found = _DIGITS.fullmatch((text_of(value) or "").strip())
    return found[1] if found else None


def number_of(value: Any) -> str | None:
    """A number for display and matching: digits when it is one, else the text as it came."""
    return digits_of(value) or text_of(value)


def instant_of(value: Any) -> str | None:
    """ISO-8601 UTC with ms, from seconds or milliseconds, as number or text; None outside of 2009 to 2099.

    Both units occur in one callback (`timestamp` ms, `ts` s); as instants of our time they differ.
    """
    text = (text_of(value) or "").strip()
    if not _NUMBER.fullmatch(text):
        return None
    seconds = float(text) / 1000 if float(text) >= _MILLISECONDS_FROM else float(text)
    if not _EARLIEST <= seconds < _LATEST:
        return None
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
