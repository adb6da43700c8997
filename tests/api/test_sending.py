"""What a program sends over the API: every kind reaches the phone, the answers come back with their keys."""

from __future__ import annotations

from typing import Any

import httpx
import msgspec
import pytest

from api.v1.sending import NewMessage, parts_of
from tests.system.house import House

pytestmark = [pytest.mark.requirement("R2.2-a"), pytest.mark.requirement("R2.3-c")]
CARLA = "5215550700009"
BUTTONS = {
    "kind": "buttons",
    "text": "¿Confirma su pedido?",
    "footer": "Tienda",
    "buttons": [{"title": "Sí", "id": "confirm:7"}, {"title": "No", "id": "cancel:7"}],
}
CONTENTS: list[dict[str, Any]] = [
    {"kind": "text", "text": "Su pedido salió"},
    {"kind": "location", "latitude": 19.43, "longitude": -99.13, "name": "Tienda Centro"},
    {"kind": "contact", "name": "Ana Paz", "phones": [{"phone": "+52 55 1234 5678"}]},
    BUTTONS,
    {
        "kind": "list",
        "header": "Tallas",
        "text": "¿Cuál prefiere?",
        "button": "Ver tallas",
        "sections": [{"rows": [{"title": "Mediana", "id": "m"}, {"title": "Grande", "id": "l"}]}],
    },
    {"kind": "reaction", "emoji": "🎉"},
]


@pytest.fixture(scope="module")
def hello(house: House) -> str:
    """Carla wrote; her message's id."""
    house.customer_writes(CARLA, "Hola")
    house.until("her message is here", lambda: house.query(_MESSAGE, "Hola"))
    return str(house.query(_MESSAGE, "Hola")[0][0])


_MESSAGE = "select message_id from messaging.message where text = %s"


def _send(house: House, key: str, content: dict[str, Any], **more: Any) -> httpx.Response:
    body = {
        "key": key,
        "content": content,
        "channel_id": house.channel_id,
        "phone": "+52 555 070 0009",
    } | more
    return house.api.post("/api/v1/messages", headers=house.bearer(), json=body)


def _on_the_phone(house: House) -> list[dict[str, Any]]:
    return [message for message in house.on_the_phone(CARLA) if message["direction"] == "out"]


def test_every_kind_reaches_the_phone_in_order(house: House, hello: str) -> None:
    for number, content in enumerate(CONTENTS):
        more = {"reply_to": hello} if content["kind"] in ("text", "reaction") else {}
        sent = _send(house, f"kind-{number}", content, **more)
        assert sent.status_code == 201, sent.text
        assert [sent.json()["message_id"]] == sent.json()["parts"]
    expected = [content["kind"] for content in CONTENTS]
    house.until("all are there", lambda: [one["kind"] for one in _on_the_phone(house)] == expected)
    (first, *_) = _on_the_phone(house)
    assert "Hola" == next(
        one["text"] for one in house.on_the_phone(CARLA) if one["ids"].get("id") == first["reply_to"]
    )
    assert [] == house.sandbox.get("/sandbox/complaints").json()


def test_the_answer_to_a_button_comes_back_with_its_key(house: House, hello: str) -> None:
    house.customer_writes(CARLA, "Sí", kind="button_reply")
    asked = """select payload ->> 'postbackText', payload ->> 'id' from messaging.message
                where kind = 'button_reply'"""
    house.until("it is here", lambda: house.query(asked))
    ((postback, reference),) = house.query(asked)
    sent_as = house.query("select message_id::text from messaging.message where kind = 'buttons'")
    assert ("confirm:7", [(reference,)]) == (postback, sent_as)
    (conversation,) = {
        str(row[0])
        for row in house.query("select conversation_id from messaging.message where kind = 'buttons'")
    }
    page = house.api.get(f"/api/v1/conversations/{conversation}/messages", headers=house.bearer()).json()
    answer = next(message for message in page if message["kind"] == "button_reply")
    assert ("confirm:7", reference) == (answer["postback"], answer["reply_to"])
    one = house.api.get(f"/api/v1/messages/{answer['message_id']}", headers=house.bearer()).json()
    assert ("confirm:7", reference) == (one["postback"], one["reply_to"])
    house.until("operators read it", lambda: "[b]Botón:[/b] Sí" in house.in_the_chat(CARLA)[-1])


def test_the_same_key_is_the_same_message(house: House, hello: str) -> None:
    first, again = (_send(house, "once", {"kind": "text", "text": "Una vez"}).json() for _ in range(2))
    assert first == again


def test_a_long_text_goes_in_parts(house: House, hello: str) -> None:
    sent = _send(house, "long", {"kind": "text", "text": "palabra " * 600})
    assert (201, 2) == (sent.status_code, len(sent.json()["parts"]))


@pytest.mark.parametrize(
    ("content", "more", "expected"),
    [
        (BUTTONS | {"buttons": []}, {}, (422, "message_faults")),
        ({"kind": "sticker", "url": "https://e.example/a.png", "mime": "image/png"}, {}, (422, "media_type")),
        ({"kind": "reaction", "emoji": "🎉"}, {}, (400, "malformed_item")),
        ({"kind": "text", "text": "   "}, {}, (400, "malformed_item")),
        ({"kind": "text", "text": "a"}, {"phone": "573001234567"}, (409, "write_first")),
        (
            {"kind": "text", "text": "a"},
            {"channel_id": "019aa000-0000-7000-8000-000000000000"},
            (404, "unknown_channel"),
        ),
    ],
)
def test_what_cannot_be_sent_is_refused_with_its_reason(
    house: House, hello: str, content: dict[str, Any], more: dict[str, Any], expected: tuple[int, str]
) -> None:
    refused = _send(house, "refused", content, **more)
    assert expected == (refused.status_code, refused.json()["reason"])
    assert refused.json()["facts"].get("part", 1) == 1


def test_a_kind_that_is_none_is_named_by_the_door(house: House, hello: str) -> None:
    assert 400 == _send(house, "none", {"kind": "hologram"}).status_code


def test_a_file_has_its_address_and_what_is_known_of_it() -> None:
    body = {
        "key": "k",
        "content": {
            "kind": "document",
            "url": "https://e.example/a.pdf",
            "name": "a.pdf",
            "caption": "Su factura",
        },
    }
    content = msgspec.convert(body, NewMessage).content
    media = {"url": "https://e.example/a.pdf", "name": "a.pdf"}
    assert [{"kind": "document", "text": "Su factura", "media": media}] == parts_of(content, None)
