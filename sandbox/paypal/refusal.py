"""How PayPal refuses a call (contract §2.2): a name, and an issue that says which rule was broken."""

from __future__ import annotations

import re
from typing import Any, TypeVar

import msgspec

Body = TypeVar("Body")

_NAMES = {
    400: "INVALID_REQUEST",
    401: "AUTHENTICATION_FAILURE",
    403: "NOT_AUTHORIZED",
    404: "RESOURCE_NOT_FOUND",
    409: "RESOURCE_CONFLICT",
    422: "UNPROCESSABLE_ENTITY",
    429: "RATE_LIMIT_REACHED",
}


class Refusal(Exception):
    """Answered with `status` and PayPal's error body."""

    def __init__(self, status: int, issue: str, description: str, *, field: str | None = None) -> None:
        super().__init__(f"{issue}: {description}")
        self.status = status
        self.issue = issue
        self.description = description
        self.field = field

    def body(self, debug_id: str) -> dict[str, Any]:
        """The JSON of the answer; OAuth has a shape of its own (§2.1)."""
        if self.issue == "invalid_client":
            return {"error": self.issue, "error_description": self.description}
        if self.issue == "invalid_token":
            return {"error": self.issue, "error_description": self.description}
        detail: dict[str, Any] = {"issue": self.issue, "description": self.description}
        if self.field is not None:
            detail |= {"field": self.field, "location": "body"}
        return {
            "name": _NAMES.get(self.status, "INTERNAL_SERVER_ERROR"),
            "message": "The requested action could not be performed.",
            "debug_id": debug_id,
            "details": [detail],
            "links": [],
        }


def unprocessable(issue: str, description: str, field: str | None = None) -> Refusal:
    """A request of the right form that breaks a rule of the business."""
    return Refusal(422, issue, description, field=field)


def not_found(what: str) -> Refusal:
    """The object does not exist, or is somebody else's."""
    return Refusal(404, "INVALID_RESOURCE_ID", f"no such {what}")


def read(raw: bytes, shape: type[Body]) -> Body:
    """A request body as `shape`; raises Refusal 400 naming the field that is wrong."""
    try:
        return msgspec.json.decode(raw or b"{}", type=shape)
    except msgspec.ValidationError as error:
        words = str(error)
        missing = "missing required field" in words
        where = re.search(r"at `\$(.*)`", words)
        path = re.sub(r"[.\[\]]+", "/", where.group(1)).rstrip("/") if where else ""
        if missing and (name := re.search(r"field `(\w+)`", words)):
            path = f"{path}/{name.group(1)}"
        issue = "MISSING_REQUIRED_PARAMETER" if missing else "INVALID_PARAMETER_VALUE"
        raise Refusal(400, issue, words, field=path or "/") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refusal(400, "MALFORMED_REQUEST_JSON", str(error)) from error
