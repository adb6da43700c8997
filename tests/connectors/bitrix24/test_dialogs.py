"""Messages put into a portal, confirmed, looked for after a doubt, and noted when they failed."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.bitrix24.dialogs import (
    Confirmed,
    Delivered,
    Dialog,
    Tick,
    confirm_delivery,
    deliver,
    find_delivered,
    groups,
    history_since,
    notify,
    timeline_note,
)
from connectors.bitrix24.events import OperatorFile, OperatorMessage
from connectors.bitrix24.render import Client, Inbound, InboundForPortal, InboundMedia, render
from connectors.http import new_client
from connectors.outside import Actor, Context, Failure, Policy
from connectors.redaction import Secret

pytestmark = pytest.mark.requirement("R2.2-b")

SEND = "imconnector.send.messages"
HISTORY = "imopenlines.session.history.get"


def _message(number: int, chat: str = "", *, file: bool = False) -> InboundForPortal:
    media = InboundMedia(url=Secret("https://m/the-secret-of-a-media-link")) if file else None
    inbound = Inbound(
        external_id=f"wamid.{number}",
        kind="image" if file else "text",
        client=Client(wa_id=chat or f"57300{number}"),
        sent_at=1_773_265_993,
        text="hi",
        media=media,
    )
    return render(inbound, "es")


def _element(number: int, **change: Any) -> dict[str, Any]:
    return {
        "user": "585",
        "message": {"id": f"wamid.{number}", "date": {}, "files": []},
        "SUCCESS": True,
        "session": {"ID": "323", "CHAT_ID": "1767"},
        **change,
    }


def _result(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"SUCCESS": True, "DATA": {"RESULT": list(elements)}}


async def test_a_message_is_delivered_into_its_line(world: Any, say: Any) -> None:
    world.server.script(SEND, say.answer(_result(_element(1))))
    outcomes = await deliver(world.client, "wab24", "107", [_message(1)])
    assert outcomes == [Delivered(external_id="wamid.1", session_id="323", chat_id="1767", user_id="585")]
    (sent,) = world.server.params(SEND)
    assert (sent["CONNECTOR"], sent["LINE"], len(sent["MESSAGES"])) == ("wab24", 107, 1)


async def test_each_message_has_its_own_outcome_in_whatever_order_they_are_told(world: Any, say: Any) -> None:
    refused = _element(2, SUCCESS=False, ERRORS=["not all required data"])
    world.server.script(SEND, say.answer(_result(_element(3), refused, _element(1))))
    first, second, third = await deliver(world.client, "wab24", "1", [_message(n) for n in (1, 2, 3)])
    assert isinstance(first, Delivered)
    assert isinstance(third, Delivered)
    assert isinstance(second, Failure)
    assert (second.policy, second.message) == (Policy.NEVER, "not all required data")


async def test_a_message_of_which_nothing_is_told_is_unknown(world: Any, say: Any) -> None:
    world.server.script(SEND, say.answer(_result(_element(1))))
    first, second = await deliver(world.client, "wab24", "1", [_message(1), _message(2)])
    assert isinstance(first, Delivered)
    assert isinstance(second, Failure)
    assert second.policy is Policy.UNKNOWN


async def test_an_answer_without_ids_is_read_by_place(world: Any, say: Any) -> None:
    world.server.script(SEND, say.answer(_result({"SUCCESS": True}, {"SUCCESS": False, "ERRORS": []})))
    first, second = await deliver(world.client, "wab24", "1", [_message(1), _message(2)])
    assert first == Delivered(external_id="wamid.1", session_id=None, chat_id=None, user_id=None)
    assert isinstance(second, Failure)


async def test_a_lost_answer_leaves_every_message_of_the_call_unknown(world: Any, say: Any) -> None:
    world.server.script(SEND, say.silence)
    async with new_client(read_s=0.2) as http:
        client = world.portal_client(http)
        outcomes = await deliver(client, "wab24", "1", [_message(1), _message(2)])
    assert [outcome.policy for outcome in outcomes if isinstance(outcome, Failure)] == [Policy.UNKNOWN] * 2
    assert len(world.server.params(SEND)) == 1


async def test_an_inactive_line_needs_a_person(world: Any, say: Any) -> None:
    world.server.script(SEND, say.error(400, "NOT_ACTIVE_LINE", "The line with this ID is inactive"))
    (outcome,) = await deliver(world.client, "wab24", "1", [_message(1)])
    assert isinstance(outcome, Failure)
    assert (outcome.policy, outcome.who_acts) == (Policy.FIX, Actor.ADMINISTRATOR)


async def test_the_signed_address_of_a_file_reaches_the_portal_and_not_the_journal(
    world: Any, say: Any
) -> None:
    world.server.script(SEND, say.answer(_result(_element(1))))
    await deliver(world.client, "wab24", "1", [_message(1, file=True)], about=Context(message_id="m"))
    (sent,) = world.server.params(SEND)
    assert sent["MESSAGES"][0]["message"]["files"][0]["url"] == "https://m/the-secret-of-a-media-link"
    assert "the-secret-of-a-media-link" not in world.recorded()


@pytest.mark.parametrize(
    "messages",
    [
        [_message(1, "57300"), _message(2, "57300")],
        [_message(1, file=True), _message(2)],
        [_message(1), _message(2, file=True)],
        [_message(n) for n in range(11)],
    ],
    ids=["one chat twice", "a file first", "a file last", "eleven"],
)
async def test_messages_that_may_not_share_a_call_are_not_sent(
    world: Any, messages: list[InboundForPortal]
) -> None:
    with pytest.raises(ValueError, match="share a call"):
        await deliver(world.client, "wab24", "1", messages)
    assert world.server.calls == []


async def test_nothing_to_deliver_asks_nothing(world: Any) -> None:
    assert await deliver(world.client, "wab24", "1", []) == []
    assert world.server.calls == []


def test_groups_keep_the_order_within_each_chat() -> None:
    messages = [
        _message(1, "a"),
        _message(2, "a"),
        _message(3, "b"),
        _message(4, "a", file=True),
        _message(5, "a"),
        _message(6, "b"),
    ]
    ids = [[message.external_id for message in group] for group in groups(messages)]
    assert ids == [["wamid.1", "wamid.3"], ["wamid.2", "wamid.6"], ["wamid.4"], ["wamid.5"]]
    assert [groups(group) for group in groups(messages)] == [[group] for group in groups(messages)]


def _tick(number: int) -> Tick:
    return Tick(
        connector="wab24",
        line="107",
        chat_id="1807",
        message_id=str(number),
        chat_key="57300",
        external_ids=["gs-1"],
        at=1_773_760_000,
    )


async def test_ticks_go_fifty_at_a_time_and_each_has_its_outcome(world: Any, say: Any) -> None:
    method = "imconnector.send.status.delivery"
    good = {"SUCCESS": True, "DATA": []}
    world.server.defaults[method] = say.answer(good)
    world.server.script(method, say.answer(good), say.error(400, "ERROR_ARGUMENT"))
    outcomes = await confirm_delivery(world.client, [_tick(number) for number in range(60)])
    assert outcomes[0] == Confirmed(message_id="0")
    assert isinstance(outcomes[1], Failure)
    assert outcomes[2:] == [Confirmed(message_id=str(number)) for number in range(2, 60)]
    assert world.bucket.taken == ["batch", "batch"]
    assert world.server.params(method)[0] == {
        "CONNECTOR": "wab24",
        "LINE": "107",
        "MESSAGES": [
            {
                "im": {"chat_id": "1807", "message_id": "0"},
                "message": {"id": ["gs-1"], "date": "1773760000"},
                "chat": {"id": "57300"},
            }
        ],
    }


async def test_a_failed_batch_confirms_nothing(world: Any, say: Any) -> None:
    world.server.script("batch", say.html(502))
    outcomes = await confirm_delivery(world.client, [_tick(1), _tick(2)])
    assert [outcome.policy for outcome in outcomes if isinstance(outcome, Failure)] == [Policy.RETRY] * 2


async def test_an_employee_is_notified(world: Any, say: Any) -> None:
    world.server.script("im.notify.system.add", say.answer(12_345), say.answer(False))
    assert await notify(world.client, "27", "Not delivered", "wab24|5|fail") is None
    nobody = await notify(world.client, "99", "Not delivered", "wab24|5|fail")
    assert isinstance(nobody, Failure)
    assert nobody.code == "no_user"
    assert world.server.params("im.notify.system.add")[0] == {
        "USER_ID": 27,
        "MESSAGE": "Not delivered",
        "TAG": "wab24|5|fail",
    }


@pytest.mark.parametrize(
    ("linked", "entity"),
    [
        ("LEAD|1209|COMPANY|0|CONTACT|0|DEAL|0", (1, 1_209)),
        ("LEAD|1|COMPANY|2|CONTACT|3|DEAL|4", (2, 4)),
        ("LEAD|0|COMPANY|2|CONTACT|3|DEAL|0", (3, 3)),
        ("COMPANY|2", (4, 2)),
    ],
)
async def test_a_note_goes_to_the_most_useful_crm_item(
    world: Any, say: Any, linked: str, entity: tuple[int, int]
) -> None:
    world.server.script("imopenlines.dialog.get", say.answer({"id": 5, "entity_data_2": linked}))
    assert await timeline_note(world.client, "1807", "WhatsApp", "Not delivered") is None
    (sent,) = world.server.params("crm.timeline.logmessage.add")
    fields = sent["fields"]
    assert (fields["entityTypeId"], fields["entityId"]) == entity
    assert set(fields) == {"entityTypeId", "entityId", "title", "text", "iconCode"}


@pytest.mark.parametrize("linked", ["LEAD|0|COMPANY|0|CONTACT|0|DEAL|0", "", None, "LEAD"])
async def test_a_chat_without_a_crm_item_gets_no_note(world: Any, say: Any, linked: str | None) -> None:
    world.server.script("imopenlines.dialog.get", say.answer({"id": 5, "entity_data_2": linked}))
    outcome = await timeline_note(world.client, "1807", "WhatsApp", "Not delivered")
    assert isinstance(outcome, Failure)
    assert (outcome.code, outcome.policy) == ("no_crm_item", Policy.NEVER)


def _history(**messages: dict[str, Any]) -> dict[str, Any]:
    rows = {
        number: {"id": number, "chatid": "1807", "date": "2026-03-16T20:50:37+03:00", "params": [], **message}
        for number, message in messages.items()
    }
    users = {"27": {"id": "27"}, "585": {"id": "585", "connector": True}}
    files = {"9": {"name": "a.pdf", "type": "file", "size": 70_855, "urldownload": "https://p/dl?f=9"}}
    return {"chatId": 1807, "sessionId": 323, "message": rows, "users": users, "files": files}


@pytest.mark.parametrize("mid", [["wamid.1"], "wamid.1", {"0": "other", "1": "wamid.1"}])
async def test_evidence_of_a_delivery_is_found(world: Any, say: Any, mid: Any) -> None:
    history = _history(**{"1": {"senderid": "585", "params": {"connectorMid": mid}}})
    world.server.defaults[HISTORY] = say.answer(history)
    assert await find_delivered(world.client, "wamid.1", chat_id="1807") is True
    assert await find_delivered(world.client, "wamid.2", session_id="323") is False
    assert world.server.params(HISTORY) == [{"CHAT_ID": 1807}, {"SESSION_ID": 323}]


async def test_without_access_there_is_no_evidence_either_way(world: Any, say: Any) -> None:
    world.server.script(HISTORY, say.error(403, "ACCESS_DENIED"))
    assert isinstance(await find_delivered(world.client, "wamid.1", chat_id="1807"), Failure)
    with pytest.raises(ValueError, match="chat or a session"):
        await find_delivered(world.client, "wamid.1")


async def test_an_empty_history_comes_as_lists(world: Any, say: Any) -> None:
    world.server.script(HISTORY, say.answer({"message": [], "users": [], "files": []}))
    assert await find_delivered(world.client, "wamid.1", chat_id="1807") is False


async def test_after_a_gap_the_unconfirmed_words_of_operators_are_found(world: Any, say: Any) -> None:
    history = _history(
        **{
            "12": {"senderid": "27", "text": "later", "params": {"fileId": ["9"]}},
            "11": {"senderid": "27", "text": "missed"},
            "10": {"senderid": "27", "text": "known before"},
            "13": {"senderid": "585", "text": "the client"},
            "14": {"senderid": "0", "text": "the portal"},
            "15": {"senderid": "27", "text": "confirmed", "params": {"connectorMid": ["gs-1"]}},
            "16": {"senderid": "77", "text": "the client, not marked"},
        }
    )
    world.server.script(HISTORY, say.answer(history))
    dialog = Dialog(connector="wab24", line="107", chat_key="57300", session_id="323", client_user_id="77")
    found = await history_since(world.client, dialog, 10)
    missed = OperatorMessage(
        connector="wab24",
        line="107",
        chat_key="57300",
        chat_id="1807",
        message_id="11",
        user_id="27",
        text="missed",
        files=[],
        at="2026-03-16T17:50:37.000Z",
    )
    file = OperatorFile(name="a.pdf", type="file", mime=None, link="https://p/dl?f=9", size=70_855)
    assert not isinstance(found, Failure)
    assert found[0] == missed
    assert [(message.message_id, message.files) for message in found] == [("11", []), ("12", [file])]


async def test_what_our_rule_made_is_noted_without_asking_the_chat(world: Any, say: Any) -> None:
    world.server.script("crm.timeline.logmessage.add", say.answer({"logMessage": {"id": 1}}))
    known = {"contact": 275, "deal": 3001}
    assert await timeline_note(world.client, "1807", "WhatsApp", "Not delivered", known=known) is None
    (noted,) = world.server.params("crm.timeline.logmessage.add")
    assert (2, 3001) == (noted["fields"]["entityTypeId"], noted["fields"]["entityId"])
    assert [] == world.server.params("imopenlines.dialog.get")
