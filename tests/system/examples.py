"""Gupshup's own examples, for tests that replay them: ../shared beside the repository, else our copies."""

from __future__ import annotations

from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[2]
_SHARED = _ROOT.parent / "shared" / "payloads" / "gupshup"
_EXAMPLES = _SHARED if _SHARED.is_dir() else _ROOT / "tests" / "fixtures" / "gupshup"


def example(name: str) -> bytes:
    """The bytes of one example; the test is skipped where only ../shared has it and that is absent."""
    path = _EXAMPLES / name
    if not path.exists():
        pytest.skip(f"{name} is in ../shared/payloads/gupshup only, which is not beside this clone")
    return path.read_bytes()


def names() -> set[str]:
    """Every example that is here."""
    return {path.name for path in _EXAMPLES.glob("*.json")}
