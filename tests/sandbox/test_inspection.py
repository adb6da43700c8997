"""The control routes as an acceptance test drives them, and the demo's memory."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox.app import create_app
from tests.sandbox.conftest import Stage
from tests.sandbox.serving import Receiver, free_socket, serving, until

pytestmark = pytest.mark.requirement("R2.2-b")


async def test_a_conversation_is_shown_in_order_with_states(stage: Stage) -> None:
    first = await stage.writes("hola", name="Ana")
    assert first.status_code == 201
    await stage.send({"type": "text", "text": "buenas, ¿en qué ayudo?"})
    await until(lambda: stage.receiver.of_type("message-event", "read"))
    await stage.writes("un pedido")
    await until(lambda: len(stage.receiver.of_type("message")) == 2)
    await until(lambda: not stage.sandbox.gupshup.state.callbacks)
    shown = await stage.get("/sandbox/whatsapp/+51987654321/messages")
    assert [(one["direction"], one["text"], one["state"]) for one in shown] == [
        ("in", "hola", "delivered"),
        ("out", "buenas, ¿en qué ayudo?", "read"),
        ("in", "un pedido", "delivered"),
    ]
    assert shown[0]["ids"]["id"] == first.json()["id"]
    assert set(shown[1]["ids"]) == {"messageId", "whatsappMessageId"}
    assert {one["kind"] for one in shown} == {"text"}
    assert [phone["name"] for phone in await stage.get("/sandbox/whatsapp")] == ["Ana"]


async def test_the_channel_can_be_named_by_number_name_or_id(stage: Stage) -> None:
    other = (
        await stage.post("/sandbox/gupshup/apps", {"name": "OtraTienda", "phone": "+51922222222"})
    ).json()
    for channel in (other["phone"], f"+{other['phone']}", other["name"], other["app_id"]):
        assert (await stage.writes(channel=channel)).status_code == 201
    assert [one["channel"] for one in await stage.conversation()] == ["OtraTienda"] * 4
    assert stage.receiver.all == []
    assert await stage.get("/sandbox/whatsapp/51987654321/messages?channel=TiendaDemo") == []


async def test_a_raw_payload_is_delivered_as_it_is(stage: Stage) -> None:
    payload = {"id": "wamid.RAW", "type": "order", "payload": {"catalog_id": "7"}, "sender": {"phone": ""}}
    answer = await stage.post("/sandbox/whatsapp/51987654321/messages", {"payload": payload})
    assert (answer.status_code, answer.json()["id"]) == (201, "wamid.RAW")
    got = (await until(lambda: stage.receiver.of_type("message")))[0]
    assert got["payload"] == {**payload, "source": "51987654321"}


async def test_a_raw_webhook_answers_with_our_sides_status(stage: Stage) -> None:
    stage.receiver.answer = lambda number, _received: 200 if number == 0 else 500
    sent = await stage.post("/sandbox/gupshup/webhooks", {"body": {"type": "unheard-of"}})
    assert (sent.status_code, sent.json()) == (200, {"status": 200, "statuses": [200]})
    broken = await stage.post("/sandbox/gupshup/webhooks", {"body": '{"half', "times": 3})
    assert broken.json() == {"status": 500, "statuses": [500, 500, 500]}
    assert [one.body for one in stage.receiver.all] == [{"type": "unheard-of"}, *['{"half'] * 3]
    assert {one.headers["x-channel-secret"] for one in stage.receiver.all} == {"s3"}


MISUSES: list[tuple[str, str, Any, int]] = [
    ("GET", "/sandbox/whatsapp/51900000000/messages", None, 404),
    ("POST", "/sandbox/whatsapp/abc/messages", {"text": "x"}, 400),
    ("POST", "/sandbox/whatsapp/51987654321/messages", {"text": 5}, 400),
    ("POST", "/sandbox/whatsapp/51987654321/messages", {}, 400),
    ("POST", "/sandbox/whatsapp/51987654321/messages", {"txt": "x"}, 400),
    ("POST", "/sandbox/whatsapp/51987654321/messages", {"text": "x", "channel": "nobody"}, 404),
    ("POST", "/sandbox/whatsapp/51987654321/messages", {"kind": "image", "media": {"base64": "?"}}, 400),
    ("POST", "/sandbox/whatsapp/51987654321/messages", {"text": "x", "reply_to": "none"}, 404),
    ("POST", "/sandbox/whatsapp/51987654321/messages", {"payload": {"type": "text"}}, 400),
    ("POST", "/sandbox/gupshup/webhooks", {"times": 2}, 400),
    ("POST", "/sandbox/gupshup/apps", {"name": "a b", "phone": "51933333333"}, 400),
    ("POST", "/sandbox/gupshup/apps", {"name": "TiendaDemo", "phone": "51933333333"}, 409),
    ("PUT", "/sandbox/gupshup/apps/TiendaDemo", {"walet_empty": True}, 400),
    ("PUT", "/sandbox/whatsapp/51987654321", {"online": "yes"}, 400),
    ("POST", "/sandbox/clock", {"advance_s": -1}, 400),
    ("POST", "/sandbox/bitrix24/chats/999/messages", {"text": "x"}, 404),
    ("POST", "/sandbox/bitrix24/chats/999/messages", {}, 400),
    ("POST", "/sandbox/bitrix24/portals", {"name": "NO!"}, 400),
    ("POST", "/sandbox/bitrix24/portals/nobody/install-finish", None, 404),
    ("GET", "/sandbox/nothing", None, 404),
    ("DELETE", "/sandbox/faults", None, 405),
]


async def test_misuse_is_explained(stage: Stage, subtests: pytest.Subtests) -> None:
    for method, path, body, status in MISUSES:
        with subtests.test(f"{method} {path} {body}"):
            answer = await stage.http.request(method, f"{stage.base}{path}", json=body)
            assert answer.status_code == status, answer.text
            assert set(answer.json()) == {"error", "what_to_do"}


async def test_a_body_that_is_no_json_is_explained(stage: Stage) -> None:
    answer = await stage.http.post(f"{stage.base}/sandbox/whatsapp/51987654321/messages", content=b"{\xff")
    assert (answer.status_code, set(answer.json())) == (400, {"error", "what_to_do"})


async def test_without_an_app_a_customer_is_told_what_is_missing(empty_stage: Stage) -> None:
    answer = await empty_stage.writes()
    assert answer.status_code == 409
    assert "/sandbox/gupshup/apps" in answer.json()["what_to_do"]


async def test_events_wait_for_news(stage: Stage) -> None:
    last = (await stage.get("/sandbox/events?wait_s=0"))["last"]
    waiting = asyncio.create_task(stage.get(f"/sandbox/events?after={last}&wait_s=5"))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    await stage.writes()
    news = await waiting
    assert news["last"] > last
    assert "51987654321" in {event.get("phone") for event in news["events"]}
    assert (await stage.get(f"/sandbox/events?after={news['last'] + 1000}&wait_s=0"))["events"] == []


async def test_a_portal_is_made_installed_and_its_frames_opened(stage: Stage) -> None:
    made = await stage.post("/sandbox/bitrix24/portals", {"name": "demo", "lang": "es"})
    assert (made.status_code, made.json()["installed"]) == (201, False)
    assert (await stage.post("/sandbox/bitrix24/portals", {"name": "demo"})).status_code == 409
    urls = {"handler": f"{stage.receiver_url}/app", "installer": f"{stage.receiver_url}/install"}
    wizard = await stage.post("/sandbox/bitrix24/portals/demo/install", urls)
    assert wizard.json()["status"] == 200
    finished = await stage.post("/sandbox/bitrix24/portals/demo/install-finish")
    assert finished.json()["installed"] is True
    opened = await stage.post("/sandbox/bitrix24/portals/demo/frames", {"user_id": 1})
    assert opened.json()["status"] == 200
    assert [one.path for one in stage.receiver.all] == ["/install", "/app"]
    gone = await stage.post("/sandbox/bitrix24/portals/demo/uninstall", {"clean": True})
    assert gone.json()["installed"] is False
    dead = {"handler": "http://127.0.0.1:9/app", "installer": "http://127.0.0.1:9/install"}
    assert (await stage.post("/sandbox/bitrix24/portals/demo/install", dead)).status_code == 424


async def test_complaints_of_both_parties_are_in_one_list(stage: Stage) -> None:
    await stage.send({"type": "document"})
    complaints = await stage.get("/sandbox/complaints")
    assert [(one["party"], one["status"]) for one in complaints] == [("gupshup", 400)]
    assert stage.app["key"] not in str(complaints)


async def test_the_page_and_its_files_are_served_and_nothing_else(empty_stage: Stage) -> None:
    page = await empty_stage.http.get(f"{empty_stage.base}/")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    named = [part.split('"')[0] for part in page.text.split('"/page/')[1:]]
    assert named == ["base.css", "phone.css", "portal.css", "panel.css", "page.js"]
    for name in (*named, "phone.js", "chats.js", "faults.js", "texts.js"):
        assert (await empty_stage.http.get(f"{empty_stage.base}/page/{name}")).status_code == 200
    assert (await empty_stage.http.get(f"{empty_stage.base}/page/__init__.py")).status_code == 404


async def test_what_was_there_is_there_after_a_restart(tmp_path: Path) -> None:
    """Also a callback that was not accepted, and a message that was on its way."""
    path = tmp_path / "sandbox.json"
    receiver = Receiver()
    receiver.answer = lambda _number, received: 503 if received.body["type"] == "message" else 200
    receiver_socket, receiver_url = free_socket()
    async with serving(receiver.app(), receiver_socket), httpx.AsyncClient(trust_env=False) as http:
        listener, base = free_socket()
        app = create_app(base, client_id="local.test", client_secret="x", snapshot_path=path)
        async with serving(app, listener):
            stage = Stage(base, http, receiver, receiver_url, app.state.sandbox)
            made = await stage.post("/sandbox/gupshup/apps", {"name": "TiendaDemo", "phone": "51911111111"})
            stage.app = made.json()
            await stage.post("/sandbox/bitrix24/portals", {"name": "demo"})
            await stage.subscribe()
            await stage.writes("antes", kind="document", media={"base64": "aG9sYQ=="})
            await stage.put("/sandbox/whatsapp/51987654321", {"online": False})
            await stage.send({"type": "text", "text": "pendiente"})
            await until(lambda: receiver.of_type("billing-event"))
            await stage.post("/sandbox/clock", {"advance_s": 60})
            await until(path.exists)
        assert path.stat().st_mode & 0o777 == 0o600

        receiver.all.clear()
        receiver.answer = lambda _number, _received: 200
        listener, base = free_socket()
        again = create_app(base, client_id="local.test", client_secret="x", snapshot_path=path)
        async with serving(again, listener):
            stage = Stage(base, http, receiver, receiver_url, again.state.sandbox, stage.app)
            assert [one["text"] for one in await stage.conversation()] == ["antes", "pendiente"]
            assert [one["name"] for one in await stage.get("/sandbox/bitrix24/portals")] == ["demo"]
            assert (await stage.get("/sandbox/clock"))["ahead_s"] == 60
            await until(lambda: receiver.of_type("message"))
            await stage.put("/sandbox/whatsapp/51987654321", {"online": True})
            await until(lambda: receiver.of_type("message-event", "read"))


def test_an_unreadable_snapshot_is_set_aside(tmp_path: Path) -> None:
    for content in ("{half", "[]", '{"ahead_s": 0, "gupshup": {"apps": 5}, "bitrix24": {}}'):
        path = tmp_path / "sandbox.json"
        path.write_text(content)
        app = create_app("http://127.0.0.1:1", client_id="a", client_secret="b", snapshot_path=path)
        assert app.state.sandbox.gupshup.state.apps == {}
        assert (tmp_path / "sandbox.json.unreadable").read_text() == content
        assert not path.exists()
