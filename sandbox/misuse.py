"""What the person or test that drives the sandbox gets told when a request cannot be meant."""

from __future__ import annotations


class Misuse(Exception):
    """Answered as JSON `{"error", "what_to_do"}` with `status` (4xx)."""

    def __init__(self, status: int, error: str, what_to_do: str) -> None:
        super().__init__(error)
        self.status = status
        self.error = error
        self.what_to_do = what_to_do
