"""What a new client becomes, from the rule in the panel to the portal's CRM, against running processes."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.system.house import House

pytestmark = [pytest.mark.requirement("R2.1-b"), pytest.mark.requirement("R2.5-c")]
STRANGER = "5215559870001"


def _rule(
    house: House, method: str = "GET", path: str = "", user: str = "1", **options: Any
) -> httpx.Response:
    url = f"/api/v1/channels/{house.channel_id}/crm{path}"
    return house.api.request(method, url, headers=house.bearer(user), **options)


def _crm(house: House) -> list[dict[str, Any]]:
    (portal, *_) = house.sandbox.get("/sandbox/bitrix24/portals").json()
    return list(house.sandbox.get(f"/sandbox/bitrix24/portals/{portal['name']}/crm").json())


def test_funnels_and_stages_are_those_of_the_portal(house: House) -> None:
    found = _rule(house, path="/funnels").json()
    assert [0, 9] == [one["category_id"] for one in found["funnels"]]
    assert ["C9:NEW", "C9:PREPARATION"] == [one["stage_id"] for one in found["funnels"][1]["stages"]]
    assert (["NEW", "IN_PROCESS"], None) == (
        [one["stage_id"] for one in found["lead_stages"]],
        found["explanation"],
    )


def test_a_rule_is_set_once_for_everybody_who_looks(house: House) -> None:
    before = _rule(house).json()
    assert ("portal", None, True) == (before["becomes"], before["version"], before["may_change"])
    deal = {"becomes": "deal", "category_id": 9, "stage_id": "C9:NEW"}
    assert 1 == _rule(house, "PUT", json=deal).json()["version"]
    late = _rule(house, "PUT", json={"becomes": "lead"})
    assert (409, "stale_version", "deal") == (
        late.status_code,
        late.json()["reason"],
        late.json()["facts"]["becomes"],
    )
    assert 400 == _rule(house, "PUT", json={"becomes": "company"}).status_code
    assert 403 == _rule(house, "PUT", user="27", json={**deal, "version": 1}).status_code
    assert _rule(house, user="27").json()["may_change"] is False


def test_a_stranger_becomes_a_deal_once_and_whoever_answers_gets_it(house: House) -> None:
    if _rule(house).json()["becomes"] != "deal":
        version = _rule(house).json()["version"]
        deal = {"becomes": "deal", "category_id": 9, "stage_id": "C9:NEW", "version": version}
        _rule(house, "PUT", json=deal)
    made = len(_crm(house))
    house.customer_writes(STRANGER, "Hola")
    house.until("he is in the CRM", lambda: len(_crm(house)) == made + 2)
    house.until("he waits for an answer", lambda: _rule(house).json()["unanswered"] == 1)
    contact, deal = _crm(house)[-2:]
    assert ([f"+{STRANGER}"], 9) == (contact["phones"], deal["other"]["categoryId"])
    assert contact["imols"], "his chat leads to him"

    house.operator_writes(house.chat_id(STRANGER), "Con gusto")
    house.query("update messaging.crm_client set due_at = now() where state = 'unanswered' returning 1")
    house.until("he is whoever's who answered", lambda: _rule(house).json()["done"] >= 1)
    assert [27, 27] == [item["assigned_by"] for item in _crm(house)[-2:]]
    house.customer_writes(STRANGER, "¿Y el precio?")
    house.until("the second message is there", lambda: len(house.in_the_chat(STRANGER, "client")) == 2)
    assert made + 2 == len(_crm(house))
    assert house.sandbox.get("/sandbox/complaints").json() == []
