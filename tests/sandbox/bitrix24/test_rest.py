"""The REST door: envelopes, batch, limits, faults, the old address (contract bitrix24.md §1.5)."""

from __future__ import annotations

from datetime import timedelta
from time import monotonic
from typing import Any

import httpx
import pytest

from sandbox.faults import FaultSettings, PartyFaults

pytestmark = pytest.mark.requirement("R2.5-c")


async def test_an_answer_carries_its_time_block(installed: Any) -> None:
    body = (await installed.call("server.time")).json()
    assert set(body["time"]) == {
        "start",
        "finish",
        "duration",
        "processing",
        "date_start",
        "date_finish",
        "operating_reset_at",
        "operating",
    }


async def test_form_and_json_mean_the_same_and_keys_know_no_case(installed: Any) -> None:
    as_form = await installed.http.post(
        f"{installed.base}/portals/acme/rest/user.get.json",
        data={"auth": installed.token, "filter[NAME]": "Lucía", "sort": "ID"},
    )
    as_json = await installed.call("user.get", {"FILTER": {"NAME": "Lucía"}, "SORT": "ID"})
    assert [one["ID"] for one in as_form.json()["result"]] == ["27"]
    assert as_json.json()["result"] == as_form.json()["result"]


async def test_an_empty_map_is_a_list_and_a_date_is_an_empty_object(installed: Any) -> None:
    nothing = await installed.call("crm.duplicate.findbycomm", {"type": "PHONE", "values": ["+1"]})
    assert nothing.json()["result"] == []
    assert (await installed.result("user.get"))[0]["TIMESTAMP_X"] == {}


async def test_a_missing_argument_is_named(installed: Any) -> None:
    answer = await installed.call("imconnector.status", {})
    assert answer.status_code == 400
    assert answer.json() == {
        "error": "ERROR_ARGUMENT",
        "error_description": "Argument 'CONNECTOR' is null or empty",
        "argument": "CONNECTOR",
    }
    assert [one.operation for one in installed.sandbox.complaints] == ["imconnector.status"]


async def test_an_ill_typed_argument_is_refused(installed: Any) -> None:
    sent = {"CONNECTOR": "wab24", "LINE": "first", "ACTIVE": "1"}
    assert await installed.refused("imconnector.activate", sent) == (400, "ERROR_ARGUMENT")


async def test_a_nested_value_that_cannot_be_read_is_refused(installed: Any) -> None:
    sent = {"PARAMS": {"limit": "many"}}
    assert await installed.refused("imopenlines.config.list.get", sent) == (400, "ERROR_ARGUMENT")


async def test_an_unknown_argument_is_overlooked_and_complained_about(installed: Any) -> None:
    await installed.result("user.get", {"PAGE": 2})
    assert [one.complaint for one in installed.sandbox.complaints] == ["unknown parameter 'PAGE'"]


async def test_crm_controllers_bind_parameters_by_their_exact_names(installed: Any) -> None:
    assert await installed.refused("crm.item.list", {"ENTITYTYPEID": 1}) == (400, "100")


async def test_an_unknown_method_is_not_found(installed: Any) -> None:
    assert await installed.refused("imconnector.send.status.undelivered") == (404, "ERROR_METHOD_NOT_FOUND")


async def test_a_scope_that_was_not_granted_is_refused(installed: Any) -> None:
    installed.portal.installation.card.scope.remove("crm")
    assert await installed.refused("crm.item.get", {"entityTypeId": 1, "id": 1}) == (
        403,
        "insufficient_scope",
    )


async def test_lists_come_in_pages_of_fifty(installed: Any) -> None:
    installed.portal.is_enterprise = True
    for number in range(60):
        contact = {"entityTypeId": 3, "fields": {"name": f"C{number}"}}
        await installed.result("crm.item.add", contact)
    first = (await installed.call("crm.item.list", {"entityTypeId": 3, "select": ["id"]})).json()
    second = (await installed.call("crm.item.list", {"entityTypeId": 3, "start": first["next"]})).json()
    assert (len(first["result"]["items"]), first["total"], first["next"]) == (50, 60, 50)
    assert len(second["result"]["items"]) == 10
    assert "next" not in second


async def test_batch_uses_results_of_earlier_commands(installed: Any) -> None:
    batch = {
        "halt": 0,
        "cmd": {
            "add": "crm.item.add?entityTypeId=3&fields[name]=Eva"
            "&fields[fm][0][typeId]=PHONE&fields[fm][0][value]=%2B5255",
            "get": "crm.item.get?entityTypeId=3&id=$result[add][item][id]",
            "bad": "imconnector.status",
            "list": "crm.item.list?entityTypeId=3",
        },
    }
    result = await installed.result("batch", batch)
    assert result["result"]["get"]["item"]["phone"] == ["+5255"]
    assert result["result_error"]["bad"]["error"] == "ERROR_ARGUMENT"
    assert result["result_total"] == {"list": 1}
    assert (result["result_next"], result["result_time"]) == ([], [])


async def test_batch_halts_when_asked_to(installed: Any) -> None:
    result = await installed.result("batch", {"halt": 1, "cmd": {"a": "imconnector.status", "b": "profile"}})
    assert result["result"] == []
    assert set(result["result_error"]) == {"a"}


async def test_batch_takes_fifty_commands_and_no_batch(installed: Any) -> None:
    many = {"cmd": {f"c{number}": "server.time" for number in range(51)}}
    assert await installed.refused("batch", many) == (400, "ERROR_BATCH_LENGTH_EXCEEDED")
    nested = await installed.result("batch", {"cmd": {"a": "batch?cmd[b]=profile"}})
    assert nested["result_error"]["a"]["error"] == "ERROR_BATCH_METHOD_NOT_ALLOWED"


async def test_the_bucket_holds_fifty_and_drains_two_a_second(installed: Any) -> None:
    installed.clock.advance(timedelta(minutes=1))
    begun = monotonic()
    answers = [await installed.call("server.time") for _ in range(60)]
    drained = 2 * (monotonic() - begun)
    refused = [one for one in answers if one.status_code == 503]
    assert 50 <= 60 - len(refused) <= 51 + drained
    assert {one.json()["error"] for one in refused} == {"QUERY_LIMIT_EXCEEDED"}
    installed.clock.advance(timedelta(seconds=5))
    assert (await installed.call("server.time")).status_code == 200


async def test_a_method_stops_when_its_operating_budget_is_spent(installed: Any) -> None:
    installed.portal.operating_cost_s = {"server.time": 300.0}
    for _ in range(2):
        assert (await installed.call("server.time")).status_code == 200
    spent = await installed.call("server.time")
    assert (spent.status_code, spent.json()["error"]) == (429, "OPERATION_TIME_LIMIT")
    assert (await installed.call("profile")).json()["time"]["operating"] < 1
    installed.clock.advance(timedelta(minutes=11))
    assert (await installed.call("server.time", token=await new_token(installed))).status_code == 200


async def new_token(stage: Any) -> str:
    await stage.sandbox.open_frame("acme", 1)
    return str(stage.application.posts[-1].form["AUTH_ID"])


async def test_a_renamed_portal_answers_302_and_keeps_its_tokens(installed: Any) -> None:
    await installed.sandbox.rename_portal("acme", "acme-2")
    old = await installed.http.post(
        f"{installed.base}/portals/acme/rest/profile", json={"auth": installed.token}
    )
    assert old.status_code == 302
    assert old.headers["location"] == f"{installed.base}/portals/acme-2/rest/profile"
    new = await installed.http.post(old.headers["location"], json={"auth": installed.token})
    assert new.json()["result"]["ID"] == "1"


async def test_a_portal_on_a_free_plan_has_no_rest(installed: Any) -> None:
    installed.portal.is_rest_enabled = False
    answer = await installed.call("profile")
    assert (answer.status_code, answer.json()["error"]) == (403, "ACCESS_DENIED")
    assert "commercial plans" in answer.json()["error_description"]


def always(stage: Any, **fault: float) -> None:
    stage.faults.put(FaultSettings(bitrix24=PartyFaults(**fault)))


async def test_a_dropped_answer_has_had_its_effect(connected: Any) -> None:
    always(connected, drop_response=1.0)
    with pytest.raises(httpx.RemoteProtocolError):
        await connected.client_writes("Hola")
    always(connected)
    assert [one["text"] for one in connected.chat()["messages"]] == ["Hola"]


async def test_a_dropped_request_has_had_none(connected: Any) -> None:
    always(connected, drop_request=1.0)
    with pytest.raises(httpx.RemoteProtocolError):
        await connected.client_writes("Hola")
    assert connected.sandbox.chats() == []


@pytest.mark.parametrize(
    ("fault", "status", "kind"),
    [
        ("http_500", 500, "application/json"),
        ("http_503", 503, "application/json"),
        ("html_502", 502, "text/html"),
    ],
)
async def test_a_failing_portal_answers_as_portals_do(
    installed: Any, fault: str, status: int, kind: str
) -> None:
    always(installed, **{fault: 1.0})
    answer = await installed.call("profile")
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith(kind)


async def test_every_served_method_has_a_documented_parameter_list(installed: Any) -> None:
    exists = await installed.result("method.get", {"name": "imconnector.send.messages"})
    assert exists == {"isExisting": True, "isAvailable": True}
    missing = await installed.result("method.get", {"name": "imconnector.send.status.undelivered"})
    assert missing == {"isExisting": False, "isAvailable": False}
    assert len(installed.sandbox.methods) == len(await installed.result("methods"))
