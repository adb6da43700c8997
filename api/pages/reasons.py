"""The dictionary of `adapters.explanations` in the form that the pages' scripts read."""

from __future__ import annotations

from typing import Final

from adapters.explanations import CODES as CODES_OF
from adapters.explanations import WHO_ACTS, meaning_of

CODES: Final[dict[str, str]] = {
    **CODES_OF["bitrix24"],
    **CODES_OF["ours"],
    **{f"gupshup:{code}": meaning for code, meaning in CODES_OF["gupshup"].items()},
}
"""Code → meaning; Gupshup's and WhatsApp's codes are written `gupshup:<code>`."""


def group_of(code: str, status: int) -> str:
    """The meaning of a refusal's code."""
    return meaning_of(code, "ours", status)


__all__ = ["CODES", "WHO_ACTS", "group_of"]
