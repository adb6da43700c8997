"""Stripe's published payloads, signing as Stripe does it, and our connector on the simulated Stripe."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from tests.connectors.stripe.stage import StripeStage, staged

_PAYLOADS = Path(__file__).resolve().parents[4] / "shared" / "payloads" / "payments" / "stripe"
NOW = 1_790_000_000


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def servers() -> AsyncIterator[StripeStage]:
    """One simulated Stripe for a module."""
    async with staged() as stage:
        yield stage


@pytest_asyncio.fixture(loop_scope="module")
async def stage(servers: StripeStage) -> StripeStage:
    """A new account at that Stripe, for one test."""
    await servers.begin_anew()
    return servers


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
