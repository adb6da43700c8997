"""What the simulated Gupshup calls back, against the documented payloads (contract gupshup.md §1.5, §4)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.conftest import Stage
from tests.sandbox.serving import Received, until

pytestmark = pytest.mark.requirement("R2.2-b")

PAYLOADS = Path(__file__).resolve().parents[3] / "shared" / "payloads" / "gupshup"
PHONE = "51987654321"


def documented(name: str) -> Any:
    if not PAYLOADS.is_dir():
        pytest.skip("../shared/payloads is not beside the repository: the documented payloads are missing")
    return json.loads((PAYLOADS / f"{name}.json").read_text(encoding="utf-8"))


def shape(value: Any, at: str = "") -> set[str]:
    """Every key path with the JSON type of its value."""
    if isinstance(value, dict):
        return {path for key, inner in value.items() for path in shape(inner, f"{at}.{key}")}
    if isinstance(value, list):
        return {path for inner in value for path in shape(inner, f"{at}[]")}
    return {f"{at}:{type(value).__name__}"}


async def test_a_text_to_the_customer_is_enqueued_sent_billed_delivered_and_read(stage: Stage) -> None:
    await stage.writes()
    gs_id = (await stage.send({"type": "text", "text": "buenas"})).json()["messageId"]
    await until(lambda: stage.receiver.of_type("message-event", "read"))
    events = [body for body in (one.body for one in stage.receiver.all) if body["type"] != "message"]

    steps = [(event["type"], event["payload"].get("type")) for event in events]
    assert steps == [
        ("message-event", "enqueued"),
        ("message-event", "sent"),
        ("billing-event", None),
        ("message-event", "delivered"),
        ("message-event", "read"),
    ]
    enqueued, sent, billed, delivered, read = events
    whatsapp_id = enqueued["payload"]["payload"]["whatsappMessageId"]
    assert enqueued["payload"]["id"] == gs_id
    for event in (sent, delivered, read):
        assert (event["payload"]["id"], event["payload"]["gsId"]) == (whatsapp_id, gs_id)
    assert (billed["payload"]["references"]["id"], billed["payload"]["references"]["gsId"]) == (
        whatsapp_id,
        gs_id,
    )
    pricing = sent["payload"].pop("pricing")
    assert pricing == {"policy": "PMP", "category": "service", "type": "regular"}
    assert shape(enqueued) == shape(documented("v2_evt_enqueued"))
    assert shape(sent) == shape(documented("v2_evt_sent_nbp_2020"))
    assert shape(billed) == shape(documented("v2_billing_pmp"))
    assert shape(delivered) == shape(documented("v2_evt_delivered"))
    assert shape(read) == shape(documented("v2_evt_read"))


INBOUND: list[tuple[str, dict[str, Any], set[str]]] = [
    ("v2_msg_text_docs2024", {"text": "hola"}, set()),
    ("v2_msg_image_filemanager_wa", {"kind": "image", "text": "foto"}, set()),
    ("v2_msg_audio_voice_filemanager_wa", {"kind": "voice"}, set()),
    ("v2_msg_location", {"kind": "location"}, set()),
    ("v2_msg_text_reply_context", {"text": "sí", "reply_to": "ours"}, set()),
    ("v2_msg_quickreply_tap_type_quick_reply", {"kind": "quick_reply", "text": "Saldo"}, set()),
    (
        "v2_msg_session_button_reply",
        {"kind": "button_reply", "text": "Sí", "postback_text": "yes"},
        {".payload.payload.postbackText:str"},
    ),
    ("v2_msg_list_reply", {"kind": "list_reply", "text": "A", "postback_text": "a"}, set()),
]


async def test_each_inbound_kind_has_the_documented_keys(stage: Stage, subtests: pytest.Subtests) -> None:
    await stage.writes()
    for number, (name, written, beyond) in enumerate(INBOUND, start=2):
        with subtests.test(name):
            ours = (await stage.send({"type": "text", "text": "¿?"})).json()["messageId"]
            reply = (
                {"reply_to": ours} if written.get("reply_to") or "reply" in str(written.get("kind")) else {}
            )
            answer = await stage.post(f"/sandbox/whatsapp/{PHONE}/messages", {**written, **reply})
            assert answer.status_code == 201, answer.text
            got = await until(
                lambda n=number: (
                    (found := stage.receiver.of_type("message")) and len(found) == n and found[-1]
                )
            )
            assert shape(got) - beyond == shape(documented(name))
            assert got["payload"]["id"] == answer.json()["id"]


async def test_reactions_contacts_documents_and_videos_carry_what_the_table_names(stage: Stage) -> None:
    first = (await stage.writes()).json()["id"]
    await stage.writes("", kind="reaction", emoji="👍", reply_to=first)
    await stage.writes("", kind="reaction", reply_to=first)
    await stage.writes("", kind="contact")
    await stage.writes("", kind="document")
    await stage.writes("clip", kind="video")
    await stage.writes("", kind="sticker")
    await until(lambda: len(stage.receiver.of_type("message")) == 7)
    inner = [body["payload"] for body in stage.receiver.of_type("message")][1:]
    assert inner[0]["payload"] == {"id": first, "emoji": "👍"}
    assert inner[1]["payload"] == {"id": first}
    assert set(inner[2]["payload"]["contacts"][0]["name"]) == {"firstName", "formattedName"}
    assert (inner[3]["type"], set(inner[3]["payload"])) == (
        "file",
        {"url", "contentType", "urlExpiry", "name"},
    )
    assert inner[4]["payload"]["caption"] == "clip"
    assert (inner[5]["type"], inner[5]["payload"]["contentType"]) == ("sticker", "image/webp")


async def test_a_tap_echoes_the_button_that_we_sent(stage: Stage) -> None:
    await stage.writes()
    gs_id = (
        await stage.send(
            {
                "type": "quick_reply",
                "msgid": "q7",
                "content": {"type": "text", "text": "¿Seguro?"},
                "options": [
                    {"type": "text", "title": "No", "postbackText": "no"},
                    {"type": "text", "title": "Sí", "postbackText": "yes"},
                ],
            }
        )
    ).json()["messageId"]
    assert (await stage.writes("Quizás", kind="button_reply")).status_code == 409
    await stage.writes("Sí", kind="button_reply")
    got = await until(lambda: stage.receiver.of_type("message", "button_reply"))
    assert got[0]["payload"]["payload"] == {
        "title": "Sí",
        "id": "q7",
        "reply": "Sí 2",
        "postbackText": "yes",
    }
    assert got[0]["payload"]["context"]["gsId"] == gs_id


async def test_a_callback_is_repeated_until_it_is_answered_with_2xx(stage: Stage) -> None:
    refusals = {0: 500, 1: 302, 2: 404}
    stage.receiver.answer = lambda number, _received: refusals.get(number, 204)
    message_id = (await stage.writes()).json()["id"]
    await until(lambda: len(stage.receiver.all) == 4)
    assert {one.body["payload"]["id"] for one in stage.receiver.all} == {message_id}
    assert len({json.dumps(one.body) for one in stage.receiver.all}) == 1
    await until(lambda: not stage.sandbox.gupshup.state.callbacks)
    assert (await stage.conversation())[0]["state"] == "delivered"
    assert len(stage.receiver.all) == 4


async def test_a_refused_callback_does_not_hold_up_the_next(stage: Stage) -> None:
    def stubborn(_number: int, received: Received) -> int:
        return 500 if received.body["payload"]["payload"].get("text") == "uno" else 200

    stage.receiver.answer = stubborn
    await stage.writes("uno")
    await stage.writes("dos")
    await until(lambda: any("dos" in str(one.body) for one in stage.receiver.all))
    await until(lambda: len(stage.sandbox.gupshup.state.callbacks) == 1)
    waiting = (await stage.get("/sandbox/gupshup/callbacks"))["waiting"]
    assert [callback["last_answer"] for callback in waiting] == ["500"]


async def test_messages_of_one_customer_leave_in_the_order_they_were_written(stage: Stage) -> None:
    texts = [str(number) for number in range(30)]
    for text in texts:
        await stage.writes(text)
    await until(lambda: len(stage.receiver.all) == len(texts))
    assert [one.body["payload"]["payload"]["text"] for one in stage.receiver.all] == texts


async def test_only_subscribed_modes_are_called(stage: Stage) -> None:
    subscription = next(iter(stage.sandbox.gupshup.state.apps[stage.app["app_id"]].subscriptions))
    key = {"apikey": stage.app["key"]}
    form = {"modes": "MESSAGE,READ"}
    changed = await stage.http.put(stage.url(f"/subscription/{subscription}"), data=form, headers=key)
    assert changed.json()["subscription"]["mode"] == 68
    await stage.writes()
    await stage.send({"type": "text", "text": "x"})
    await until(lambda: stage.receiver.of_type("message-event", "read"))
    assert [one.body["payload"].get("type") for one in stage.receiver.all] == ["text", "read"]


async def test_meta_headers_come_with_every_callback(stage: Stage) -> None:
    await stage.writes()
    received = (await until(lambda: stage.receiver.all))[0]
    assert received.headers["x-channel-secret"] == "s3"
    assert received.headers["content-type"] == "application/json; charset=utf-8"


async def test_the_address_is_probed_before_it_is_taken(stage: Stage) -> None:
    stage.receiver.answer = lambda _number, _received: 404
    refused = await stage.subscribe(tag="second")
    assert (refused.status_code, refused.json()["message"]) == (400, "Invalid URL Passed")
    assert shape(stage.receiver.all[0].body) == shape(documented("v2_user_sandbox_start"))
    assert stage.receiver.all[0].body["payload"]["phone"] == "callbackSetPhone"
    assert stage.receiver_url not in str(await stage.get("/sandbox/complaints"))
    unchecked = await stage.subscribe(tag="second", doCheck="false")
    assert unchecked.status_code == 200
    assert len(stage.receiver.all) == 1


async def test_subscriptions_are_listed_changed_limited_and_deleted_as_documented(stage: Stage) -> None:
    key = {"apikey": stage.app["key"]}
    made = [await stage.subscribe(tag=f"t{number}") for number in range(5)]
    assert [answer.status_code for answer in made] == [200, 200, 200, 200, 400]
    listed = (await stage.http.get(stage.url("/subscription"), headers=key)).json()["subscriptions"]
    assert [one["tag"] for one in listed] == ["ours", "t0", "t1", "t2", "t3"]
    assert set(listed[0]) == {
        *("active", "appId", "createdOn", "id", "mode", "modes", "meta", "modifiedOn"),
        *("showOnUI", "tag", "url", "version", "latencyBucket"),
    }
    one = stage.url(f"/subscription/{listed[0]['id']}")
    assert (await stage.http.get(one, headers=key)).json()["subscription"] == listed[0]
    deleted = await stage.http.delete(one, headers=key)
    assert (deleted.status_code, deleted.content) == (204, b"")
    gone = await stage.http.get(one, headers=key)
    assert (gone.status_code, gone.json()["message"]) == (400, "Subscription Does Not Exist")
    assert (await stage.http.delete(stage.url("/subscription"), headers=key)).status_code == 204
    assert (await stage.http.get(one, headers={"apikey": "other"})).status_code == 401


async def test_two_subscriptions_both_hear_of_a_message(stage: Stage) -> None:
    await stage.subscribe(tag="second", url=f"{stage.receiver_url}/second")
    stage.receiver.all.clear()
    await stage.writes()
    await until(lambda: len(stage.receiver.all) == 2)
    assert {one.path for one in stage.receiver.all} == {"/hook", "/second"}


async def test_a_customers_file_can_be_fetched_for_seven_days(stage: Stage) -> None:
    await stage.writes(
        "",
        kind="document",
        media={"base64": "aG9sYQ==", "filename": "a.pdf", "content_type": "application/pdf"},
    )
    inner = (await until(lambda: stage.receiver.of_type("message")))[0]["payload"]["payload"]
    got = await stage.http.get(inner["url"])
    assert (got.status_code, got.content, got.headers["content-type"]) == (200, b"hola", "application/pdf")
    await stage.post("/sandbox/clock", {"advance_s": 7 * 24 * 3600 + 1})
    assert (await stage.http.get(inner["url"])).status_code == 404
