"""The ways in which the simulated service says no (contract bitrix24.md §1.4, §1.5)."""

from __future__ import annotations

from typing import Any


class RestError(Exception):
    """An error envelope of the REST API: HTTP status and `{"error", "error_description", …}`."""

    def __init__(self, code: str, description: str, status: int = 400, **extra: str) -> None:
        super().__init__(f"{code}: {description}")
        self.code = code
        self.description = description
        self.status = status
        self.extra = extra

    def envelope(self) -> dict[str, Any]:
        """The body of the answer."""
        return {"error": self.code, "error_description": self.description, **self.extra}


class NoSuchThing(LookupError):
    """The test or the demo named a portal, chat, line or user that does not exist here."""


def missing(argument: str) -> RestError:
    """A required argument is absent (§2): `{"error": "ERROR_ARGUMENT", …, "argument": "LINE"}`."""
    return RestError("ERROR_ARGUMENT", f"Argument '{argument}' is null or empty", argument=argument)


def wrong(argument: str, why: str) -> RestError:
    """An argument is there and cannot be used."""
    return RestError("ERROR_ARGUMENT", f"Argument '{argument}' {why}", argument=argument)


def denied(why: str = "Access denied.", status: int = 403) -> RestError:
    """The user or the context has no right."""
    return RestError("ACCESS_DENIED", why, status)
