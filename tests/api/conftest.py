"""One running house per module, as in the system tests."""

from __future__ import annotations

from tests.system.conftest import house

__all__ = ["house"]
