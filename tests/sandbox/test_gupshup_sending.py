"""What the simulated `POST /wa/api/v1/msg` takes and refuses (contract gupshup.md §2.1)."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.sandbox.conftest import Stage
from tests.sandbox.serving import until

pytestmark = pytest.mark.requirement("R2.2-b")

URL = "https://example.com/file"

ACCEPTED: list[dict[str, Any]] = [
    {"type": "text", "text": "hola", "previewUrl": True},
    {"type": "text", "text": "hola", "context": {"msgId": "wamid.X"}},
    {"type": "image", "originalUrl": URL, "previewUrl": URL, "caption": "foto"},
    {"type": "image", "id": "1852559851913765"},
    {"type": "file", "url": URL, "filename": "a.pdf", "caption": "factura"},
    {"type": "audio", "url": URL},
    {"type": "video", "url": URL, "caption": "vídeo"},
    {"type": "sticker", "url": URL},
    {"type": "location", "longitude": "-77.0428", "latitude": "-12.0464", "name": "Lima"},
    {
        "type": "contact",
        "contact": {
            "name": {"firstName": "Ana", "formattedName": "Ana Pérez"},
            "phones": [{"phone": "+51 987 654 321", "type": "CELL", "wa_id": "51987654321"}],
        },
    },
    {
        "type": "list",
        "title": "Menú",
        "body": "Elija",
        "msgid": "l1",
        "globalButtons": [{"type": "text", "title": "Abrir"}],
        "items": [{"title": "Uno", "options": [{"type": "text", "title": "A", "postbackText": "a"}]}],
    },
    {
        "type": "quick_reply",
        "msgid": "q1",
        "content": {"type": "text", "text": "¿Seguro?", "caption": "pie"},
        "options": [{"type": "text", "title": "Sí", "postbackText": "yes"}],
    },
    {"type": "reaction", "msgId": "wamid.X", "emoji": "😃"},
    {"type": "product_details", "subType": "catalog_message", "body": {"text": "Catálogo"}},
]

REFUSED: dict[str, Any] = {
    "a document instead of a file": {"type": "document", "url": URL},
    "a null caption": {"type": "image", "originalUrl": URL, "previewUrl": URL, "caption": None},
    "an image without previewUrl": {"type": "image", "originalUrl": URL},
    "an image with url": {"type": "image", "url": URL},
    "an audio with a caption": {"type": "audio", "url": URL, "caption": "x"},
    "a file with url and id": {"type": "file", "url": URL, "id": "1"},
    "a longitude as a number": {"type": "location", "longitude": -77.0, "latitude": "-12.0"},
    "an empty text": {"type": "text", "text": ""},
    "a text of 4097 characters": {"type": "text", "text": "x" * 4097},
    "four buttons": {
        "type": "quick_reply",
        "content": {"type": "text", "text": "?"},
        "options": [{"type": "text", "title": str(n)} for n in range(4)],
    },
    "eleven rows": {
        "type": "list",
        "title": "t",
        "body": "b",
        "globalButtons": [{"type": "text", "title": "o"}],
        "items": [{"title": "s", "options": [{"type": "text", "title": str(n)} for n in range(11)]}],
    },
    "a bare string": "hola",
    "an unknown kind": {"type": "poll", "text": "x"},
}


async def test_every_documented_kind_is_submitted(stage: Stage, subtests: pytest.Subtests) -> None:
    await stage.put(f"/sandbox/gupshup/apps/{stage.app['name']}", {"fetch_media": False})
    for message in ACCEPTED:
        with subtests.test(kind=message["type"]):
            answer = await stage.send(message)
            assert answer.status_code == 202, await stage.get("/sandbox/complaints")
            body = answer.json()
            assert set(body) == {"status", "messageId"}
            assert body["status"] == "submitted"
    assert await stage.get("/sandbox/complaints") == []


async def test_a_wrong_message_is_refused_and_remembered(stage: Stage, subtests: pytest.Subtests) -> None:
    for number, (name, message) in enumerate(REFUSED.items()):
        with subtests.test(name):
            answer = await stage.send(message)
            assert (answer.status_code, answer.json()["status"]) == (400, "error")
            complaints = await stage.get("/sandbox/complaints")
            assert [one["operation"] for one in complaints] == ["POST /wa/api/v1/msg"] * (number + 1)


WRONG_FIELDS = [
    ("destination", "+51987654321", "Invalid Destination"),
    ("destination", "12", "Invalid Destination"),
    ("src.name", "OtherApp", "Invalid App Details"),
    ("source", "51922222222", "Invalid App Details"),
    ("channel", "sms", "Invalid Channel"),
    ("disablePreview", "yes", "Invalid Message"),
]


async def test_wrong_fields_get_the_documented_answer(stage: Stage, subtests: pytest.Subtests) -> None:
    for field, value, text in WRONG_FIELDS:
        with subtests.test(field=field, value=value):
            answer = await stage.send({"type": "text", "text": "hola"}, **{field: value})
            assert answer.status_code == 400
            assert answer.json() == {"status": "error", "message": text}


async def test_a_wrong_key_is_401_and_never_listed(stage: Stage) -> None:
    answer = await stage.http.post(
        f"{stage.base}/gupshup/wa/api/v1/msg", data={"channel": "whatsapp"}, headers={"apikey": "guessed"}
    )
    assert (answer.status_code, answer.json()["message"]) == (401, "Authentication Failed")
    assert "guessed" not in str(await stage.get("/sandbox/complaints"))


async def test_a_json_body_is_refused(stage: Stage) -> None:
    answer = await stage.http.post(
        f"{stage.base}/gupshup/wa/api/v1/msg", json={}, headers={"apikey": stage.app["key"]}
    )
    assert answer.status_code == 400


async def test_too_many_messages_a_second_are_429(stage: Stage) -> None:
    await stage.put(f"/sandbox/gupshup/apps/{stage.app['phone']}", {"sends_per_second": 1})
    answers = [await stage.send({"type": "text", "text": str(n)}) for n in range(4)]
    assert answers[-1].status_code == 429
    assert answers[-1].json() == {"status": "error", "message": "Too Many Requests"}


async def test_a_send_without_src_name_is_accepted_and_fails_with_1001(stage: Stage) -> None:
    form = {
        "channel": "whatsapp",
        "source": stage.app["phone"],
        "destination": "51987654321",
        "message": '{"type":"text","text":"hola"}',
    }
    answer = await stage.http.post(
        f"{stage.base}/gupshup/wa/api/v1/msg", data=form, headers={"apikey": stage.app["key"]}
    )
    assert answer.status_code == 202
    failed = (await until(lambda: stage.receiver.of_type("message-event", "failed")))[0]
    assert failed["payload"]["payload"]["code"] == 1001


async def test_answers_can_come_as_html(stage: Stage) -> None:
    await stage.put(f"/sandbox/gupshup/apps/{stage.app['phone']}", {"html_answers": True})
    answer = await stage.send({"type": "text", "text": "hola"})
    assert answer.headers["content-type"].startswith("text/html")
    assert "messageId" in answer.json()


async def test_a_redirecting_media_address_fails_with_1010(stage: Stage) -> None:
    await stage.writes()
    redirecting = f"{stage.base}/sandbox/nowhere"
    await stage.send({"type": "file", "url": redirecting, "filename": "a.pdf"})
    failed = (await until(lambda: stage.receiver.of_type("message-event", "failed")))[0]
    assert failed["payload"]["payload"]["code"] == 1010


async def test_media_that_can_be_fetched_arrives_with_its_fingerprint(stage: Stage) -> None:
    await stage.writes("", kind="image")
    url = (await stage.conversation())[0]["media"]["url"]
    await stage.send({"type": "image", "originalUrl": url, "previewUrl": url})
    await until(lambda: stage.receiver.of_type("message-event", "read"))
    sent = (await stage.conversation())[-1]
    assert (sent["kind"], sent["state"], sent["media"]["content_type"]) == ("image", "read", "image/png")
    assert len(sent["media"]["sha256"]) == 64


async def test_the_wrong_type_of_file_fails_with_131053(stage: Stage) -> None:
    await stage.writes("", kind="document")
    url = (await stage.conversation())[0]["media"]["url"]
    await stage.send({"type": "image", "originalUrl": url, "previewUrl": url})
    failed = (await until(lambda: stage.receiver.of_type("message-event", "failed")))[0]
    assert failed["payload"]["payload"]["code"] == 131053


async def test_business_and_mark_read_answer_as_documented(stage: Stage) -> None:
    key = {"apikey": stage.app["key"]}
    business: httpx.Response = await stage.http.get(stage.url("/business"), headers=key)
    assert (business.json()["status"], business.json()["business"]["name"]) == ("success", "TiendaDemo")
    message_id = (await stage.writes()).json()["id"]
    read = await stage.http.put(stage.url(f"/msg/{message_id}/read"), headers=key)
    assert (read.status_code, read.content) == (202, b"")
    assert (await stage.conversation())[0]["state"] == "read"
    unknown = await stage.http.put(stage.url("/msg/wamid.none/read"), headers=key)
    assert unknown.status_code == 400
