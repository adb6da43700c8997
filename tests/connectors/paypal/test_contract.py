"""PayPal, by each transport, under the contract suite of all payment providers."""

from __future__ import annotations

import pytest

from tests.connectors.payments_contract import PaymentsContract

pytestmark = pytest.mark.asyncio(loop_scope="module")


class TestPayPal(PaymentsContract):
    """The fixture `stage` is in conftest."""
