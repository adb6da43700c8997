"""Robots and the SMS service: each workflow answered once, each status told, whatever the portal answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from psycopg.types.json import Jsonb

from runtime.wake import Wake
from tests.worker.conftest import BOX, House, Owner
from tests.worker.test_outbox import until
from worker.automations import Automations

pytestmark = pytest.mark.requirement("R2.5-c")

_ANSWER, _STATUS, _ITEM = "bizproc.event.send", "messageservice.message.status.update", "crm.item.get"
_NOTE = "crm.timeline.logmessage.add"


@asynccontextmanager
async def carrying(house: House) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(Automations(house.database, house.portals, BOX, Wake("")).run(stop))
    try:
        yield
    finally:
        stop.set()
        async with asyncio.timeout(20):
            await task


@pytest.fixture(autouse=True)
def template(house: House, owner: Owner) -> str:
    """An approved template; nothing of the test before."""
    owner.rows("delete from messaging.automation")
    query = "select tests.sync_templates(%s, %s, tests.listed())"
    return str(owner.value(query, house.portal, house.channel))


def asks(house: House, template: str, key: str = "e1", **more: Any) -> None:
    """A robot of deal 7 asks for the template."""
    request = {
        "robot": "send_template",
        "document": "DEAL_7",
        "template_id": template,
        "values": ["Ana", "7"],
    }
    house.owner.rows(
        "select messaging.take_automation(%s, 'robot', %s, %s, %s)",
        house.portal,
        key,
        Jsonb({**request, **more}),
        BOX.seal("the-event-token"),
    )


def texts(house: House, phone: str) -> None:
    """The SMS service hands us a text that belongs to lead 5."""
    request = {"code": "wab24_1", "message_id": "m1", "channel_id": house.channel, "phone": phone}
    house.owner.rows(
        "select messaging.take_automation(%s, 'sms', 'm1', %s)",
        house.portal,
        Jsonb({**request, "text": "Hola", "owner": [1, 5]}),
    )


def one(house: House) -> dict[str, Any]:
    """The only automation."""
    query = "select told, reason, failure, ended_at, message_id from messaging.automation"
    (row,) = house.owner.rows(query)
    return dict(row)


def replies(*answers: Any) -> Callable[[dict[str, Any]], Any]:
    """These answers one after the other, the last again and again; a text is a portal's error."""
    left = list(answers)

    async def respond(_: dict[str, Any]) -> Any:
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, str):
            body = {"error": answer, "error_description": answer}
            return web.json_response(body, status=403 if answer == "ACCESS_DENIED" else 503)
        return answer

    return respond


async def hurried(house: House, is_so: Callable[[], bool]) -> None:
    """Wait, but for no pause between two tries."""

    def now() -> bool:
        query = "update messaging.automation set due_at = now() where lease_until is null and tries > 0"
        house.owner.rows(query)
        return is_so()

    await until(now)


def asked(house: House, method: str) -> list[dict[str, Any]]:
    return [body for name, body in house.outside.asked if name == method]


async def test_the_number_is_that_of_the_deals_contact_and_the_workflow_is_told(
    house: House, template: str
) -> None:
    phone = {"typeId": "PHONE", "valueType": "WORK", "value": "+57 300 123 4567"}
    contact = {"item": {"name": "Ana", "fm": [phone]}}
    house.outside.answers[_ITEM] = replies({"item": {"id": 7, "contactId": 5}}, contact)
    asks(house, template, wait="no")
    async with carrying(house):
        await until(lambda: one(house)["ended_at"])
    (answer,) = asked(house, _ANSWER)
    assert "the-event-token" == answer["EVENT_TOKEN"]
    assert ("queued", "") == (answer["RETURN_VALUES"]["state"], answer["RETURN_VALUES"]["error"])
    to = "select chat_key from messaging.conversation where portal_id = %s"
    assert "573001234567" == house.owner.value(to, house.portal)
    assert "the-event-token" not in str(house.journal.exchanges)


async def test_an_answer_whose_receipt_was_lost_is_not_given_twice(house: House, template: str) -> None:
    house.outside.answers[_ANSWER] = replies("INTERNAL_SERVER_ERROR", "ACCESS_DENIED")
    asks(house, template, phone="573001234567")
    async with carrying(house):
        await hurried(house, lambda: one(house)["ended_at"])
    assert ("queued", None, 2) == (one(house)["told"], one(house)["failure"], len(asked(house, _ANSWER)))


async def test_a_workflow_that_has_ended_is_not_asked_again(house: House, template: str) -> None:
    house.outside.answers[_ANSWER] = replies("ACCESS_DENIED")
    asks(house, template, phone="573001234567")
    async with carrying(house):
        await until(lambda: one(house)["ended_at"])
    assert ("ACCESS_DENIED", 1) == (one(house)["failure"]["code"], len(asked(house, _ANSWER)))


async def test_a_record_that_cannot_be_read_is_told_in_the_portals_language(
    house: House, template: str
) -> None:
    house.outside.answers[_ITEM] = replies("ACCESS_DENIED")
    asks(house, template)
    async with carrying(house):
        await until(lambda: one(house)["ended_at"])
    (answer,) = asked(house, _ANSWER)
    values = answer["RETURN_VALUES"]
    assert ("refused", "no_phone") == (values["state"], values["error_code"])
    assert values["error"].startswith("No hay un número de teléfono al que escribir")
    assert [] == house.states("out")


async def test_free_text_to_whom_never_wrote_fails_and_the_lead_says_why(house: House) -> None:
    texts(house, "+573001234567")
    async with carrying(house):
        await until(lambda: one(house)["ended_at"])
    (status,) = asked(house, _STATUS)
    assert {"CODE": "wab24_1", "MESSAGE_ID": "m1", "STATUS": "failed"} == {
        name: status[name] for name in ("CODE", "MESSAGE_ID", "STATUS")
    }
    (note,) = asked(house, _NOTE)
    assert (1, 5, True) == (
        note["fields"]["entityTypeId"],
        note["fields"]["entityId"],
        "24 horas" in note["fields"]["text"],
    )


async def test_a_status_is_told_again_after_a_disturbance(house: House) -> None:
    house.customer_writes(wa_id="5215551234567")
    house.outside.answers[_STATUS] = replies("INTERNAL_SERVER_ERROR", True)
    texts(house, "5215551234567")
    async with carrying(house):
        await hurried(house, lambda: one(house)["told"] == "queued")
    assert ["queued", "queued"] == [body["STATUS"] for body in asked(house, _STATUS)]


_DIALOG, _TRIGGER = "imopenlines.dialog.get", "crm.automation.trigger.execute"


def pressed(house: House) -> None:
    """A customer pressed a button, in a chat that the portal knows."""
    message = house.customer_writes("Confirmar", wa_id="5215551234567")
    house.owner.rows("update messaging.message set kind = 'button_reply' where message_id = %s", message)
    house.owner.rows("select tests.claimed(%s, 'in')", house.portal)
    said = Jsonb({"chat_id": "1807", "session_id": "323"})
    house.owner.rows("select tests.settled(%s, %s, 'accepted', %s)", house.portal, message, said)


async def test_a_button_sets_the_deal_going_once_the_portal_has_linked_it(house: House) -> None:
    linked = ("LEAD|0|COMPANY|0|CONTACT|5|DEAL|0", "LEAD|9|COMPANY|0|CONTACT|5|DEAL|7")
    house.outside.answers[_DIALOG] = replies(*({"entity_data_2": said} for said in linked))
    pressed(house)
    async with carrying(house):
        await hurried(house, lambda: one(house)["ended_at"])
    (given,) = asked(house, _TRIGGER)
    names = ("CODE", "OWNER_TYPE_ID", "OWNER_ID")
    assert ("wab24_button", 2, 7) == tuple(given[name] for name in names)


async def test_a_chat_without_deal_or_lead_is_not_asked_for_ever(house: House) -> None:
    house.outside.answers[_DIALOG] = replies({"entity_data_2": "LEAD|0|CONTACT|5"})
    pressed(house)
    async with carrying(house):
        await hurried(house, lambda: one(house)["ended_at"])
    assert ("no_crm_item", []) == (one(house)["failure"]["code"], asked(house, _TRIGGER))
