"""Plans and a channel's subscription over the API, against running processes."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.system.house import House

pytestmark = [pytest.mark.requirement("R4-a"), pytest.mark.requirement("R4-b")]
UNKNOWN_ID = "019aa000-0000-7000-8000-000000000000"
STEPS = ("preview", "change", "cancel", "keep", "pause", "resume", "restart")
PLAN = """
select * from billing.publish_plan('ana', '{"code": "pro", "names": {"es": "Pro", "en": "Pro", "pt": "Pro"},
  "price": "10", "currency": "USD", "every": "month", "included_messages": 100,
  "features": {"send": true, "templates": true, "broadcast": true, "robots": true, "api": true},
  "trial_days": 0, "grace_days": 3}')
"""


def _call(house: House, method: str, path: str, user: str = "1", **options: Any) -> httpx.Response:
    return house.api.request(method, f"/api/v1{path}", headers=house.bearer(user), **options)


def _step(house: House, step: str, **body: Any) -> httpx.Response:
    path = f"/subscriptions/{house.channel_id}/{step}"
    return _call(house, "POST", path, json=body) if body else _call(house, "POST", path)


@pytest.fixture(scope="module")
def offered(house: House) -> House:
    """The house with a plan at 10 USD a month on offer and 15 USD in its wallet."""
    ((portal_id,),) = house.query(
        "select portal_id from tenancy.channel where channel_id = %s", house.channel_id
    )
    house.query(PLAN)
    house.query("select * from billing.open_wallet(%s, 'USD')", portal_id)
    house.query("select * from billing.adjust(%s, 'ana', 15000000, 'Bienvenida', 'one')", portal_id)
    return house


def test_plans_on_offer_are_listed_with_their_price(offered: House) -> None:
    plans = {plan["code"]: plan for plan in _call(offered, "GET", "/plans").json()}
    assert {"basic": 0, "pro": 10_000_000} == {code: plan["price"] for code, plan in plans.items()}
    assert ("USD", "Pro", True) == (
        plans["pro"]["currency"],
        plans["pro"]["names"]["es"],
        plans["pro"]["features"]["send"],
    )


def test_a_subscription_is_changed_cancelled_kept_and_begun_anew(offered: House) -> None:
    (trial,) = _call(offered, "GET", "/subscriptions").json()
    assert (offered.channel_id, "basic", "trialing") == (trial["channel_id"], trial["plan"], trial["state"])
    assert trial["trial_ends_at"] == trial["period_ends_at"]
    assert ["cancel", "change"] == trial["may"]

    preview = _step(offered, "preview", plan="pro").json()
    assert (10_000_000, 0, "USD") == (preview["price"], preview["amount"], preview["currency"])
    assert "basic" == _call(offered, "GET", "/subscriptions").json()[0]["plan"]
    assert 0 == _step(offered, "change", plan="pro").json()["amount"]
    again = _step(offered, "change", plan="pro")
    assert (409, "same_plan") == (again.status_code, again.json()["reason"])

    ending = _step(offered, "cancel").json()
    assert (True, None, "pro") == (ending["cancels_at_end"], ending["renews_at"], ending["plan"])
    assert ["change", "keep"] == ending["may"]
    assert ["cancel", "change"] == _step(offered, "keep").json()["may"]
    refused = _step(offered, "pause")
    assert (409, "subscription_state") == (refused.status_code, refused.json()["reason"])

    offered.query("update billing.subscription set state = 'cancelled', due_at = 'infinity' returning 1")
    begun = _step(offered, "restart", plan="pro").json()
    assert ("active", ["cancel", "change", "pause"]) == (begun["state"], begun["may"])
    balance = _call(offered, "GET", "/balance").json()
    assert 5_000_000 == balance["balance"]
    (line,) = [
        line for line in _call(offered, "GET", "/statement").json()["items"] if line["amount"] == -10_000_000
    ]
    assert ("subscription", "pro", offered.channel_id) == (
        line["reason"],
        line["detail"]["plan"],
        line["detail"]["channel_id"],
    )
    assert ["cancel", "resume"] == _step(offered, "pause").json()["may"]
    assert "active" == _step(offered, "resume").json()["state"]


def test_a_plan_that_the_balance_does_not_cover_is_refused_with_the_figures(offered: House) -> None:
    dear = PLAN.replace('"pro"', '"max"').replace('"price": "10"', '"price": "900"')
    offered.query(dear)
    offered.query("update billing.subscription set state = 'cancelled', due_at = 'infinity' returning 1")
    refused = _step(offered, "restart", plan="max")
    assert (402, "balance") == (refused.status_code, refused.json()["reason"])
    assert refused.json()["facts"]
    assert refused.json()["explanation"]["todo"]


@pytest.mark.parametrize("step", STEPS)
def test_who_may_not_is_refused_and_nobody_finds_another_portals_channel(step: str, offered: House) -> None:
    body: dict[str, Any] = {"json": {"plan": "pro"}} if step in ("preview", "change", "restart") else {}
    refused = _call(offered, "POST", f"/subscriptions/{offered.channel_id}/{step}", user="77", **body)
    assert (403, "permission") == (refused.status_code, refused.json()["reason"])
    unknown = _call(offered, "POST", f"/subscriptions/{UNKNOWN_ID}/{step}", **body)
    assert (404, "unknown_channel") == (unknown.status_code, unknown.json()["reason"])


@pytest.mark.parametrize("path", ["/plans", "/subscriptions"])
def test_who_may_not_look_is_refused(path: str, offered: House) -> None:
    refused = _call(offered, "GET", path, user="77")
    assert (403, "permission") == (refused.status_code, refused.json()["reason"])
