"""Clients in the CRM: found before they are made, made once whatever is lost, given to whoever answers."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import parse_qsl

import pytest
from aiohttp import web
from psycopg.types.json import Jsonb

from connectors.bitrix24.crm import TYPES
from tests.worker.conftest import House, Owner
from worker.clients import Clients
from worker.to_portal import ToPortal

pytestmark = [pytest.mark.requirement("R2.1-b"), pytest.mark.requirement("R2.2-b")]
_CODE = "wab24|1|5215551234567|585"
_STATE = "select state, known, failure from messaging.crm_client where portal_id = %s"


class Crm:
    """A portal's CRM as far as these stories need one; `lose`: the next addition is done, its answer lost."""

    def __init__(self, house: House) -> None:
        self.items: list[dict[str, Any]] = []
        self.lose = False
        self.answer: web.Response | None = None
        self.linked = "LEAD|0|COMPANY|0|CONTACT|0|DEAL|0"
        answers = house.outside.answers
        answers["batch"] = self._batch
        answers["crm.item.add"] = self._add
        answers["crm.item.update"] = self._update

    def has(self, kind: str) -> list[dict[str, Any]]:
        return [item for item in self.items if item["type"] == TYPES[kind]]  # type: ignore[index]

    def put(self, kind: str, **fields: Any) -> dict[str, Any]:
        """An item that was there before."""
        number = 100 + len(self.items)
        item = {"id": number, "type": TYPES[kind], "stageSemanticId": "P", **fields}  # type: ignore[index]
        self.items.append(item)
        return item

    async def _batch(self, body: dict[str, Any]) -> dict[str, Any]:
        """Every call of a batch; their parameters come as a query string."""
        done = {key: self._asked(*command.split("?", 1)) for key, command in body["cmd"].items()}
        return {"result": done, "result_error": [], "result_total": [], "result_next": [], "result_time": []}

    def _asked(self, method: str, query: str) -> Any:
        asked = parse_qsl(query)
        if method == "imopenlines.dialog.get":
            return {"entity_id": _CODE, "entity_data_2": self.linked}
        wanted = dict(asked)
        if method == "crm.duplicate.findbycomm":
            kind, phones = wanted["entity_type"], {value for key, value in asked if key.startswith("values")}
            found = [item["id"] for item in self.has(kind.lower()) if _phones(item) & phones]
            return {kind: found} if found else []
        rows = [item for item in self.items if item["type"] == int(wanted["entityTypeId"])]
        conditions: dict[str, set[str]] = {}
        for key, value in asked:
            if key.startswith("filter["):
                conditions.setdefault(key[7:].split("]")[0].lstrip("=@"), set()).add(value)
        return {"items": [row for row in rows if all(_has(row, *one) for one in conditions.items())]}

    async def _add(self, body: dict[str, Any]) -> Any:
        if self.answer is not None:
            return self.answer
        number = 200 + len(self.items)
        item = {"id": number, "type": body["entityTypeId"], "stageSemanticId": "P", "assignedById": 1}
        self.items.append({**item, **body["fields"]})
        if self.lose:
            self.lose = False
            return web.Response(status=502, text="<html>Bad Gateway</html>")
        return {"item": {"id": number}}

    async def _update(self, body: dict[str, Any]) -> Any:
        item = next(
            one for one in self.items if (one["type"], one["id"]) == (body["entityTypeId"], body["id"])
        )
        fm = [*item.get("fm", []), *body["fields"].pop("fm", [])]
        item.update(body["fields"], fm=fm)
        return {"item": item}


def _phones(item: dict[str, Any]) -> set[str]:
    return {entry["value"] for entry in item.get("fm", []) if entry["typeId"] == "PHONE"}


def _has(row: dict[str, Any], field: str, values: set[str]) -> bool:
    if field == "imol":
        return bool({entry["value"] for entry in row.get("fm", [])} & values)
    return str(row.get(field)) in values


@pytest.fixture
def crm(house: House) -> Crm:
    return Crm(house)


def rule(house: House, **fields: Any) -> None:
    query = "select tenancy.set_crm_rule(%s, %s, '1', %s)"
    house.owner.rows(query, house.portal, house.channel, Jsonb({"becomes": "deal", **fields}))


async def dialog(house: House, session: str = "323") -> None:
    """The customer writes; the portal takes the message into this session."""
    house.customer_writes()
    (claim,) = await house.claims("in")
    item = {name: claim[name] for name in ("portal_id", "message_id", "number", "token")}
    said = {**item, "outcome": "accepted", "chat_id": "1807", "session_id": session}
    await house.database.call("messaging.settle", {"p_items": [said]})


async def carry_out(house: House) -> dict[str, Any]:
    """One round of the worker; how the client stands after it."""
    clients = Clients(house.database, house.portals)
    async with clients._errands:
        await clients._round()
    (row,) = house.owner.rows(_STATE, house.portal)
    return row


def due_now(owner: Owner) -> None:
    owner.rows("update messaging.crm_client set due_at = now() where due_at < 'infinity'")


async def test_a_stranger_becomes_a_contact_with_a_deal_in_the_rules_funnel(house: House, crm: Crm) -> None:
    rule(house, category_id="9", stage_id="C9:NEW")
    await dialog(house)
    assert "unanswered" == (await carry_out(house))["state"]
    (contact,), (deal,) = crm.has("contact"), crm.has("deal")
    assert ("Carla", {"+5215551234567"}) == (contact["name"], _phones(contact))
    assert f"imol|{_CODE}" in [entry["value"] for entry in contact["fm"]]
    assert (9, "C9:NEW", contact["id"]) == (deal["categoryId"], deal["stageId"], deal["contactId"])


async def test_whoever_answers_first_gets_what_was_made(house: House, owner: Owner, crm: Crm) -> None:
    rule(house)
    await dialog(house)
    await carry_out(house)
    house.operator_writes("Con gusto", "501")
    due_now(owner)
    assert "done" == (await carry_out(house))["state"]
    assert [7, 7] == [item["assignedById"] for item in crm.items]
    assert ["crm.item.update"] * 2 == house.outside.names()[-2:]


async def test_a_client_written_down_in_another_way_is_found_and_joined_with_his_chat(
    house: House, crm: Crm
) -> None:
    known = crm.put("contact", fm=[{"typeId": "PHONE", "value": "+525551234567"}], assignedById=1)
    rule(house)
    await dialog(house)
    assert "done" == (await carry_out(house))["state"]
    assert [known["id"]] == [item["id"] for item in crm.has("contact")]
    assert (known["id"], 1) == (crm.has("deal")[0]["contactId"], crm.has("deal")[0]["assignedById"])
    assert f"imol|{_CODE}" in [entry["value"] for entry in known["fm"]]


async def test_his_open_deal_is_kept(house: House, crm: Crm) -> None:
    known = crm.put("contact", fm=[{"typeId": "PHONE", "value": "5215551234567"}], assignedById=1)
    crm.put("deal", contactId=known["id"], assignedById=1)
    rule(house)
    await dialog(house)
    row = await carry_out(house)
    assert ("done", 101) == (row["state"], row["known"]["deal"])
    assert "crm.item.add" not in house.outside.names()


async def test_what_the_portals_tracker_linked_before_is_taken_over(house: House, crm: Crm) -> None:
    lead = crm.put("lead", assignedById=1)
    crm.linked = f"LEAD|{lead['id']}|COMPANY|0|CONTACT|0|DEAL|0"
    rule(house, becomes="lead")
    await dialog(house)
    assert lead["id"] == (await carry_out(house))["known"]["lead"]
    assert [lead["id"]] == [item["id"] for item in crm.has("lead")]


async def test_an_addition_whose_answer_was_lost_is_not_repeated(
    house: House, owner: Owner, crm: Crm
) -> None:
    rule(house)
    await dialog(house)
    crm.lose = True
    assert "due" == (await carry_out(house))["state"], "nobody knows whether the contact was made"
    due_now(owner)
    await carry_out(house)
    assert (1, 1) == (len(crm.has("contact")), len(crm.has("deal")))


async def test_a_worker_that_dies_after_an_addition_leaves_no_second_one(
    house: House, owner: Owner, crm: Crm
) -> None:
    rule(house)
    await dialog(house)
    await carry_out(house)
    query = "update messaging.crm_client set known = '{}', state = 'due', due_at = now() where portal_id = %s"
    owner.rows(query, house.portal)
    await carry_out(house)
    assert (1, 1) == (len(crm.has("contact")), len(crm.has("deal")))


async def test_a_stage_that_the_portal_no_longer_has_is_shown_and_tried_again_later(
    house: House, crm: Crm
) -> None:
    rule(house, category_id="9", stage_id="C9:GONE")
    crm.answer = web.json_response({"error": "X", "error_description": "Invalid stage"}, status=400)
    await dialog(house)
    row = await carry_out(house)
    assert ("due", "Invalid stage") == (row["state"], row["failure"]["message"])


async def test_while_our_rule_holds_the_portals_own_tracker_is_off(house: House) -> None:
    async def taken(body: dict[str, Any]) -> dict[str, Any]:
        return {"SUCCESS": True, "DATA": {"RESULT": [{"SUCCESS": True} for _ in body["MESSAGES"]]}}

    house.outside.answers["imconnector.send.messages"] = taken
    sender = ToPortal(house.portals, house.shelf)
    house.customer_writes(wa_id="573001112233")
    await sender.send(await house.claims("in"), time.monotonic() + 30)
    rule(house)
    house.customer_writes(wa_id="573004445566")
    await sender.send(await house.claims("in"), time.monotonic() + 30)
    elements = [
        body["MESSAGES"][0]["message"]
        for name, body in house.outside.asked
        if name == "imconnector.send.messages"
    ]
    assert [None, "Y"] == [element.get("disable_crm") for element in elements]
