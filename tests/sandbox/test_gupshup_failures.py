"""The knobs: what goes wrong between Gupshup, WhatsApp and a telephone (gupshup.md §4.2, §6, §10)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.conftest import Stage
from tests.sandbox.serving import until
from tests.sandbox.test_gupshup_callbacks import PHONE, documented, shape

pytestmark = pytest.mark.requirement("R2.2-b")

TEXT = {"type": "text", "text": "hola"}


async def failed_with(stage: Stage, failure: dict[str, Any] | None) -> Any:
    await stage.writes()
    if failure is not None:
        await stage.put(f"/sandbox/whatsapp/{PHONE}", {"failure": failure})
    gs_id = (await stage.send(TEXT)).json()["messageId"]
    return gs_id, (await until(lambda: stage.receiver.of_type("message-event", "failed")))[0]


async def test_a_synchronous_failure_carries_the_gs_id_as_id(stage: Stage) -> None:
    gs_id, event = await failed_with(stage, {"code": 1008, "how": "sync"})
    assert shape(event) == shape(documented("v2_evt_failed_sync_1008"))
    assert event["payload"]["id"] == gs_id
    assert stage.receiver.of_type("message-event", "enqueued") == []


async def test_an_asynchronous_failure_carries_the_gs_id_apart(stage: Stage) -> None:
    gs_id, event = await failed_with(stage, {"code": 131049})
    assert shape(event) == shape(documented("v2_evt_failed_async_470"))
    assert (event["payload"]["gsId"], event["payload"]["payload"]["code"]) == (gs_id, 131049)
    assert event["payload"]["id"] != gs_id


async def test_an_asynchronous_failure_can_come_without_id(stage: Stage) -> None:
    gs_id, event = await failed_with(stage, {"code": 131026, "with_id": False})
    assert shape(event) == shape(documented("v2_evt_failed_async_no_id"))
    assert event["payload"]["gsId"] == gs_id


async def test_131026_can_be_followed_by_a_real_delivery(stage: Stage) -> None:
    await failed_with(stage, {"code": 131026, "then_delivered": True, "times": 1})
    await until(lambda: stage.receiver.of_type("message-event", "read"))
    steps = [body["payload"]["type"] for body in stage.receiver.of_type("message-event")]
    assert steps == ["enqueued", "failed", "sent", "delivered", "read"]
    await stage.send(TEXT)
    await until(lambda: len(stage.receiver.of_type("message-event", "read")) == 2)
    assert len(stage.receiver.of_type("message-event", "failed")) == 1


async def test_outside_24_hours_a_message_is_accepted_and_fails_with_131047(stage: Stage) -> None:
    await stage.writes()
    await stage.post("/sandbox/clock", {"advance_s": 24 * 3600 + 1})
    assert (await stage.send(TEXT)).status_code == 202
    event = (await until(lambda: stage.receiver.of_type("message-event", "failed")))[0]
    assert event["payload"]["payload"]["code"] == 131047
    await stage.writes("sigo aquí")
    await stage.send(TEXT)
    await until(lambda: stage.receiver.of_type("message-event", "read"))


async def test_a_stranger_cannot_be_written_to(stage: Stage) -> None:
    await stage.send(TEXT, to="51955555555")
    event = (await until(lambda: stage.receiver.of_type("message-event", "failed")))[0]
    assert event["payload"]["payload"]["code"] == 131047
    assert [one["state"] for one in await stage.conversation("51955555555")] == ["failed"]


async def test_an_empty_wallet_accepts_and_fails_with_1003(stage: Stage) -> None:
    await stage.put(f"/sandbox/gupshup/apps/{stage.app['name']}", {"wallet_empty": True})
    gs_id, event = await failed_with(stage, None)
    assert (event["payload"]["id"], event["payload"]["payload"]["code"]) == (gs_id, 1003)


async def test_another_spelling_of_the_number_causes_a_mismatch(stage: Stage) -> None:
    await stage.writes(phone="5593587654321")
    await stage.put("/sandbox/whatsapp/5593587654321", {"also_dialled_as": ["553587654321"]})
    gs_id = (await stage.send(TEXT, to="553587654321")).json()["messageId"]
    event = (await until(lambda: stage.receiver.of_type("message-event", "mismatch")))[0]
    assert shape(event) == shape(documented("v2_evt_mismatch"))
    assert event["payload"]["payload"] == {"wa_id": "5593587654321", "phone": "553587654321"}
    assert event["payload"]["id"] == gs_id
    await until(lambda: stage.receiver.of_type("message-event", "read"))
    assert [one["direction"] for one in await stage.conversation("553587654321")] == ["in", "out"]


async def test_gs_id_can_be_left_out_and_ts_be_a_string(stage: Stage) -> None:
    await stage.put(f"/sandbox/gupshup/apps/{stage.app['name']}", {"omit_gs_id": True, "string_ts": True})
    await stage.writes()
    await stage.send(TEXT)
    await until(lambda: stage.receiver.of_type("message-event", "read"))
    sent = stage.receiver.of_type("message-event", "sent")[0]["payload"]
    assert "gsId" not in sent
    assert isinstance(sent["payload"]["ts"], str)
    assert "gsId" not in stage.receiver.of_type("billing-event")[0]["payload"]["references"]


async def test_a_telephone_that_is_off_gets_its_messages_when_it_is_on_again(stage: Stage) -> None:
    await stage.writes()
    await stage.put(f"/sandbox/whatsapp/{PHONE}", {"online": False, "auto_read": False})
    await stage.send(TEXT)
    await until(lambda: stage.receiver.of_type("billing-event"))
    assert (await stage.conversation())[-1]["state"] == "sent"
    await stage.put(f"/sandbox/whatsapp/{PHONE}", {"online": True})
    await until(lambda: stage.receiver.of_type("message-event", "delivered"))
    assert stage.receiver.of_type("message-event", "read") == []
    assert (await stage.post(f"/sandbox/whatsapp/{PHONE}/read")).json() == {"read": 1}
    await until(lambda: stage.receiver.of_type("message-event", "read"))


async def test_a_customer_without_number_is_parked_until_bsuid_is_on(stage: Stage) -> None:
    await stage.put(f"/sandbox/whatsapp/{PHONE}", {"user_id": "PE.123", "hides_number": True})
    assert (await stage.writes()).json()["state"] == "parked"
    assert stage.sandbox.gupshup.state.callbacks == {}
    await stage.put(f"/sandbox/gupshup/apps/{stage.app['name']}", {"bsuid": True})
    got = (await until(lambda: stage.receiver.of_type("message")))[0]["payload"]
    assert got["sender"] == {"name": "Cliente", "userId": "PE.123"}
    assert "source" not in got


async def test_bsuid_adds_the_user_id_beside_the_number(stage: Stage) -> None:
    await stage.put(f"/sandbox/gupshup/apps/{stage.app['name']}", {"bsuid": True})
    await stage.put(f"/sandbox/whatsapp/{PHONE}", {"user_id": "PE.123"})
    await stage.writes()
    got = (await until(lambda: stage.receiver.of_type("message")))[0]["payload"]
    assert (got["source"], got["sender"]["phone"], got["sender"]["userId"]) == (PHONE, PHONE, "PE.123")


async def test_a_reaction_of_ours_is_sent_and_no_more(stage: Stage) -> None:
    message_id = (await stage.writes()).json()["id"]
    await stage.send({"type": "reaction", "msgId": message_id, "emoji": "👍"})
    await until(lambda: stage.receiver.of_type("billing-event"))
    await stage.send({"type": "reaction", "msgId": "wamid.unknown", "emoji": "👍"})
    event = (await until(lambda: stage.receiver.of_type("message-event", "failed")))[0]
    assert event["payload"]["payload"]["code"] == 131009
    assert stage.receiver.of_type("message-event", "delivered") == []
