"""Stripe beside the other parties: one address, one clock, one feed, one snapshot."""

from __future__ import annotations

import pytest

from tests.sandbox.conftest import Stage

pytestmark = pytest.mark.requirement("R2.3-b")


async def test_stripe_answers_under_the_sandboxs_address_and_outlives_a_restart(empty_stage: Stage) -> None:
    answer = await empty_stage.http.post(
        f"{empty_stage.base}/stripe/v1/customers",
        content="name=A",
        headers={"Authorization": "Bearer sk_test_sandbox", "Stripe-Version": "2026-10-28.endive"},
    )
    assert 200 == answer.status_code
    refused = await empty_stage.http.post(f"{empty_stage.base}/stripe/v1/customers", content="name=A")
    assert 401 == refused.status_code
    complaints = await empty_stage.get("/sandbox/complaints")
    assert ["stripe"] == [one["party"] for one in complaints]
    snapshot = empty_stage.sandbox.snapshot()
    empty_stage.sandbox.restore(snapshot)
    assert [answer.json()["id"]] == [one["id"] for one in empty_stage.sandbox.stripe.all("customer")]


async def test_a_snapshot_of_before_there_was_stripe_is_still_taken(empty_stage: Stage) -> None:
    snapshot = empty_stage.sandbox.snapshot()
    del snapshot["stripe"]
    empty_stage.sandbox.restore(snapshot)
    assert [] == empty_stage.sandbox.stripe.all("customer")
