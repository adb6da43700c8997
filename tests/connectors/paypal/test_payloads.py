"""Every published PayPal file is read or left alone, and every event names its object, whatever its shape."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.payment_evidence import Ids
from connectors.payments import Fact, FactKind, SubState, VerifiedEvent
from connectors.paypal import readings, shapes
from connectors.paypal.bodies import Claim, claim_of, request_id
from connectors.paypal.interpret import EVENT_TYPES, interpret
from connectors.paypal.methods import METHODS
from tests.connectors.paypal.conftest import EXAMPLES

pytestmark = pytest.mark.requirement("R4-c")

SHARED = EXAMPLES.parents[3] / "shared" / "payloads" / "payments" / "paypal" / "openapi"
FILES = sorted(EXAMPLES.glob("*.json"))
LINK = "https://api-m.paypal.com/v2/payments/captures/2GG279541U471931P"


def _example(part: str) -> Any:
    (path,) = (path for path in FILES if part in path.name)
    return json.loads(path.read_bytes())


def _event(event_type: str, resource: Any, *, body: Any = None) -> VerifiedEvent:
    return VerifiedEvent(
        provider="paypal",
        event_id="WH-1",
        type=event_type,
        created_at=None,
        livemode=True,
        version=None,
        how="rsa:1",
        body={"resource": resource} if body is None else body,
    )


def _read(body: Any) -> list[Any]:
    """What each of our readings makes of a body; none may raise."""
    order, refund = shapes.shaped(body, shapes.Order), shapes.shaped(body, shapes.Refund)
    sale, dispute = shapes.shaped(body, shapes.Sale), shapes.shaped(body, shapes.Dispute)
    subscription = shapes.shaped(body, shapes.Subscription)
    return [
        order and readings.order_snapshot(order, livemode=True),
        refund and readings.refund_snapshot(refund, None, livemode=True),
        sale and readings.sale_snapshot(sale, livemode=True),
        dispute and readings.dispute_snapshot(dispute, livemode=True),
        subscription and readings.subscription_snapshot(subscription),
    ]


def test_our_copies_are_the_published_files() -> None:
    if not SHARED.is_dir():
        pytest.skip("../shared/payloads/payments is not beside this clone")
    assert {path.name: path.read_bytes() for path in FILES} == {
        path.name: path.read_bytes() for path in SHARED.glob("*.json")
    }


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem[:60])
def test_a_published_file_is_read_or_left_alone_and_is_never_money_by_accident(path: Path) -> None:
    body = json.loads(path.read_bytes())
    evidence = [one for snapshot in _read(body) if snapshot for one in snapshot.evidence]
    assert evidence == []
    for event_type in EVENT_TYPES:
        for fact in interpret(_event(event_type, body)):
            assert isinstance(fact, Fact)


def test_the_published_subscription_waits_for_its_payer() -> None:
    found = _read(_example("billing_subscriptions_v1__v1_billing_subscriptions_post_responses_201"))[4]
    assert (found.provider_ref, found.state) == ("I-BW452GLLEP1G", SubState.PENDING)
    assert (found.amount, found.paid_until) == (None, None)


def test_an_event_of_an_old_shape_is_an_event_that_concerns_nobody() -> None:
    simulated = _example("simulate_event")
    verify = _example("verify_webhook_signature")["webhook_event"]
    assert interpret(_event(verify["event_type"], verify["resource"])) == []
    assert interpret(_event(simulated["event_type"], simulated)) == []


CASES: tuple[tuple[str, dict[str, Any], FactKind, str, Ids], ...] = (
    (
        "CHECKOUT.ORDER.APPROVED",
        {"id": "5O190127TN364715T", "purchase_units": [{"custom_id": "pay-1|portal-1"}]},
        FactKind.CHECKOUT,
        "paypal:order:5O190127TN364715T",
        Ids(payment_id="pay-1", portal_id="portal-1", checkout="5O190127TN364715T"),
    ),
    (
        "CHECKOUT.PAYMENT-APPROVAL.REVERSED",
        {"order_id": "5O190127TN364715T"},
        FactKind.CHECKOUT,
        "paypal:order:5O190127TN364715T",
        Ids(checkout="5O190127TN364715T"),
    ),
    (
        "PAYMENT.CAPTURE.DENIED",
        {
            "id": "2GG279541U471931P",
            "custom_id": "pay-1|portal-1",
            "supplementary_data": {"related_ids": {"order_id": "5O190127TN364715T"}},
        },
        FactKind.PAYMENT,
        "paypal:capture:2GG279541U471931P",
        Ids(
            payment_id="pay-1",
            portal_id="portal-1",
            checkout="5O190127TN364715T",
            payment="2GG279541U471931P",
        ),
    ),
    (
        "PAYMENT.CAPTURE.REFUNDED",
        {"id": "1JU08902781691411", "custom_id": "refund|r-1", "links": [{"rel": "up", "href": LINK}]},
        FactKind.REFUND,
        "paypal:refund:1JU08902781691411",
        Ids(refund="1JU08902781691411", refund_id="r-1", payment="2GG279541U471931P"),
    ),
    (
        "PAYMENT.CAPTURE.REVERSED",
        {"id": "1JU08902781691411", "note_to_payer": "x", "links": [{"rel": "up", "href": LINK}]},
        FactKind.REVERSAL,
        "paypal:reversal:1JU08902781691411",
        Ids(refund="1JU08902781691411", payment="2GG279541U471931P"),
    ),
    (
        "PAYMENT.SALE.COMPLETED",
        {"id": "80021663DE681814L", "billing_agreement_id": "I-BW452GLLEP1G", "custom": "pay-1|portal-1|0"},
        FactKind.RECURRING,
        "paypal:sale:80021663DE681814L",
        Ids(
            payment_id="pay-1",
            portal_id="portal-1",
            payment="80021663DE681814L",
            charge="80021663DE681814L",
            subscription="I-BW452GLLEP1G",
        ),
    ),
    (
        "PAYMENT.SALE.REFUNDED",
        {"id": "6YX43824R4443062K", "sale_id": "80021663DE681814L", "amount": {"total": "-0.15"}},
        FactKind.REFUND,
        "paypal:refund:6YX43824R4443062K",
        Ids(refund="6YX43824R4443062K", payment="80021663DE681814L", charge="80021663DE681814L"),
    ),
    (
        "BILLING.SUBSCRIPTION.RE-ACTIVATED",
        {"id": "I-BW452GLLEP1G", "custom_id": "pay-1|portal-1|8000000"},
        FactKind.SUBSCRIPTION,
        "paypal:subscription:I-BW452GLLEP1G",
        Ids(payment_id="pay-1", portal_id="portal-1", subscription="I-BW452GLLEP1G"),
    ),
    (
        "CUSTOMER.DISPUTE.CREATED",
        {
            "dispute_id": "PP-R-NMW-10060356",
            "disputed_transactions": [{"seller_transaction_id": "2GG279541U471931P"}],
        },
        FactKind.DISPUTE,
        "paypal:dispute:PP-R-NMW-10060356",
        Ids(dispute="PP-R-NMW-10060356", payment="2GG279541U471931P"),
    ),
)


@pytest.mark.parametrize(
    ("event_type", "resource", "kind", "key", "ids"), CASES, ids=lambda one: str(one)[:40]
)
def test_an_event_names_its_object(
    event_type: str, resource: dict[str, Any], kind: FactKind, key: str, ids: Ids
) -> None:
    (fact,) = interpret(_event(event_type, resource))
    assert (fact.kind, fact.business_key, fact.ids, fact.livemode) == (kind, key, ids, True)


def test_the_same_sale_told_twice_with_and_without_an_invoice_number_is_one_key() -> None:
    sale = {"id": "80021663DE681814L", "billing_agreement_id": "I-BW452GLLEP1G"}
    first, second = (
        interpret(_event("PAYMENT.SALE.COMPLETED", one)) for one in (sale, {**sale, "invoice_number": "7"})
    )
    assert first == second


@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_a_resource_of_any_odd_shape_names_nothing_and_breaks_nothing(event_type: str) -> None:
    odd: tuple[Any, ...] = (None, [], "x", 7, {}, {"id": None}, {"id": ["x"]}, {"id": "../../x"}, {"id": "ñ"})
    for resource in odd:
        assert interpret(_event(event_type, resource)) == []
    for body in ([], None, "x", {"resource": {"id": "x"}}):
        interpret(_event(event_type, None, body=body))
    broken = {
        "id": "X1",
        "dispute_id": "X1",
        "purchase_units": ["x"],
        "links": {"up": 1},
        "supplementary_data": [],
        "disputed_transactions": [7],
        "custom_id": 5,
    }
    (fact,) = interpret(_event(event_type, broken))
    assert fact.object_id == "X1"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
CAPTURED: dict[str, Any] = {
    "id": "O1",
    "status": "COMPLETED",
    "purchase_units": [
        {
            "amount": {
                "currency_code": "USD",
                "value": "20.0",
                "breakdown": {"tax_total": {"value": "1.00"}},
            },
            "payments": {
                "captures": [
                    {
                        "id": "C1",
                        "status": "COMPLETED",
                        "amount": {"currency_code": "USD", "value": "20.0"},
                        "create_time": "2018-08-15T12:13:29-07:00",
                    }
                ]
            },
        }
    ],
}


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, item in items for place in _places(item, (*path, key)))]


@given(place=st.sampled_from(_places(CAPTURED)[1:]), junk=JSON)
def test_an_order_with_junk_anywhere_is_read_or_refused_never_a_crash(
    place: tuple[Any, ...], junk: Any
) -> None:
    body = copy.deepcopy(CAPTURED)
    at: Any = body
    for key in place[:-1]:
        at = at[key]
    at[place[-1]] = junk
    for snapshot in _read(body):
        for one in snapshot.evidence if snapshot else ():
            assert one.amount >= 0


def test_amounts_are_read_as_numbers_and_times_of_any_zone_as_utc() -> None:
    found = _read(CAPTURED)[0]
    assert (found.evidence[0].amount, found.evidence[0].tax) == (20_000_000, 1_000_000)
    assert found.evidence[0].at.isoformat() == "2018-08-15T19:13:29+00:00"
    assert shapes.instant("2022-08-26T18:25:57.449PDT") is None
    assert shapes.instant("0001-01-01T00:00:00+14:00") is None


def test_a_claim_that_is_not_ours_claims_nothing() -> None:
    assert claim_of("pay|portal|1000000") == Claim(payment_id="pay", portal_id="portal", tax=1_000_000)
    for strange in (None, "", "x", "a|b|c", "a|b|-5", "a|b|1|2", "a|b|٣"):
        assert claim_of(strange) == Claim(), strange
    assert len(request_id("capture", "x" * 200)) == 108
    assert request_id("capture", "O1", "2026-11-22T10:00:00Z ñ") == "capture:O1:2026-11-22T10:00:00Z--"


def test_every_row_says_what_and_why() -> None:
    incomplete = [row.name for row in METHODS.values() if not (row.purpose and row.why and row.scope)]
    assert incomplete == []
