"""The outbox to the portal: who shares a call, and whose trouble is whose."""

from __future__ import annotations

import time
from typing import Any
from uuid import UUID

import pytest
from psycopg.types.json import Jsonb

from connectors.bitrix24.text import to_whatsapp
from tests.worker.conftest import House
from worker.to_portal import ToPortal

pytestmark = pytest.mark.requirement("R2.2-a")

_LATER = 60.0
_CUSTOMER = "5215551234567"
_SEND = "imconnector.send.messages"


async def _takes_all(body: dict[str, Any]) -> Any:
    elements = [
        {
            "message": {"id": element["message"]["id"]},
            "session": {"ID": "9", "CHAT_ID": "1807"},
            "SUCCESS": True,
        }
        for element in body["MESSAGES"]
    ]
    return {"DATA": {"RESULT": elements}}


async def _claimed(house: House, count: int) -> list[dict[str, Any]]:
    house.outside.answers[_SEND] = _takes_all
    for number in range(count):
        house.customer_writes(f"m{number}", f"52155512300{number:02d}")
    return await house.claims("in")


def _plain(item: dict[str, Any]) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, UUID) else value for name, value in item.items()}


def _to_portal(house: House) -> ToPortal:
    return ToPortal(house.portals, house.shelf)


async def test_texts_of_a_line_go_ten_together_and_a_file_goes_alone(house: House) -> None:
    claims = await _claimed(house, 25)
    claims[3]["media"] = {"url": "https://files.example/p"}
    claims[7]["channel"] = {**claims[7]["channel"], "line_id": "2"}
    parcels = _to_portal(house).parcels(claims)
    assert [1, 1, 3, 10, 10] == sorted(map(len, parcels))
    assert 25 == len({str(claim["message_id"]) for parcel in parcels for claim in parcel})


async def test_a_parcel_is_one_call_and_each_message_is_told_its_chat(house: House) -> None:
    claims = await _claimed(house, 10)
    items = await _to_portal(house).send(claims, time.monotonic() + _LATER)
    assert [("accepted", "1807", "9")] * 10 == [
        (item["outcome"], item["chat_id"], item["session_id"]) for item in items
    ]
    assert [_SEND] == house.outside.names()


async def test_an_answer_to_a_file_without_words_names_what_it_was(house: House) -> None:
    claims = await _claimed(house, 3)
    for claim, answered in zip(
        claims,
        ({"kind": "voice", "text": None}, {"kind": "image", "text": "Mire"}, {"kind": "x"}),
        strict=True,
    ):
        claim["context"] = answered
        claim["text"] = "Sí"
    await _to_portal(house).send(claims, time.monotonic() + _LATER)
    shown = [element["message"]["text"] for element in house.outside.asked[-1][1]["MESSAGES"]]
    assert [">>Mire\nSí", ">>📎 Nota de voz\nSí", "Sí"] == sorted(shown)


async def test_nothing_leaves_after_the_last_moment_to_leave(house: House) -> None:
    claims = await _claimed(house, 2)
    items = await _to_portal(house).send(claims, time.monotonic() - 0.001)
    assert [("retry", "lease_nearly_over")] * 2 == [(item["outcome"], item["code"]) for item in items]
    assert [] == house.outside.asked


async def test_a_message_that_we_cannot_make_is_tried_again_and_its_siblings_cross(house: House) -> None:
    claims = await _claimed(house, 3)
    claims[1]["said_at"] = None
    items = await _to_portal(house).send(claims, time.monotonic() + _LATER)
    outcomes = {str(item["message_id"]): item["outcome"] for item in items}
    expected = ["accepted", "retry", "accepted"]
    assert expected == [outcomes[str(claim["message_id"])] for claim in claims]


async def test_what_an_employee_wrote_elsewhere_is_shown_as_his_and_nobody_sends_its_echo(
    house: House,
) -> None:
    house.customer_writes("Hola")
    (first,) = await house.claims("in")
    house.outside.answers[_SEND] = _takes_all
    (item,) = await _to_portal(house).send([first], time.monotonic() + _LATER)
    house.owner.rows("select messaging.settle(%s)", Jsonb([_plain(item)]))
    house.owner.rows("select messaging.send_test(%s, %s, '1', %s)", house.portal, house.channel, _CUSTOMER)
    (claim,) = await house.claims("in")
    (item,) = await _to_portal(house).send([claim], time.monotonic() + _LATER)
    assert "accepted" == item["outcome"]
    (element,) = house.outside.asked[-1][1]["MESSAGES"]
    assert (1, _CUSTOMER) == (element["message"]["user_id"], element["chat"]["id"])

    echo = to_whatsapp(f"[b]Ana Admin:[/b] [br]{element['message']['text']}")
    house.operator_writes(echo, "901", user_id="1")
    assert ["queued"] == house.states("out"), "the portal tells of it before we know how it went"
    house.operator_writes(echo, "902", user_id="1")
    assert ["queued", "queued"] == house.states("out"), "what he then writes himself is another message"


async def test_a_file_that_is_gone_adds_no_words_to_what_an_employee_said(house: House) -> None:
    (claim,) = await _claimed(house, 1)
    mirrored = {**claim, "source": "mirror", "author": "7", "kind": "image", "text": "Mire."}
    mirrored["media"] = {"url": f"{house.outside.url}/nothing"}
    await _to_portal(house).send([mirrored], time.monotonic() + _LATER)
    (element,) = house.outside.asked[-1][1]["MESSAGES"]
    assert ("Mire.", 7) == (element["message"]["text"], element["message"]["user_id"])


async def test_a_portal_without_a_token_keeps_its_messages_waiting(house: House) -> None:
    claims = await _claimed(house, 1)
    house.owner.rows("select tenancy.break_token(%s, '1', 'authorization_error')", house.portal)
    (item,) = await _to_portal(house).send(claims, time.monotonic() + _LATER)
    assert ("failed", "fix", "no_token") == (item["outcome"], item["policy"], item["code"])
