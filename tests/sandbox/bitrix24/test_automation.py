"""SMS provider, robots, notices and what operators' methods do (contract bitrix24.md §2.8, §3)."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.requirement("R2.5-c")


async def linked_chat(stage: Any) -> int:
    chat_id = int((await stage.client_writes("Hola"))["session"]["CHAT_ID"])
    await stage.sandbox.settle()
    return chat_id


async def test_an_sms_goes_to_the_provider_and_its_status_comes_back(installed: Any) -> None:
    handler = f"{installed.application.base}/sms"
    sender = {"CODE": "wab24_1", "TYPE": "SMS", "HANDLER": handler, "NAME": "WhatsApp"}
    assert await installed.result("messageservice.sender.add", sender) is True
    again = await installed.refused("messageservice.sender.add", sender)
    assert again == (400, "ERROR_SENDER_ALREADY_INSTALLED")
    assert await installed.result("messageservice.sender.list") == ["wab24_1"]
    sms_id, answer = await installed.sandbox.send_sms("acme", "wab24_1", "+5255", "Hola", deal_id=123)
    assert answer.status_code == 200
    form = installed.application.posts[-1].form
    assert form["message_id"] == sms_id
    assert (form["module_id"], form["message_to"], form["message_body"]) == ("crm", "+5255", "Hola")
    assert (form["properties[phone_number]"], form["bindings[0][OWNER_ID]"]) == ("+5255", "123")
    assert form["auth[application_token]"] == installed.portal.installation.application_token
    status = {"CODE": "wab24_1", "MESSAGE_ID": sms_id, "STATUS": "delivered"}
    assert await installed.result("messageservice.message.status.update", status) is True
    assert installed.portal.sms[sms_id].status == "delivered"
    wrong = await installed.refused("messageservice.message.status.update", {**status, "STATUS": "read"})
    assert wrong == (400, "ERROR_MESSAGE_STATUS_INCORRECT")


async def test_a_robot_runs_and_answers_its_workflow_once(installed: Any) -> None:
    handler = f"{installed.application.base}/robot"
    robot = {
        "CODE": "send_template",
        "HANDLER": handler,
        "NAME": {"en": "Send template", "es": "Enviar plantilla"},
        "USE_SUBSCRIPTION": "Y",
        "PROPERTIES": {"phone": {"Name": "Phone", "Type": "string"}},
    }
    assert await installed.result("bizproc.robot.add", robot) is True
    assert (await installed.refused("bizproc.robot.add", robot))[1] == "ERROR_ACTIVITY_ALREADY_INSTALLED"
    foreign = {**robot, "CODE": "x", "HANDLER": "https://evil.example/robot"}
    assert (await installed.refused("bizproc.robot.add", foreign))[1] == "ERROR_WRONG_HANDLER_URL"
    for ill in ({"1st": {"Name": "x"}}, {"x": {"Name": "x", "Type": "money"}}, {"x": {"Type": "string"}}):
        refused = await installed.refused("bizproc.robot.add", {**robot, "CODE": "y", "PROPERTIES": ill})
        assert refused == (400, "ERROR_ACTIVITY_VALIDATION_FAILURE")
    page = {**robot, "CODE": "z", "USE_PLACEMENT": "Y"}
    assert (await installed.refused("bizproc.robot.add", page))[1] == "ERROR_WRONG_HANDLER_URL"
    assert await installed.result("bizproc.robot.list") == ["send_template"]
    await installed.sandbox.run_robot("acme", "send_template", "DEAL_123", {"phone": "+5255"})
    form = installed.application.posts[-1].form
    assert [form[f"document_id[{at}]"] for at in range(3)] == ["crm", "CCrmDocumentDeal", "DEAL_123"]
    assert (form["properties[phone]"], form["use_subscription"]) == ("+5255", "Y")
    assert "auth[access_token]" not in form
    answer = {"EVENT_TOKEN": form["event_token"], "RETURN_VALUES": {"status": "sent"}}
    assert await installed.result("bizproc.event.send", answer) is True
    assert await installed.refused("bizproc.event.send", answer) == (403, "ACCESS_DENIED")
    changed = {"CODE": "send_template", "FIELDS": {"NAME": {"es": "Otra"}}}
    assert await installed.result("bizproc.robot.update", changed) is True
    assert await installed.result("bizproc.robot.delete", {"CODE": "send_template"}) is True


async def test_a_trigger_is_executed_for_a_record_that_exists(connected: Any) -> None:
    await linked_chat(connected)
    button = {"CODE": "wab24_button", "OWNER_TYPE_ID": 1, "OWNER_ID": 1209}
    assert (await connected.refused("crm.automation.trigger.execute", button))[1] == "NOT_FOUND"
    named = {"CODE": "wab24_button", "NAME": "W"}
    assert await connected.result("crm.automation.trigger.add", named) is True
    assert await connected.result("crm.automation.trigger.execute", button) is True
    assert connected.portal.triggered == ["wab24_button 1:1209"]
    assert (await connected.refused("crm.automation.trigger.add", {**named, "CODE": "Ñ"}))[0] == 400


async def test_a_notification_with_the_same_tag_replaces_the_earlier_one(installed: Any) -> None:
    for text in ("falló", "falló otra vez"):
        notice = {"USER_ID": 27, "MESSAGE": text, "TAG": "wab24|1|fail"}
        assert isinstance(await installed.result("im.notify.system.add", notice), int)
    assert [one["text"] for one in installed.sandbox.notifications()] == ["falló otra vez"]
    assert await installed.result("im.notify.personal.add", {"USER_ID": 99, "MESSAGE": "x"}) is False


async def test_a_messenger_message_in_the_chat_goes_out_and_a_system_one_stays(connected: Any) -> None:
    chat_id = await linked_chat(connected)
    dialog = {"DIALOG_ID": f"chat{chat_id}"}
    await connected.result("im.message.add", {**dialog, "MESSAGE": "aviso interno", "SYSTEM": "Y"})
    sent = await connected.result("im.message.add", {**dialog, "MESSAGE": "para el cliente"})
    await connected.sandbox.settle()
    events = connected.application.events("ONIMCONNECTORMESSAGEADD")
    assert [one["data[MESSAGES][0][im][message_id]"] for one in events] == [str(sent)]
    assert (await connected.refused("im.message.add", {**dialog, "MESSAGE": " "}))[1] == "MESSAGE_EMPTY"
    page = await connected.result("im.dialog.messages.get", {**dialog, "LIMIT": 2})
    assert [one["text"] for one in page["messages"]] == ["para el cliente", "aviso interno"]
    older = await connected.result(
        "im.dialog.messages.get", {**dialog, "LAST_ID": page["messages"][-1]["id"]}
    )
    assert [(one["text"], one["author_id"]) for one in older["messages"]] == [("Hola", 585)]
    assert older["users"][0]["name"] == "Ravi Kumar"


async def test_an_employee_writes_from_the_crm_only_as_a_participant(connected: Any) -> None:
    chat_id = await linked_chat(connected)
    lead = {"CRM_ENTITY_TYPE": "lead", "CRM_ENTITY": 1209}
    assert await connected.result("imopenlines.crm.chat.get", lead) == [
        {"CHAT_ID": str(chat_id), "CONNECTOR_ID": "wab24", "CONNECTOR_TITLE": "WhatsApp"}
    ]
    assert await connected.result("imopenlines.crm.chat.getLastId", lead) == chat_id
    message = {**lead, "CHAT_ID": chat_id, "MESSAGE": "Desde el CRM", "USER_ID": 28}
    assert (await connected.refused("imopenlines.crm.message.add", message))[1] == "ACCESS_DENIED"
    joined = {**lead, "CHAT_ID": chat_id, "USER_ID": 28}
    assert await connected.result("imopenlines.crm.chat.user.add", joined) == chat_id
    number = await connected.result("imopenlines.crm.message.add", message)
    await connected.sandbox.settle()
    (event,) = connected.application.events("ONIMCONNECTORMESSAGEADD")
    assert event["data[MESSAGES][0][im][message_id]"] == str(number)
    nowhere = {**message, "CRM_ENTITY": 1}
    assert (await connected.refused("imopenlines.crm.message.add", nowhere))[1] == "CHAT_NOT_IN_CRM"


async def test_operators_take_hand_over_and_finish(connected: Any) -> None:
    chat_id = await linked_chat(connected)
    chat = connected.portal.chats[chat_id]
    assert await connected.result("imopenlines.operator.answer", {"CHAT_ID": chat_id}) is True
    assert chat.operator_id == 1
    sent = {"CHAT_ID": chat_id, "TRANSFER_ID": "28"}
    assert await connected.result("imopenlines.operator.transfer", sent) is True
    assert chat.operator_id == 28
    assert await connected.result("imopenlines.operator.finish", {"CHAT_ID": chat_id}) is True
    assert connected.portal.sessions[323].is_closed is True
    opened = await connected.result("imopenlines.session.open", {"USER_CODE": chat.user_code})
    assert opened == {"chatId": str(chat_id)}
    missing = await connected.refused("imopenlines.session.open", {"USER_CODE": "wab24|1|x|1"})
    assert missing == (400, "ACCESS_DENIED")


async def test_a_line_in_the_timeline_needs_all_its_fields(connected: Any) -> None:
    await linked_chat(connected)
    fields = {
        "entityTypeId": 1,
        "entityId": 1209,
        "title": "WhatsApp",
        "text": "No entregado",
        "iconCode": "info",
    }
    answer = await connected.result("crm.timeline.logmessage.add", {"fields": fields})
    assert answer["logMessage"]["title"] == "WhatsApp"
    assert connected.portal.notes[0].text == "No entregado"
    short = {key: value for key, value in fields.items() if key != "iconCode"}
    assert (await connected.refused("crm.timeline.logmessage.add", {"fields": short}))[0] == 400
