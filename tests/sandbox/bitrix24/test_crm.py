"""The CRM as a rule of ours meets it: funnels, stages, marks, chats of clients (bitrix24.md §3.2)."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.requirement("R2.5-c")


async def test_a_deal_begins_in_the_first_stage_of_its_funnel_and_can_be_won(installed: Any) -> None:
    fields = {"title": "Eva", "categoryId": 9, "originatorId": "W", "originId": "c:1"}
    added = await installed.result("crm.item.add", {"entityTypeId": 2, "fields": fields})
    assert ("C9:NEW", "P") == (added["item"]["stageId"], added["item"]["stageSemanticId"])
    await installed.result(
        "crm.item.update", {"entityTypeId": 2, "id": added["item"]["id"], "fields": {"stageId": "C9:WON"}}
    )
    mine = {"entityTypeId": 2, "filter": {"=originatorId": "W", "=originId": "c:1"}}
    (found,) = (await installed.result("crm.item.list", mine))["items"]
    assert "S" == found["stageSemanticId"]


async def test_a_stage_that_the_funnel_does_not_have_is_refused(installed: Any) -> None:
    deal = {"entityTypeId": 2, "fields": {"categoryId": 9, "stageId": "C9:GONE"}}
    assert (400, "CRM_FIELD_ERROR_VALUE_NOT_VALID") == await installed.refused("crm.item.add", deal)


async def test_funnels_and_stages_are_listed_by_their_names(installed: Any) -> None:
    funnels = await installed.result("crm.category.list", {"entityTypeId": 2})
    assert [0, 9] == [row["id"] for row in funnels["categories"]]
    for entity, first in (("DEAL_STAGE", "NEW"), ("DEAL_STAGE_9", "C9:NEW"), ("STATUS", "NEW")):
        rows = await installed.result("crm.status.list", {"filter": {"ENTITY_ID": entity}})
        assert (first, 4) == (rows[0]["STATUS_ID"], len(rows))
    assert [] == await installed.result("crm.status.list", {"filter": {"ENTITY_ID": "DEAL_STAGE_77"}})


async def test_a_chat_becomes_a_way_to_reach_a_contact(installed: Any) -> None:
    added = await installed.result("crm.item.add", {"entityTypeId": 3, "fields": {"name": "Eva"}})
    chat = {"typeId": "IM", "valueType": "IMOL", "value": "imol|wab24|1|57300|585"}
    number = added["item"]["id"]
    await installed.result("crm.item.update", {"entityTypeId": 3, "id": number, "fields": {"fm": [chat]}})
    by_chat = {"entityTypeId": 3, "filter": {"=imol": chat["value"]}}
    assert [number] == [row["id"] for row in (await installed.result("crm.item.list", by_chat))["items"]]
