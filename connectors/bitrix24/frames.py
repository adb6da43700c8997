"""The request with which a portal opens one of our pages (contracts/bitrix24.md §1.3).

Anyone can post such a form, so a `Frame` is a claim, not a fact: `auth.AuthServer.verify_frame` turns it
into a `VerifiedUser`. `status`, `APPLICATION_SCOPE` and `client_endpoint` are forgeable and not read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from connectors.redaction import Secret

_DOMAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?(?::[0-9]{1,5})?")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z]{2,4})?")
_APP_SID = re.compile(r"[A-Za-z0-9]{1,64}")
_TOKEN = re.compile(r"[\x21-\x7e]{1,512}")
_MEMBER = re.compile(r"[A-Za-z0-9]{1,64}")
_PLACEMENT = re.compile(r"[A-Za-z0-9_]{1,100}")
_ENDPOINT = re.compile(r"https?://[\x21-\x7e]{1,250}")
_SECONDS = re.compile(r"[0-9]{1,9}")
_MAX_OPTIONS = 65_536


class FrameError(ValueError):
    """A frame request that is refused; `reason` names the field, never its value."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """What a frame request claims. `auth_id` is the token of the user who opened the page."""

    domain: str
    protocol: str
    """`https` or `http`."""
    lang: str
    app_sid: str
    auth_id: Secret
    refresh_id: Secret
    expires_s: int
    member_id: str
    placement: str
    placement_options: dict[str, Any]
    application_token: Secret | None
    server_endpoint: str | None
    """As posted; used only through `AuthServer.server_for`. Older portals do not send it."""


def parse_frame(query: Mapping[str, str], form: Mapping[str, Any]) -> Frame:
    """Read a frame request: `query` of its address, `form` from `form.parse_form`.

    Raises FrameError when a field is missing, of another type, or longer than it can be.
    """
    token = _optional(form, "APPLICATION_TOKEN", _TOKEN)
    return Frame(
        domain=_required(query, "DOMAIN", _DOMAIN).lower(),
        protocol=_protocol(query),
        lang=_required(query, "LANG", _LANGUAGE).lower(),
        app_sid=_required(query, "APP_SID", _APP_SID),
        auth_id=Secret(_required(form, "AUTH_ID", _TOKEN)),
        refresh_id=Secret(_required(form, "REFRESH_ID", _TOKEN)),
        expires_s=int(_required(form, "AUTH_EXPIRES", _SECONDS)),
        member_id=_required(form, "member_id", _MEMBER),
        placement=_optional(form, "PLACEMENT", _PLACEMENT) or "DEFAULT",
        placement_options=_options(form.get("PLACEMENT_OPTIONS")),
        application_token=Secret(token) if token else None,
        server_endpoint=_optional(form, "SERVER_ENDPOINT", _ENDPOINT),
    )


def _required(source: Mapping[str, Any], name: str, shape: re.Pattern[str]) -> str:
    value = source.get(name)
    if not isinstance(value, str) or value == "":
        raise FrameError(f"{name} is missing")
    if shape.fullmatch(value) is None:
        raise FrameError(f"{name} has a wrong form")
    return value


def _optional(source: Mapping[str, Any], name: str, shape: re.Pattern[str]) -> str | None:
    return _required(source, name, shape) if source.get(name) not in (None, "") else None


def _protocol(query: Mapping[str, str]) -> str:
    match query.get("PROTOCOL"):
        case "1":
            return "https"
        case "0":
            return "http"
        case _:
            raise FrameError("PROTOCOL is neither 0 nor 1")


def _options(value: Any) -> dict[str, Any]:
    """A JSON text; PHP writes an empty map as `[]`, and the application's own page has none."""
    if value in (None, ""):
        return {}
    if not isinstance(value, str) or len(value) > _MAX_OPTIONS:
        raise FrameError("PLACEMENT_OPTIONS has a wrong form")
    try:
        options = msgspec.json.decode(value)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError) as error:
        raise FrameError("PLACEMENT_OPTIONS is not JSON") from error
    if isinstance(options, dict):
        return options
    if options in ([], None, False):
        return {}
    raise FrameError("PLACEMENT_OPTIONS is not a map")
