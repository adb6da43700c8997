"""How events arrive: as PHP writes forms, once, to whoever is bound (contract bitrix24.md §1.7, §2.3)."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.faults import FaultSettings, PartyFaults

pytestmark = pytest.mark.requirement("R2.2-a")

ADD = "ONIMCONNECTORMESSAGEADD"
MESSAGE = "data[MESSAGES][0][message]"


async def chat_of(stage: Any) -> int:
    return int((await stage.client_writes("Hola"))["session"]["CHAT_ID"])


async def test_an_operators_message_arrives_exactly_as_documented(connected: Any) -> None:
    chat_id = await chat_of(connected)
    message_id = await connected.sandbox.operator_writes("acme", chat_id, "¡Buenas tardes & más!")
    await connected.sandbox.settle()
    (event,) = connected.application.events(ADD)
    token = connected.portal.installation.application_token
    assert list(event) == [
        "event",
        "event_handler_id",
        "data[CONNECTOR]",
        "data[LINE]",
        "data[MESSAGES][0][im][chat_id]",
        "data[MESSAGES][0][im][message_id]",
        f"{MESSAGE}[user_id]",
        f"{MESSAGE}[text]",
        "data[MESSAGES][0][chat][id]",
        "ts",
        "auth[access_token]",
        "auth[expires]",
        "auth[expires_in]",
        "auth[scope]",
        "auth[status]",
        "auth[user_id]",
        "auth[domain]",
        "auth[server_endpoint]",
        "auth[client_endpoint]",
        "auth[member_id]",
        "auth[application_token]",
    ]
    assert event["data[MESSAGES][0][im][message_id]"] == str(message_id)
    assert event[f"{MESSAGE}[text]"] == "¡Buenas tardes & más!"
    assert (event[f"{MESSAGE}[user_id]"], event["auth[user_id]"]) == ("27", "27")
    assert event["data[MESSAGES][0][chat][id]"] == "5215550001111"
    assert event["auth[application_token]"] == token
    assert event["auth[client_endpoint]"] == f"{connected.base}/portals/acme/rest/"


async def test_the_body_is_encoded_as_php_does(connected: Any) -> None:
    chat_id = await chat_of(connected)
    await connected.sandbox.operator_writes("acme", chat_id, "Guten Tag!")
    await connected.sandbox.settle()
    body = next(one.body for one in connected.application.posts if ADD in one.body)
    assert "data%5BMESSAGES%5D%5B0%5D%5Bmessage%5D%5Btext%5D=Guten+Tag%21" in body
    assert "params" not in body
    assert "files" not in body


async def test_the_events_token_opens_the_portal_for_its_user(connected: Any) -> None:
    chat_id = await chat_of(connected)
    await connected.sandbox.operator_writes("acme", chat_id, "Hola")
    await connected.sandbox.settle()
    connected.token = connected.application.events(ADD)[0]["auth[access_token]"]
    assert (await connected.result("profile"))["ID"] == "27"


@pytest.mark.parametrize(("author", "user_id"), [("system", "0"), ("bot", "597")])
async def test_a_message_without_a_human_comes_without_tokens(
    connected: Any, author: str, user_id: str
) -> None:
    chat_id = await chat_of(connected)
    await connected.sandbox.operator_writes("acme", chat_id, "Bienvenido", author=author)
    await connected.sandbox.settle()
    (event,) = connected.application.events(ADD)
    assert event[f"{MESSAGE}[user_id]"] == user_id
    assert sorted(key for key in event if key.startswith("auth")) == [
        "auth[application_token]",
        "auth[client_endpoint]",
        "auth[domain]",
        "auth[member_id]",
        "auth[server_endpoint]",
    ]


async def test_files_come_as_public_short_links_that_redirect(connected: Any) -> None:
    chat_id = await chat_of(connected)
    photo = ("foto.png", "image/png", b"\x89PNG" * 20_000)
    await connected.sandbox.operator_writes("acme", chat_id, "", files=[photo])
    await connected.sandbox.settle()
    (event,) = connected.application.events(ADD)
    file = f"{MESSAGE}[files][0]"
    assert f"{MESSAGE}[text]" not in event
    assert (event[f"{file}[name]"], event[f"{file}[type]"]) == ("foto.png", "image")
    assert (event[f"{file}[size]"], event[f"{file}[sizef]"]) == ("80000", "78.12 KB")
    link, mark = event[f"{file}[link]"].split("#")
    assert link.startswith(f"{connected.base}/portals/acme/~")
    assert mark == "img.png"
    hop = await connected.http.get(link)
    assert hop.status_code == 302
    assert hop.headers["location"].startswith(f"{connected.base}/portals/acme/pub/im.file.php?FILE_ID=")
    content = await connected.http.get(hop.headers["location"])
    assert (content.content, content.headers["content-type"]) == (photo[2], "image/png")
    forged = await connected.http.get(hop.headers["location"][:-4] + "0000")
    assert forged.status_code == 404


async def test_no_event_is_repeated_when_our_side_fails(connected: Any) -> None:
    chat_id = await chat_of(connected)
    connected.application.status = 500
    await connected.sandbox.operator_writes("acme", chat_id, "Hola")
    await connected.sandbox.settle()
    assert len(connected.application.events(ADD)) == 1
    assert connected.sandbox.deliveries()[-1]["status"] == 500


async def test_events_keep_their_order(connected: Any) -> None:
    chat_id = await chat_of(connected)
    for number in range(20):
        await connected.sandbox.operator_writes("acme", chat_id, str(number))
    await connected.sandbox.settle()
    texts = [one[f"{MESSAGE}[text]"] for one in connected.application.events(ADD)]
    assert texts == [str(number) for number in range(20)]


async def test_duplicates_and_reordering_come_on_demand(connected: Any) -> None:
    chat_id = await chat_of(connected)
    connected.faults.put(FaultSettings(bitrix24=PartyFaults(duplicate=1.0, reorder=0.5), seed=3))
    for number in range(10):
        await connected.sandbox.operator_writes("acme", chat_id, str(number))
    await connected.sandbox.settle()
    texts = [one[f"{MESSAGE}[text]"] for one in connected.application.events(ADD)]
    assert sorted(texts) == sorted([str(number) for number in range(10)] * 2)
    assert texts != sorted(texts)


async def test_no_event_before_installation_is_finished_and_none_of_them_later(stage: Any) -> None:
    await stage.install(finish=False)
    await stage.connect()
    chat_id = await chat_of(stage)
    await stage.sandbox.operator_writes("acme", chat_id, "perdido")
    await stage.sandbox.settle()
    assert [one.path for one in stage.application.posts] == ["/install"]
    await stage.sandbox.install_finish("acme")
    await stage.sandbox.operator_writes("acme", chat_id, "llega")
    await stage.sandbox.settle()
    assert [one[f"{MESSAGE}[text]"] for one in stage.application.events(ADD)] == ["llega"]


async def test_a_handler_bound_twice_under_two_names_hears_twice(connected: Any) -> None:
    chat_id = await chat_of(connected)
    handler = f"{connected.application.base}/events/"
    await connected.result("event.bind", {"event": ADD, "handler": handler})
    again = await connected.call("event.bind", {"event": ADD, "handler": handler})
    assert again.status_code == 400
    assert "Handler already binded" in again.json()["error_description"]
    await connected.sandbox.operator_writes("acme", chat_id, "Hola")
    await connected.sandbox.settle()
    assert len(connected.application.events(ADD)) == 2
    assert await connected.result("event.unbind", {"event": ADD, "handler": handler}) == {"count": 1}
    rows = await connected.result("event.get")
    assert {"event": ADD, "handler": handler[:-1], "auth_type": "0", "offline": 0} in rows


async def test_an_unknown_event_cannot_be_bound(installed: Any) -> None:
    sent = {"event": "OnNothing", "handler": "http://app.example/"}
    assert await installed.refused("event.bind", sent) == (400, "ERROR_EVENT_NOT_FOUND")


async def test_edits_and_deletions_come_only_for_confirmed_messages(connected: Any) -> None:
    chat_id = await chat_of(connected)
    message_id = await connected.sandbox.operator_writes("acme", chat_id, "Hola")
    await connected.sandbox.edit_message("acme", chat_id, message_id, "Hola a todos")
    unconfirmed = await connected.sandbox.operator_writes("acme", chat_id, "se borra antes")
    await connected.sandbox.delete_message("acme", chat_id, unconfirmed)
    element = {
        "im": {"chat_id": chat_id, "message_id": message_id},
        "message": {"id": ["gs-1", "gs-2"]},
        "chat": {"id": "5215550001111"},
    }
    sent = {"CONNECTOR": "wab24", "LINE": 1, "MESSAGES": [element]}
    await connected.result("imconnector.send.status.delivery", sent)
    await connected.sandbox.edit_message("acme", chat_id, message_id, "Adiós")
    await connected.sandbox.delete_message("acme", chat_id, message_id)
    await connected.sandbox.settle()
    (update,) = connected.application.events("ONIMCONNECTORMESSAGEUPDATE")
    (deletion,) = connected.application.events("ONIMCONNECTORMESSAGEDELETE")
    assert (update[f"{MESSAGE}[id][0]"], update[f"{MESSAGE}[text]"]) == ("gs-1", "Adiós")
    assert deletion[f"{MESSAGE}[id]"] == "gs-1"
    assert deletion["data[MESSAGES][1][message][id]"] == "gs-2"


async def test_a_signature_stands_before_the_text_when_the_connector_asks(installed: Any) -> None:
    await installed.connect(NEED_SIGNATURE=True)
    chat_id = await chat_of(installed)
    await installed.sandbox.operator_writes("acme", chat_id, "Hola")
    await installed.sandbox.settle()
    (event,) = installed.application.events(ADD)
    assert event[f"{MESSAGE}[text]"] == "[b]Lucía Fernández:[/b] [br]Hola"


async def test_system_texts_stay_inside_when_the_connector_does_not_want_them(installed: Any) -> None:
    await installed.connect(NEED_SYSTEM_MESSAGES=False)
    chat_id = await chat_of(installed)
    await installed.sandbox.operator_writes("acme", chat_id, "Bienvenido", author="system")
    await installed.sandbox.operator_writes("acme", chat_id, "nota", hidden=True)
    await installed.sandbox.settle()
    assert installed.application.events(ADD) == []


async def test_a_dialogs_begin_and_end_are_told(connected: Any) -> None:
    chat_id = await chat_of(connected)
    await connected.sandbox.finish_dialog("acme", chat_id)
    await connected.sandbox.settle()
    (start,) = connected.application.events("ONIMCONNECTORDIALOGSTART")
    (end,) = connected.application.events("ONIMCONNECTORDIALOGFINISH")
    assert start["data[DATA][0][connector][chat_id]"] == "5215550001111"
    assert start["data[DATA][0][session][closed]"] == "N"
    assert (end["data[DATA][0][session][id]"], end["data[DATA][0][session][closed]"]) == ("323", "Y")


async def test_a_message_on_a_disconnected_line_is_refused_to_the_operator(connected: Any) -> None:
    chat_id = await chat_of(connected)
    await connected.sandbox.disconnect_line("acme", 1)
    await connected.sandbox.operator_writes("acme", chat_id, "Hola")
    await connected.sandbox.settle()
    assert connected.chat()["messages"][-1]["refused"] is True
    assert connected.application.events(ADD) == []


async def test_the_event_id_may_come_under_its_other_name(connected: Any) -> None:
    connected.portal.event_id_key = "eventId"
    chat_id = await chat_of(connected)
    await connected.sandbox.operator_writes("acme", chat_id, "Hola")
    await connected.sandbox.settle()
    assert "eventId" in connected.application.events(ADD)[0]
