"""Gupshup's answer is lost. Nobody knows whether the message left, and that is what we say."""

from __future__ import annotations

import pytest

from tests.faults.hands import acquaint, end_blocks, injected, message_of, notices_to
from tests.system.house import House

pytestmark = [pytest.mark.requirement("R1"), pytest.mark.requirement("R2.2-b")]


def _write_into_the_void(house: House, chat_id: int, words: str, fault: str) -> None:
    """The operator writes one message whose exchange with Gupshup breaks off."""
    house.faults(gupshup={fault: 1.0})
    house.operator_writes(chat_id, words)
    house.until("the answer was lost", lambda: injected(house, "gupshup", fault))
    house.until(
        "we know that we do not know", lambda: message_of(house, words)[1] not in {"queued", "sending"}
    )
    house.faults()


def _attempts(house: House, words: str) -> int:
    message_id, _ = message_of(house, words)
    ((count,),) = house.query("select count(*) from messaging.attempt where message_id = %s", message_id)
    return int(count)


def _resolve(house: House, words: str, verdict: str) -> str:
    message_id, _ = message_of(house, words)
    answer = house.administrator.api(
        "POST", f"/api/v1/messages/{message_id}/resolve", json={"verdict": verdict}
    )
    return str(answer["state"])


def test_a_message_whose_answer_was_lost_is_healed_by_its_receipts_and_never_sent_again(house: House) -> None:
    phone = "5215555000001"
    (chat_id,) = acquaint(house, phone)
    _write_into_the_void(house, chat_id, "¿salió?", "drop_response")
    house.operator_writes(chat_id, "después")
    house.until("the receipts healed it", lambda: message_of(house, "¿salió?")[1] == "read")
    house.until("the next one left at once", lambda: message_of(house, "después")[1] == "read")
    assert ["¿salió?", "después"] == house.received_by(phone)
    assert 1 == _attempts(house, "¿salió?")


def test_without_receipts_it_stays_unknown_its_author_is_told_once_and_the_lane_goes_on(house: House) -> None:
    phone = "5215555000002"
    (chat_id,) = acquaint(house, phone)
    _write_into_the_void(house, chat_id, "perdido en el aire", "drop_request")
    house.operator_writes(chat_id, "el que sigue")
    house.until("the author was told", lambda: notices_to(house, "perdido en el aire"))
    house.until("the next one waits for word", lambda: message_of(house, "el que sigue")[1] == "queued")

    end_blocks(house)
    house.until("the lane went on", lambda: message_of(house, "el que sigue")[1] == "read")
    assert ["el que sigue"] == house.received_by(phone)
    assert ("unknown", 1) == (
        message_of(house, "perdido en el aire")[1],
        _attempts(house, "perdido en el aire"),
    )
    assert 1 == len(notices_to(house, "perdido en el aire"))


def test_a_person_decides_about_what_nobody_knows(house: House) -> None:
    phones = {"resend": "5215555000003", "drop": "5215555000004", "arrived": "5215555000005"}
    chats = acquaint(house, *phones.values())
    for verdict, chat_id in zip(phones, chats, strict=True):
        _write_into_the_void(house, chat_id, f"incierto: {verdict}", "drop_request")
        assert "unknown" == message_of(house, f"incierto: {verdict}")[1]

    assert "queued" == _resolve(house, "incierto: resend", "resend")
    house.until("it was sent again", lambda: message_of(house, "incierto: resend")[1] == "read")
    assert ["incierto: resend"] == house.received_by(phones["resend"])
    assert "failed" == _resolve(house, "incierto: drop", "drop")
    assert "submitted" == _resolve(house, "incierto: arrived", "arrived")
    assert ([], []) == (house.received_by(phones["drop"]), house.received_by(phones["arrived"]))
    for chat_id, verdict in zip(chats, phones, strict=True):
        house.operator_writes(chat_id, f"y sigue: {verdict}")
    house.until(
        "every lane goes on",
        lambda: all(message_of(house, f"y sigue: {verdict}")[1] == "read" for verdict in phones),
    )
