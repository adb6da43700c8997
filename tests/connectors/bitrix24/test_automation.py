"""Robots and the SMS service: what they post, what they are told, how they are kept in place (§3.5, §3.6)."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.bitrix24.automation import (
    CallError,
    Recipient,
    Robot,
    Sender,
    Trigger,
    answer_robot,
    parse_robot,
    parse_sms,
    recipient_of,
    record_of,
)
from connectors.bitrix24.desired import (
    Desired,
    PutRobot,
    PutSender,
    PutTrigger,
    RemoveRobot,
    RemoveSender,
    restore,
)
from connectors.bitrix24.form import parse_form
from connectors.outside import Context, Failure, Policy
from connectors.redaction import Secret

pytestmark = pytest.mark.requirement("R2.5-c")

AUTH = b"&auth[member_id]=a223&auth[application_token]=831c"
ROBOT = (
    b"workflow_id=w1&code=wab24_send_template&document_id[0]=crm&document_id[1]=CCrmDocumentDeal"
    b"&document_id[2]=DEAL_123&event_token=e1&use_subscription=Y&properties[Phone]=%2B57+300"
    b"&properties[value_1]=Ana&properties[value_2]=" + AUTH
)
SMS = (
    b"module_id=crm&bindings[0][OWNER_TYPE_ID]=2&bindings[0][OWNER_ID]=123&type=SMS&code=wab24_1"
    b"&message_id=m1&message_to=%2B57300&message_body=Hola" + AUTH
)


def test_a_robots_call_is_read() -> None:
    call = parse_robot(parse_form(ROBOT))
    assert ("DEAL_123", "wab24_send_template", Secret("e1")) == (call.document, call.code, call.event_token)
    assert {"phone": "+57 300", "value_1": "Ana"} == call.properties
    assert ("a223", Secret("831c")) == (call.caller.member_id, call.caller.application_token)


def test_an_sms_is_read_with_the_record_it_belongs_to() -> None:
    call = parse_sms(parse_form(SMS))
    assert ("m1", "+57300", "Hola", (2, 123)) == (call.message_id, call.phone, call.text, call.owner)
    assert parse_sms(parse_form(SMS.replace(b"OWNER_ID", b"ID"))).owner is None


@pytest.mark.parametrize("missing", [b"event_token", b"auth[application_token]", b"auth[member_id]", b"code"])
def test_a_call_without_what_proves_or_names_it_is_refused(missing: bytes) -> None:
    with pytest.raises(CallError):
        parse_robot(parse_form(ROBOT.replace(missing, b"x")))


@pytest.mark.parametrize(
    ("document", "record"),
    [("LEAD_5", (1, 5)), ("DYNAMIC_1046_12", (1046, 12)), ("SMART_INVOICE_3", (31, 3)), ("TASK_1", None)],
)
def test_the_record_of_a_document(document: str, record: tuple[int, int] | None) -> None:
    assert record == record_of(document)


def _phones(*phones: tuple[str, str]) -> list[dict[str, str]]:
    return [{"typeId": "PHONE", "valueType": kind, "value": value} for kind, value in phones]


async def test_a_deal_has_the_number_of_its_contact_and_mobile_comes_first(world: Any, say: Any) -> None:
    contact = {"name": "Ana", "lastName": "Ruiz", "fm": _phones(("WORK", "+571"), ("MOBILE", "+57300"))}
    world.server.script(
        "crm.item.get",
        say.answer({"item": {"id": 7, "title": "Sale", "contactId": 5}}),
        say.answer({"item": contact}),
    )
    assert Recipient(phone="+57300", name="Ana Ruiz") == await recipient_of(world.client, "DEAL_7")
    asked = [(one["entityTypeId"], one["id"]) for one in world.server.params("crm.item.get")]
    assert [(2, 7), (3, 5)] == asked


async def test_a_record_without_any_number_has_none(world: Any, say: Any) -> None:
    world.server.defaults["crm.item.get"] = say.answer({"item": {"id": 7, "companyId": 4, "fm": []}})
    found = await recipient_of(world.client, "DEAL_7")
    assert isinstance(found, Recipient)
    assert "" == found.phone
    nothing = await recipient_of(world.client, "TASK_1")
    assert isinstance(nothing, Failure)
    assert Policy.NEVER is nothing.policy


async def test_the_event_token_goes_out_and_into_no_record(world: Any) -> None:
    world.secrets.append("the-event-token")
    token = Secret("the-event-token")
    assert await answer_robot(world.client, token, {"state": "read"}, "", about=Context()) is None
    (sent,) = world.server.params("bizproc.event.send")
    assert ("the-event-token", {"state": "read"}) == (sent["EVENT_TOKEN"], sent["RETURN_VALUES"])


ROBOTS = [Robot(code="wab24_send_template", fields={"HANDLER": "https://app.example/r", "NAME": "W"})]
SENDERS = [Sender(code="wab24_1", name="W", description="", handler="https://app.example/s")]


def _desired(registered: str | None) -> Desired:
    return Desired(
        connector_id="wab24",
        name="W",
        settings_page="https://app.example/page",
        events_handler="https://app.example/e",
        events=[],
        placements=[],
        lines={},
        robots=ROBOTS,
        senders=SENDERS,
        triggers=[Trigger(code="wab24_button", name="W")],
        registered=registered,
    )


@pytest.fixture
def portal(world: Any, say: Any) -> Any:
    """A portal with our connector."""
    world.server.defaults["imconnector.list"] = say.answer({"wab24": "W"})
    for name in ("event.get", "placement.get", "bizproc.robot.list", "messageservice.sender.list"):
        world.server.defaults[name] = say.answer([])
    return world


async def _done(portal: Any, registered: str | None) -> list[Any]:
    outcome = await restore(portal.client, _desired(registered))
    assert not isinstance(outcome, Failure)
    return [*outcome.done, *outcome.broken]


async def test_what_an_update_of_the_application_dropped_is_registered_again(portal: Any) -> None:
    known = _desired(None).automation_digest
    put = [PutRobot(code="wab24_send_template", is_new=True), PutSender(code="wab24_1", is_new=True)]
    assert [*put, PutTrigger(code="wab24_button")] == await _done(portal, known)
    assert ["SMS"] == [one["TYPE"] for one in portal.server.params("messageservice.sender.add")]


async def test_what_is_there_is_changed_only_when_it_changed_and_strays_go(portal: Any, say: Any) -> None:
    portal.server.defaults["bizproc.robot.list"] = say.answer(["wab24_send_template", "old"])
    portal.server.defaults["messageservice.sender.list"] = say.answer(["wab24_1", "wab24_2"])
    gone = [RemoveRobot(code="old"), RemoveSender(code="wab24_2")]
    assert gone == await _done(portal, _desired(None).automation_digest)
    put = [PutRobot(code="wab24_send_template", is_new=False), PutSender(code="wab24_1", is_new=False)]
    assert [*put, PutTrigger(code="wab24_button"), *gone] == await _done(portal, "of another time")
    assert {"HANDLER", "NAME"} == set(portal.server.params("bizproc.robot.update")[0]["FIELDS"])


async def test_one_that_is_there_although_not_listed_is_changed(portal: Any, say: Any) -> None:
    portal.server.script("bizproc.robot.add", say.error(400, "ERROR_ACTIVITY_ALREADY_INSTALLED"))
    portal.server.script("messageservice.sender.add", say.error(400, "ERROR_SENDER_ALREADY_INSTALLED"))
    assert all(not hasattr(one, "failure") for one in await _done(portal, None))
    assert 1 == len(portal.server.params("messageservice.sender.update"))


async def test_a_portal_whose_plan_has_no_robots_is_repaired_otherwise(portal: Any, say: Any) -> None:
    for name in ("bizproc.robot.list", "bizproc.robot.add"):
        portal.server.defaults[name] = say.error(403, "ACCESS_DENIED")
    outcome = await restore(portal.client, _desired(None))
    assert not isinstance(outcome, Failure)
    assert [PutRobot(code="wab24_send_template", is_new=True)] == [one.repair for one in outcome.broken]
    assert [PutSender(code="wab24_1", is_new=True), PutTrigger(code="wab24_button")] == outcome.done
