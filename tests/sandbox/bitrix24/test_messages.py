"""What a customer's message becomes on the portal (contract bitrix24.md §2.2)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

pytestmark = pytest.mark.requirement("R2.2-a")


async def test_the_answer_tells_session_and_chat_and_not_the_message_id(connected: Any) -> None:
    element = await connected.client_writes("Good afternoon", id="wamid.HBgM")
    assert element == {
        "user": "585",
        "message": {"id": "wamid.HBgM", "date": {}, "text": "Good afternoon", "files": []},
        "chat": {"id": "5215550001111", "name": ""},
        "SUCCESS": True,
        "session": {"ID": "323", "CHAT_ID": "1767"},
    }


async def test_the_same_message_twice_is_shown_twice(connected: Any) -> None:
    first = await connected.client_writes("Hola", id="wamid.1")
    again = await connected.client_writes("Hola", id="wamid.1")
    assert first["session"] == again["session"]
    shown = connected.chat()["messages"]
    assert [(one["author"], one["text"]) for one in shown] == [("client", "Hola")] * 2
    assert shown[0]["id"] < shown[1]["id"]


async def test_a_chat_belongs_to_a_customer_and_a_line(connected: Any) -> None:
    one = await connected.client_writes("Hola", phone="5215550001111")
    other = await connected.client_writes("Hola", phone="5215550002222")
    assert one["session"]["CHAT_ID"] != other["session"]["CHAT_ID"]
    assert one["user"] != other["user"]


async def test_a_message_with_nothing_in_it_fails_inside_a_success(connected: Any) -> None:
    element = await connected.client_writes("")
    assert element["SUCCESS"] is False
    assert element["ERRORS"] == ["Not all required data was passed"]
    assert connected.sandbox.chats() == []


async def test_an_element_without_its_blocks_fails_the_whole_call(connected: Any) -> None:
    sent = {"CONNECTOR": "wab24", "LINE": 1, "MESSAGES": [{"user": {"id": "1"}, "message": {"text": "x"}}]}
    answer = await connected.call("imconnector.send.messages", sent)
    assert answer.status_code == 400
    assert (
        answer.json()["error_description"] == "The incorrect structure of a message inside MESSAGES parameter"
    )


async def test_files_are_downloaded_during_the_call(connected: Any) -> None:
    connected.application.files["/media/a.png"] = b"\x89PNG"
    url = f"{connected.application.base}/media/a.png"
    await connected.client_writes("", files=[{"url": url, "name": "a.png"}])
    assert connected.application.fetched == ["/media/a.png"]
    (message,) = connected.chat()["messages"]
    assert [(one["name"], one["mime"]) for one in message["files"]] == [("a.png", "image/png")]


async def test_a_file_that_cannot_be_had_disappears_without_a_word(connected: Any) -> None:
    url = f"{connected.application.base}/media/gone.png"
    element = await connected.client_writes("mira", files=[{"url": url, "name": "gone.png"}])
    assert element["SUCCESS"] is True
    assert connected.chat()["messages"][0]["files"] == []


async def test_a_vote_is_eaten_while_one_is_awaited(connected: Any) -> None:
    connected.portal.lines[1].settings["VOTE_MESSAGE"] = "Y"
    chat_id = int((await connected.client_writes("Hola"))["session"]["CHAT_ID"])
    await connected.sandbox.finish_dialog("acme", chat_id)
    await connected.client_writes("1")
    assert [one["author"] for one in connected.chat()["messages"]] == ["client", "system"]
    assert connected.portal.sessions[323].vote == "like"
    after = await connected.client_writes("1")
    assert after["session"]["ID"] == "324"
    assert connected.chat()["messages"][-1]["text"] == "1"


async def test_a_message_after_the_end_of_a_dialog_opens_a_new_session_in_the_same_chat(
    connected: Any,
) -> None:
    first = await connected.client_writes("Hola")
    await connected.sandbox.finish_dialog("acme", int(first["session"]["CHAT_ID"]))
    second = await connected.client_writes("Otra vez")
    assert second["session"] == {"ID": "324", "CHAT_ID": first["session"]["CHAT_ID"]}


async def test_the_crm_tracker_links_a_new_lead_after_a_while(connected: Any) -> None:
    connected.portal.crm_delay_s = 0.5
    chat_id = int((await connected.client_writes("Hola"))["session"]["CHAT_ID"])
    before = await connected.result("imopenlines.dialog.get", {"CHAT_ID": chat_id})
    await connected.sandbox.settle()
    dialog = await connected.result("imopenlines.dialog.get", {"DIALOG_ID": f"chat{chat_id}"})
    assert before["entity_data_1"].startswith("N|NONE|0|")
    assert dialog["entity_id"] == "wab24|1|5215550001111|585"
    assert dialog["entity_data_1"].startswith("Y|LEAD|1209|N|N|323|")
    assert dialog["entity_data_2"] == "LEAD|1209|COMPANY|0|CONTACT|0|DEAL|0"
    found = await connected.result(
        "crm.item.list",
        {"entityTypeId": 1, "filter": {"=imol": f"imol|{dialog['entity_id']}"}, "select": ["id"]},
    )
    assert found == {"items": [{"id": 1209}]}
    duplicates = await connected.result(
        "crm.duplicate.findbycomm", {"type": "PHONE", "values": ["5215550001111"]}
    )
    assert duplicates == {"LEAD": [1209]}


async def test_a_known_contact_is_linked_instead_of_a_new_lead(connected: Any) -> None:
    phones = [{"typeId": "PHONE", "valueType": "WORK", "value": "+52 1 555 000 1111"}]
    added = await connected.result(
        "crm.item.add", {"entityTypeId": 3, "fields": {"name": "Eva", "fm": phones}}
    )
    await connected.client_writes("Hola")
    await connected.sandbox.settle()
    assert connected.portal.chats[1767].crm == {"CONTACT": added["item"]["id"]}


async def test_disable_crm_keeps_the_tracker_away(connected: Any) -> None:
    element = await connected.client_writes("Hola", disable_crm="Y")
    await connected.sandbox.settle()
    assert element["extra"] == {"disable_tracker": "Y"}
    assert connected.portal.crm == {}


async def test_a_message_mirrored_for_an_employee_echoes_as_an_event(connected: Any) -> None:
    await connected.client_writes("Hola", user_id=27)
    await connected.sandbox.settle()
    (event,) = connected.application.events("ONIMCONNECTORMESSAGEADD")
    assert event["data[MESSAGES][0][message][user_id]"] == "27"
    assert connected.chat()["messages"][0]["author"] == "operator"


async def test_delivery_makes_the_message_delivered_and_stores_our_id(connected: Any) -> None:
    chat_id = int((await connected.client_writes("Hola"))["session"]["CHAT_ID"])
    message_id = await connected.sandbox.operator_writes("acme", chat_id, "Buenas")
    assert connected.chat()["messages"][-1]["delivered"] is False
    element = {
        "im": {"chat_id": chat_id, "message_id": message_id},
        "message": {"id": ["gs-1"], "date": 1773760000},
        "chat": {"id": "5215550001111"},
    }
    sent = {"CONNECTOR": "wab24", "LINE": 1, "MESSAGES": [element]}
    done = {"SUCCESS": True, "DATA": []}
    assert await connected.result("imconnector.send.status.delivery", sent) == done
    assert await connected.result("imconnector.send.status.reading", sent) == done
    assert connected.chat()["messages"][-1]["delivered"] is True
    history = await connected.result("imopenlines.session.history.get", {"CHAT_ID": chat_id})
    assert history["message"][str(message_id)]["params"]["connectorMid"] == ["gs-1"]
    assert connected.sandbox.complaints == []


async def test_the_history_shows_our_own_ids_of_what_we_sent(connected: Any) -> None:
    await connected.client_writes("Hola", id="wamid.77")
    history = await connected.result("imopenlines.session.history.get", {"SESSION_ID": 323})
    (message,) = history["message"].values()
    assert (history["chatId"], history["sessionId"]) == (1767, 323)
    assert message["params"] == {"connectorMid": ["wamid.77"]}
    assert (history["users"], history["files"]) == ([], [])


async def test_updates_and_deletions_say_success_whether_or_not_they_match(connected: Any) -> None:
    await connected.client_writes("Hola", id="wamid.1")
    element = {
        "user": {"id": "5215550001111"},
        "message": {"id": "wamid.1", "text": "Hola!"},
        "chat": {"id": "5215550001111"},
    }
    sent = {"CONNECTOR": "wab24", "LINE": 1, "MESSAGES": [element]}
    unknown = {**sent, "MESSAGES": [{**element, "message": {"id": "never"}}]}
    for method in ("imconnector.update.messages", "imconnector.delete.messages"):
        for body in (sent, unknown):
            answer = await connected.result(method, body)
            assert answer["DATA"]["RESULT"][0]["SUCCESS"] is True
    (message,) = connected.chat()["messages"]
    assert (message["text"], message["deleted"]) == ("Hola!", True)


async def test_messages_of_one_customer_keep_their_order_under_the_lock(connected: Any) -> None:
    connected.portal.send_delay_s = 0.05
    first = asyncio.create_task(connected.client_writes("uno"))
    while connected.sandbox.requests()[-1]["method"] != "imconnector.send.messages":
        assert not first.done()
        await asyncio.sleep(0)
    await asyncio.gather(first, connected.client_writes("dos"))
    assert [one["text"] for one in connected.chat()["messages"]] == ["uno", "dos"]


async def test_a_name_with_digits_or_too_long_is_complained_about(connected: Any) -> None:
    element = {"user": {"id": "1", "name": "Ravi 007"}, "message": {"text": "x"}, "chat": {"id": "1"}}
    sent = {"CONNECTOR": "wab24", "LINE": 1, "MESSAGES": [element]}
    await connected.result("imconnector.send.messages", sent)
    assert [one.complaint for one in connected.sandbox.complaints] == [
        "user.name is too long or has forbidden characters"
    ]


async def test_a_chat_is_renamed_while_its_session_is_open(connected: Any) -> None:
    chat_id = int((await connected.client_writes("Hola"))["session"]["CHAT_ID"])
    sent = {
        "CONNECTOR": "wab24",
        "LINE": 1,
        "CHAT_ID": "5215550001111",
        "NAME": "VIP",
        "USER_ID": "5215550001111",
    }
    answer = await connected.result("imconnector.chat.name.set", sent)
    assert answer == {"SUCCESS": True, "DATA": {"RESULT": {}}}
    assert connected.chat()["name"] == "VIP"
    await connected.sandbox.finish_dialog("acme", chat_id)
    assert await connected.refused("imconnector.chat.name.set", sent) == (400, "CHAT_RENAMING_FAILED")
