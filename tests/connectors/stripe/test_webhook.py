"""Who sent a webhook, and what it is about (contracts/payments.md §1.5, §1.6)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import stripe
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.payments import BadSignature, VerifiedEvent
from connectors.redaction import Secret
from connectors.stripe import webhook

pytestmark = pytest.mark.requirement("R4-c")
NOW = 1_790_000_000
_OLD, _NEW = Secret("whsec_old_one"), Secret("whsec_new_one")
_BODY = json.dumps(
    {
        "id": "evt_1",
        "object": "event",
        "type": "payment_intent.succeeded",
        "created": NOW,
        "livemode": False,
        "api_version": "2026-10-28.endive",
        "data": {"object": {"id": "pi_1", "object": "payment_intent", "metadata": {"payment_id": "p1"}}},
    }
).encode()
Signed = Callable[..., dict[str, str]]


def test_what_the_sdk_itself_signs_is_believed() -> None:
    header = stripe.WebhookSignature.generate_signature_header(_BODY.decode(), _NEW.reveal(), timestamp=NOW)
    event = webhook.verify(_BODY, {"stripe-signature": header}, (_NEW,), NOW)
    assert ("evt_1", "payment_intent.succeeded", "hmac:1") == (event.event_id, event.type, event.how)
    assert "2026-10-28.endive" == event.version


def test_while_secrets_rotate_both_are_believed_and_it_is_kept_which(signed: Signed) -> None:
    assert "hmac:1" == webhook.verify(_BODY, signed(_BODY, "whsec_new_one"), (_NEW, _OLD), NOW).how
    assert "hmac:2" == webhook.verify(_BODY, signed(_BODY, "whsec_old_one"), (_NEW, _OLD), NOW).how
    both = signed(_BODY, "whsec_old_one", "whsec_new_one")
    assert "hmac:1" == webhook.verify(_BODY, both, (_NEW,), NOW).how


@pytest.mark.parametrize("off", [-301, 301, 86_400, -86_400])
def test_a_signature_that_is_old_or_from_the_future_is_refused(signed: Signed, off: int) -> None:
    with pytest.raises(BadSignature, match="old or from the future"):
        webhook.verify(_BODY, signed(_BODY, "whsec_new_one", at=NOW + off), (_NEW,), NOW)


@pytest.mark.parametrize("off", [-300, 0, 300])
def test_a_signature_within_five_minutes_is_believed(signed: Signed, off: int) -> None:
    assert webhook.verify(_BODY, signed(_BODY, "whsec_new_one", at=NOW + off), (_NEW,), NOW)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "t=1790000000",
        "v1=00",
        "t=now,v1=00",
        "t=1790000000,v1=" + "0" * 64,
        "t=1790000000,v0=" + "0" * 64,
        "t=1790000000, v1=" + "0" * 64,
        "t=1790000000,v1=é",
        "t=99999999999999999999,v1=00",
        ",,,===",
        "x" * 5_000,
    ],
)
def test_no_strange_header_is_more_than_a_bad_signature(header: str) -> None:
    with pytest.raises(BadSignature):
        webhook.verify(_BODY, {"Stripe-Signature": header}, (_NEW,), NOW)


def test_a_missing_header_a_changed_body_and_no_secret_are_refused(signed: Signed) -> None:
    right = signed(_BODY, "whsec_new_one")
    for body, headers, secrets in (
        (_BODY, {}, (_NEW,)),
        (_BODY + b" ", right, (_NEW,)),
        (_BODY, right, ()),
        (_BODY, signed(_BODY, ""), (Secret(""),)),
        (_BODY, right, (_OLD,)),
    ):
        with pytest.raises(BadSignature) as refused:
            webhook.verify(body, headers, secrets, NOW)
        assert "whsec" not in str(refused.value)


@pytest.mark.parametrize("raw", [b"\xff\xfe", b"", b"[]", b"null", b'"text"', b"{", b'{"id":7,"type":"x"}'])
def test_a_proven_delivery_that_is_no_event_is_kept_under_its_own_sum(signed: Signed, raw: bytes) -> None:
    event = webhook.verify(raw, signed(raw, "whsec_new_one"), (_NEW,), NOW)
    assert webhook.UNREADABLE == event.type
    assert event.event_id.startswith("sha256:")
    assert [] == webhook.interpret(event)


_EXPECTED = {
    "charge.captured": "stripe:ch:",
    "charge.dispute.created": "stripe:dp:",
    "charge.dispute.funds": "stripe:dp:",
    "charge.failed": "stripe:pi:",
    "charge.refund.updated": "stripe:re:",
    "charge.refunded": "stripe:ch:",
    "charge.succeeded": "stripe:pi:",
    "charge.updated": "stripe:ch:",
    "checkout.session.completed.payment_mode": "stripe:pi:",
    "checkout.session.completed.setup_mode": "stripe:cs:",
    "checkout.session.completed.json": "stripe:pi:",
    "customer.subscription": "stripe:sub:",
    "invoice.finalized": "stripe:in:",
    "invoice.paid": "stripe:in:",
    "invoice.payment": "stripe:in:",
    "payment_intent": "stripe:pi:",
    "payment_method": "stripe:pm:",
    "setup_intent.succeeded": "stripe:seti:",
}
"""The key of each published event by its file; old charges name no payment, two disputes have no id."""


def _event(body: dict[str, Any]) -> VerifiedEvent:
    return webhook.listed(body)


def test_every_published_event_gives_the_right_fact_or_none(payloads: Path) -> None:
    files = sorted((payloads / "stripe-ruby-mock").glob("*.json"))
    assert 52 == len(files)
    for file in files:
        expected = next((key for name, key in _EXPECTED.items() if file.name.startswith(name)), None)
        facts = webhook.interpret(_event(json.loads(file.read_bytes())))
        assert (expected is None) is (facts == []), file.name
        assert all(fact.business_key.startswith(expected or "") for fact in facts), file.name


def test_thin_events_and_objects_without_an_event_are_kept_and_ignored(payloads: Path) -> None:
    for file in (payloads / "stripe-python").glob("*.json"):
        event = _event(json.loads(file.read_bytes()))
        assert [] == webhook.interpret(event), file.name
    for file in (payloads / "openapi" / "resources").glob("*.json"):
        assert [] == webhook.interpret(_event(json.loads(file.read_bytes()))), file.name


def test_a_thin_event_of_a_kind_we_know_leads_to_its_object() -> None:
    event = _event(
        {
            "id": "evt_thin",
            "object": "v2.core.event",
            "type": "v1.checkout.session.completed",
            "livemode": True,
            "created": "2026-11-22T10:00:00Z",
            "related_object": {"id": "cs_1", "type": "checkout.session", "url": "/v1/checkout/sessions/cs_1"},
        }
    )
    (fact,) = webhook.interpret(event)
    assert ("checkout", "cs_1", True) == (fact.kind, fact.object_id, fact.livemode)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


@given(kind=st.sampled_from([*webhook.known_events(), "future.kind"]), found=_JSON)
def test_no_shape_of_an_object_makes_interpretation_fail(kind: str, found: Any) -> None:
    event = _event({"id": "evt_x", "type": kind, "livemode": False, "data": {"object": found}})
    assert len(webhook.interpret(event)) <= 1


@settings(max_examples=30)
@given(
    found=st.dictionaries(st.sampled_from(["id", "payment_intent", "invoice", "charge", "metadata"]), _JSON)
)
def test_ids_of_any_type_make_no_fact_that_is_not_an_id(found: dict[str, Any]) -> None:
    for kind in webhook.known_events():
        event = _event({"id": "evt_x", "type": kind, "livemode": False, "data": {"object": found}})
        for fact in webhook.interpret(event):
            assert fact.object_id
            assert fact.object_id.replace("_", "").isalnum()
