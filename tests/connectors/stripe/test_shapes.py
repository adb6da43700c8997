"""Stripe's published objects, new and old, read without a crash and never trusted (payments.md §6)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from connectors.money import MICROS
from connectors.payment_evidence import Evidence, EvidenceKind
from connectors.payments import PaymentState, Snapshot
from connectors.stripe.money_in import page_of, payment_of, recurring_of
from connectors.stripe.money_out import dispute_of, refund_of
from connectors.stripe.shapes import (
    Dispute,
    Invoice,
    PaymentIntent,
    PaymentMethod,
    Refund,
    Session,
    Subscription,
)
from connectors.stripe.standing import method_of, subscription_of

pytestmark = pytest.mark.requirement("R4-c")

READERS: dict[str, Callable[[dict[str, Any]], Snapshot]] = {
    "payment_intent": lambda found: payment_of(msgspec.convert(found, PaymentIntent)),
    "checkout.session": lambda found: page_of(msgspec.convert(found, Session)),
    "invoice": lambda found: recurring_of(msgspec.convert(found, Invoice), None),
    "refund": lambda found: refund_of(msgspec.convert(found, Refund), livemode=False),
    "dispute": lambda found: dispute_of(msgspec.convert(found, Dispute)),
    "subscription": lambda found: subscription_of(msgspec.convert(found, Subscription)),
    "payment_method": lambda found: method_of(msgspec.convert(found, PaymentMethod)),
}


def published(payloads: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for file in sorted((payloads / "openapi" / "resources").glob("*.json")):
        yield file.name, json.loads(file.read_bytes())
    for file in sorted((payloads / "stripe-ruby-mock").glob("*.json")):
        yield file.name, json.loads(file.read_bytes())["data"]["object"]


def test_no_published_object_crashes_the_reading_and_none_of_theirs_becomes_money_of_ours(
    payloads: Path,
) -> None:
    read: set[str] = set()
    for name, found in published(payloads):
        reader = READERS.get(str(found.get("object")))
        if reader is None:
            continue
        try:
            snapshot = reader(found)
        except msgspec.ValidationError:
            continue
        read.add(str(found["object"]))
        assert EvidenceKind.TOPUP not in {one.kind for one in snapshot.evidence}, name
        assert snapshot.ids.portal_id is None, name
    assert READERS.keys() == read


def test_an_invoice_of_an_old_version_has_no_parent_and_is_no_money(payloads: Path) -> None:
    old = json.loads((payloads / "stripe-ruby-mock" / "invoice.paid.json").read_bytes())["data"]["object"]
    old["subscription"], old["billing_reason"] = "sub_1", "subscription_cycle"
    snapshot = READERS["invoice"](old)
    assert () == snapshot.evidence


def test_a_paid_intent_that_is_not_ours_is_told_without_money() -> None:
    intent = {"id": "pi_1", "status": "succeeded", "amount": 500, "amount_received": 500, "currency": "usd"}
    for metadata in ({}, {"kind": "topup"}, {"payment_id": "p-1"}, {"kind": 7, "payment_id": "p-1"}):
        snapshot = payment_of(msgspec.convert({**intent, "metadata": metadata}, PaymentIntent))
        assert (PaymentState.SUCCEEDED, ()) == (snapshot.state, snapshot.evidence)


@pytest.mark.parametrize(
    ("tax", "told"), [("80", 800_000), ("500", 0), ("-1", 0), ("x", 0), ("²", 0), ("", 0)]
)
def test_a_tax_that_cannot_be_is_none(tax: str, told: int) -> None:
    intent = {
        "id": "pi_1",
        "status": "succeeded",
        "amount": 500,
        "amount_received": 500,
        "currency": "usd",
        "metadata": {"kind": "topup", "payment_id": "p-1", "tax_minor": tax},
    }
    (arrival,) = payment_of(msgspec.convert(intent, PaymentIntent)).evidence
    assert (5 * MICROS, told) == (arrival.amount, arrival.tax)


def _dispute(status: str, *moved: tuple[int, int, str]) -> list[Evidence]:
    transactions = [
        {"id": f"txn_{n}", "amount": amount, "fee": fee, "currency": currency, "created": 100 + n}
        for n, (amount, fee, currency) in enumerate(moved)
    ]
    found = {"id": "dp_1", "status": status, "amount": 2_000, "currency": "usd", "created": 99}
    snapshot = dispute_of(msgspec.convert({**found, "balance_transactions": transactions}, Dispute))
    return list(snapshot.evidence)


def test_an_inquiry_moves_no_money() -> None:
    assert [EvidenceKind.DISPUTE_OPENED] == [one.kind for one in _dispute("warning_needs_response")]
    closed = _dispute("warning_closed")[-1]
    assert (EvidenceKind.DISPUTE_CLOSED, "closed") == (closed.kind, closed.status)


def test_a_dispute_settled_in_another_currency_takes_the_payments_amount_and_tells_its_fee_apart() -> None:
    _, withdrawn, fee = _dispute("needs_response", (-1_850, 1_500, "eur"))
    assert ("USD", 20 * MICROS, 0) == (withdrawn.currency, withdrawn.amount, withdrawn.fee)
    assert (EvidenceKind.FEE, "EUR", 15 * MICROS) == (fee.kind, fee.currency, fee.amount)


def test_a_dispute_that_is_withdrawn_again_after_an_appeal_is_another_fact() -> None:
    keys = [
        one.business_key
        for one in _dispute("lost", (-2_000, 1_500, "usd"), (2_000, -1_500, "usd"), (-2_000, 0, "usd"))
    ]
    assert [
        f"stripe:dp:dp_1:{what}" for what in ("opened", "withdrawn", "reinstated", "withdrawn:2", "closed")
    ] == keys


def test_evidence_goes_to_sql_as_plain_json() -> None:
    (_, withdrawn) = _dispute("needs_response", (-2_000, 1_500, "usd"))
    item = msgspec.to_builtins(withdrawn)
    assert ("dispute_withdrawn", "stripe", 20_000_000, 15_000_000) == (
        item["kind"],
        item["provider"],
        item["amount"],
        item["fee"],
    )
    assert {"dispute": "dp_1"} == item["ids"]
    assert "1970-01-01T00:01:40Z" == item["at"]


@pytest.mark.parametrize(
    ("session", "intent", "state", "kinds"),
    [
        ({"status": "complete", "payment_status": "unpaid"}, {"status": "processing"}, "processing", []),
        (
            {"status": "complete", "payment_status": "unpaid"},
            {"status": "requires_payment_method", "last_payment_error": {"code": "expired_voucher"}},
            "failed",
            ["declined"],
        ),
        (
            {"status": "open", "payment_status": "unpaid"},
            {"status": "requires_payment_method", "last_payment_error": {"code": "card_declined"}},
            "open",
            [],
        ),
        ({"status": "expired"}, {"status": "requires_payment_method"}, "expired", []),
        ({"status": "expired"}, {"status": "canceled"}, "cancelled", []),
        ({"status": "complete"}, {"status": "succeeded", "amount_received": 500}, "succeeded", ["topup"]),
    ],
)
def test_a_page_paid_by_a_delayed_method_is_no_money_until_it_arrives(
    session: dict[str, Any], intent: dict[str, Any], state: str, kinds: list[str]
) -> None:
    meta = {"kind": "topup", "payment_id": "p-1"}
    page = msgspec.convert({"id": "cs_1", "mode": "payment", **session}, Session)
    paying = msgspec.convert(
        {"id": "pi_1", "amount": 500, "currency": "usd", "metadata": meta, **intent}, PaymentIntent
    )
    snapshot = payment_of(paying, page)
    assert (state, kinds) == (snapshot.state, [one.kind for one in snapshot.evidence])
    assert "cs_1" == snapshot.ids.checkout
