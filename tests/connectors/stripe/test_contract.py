"""Stripe under the contract suite of all payment providers."""

from __future__ import annotations

import pytest

from connectors.money import MICROS
from connectors.payments import RefundSnapshot
from tests.connectors.payments_contract import PaymentsContract, refund_of
from tests.connectors.stripe.stage import StripeStage

pytestmark = pytest.mark.asyncio(loop_scope="module")


class TestStripe(PaymentsContract):
    """The fixture `stage` is in conftest."""

    async def test_a_refund_repeated_when_stripe_forgot_its_key_is_not_given_again(
        self, stage: StripeStage
    ) -> None:
        command = refund_of(await self.paid(stage), "r-1", 5 * MICROS)
        first = await stage.provider.refund(command)
        await stage.advance(90_000)
        again = await stage.provider.refund(command)
        assert isinstance(first, RefundSnapshot)
        assert isinstance(again, RefundSnapshot)
        assert first.provider_ref == again.provider_ref
        assert 1 == len(stage.sandbox.all("refund"))
