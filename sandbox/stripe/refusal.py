"""What Stripe answers to a request that it does not perform (contracts/payments.md §1.2)."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """Answered as `{"error": {…}}` with `status`."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: str | None = None,
        param: str | None = None,
        kind: str = "invalid_request_error",
        **more: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.error = {
            "type": kind,
            "message": message,
            **{name: value for name, value in {"code": code, "param": param, **more}.items() if value},
        }

    @property
    def by_check(self) -> bool:
        """Refused before the endpoint ran: not kept under the idempotency key."""
        return self.status == 400 or self.status == 401


def missing(kind: str, object_id: str, param: str = "id") -> Refusal:
    """No such object."""
    return Refusal(404, f"No such {kind}: '{object_id}'", code="resource_missing", param=param)
