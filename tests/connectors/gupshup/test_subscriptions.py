"""Our webhook at Gupshup: created once, kept right, removed alone, and its secrets recorded nowhere."""

from __future__ import annotations

import json
from typing import Any

import pytest

from connectors.gupshup.client import App, Gupshup, Subscription
from connectors.gupshup.subscriptions import MODES, SECRET_HEADER
from connectors.outside import Failure, Policy
from connectors.redaction import Secret

pytestmark = [pytest.mark.requirement("R2.2-a"), pytest.mark.requirement("R2.2-b")]

_ROUTE, _HEADER = "r0ute-s3cret-in-the-path", "h3ader-s3cret"
_URL = f"https://app.example/webhooks/gupshup/{_ROUTE}"
_PATH = "/wa/app/b1c2-id/subscription"


def _item(**changes: Any) -> dict[str, Any]:
    return {
        "id": "8166",
        "tag": "whatsappb24",
        "url": _URL,
        "version": 2,
        "active": True,
        "modes": [*MODES, "COEXISTENCE"],
        "meta": json.dumps({"headers": {SECRET_HEADER.lower(): _HEADER, "X-Other": "1"}}),
        "showOnUI": False,
    } | changes


_FOREIGN = _item(
    id=1, tag="crm", url="https://crm.example/hook?token=abc", meta='{"headers":{"K":"foreign-key"}}'
)


def _list(*items: dict[str, Any]) -> str:
    return json.dumps({"status": "success", "subscriptions": items})


def _one(item: dict[str, Any]) -> str:
    return json.dumps({"status": "success", "subscription": item})


async def _set(gupshup: Gupshup, app: App) -> Subscription | Failure:
    return await gupshup.set_subscription(app, Secret(_URL), Secret(_HEADER), "whatsappb24")


async def test_without_ours_one_is_created_with_our_modes_and_secret_header(
    gupshup: Gupshup, host: Any, app: App
) -> None:
    host.will(200, _list(_FOREIGN))
    host.will(200, _one(_item()))
    outcome = await _set(gupshup, app)
    assert isinstance(outcome, Subscription)
    assert (outcome.id, outcome.tag, outcome.is_active) == ("8166", "whatsappb24", True)
    asked = host.asked[1]
    assert (asked.verb, asked.path) == ("POST", _PATH)
    assert json.loads(asked.form.pop("meta")) == {"headers": {SECRET_HEADER: _HEADER}}
    assert asked.form == {
        "url": _URL,
        "tag": "whatsappb24",
        "version": "2",
        "modes": "SENT,DELIVERED,READ,FAILED,ENQUEUED,MESSAGE,OTHERS,BILLING,TEMPLATE,ACCOUNT",
        "active": "true",
        "showOnUI": "false",
    }


async def test_a_right_one_is_left_alone(gupshup: Gupshup, host: Any, app: App) -> None:
    host.will(200, _list(_FOREIGN, _item(version="2", modes=",".join(MODES).lower())))
    assert isinstance(await _set(gupshup, app), Subscription)
    assert [asked.verb for asked in host.asked] == ["GET"]


@pytest.mark.parametrize(
    ("changes", "difference"),
    [
        ({"url": "https://app.example/webhooks/gupshup/old"}, "url"),
        ({"version": 3}, "version"),
        ({"active": False}, "active"),
        ({"modes": ["FAILED", "ENQUEUED"]}, "modes"),
        ({"modes": None}, "modes"),
        ({"meta": None}, "headers"),
        ({"meta": "{not json"}, "headers"),
        ({"meta": {"headers": {SECRET_HEADER: "older"}}}, "headers"),
    ],
)
async def test_a_difference_is_named_and_then_put_right(
    changes: dict[str, Any], difference: str, gupshup: Gupshup, host: Any, app: App
) -> None:
    host.will(200, _list(_item(**changes)))
    check = await gupshup.check_subscription(app, Secret(_URL), Secret(_HEADER), "whatsappb24")
    assert not isinstance(check, Failure)
    assert check.differences == (difference,)
    host.will(200, _list(_item(**changes)))
    host.will(200, _one(_item()))
    assert isinstance(await _set(gupshup, app), Subscription)
    assert (host.asked[-1].verb, host.asked[-1].path) == ("PUT", f"{_PATH}/8166")


async def test_a_missing_one_is_told_as_missing(gupshup: Gupshup, host: Any, app: App) -> None:
    host.will(200, '{"status": "success"}')
    check = await gupshup.check_subscription(app, Secret(_URL), Secret(_HEADER), "whatsappb24")
    assert not isinstance(check, Failure)
    assert (check.subscription, check.differences) == (None, ("missing",))


async def test_only_ours_is_removed(gupshup: Gupshup, host: Any, app: App) -> None:
    host.will(200, _list(_FOREIGN, _item()))
    host.will(204)
    assert await gupshup.remove_subscription(app, "whatsappb24") is None
    assert (host.asked[1].verb, host.asked[1].path) == ("DELETE", f"{_PATH}/8166")


async def test_what_is_gone_already_counts_as_removed(gupshup: Gupshup, host: Any, app: App) -> None:
    host.will(200, _list(_FOREIGN))
    assert await gupshup.remove_subscription(app, "whatsappb24") is None
    host.will(200, _list(_item()))
    host.will(400, '{"status": "error", "message": "Subscription Does Not Exist"}')
    assert await gupshup.remove_subscription(app, "whatsappb24") is None


@pytest.mark.parametrize("step", [0, 1])
async def test_a_failure_on_the_way_is_returned(step: int, gupshup: Gupshup, host: Any, app: App) -> None:
    for remove in (False, True):
        if step:
            host.will(200, _list(_item(active=False)))
        host.will(429, '{"status": "error", "message": "Too Many Requests"}')
        outcome = (
            await gupshup.remove_subscription(app, "whatsappb24") if remove else await _set(gupshup, app)
        )
        assert isinstance(outcome, Failure)
        assert outcome.policy is Policy.RETRY


async def test_a_url_that_gupshup_refuses_comes_back_without_its_secret(
    gupshup: Gupshup, host: Any, app: App, journal: Any
) -> None:
    host.will(200, _list())
    host.will(400, json.dumps({"status": "error", "message": f"Invalid URL Passed {_URL} ({_ROUTE})"}))
    outcome = await _set(gupshup, app)
    assert isinstance(outcome, Failure)
    assert outcome.message == "Invalid URL Passed [secret] ([secret])"
    assert _ROUTE not in repr(journal.exchanges)


@pytest.mark.requirement("R2.2-e")
async def test_no_secret_of_ours_or_of_others_is_recorded(
    gupshup: Gupshup, host: Any, app: App, journal: Any
) -> None:
    host.will(200, _list(_FOREIGN, _item(active=False)))
    host.will(200, _one(_item()))
    await _set(gupshup, app)
    assert len(journal.exchanges) == 2
    recorded = repr(journal.exchanges)
    for secret in (_ROUTE, _HEADER, "foreign-key", "token=abc", app.key.reveal()):
        assert secret not in recorded
    assert journal.exchanges[1].request["form"]["url"] == "[secret]"
