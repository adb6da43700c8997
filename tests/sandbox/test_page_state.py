"""What the demo page draws: the phone, the portal, and the count that shows whether anything is lost."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest

from tests.sandbox.channel import Channel
from tests.sandbox.conftest import Stage
from tests.sandbox.serving import until

pytestmark = pytest.mark.requirement("R2.1-e")

PHONE = "51987654321"


async def state(stage: Stage, **wanted: Any) -> dict[str, Any]:
    query = "&".join(f"{key}={value}" for key, value in wanted.items())
    shown: dict[str, Any] = await stage.get(f"/sandbox/page/state?{query}")
    return shown


async def on_phone(stage: Stage) -> list[dict[str, Any]]:
    shown = await state(stage, phone=PHONE, channel=stage.app["app_id"])
    messages: list[dict[str, Any]] = shown["conversation"]["messages"]
    return messages


@pytest.fixture
async def channel(stage: Stage) -> Channel:
    made = Channel(stage, "demo", stage.receiver_url)
    await made.connect()
    return made


async def test_a_quote_and_reactions_stand_on_the_message_they_mean(stage: Stage) -> None:
    await stage.send({"type": "text", "text": "¿azul o rojo?"})
    asked = (await on_phone(stage))[0]
    await stage.writes("azul", reply_to=asked["id"])
    await stage.writes("", kind="reaction", emoji="👍", reply_to=asked["id"])
    await stage.writes("", kind="reaction", emoji="❤️", reply_to=asked["id"])
    shown = await on_phone(stage)
    assert [one["text"] for one in shown] == ["¿azul o rojo?", "azul"]
    assert shown[1]["quote"] == {"text": "¿azul o rojo?", "kind": "text", "mine": False}
    assert shown[0]["reactions"] == ["❤️"]
    await stage.writes("", kind="reaction", reply_to=asked["id"])
    assert (await on_phone(stage))[0]["reactions"] == []


async def test_places_contacts_buttons_and_lists_are_shown_in_one_shape(stage: Stage) -> None:
    await stage.writes("", kind="location", location={"latitude": "-12", "longitude": "-77", "name": "Plaza"})
    await stage.writes("", kind="contact")
    content = {"type": "text", "text": "¿Cuál?", "header": "Color"}
    options = [{"type": "text", "title": "Azul"}, {"type": "text", "title": "Rojo"}]
    await stage.send({"type": "quick_reply", "msgid": "m1", "content": content, "options": options})
    place, contact, buttons = await on_phone(stage)
    assert place["more"] == {"latitude": "-12", "longitude": "-77", "name": "Plaza", "address": ""}
    assert contact["more"] == {"cards": [{"name": "Ana Pérez", "phones": ["+51 987 654 321"]}]}
    assert buttons["more"] == {"header": "Color", "footer": "", "options": ["Azul", "Rojo"]}


async def test_the_phone_keeps_the_files_of_both_sides_and_runs_none(stage: Stage) -> None:
    page = b"<script>parent.stolen = 1</script>"
    media = {"content_type": "text/html", "filename": "x.html", "base64": b64encode(page).decode()}
    await stage.writes("", kind="document", media=media)
    theirs = (await on_phone(stage))[0]["file"]
    assert (theirs["mime"], theirs["name"]) == ("text/html", "x.html")
    answer = await stage.http.get(f"{stage.base}/sandbox/page/media/{theirs['id']}")
    assert answer.content == page
    assert answer.headers["content-security-policy"].startswith("sandbox;")
    address = f"{stage.base}/sandbox/page/media/{theirs['id']}"
    await stage.send({"type": "file", "url": address, "filename": "precios.html"})
    sent = await until(lambda: [one for one in stage.sandbox.gupshup.state.messages if one.state == "read"])
    ours = (await on_phone(stage))[1]["file"]
    assert ours == {
        "id": sent[0].ids["messageId"],
        "mime": "text/html; charset=utf-8",
        "name": "precios.html",
    }
    kept = await stage.http.get(f"{stage.base}/sandbox/page/media/{ours['id']}")
    assert kept.content == page


async def test_a_portal_shows_its_lines_people_and_chats(stage: Stage, channel: Channel) -> None:
    placed = await channel.hand_over("wamid.1", "¿hay stock?")
    chat_id = int(placed["session"]["CHAT_ID"])
    await stage.post(f"/sandbox/bitrix24/chats/{chat_id}/messages", {"text": "[b]Sí[/b]", "user_id": 28})
    shown = await state(stage, portal="demo", chat=chat_id)
    portal, chat = shown["portal"], shown["chat"]
    assert [one["name"] for one in portal["users"]] == ["Ana Torres", "Lucía Fernández", "Diego Ramírez"]
    assert portal["connectors"][0]["lines"] == {"1": {"state": "works", "channel": ""}}
    assert [(one["author"], one["name"], one["delivered"]) for one in chat["messages"]] == [
        ("client", "María", True),
        ("operator", "Diego Ramírez", False),
    ]
    assert portal["chats"][0]["client_ids"] == [chat["messages"][0]["id"]]
    await stage.post(f"/sandbox/bitrix24/portals/demo/chats/{chat_id}/finish")
    assert (await state(stage, portal="demo", chat=chat_id))["chat"]["closed"] is True


async def test_what_does_not_exist_is_not_shown(stage: Stage) -> None:
    shown = await state(stage, phone="5", channel="x", portal="nowhere", chat=9)
    assert [shown[key] for key in ("conversation", "portal", "chat")] == [None, None, None]
    assert shown["score"]["customers"]["written"] == 0


async def test_the_score_counts_what_customers_wrote_and_the_portal_shows(
    stage: Stage, channel: Channel
) -> None:
    first = (await stage.writes("uno")).json()["id"]
    await stage.writes("dos")
    await channel.hand_over(first, "uno")
    ways = (await state(stage))["score"]
    assert ways["customers"] == {"written": 2, "arrived": 1, "told": 0, "under_way": 1, "doubled": 0}
    await channel.hand_over(first, "uno")
    assert (await state(stage))["score"]["customers"]["doubled"] == 1


async def test_the_score_counts_what_operators_wrote_and_phones_show(stage: Stage, channel: Channel) -> None:
    await stage.writes("hola")
    chat_id = int((await channel.hand_over("wamid.1", "hola"))["session"]["CHAT_ID"])
    written = await stage.post(f"/sandbox/bitrix24/chats/{chat_id}/messages", {"text": "[b]Listo[/b] ya"})
    before = (await state(stage))["score"]["operators"]
    assert before == {"written": 1, "arrived": 0, "told": 0, "under_way": 1, "doubled": 0}
    await stage.send({"type": "text", "text": "*Listo* ya"})
    sent = await until(lambda: [one for one in stage.sandbox.gupshup.state.messages if one.state == "read"])
    await channel.tick(chat_id, written.json()["id"], [sent[0].ids["whatsappMessageId"]])
    after = (await state(stage))["score"]["operators"]
    assert after == {"written": 1, "arrived": 1, "told": 0, "under_way": 0, "doubled": 0}
    await stage.send({"type": "text", "text": "*Listo* ya"})
    assert (await state(stage))["score"]["operators"]["doubled"] == 1


async def test_a_message_that_the_bell_speaks_of_is_not_under_way(stage: Stage, channel: Channel) -> None:
    chat_id = int((await channel.hand_over("wamid.1", "hola"))["session"]["CHAT_ID"])
    await stage.post(f"/sandbox/bitrix24/chats/{chat_id}/messages", {"text": "[b]¿Lo[/b] quiere?"})
    await stage.post(f"/sandbox/bitrix24/chats/{chat_id}/messages", {"text": "otra cosa"})
    bell = {"USER_ID": 27, "MESSAGE": "No se sabe si salió: «¿Lo quiere?»", "TAG": "x"}
    await channel.rest("im.notify.system.add", bell)
    operators = (await state(stage))["score"]["operators"]
    assert operators == {"written": 2, "arrived": 0, "told": 1, "under_way": 1, "doubled": 0}


async def test_a_failure_on_the_phone_is_counted_as_one_and_not_as_lost(
    stage: Stage, channel: Channel
) -> None:
    await stage.writes("hola")
    chat_id = int((await channel.hand_over("wamid.1", "hola"))["session"]["CHAT_ID"])
    await stage.put(f"/sandbox/whatsapp/{PHONE}", {"failure": {"code": 131026}})
    await stage.post(f"/sandbox/bitrix24/chats/{chat_id}/messages", {"text": "¿sigue ahí?"})
    await stage.send({"type": "text", "text": "¿sigue ahí?"})
    await until(lambda: [one for one in stage.sandbox.gupshup.state.messages if one.state == "failed"])
    operators = (await state(stage))["score"]["operators"]
    assert operators == {"written": 1, "arrived": 0, "told": 1, "under_way": 0, "doubled": 0}


async def test_the_page_may_frame_the_application_and_nothing_else(stage: Stage, channel: Channel) -> None:
    answer = await stage.http.get(stage.base)
    policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
    assert policy["frame-src"] == stage.receiver_url
    assert policy["form-action"] == stage.receiver_url
    assert (policy["default-src"], policy["script-src"]) == ("'none'", "'self'")
    facts = await stage.get("/sandbox/page/facts")
    assert facts["frame_origins"] == [channel.app_url]
    assert (facts["base_url"], facts["app_url"]) == (stage.base, None)


@pytest.mark.parametrize("name", ["__init__.py", "..%2Fapp.py", "index.html", "nothing.js"])
async def test_only_the_pages_own_files_are_served(stage: Stage, name: str) -> None:
    assert (await stage.http.get(f"{stage.base}/page/{name}")).status_code == 404
