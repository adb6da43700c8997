"""Stripe's published payloads, signing as Stripe does it, and a journal that keeps."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from pathlib import Path

import pytest

from connectors.outside import Exchange

_PAYLOADS = Path(__file__).resolve().parents[4] / "shared" / "payloads" / "payments" / "stripe"
NOW = 1_790_000_000


class Kept:
    """A journal whose exchanges can be looked at."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []

    def record(self, exchange: Exchange) -> None:
        self.exchanges.append(exchange)


@pytest.fixture
def journal() -> Kept:
    return Kept()


@pytest.fixture
def signed() -> Callable[..., dict[str, str]]:
    def header(raw: bytes, *secrets: str, at: int = NOW) -> dict[str, str]:
        sums = [hmac.new(s.encode(), f"{at}.".encode() + raw, hashlib.sha256).hexdigest() for s in secrets]
        return {"Stripe-Signature": ",".join([f"t={at}", *(f"v1={one}" for one in sums)])}

    return header


@pytest.fixture
def payloads() -> Path:
    if not _PAYLOADS.is_dir():
        pytest.skip("the payloads are in ../shared/payloads/payments only, which is not beside this clone")
    return _PAYLOADS
