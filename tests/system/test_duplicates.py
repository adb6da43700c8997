"""Webhooks and events three times, ten at once, in any order: one message, one effect, up the ladder only."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial
from itertools import permutations
from random import Random
from typing import Any

import pytest

from tests.servers import TestDatabase
from tests.system.answering import Answering, answering_gupshup
from tests.system.house import House, at_once, open_house

pytestmark = [pytest.mark.requirement("R2.2-a"), pytest.mark.requirement("R2.5-c")]
CUSTOMER = "5215550100001"
STEPS = ("enqueued", "sent", "delivered", "read")


@pytest.fixture(scope="module")
def gupshup() -> Iterator[Answering]:
    with answering_gupshup() as door:
        yield door


@pytest.fixture(scope="module")
def house(
    database: TestDatabase, tmp_path_factory: pytest.TempPathFactory, gupshup: Answering
) -> Iterator[House]:
    """The running house whose Gupshup says nothing by itself after it took a message; one chat is open."""
    settings, home = {"GUPSHUP_URL": gupshup.url}, tmp_path_factory.mktemp("house")
    with open_house(database, home, settings=settings, before=gupshup.stand_before) as opened:
        opened.gupshup_knobs(step_ms=[60_000, 60_000])
        opened.customer_writes(CUSTOMER, "Hola")
        opened.until("the chat is open", lambda: opened.in_the_chat(CUSTOMER))
        yield opened


def test_a_message_that_comes_three_times_is_one_message(house: House) -> None:
    body = _written("una vez", "wamid.three")
    assert [200, 200, 200] == [house.call_back(body).status_code for _ in range(3)]
    _until_delivered(house, "wamid.three")
    assert house.in_the_chat(CUSTOMER).count("una vez") == 1
    assert [(1,)] == house.query("select count(*) from messaging.message where text = %s", "una vez")


def test_a_message_that_comes_ten_times_at_once_is_one_message(house: House) -> None:
    body = _written("a la vez", "wamid.ten")
    answers = at_once(partial(house.call_back, body) for _ in range(10))
    assert {200} == {answer.status_code for answer in answers}
    _until_delivered(house, "wamid.ten")
    assert house.in_the_chat(CUSTOMER).count("a la vez") == 1
    assert [(1,)] == house.query("select count(*) from messaging.message where text = %s", "a la vez")


@pytest.mark.parametrize("seed", range(3))
def test_many_messages_three_times_in_any_order_ten_at_once_are_each_one_message(
    seed: int, house: House
) -> None:
    said = [f"{seed}: mensaje {number}" for number in range(12)]
    bodies = [_written(text, f"wamid.{text}") for text in said] * 3
    Random(seed).shuffle(bodies)
    answers = at_once(partial(house.call_back, body) for body in bodies)
    assert {200} == {answer.status_code for answer in answers}
    for text in said:
        _until_delivered(house, f"wamid.{text}")
    arrived = [text for text in house.in_the_chat(CUSTOMER, "client") if text.startswith(f"{seed}:")]
    assert sorted(said) == sorted(arrived)


def test_repeated_messages_stand_in_the_order_in_which_each_came_first(house: House) -> None:
    for number in (1, 2, 1, 3, 2, 4, 1, 5):
        house.call_back(_written(f"orden de llegada {number}", f"wamid.order-{number}"))
    _until_delivered(house, "wamid.order-5")
    arrived = [text for text in house.in_the_chat(CUSTOMER) if text.startswith("orden de llegada")]
    assert [f"orden de llegada {number}" for number in (1, 2, 3, 4, 5)] == arrived


def test_statuses_in_every_order_move_a_message_only_up_the_ladder(house: House, gupshup: Answering) -> None:
    orders = list(permutations(STEPS))
    keys = [_sent(house, gupshup, f"orden {number}") for number in range(len(orders))]
    told = [partial(_tell_all, house, key, order) for key, order in zip(keys, orders, strict=True)]
    at_once(told)
    assert {"read"} == {house.state_of(_message(house, key)) for key in keys}
    _assert_only_up(house, [_message(house, key) for key in keys])


def test_every_status_three_times_ten_at_once_has_one_effect(house: House, gupshup: Answering) -> None:
    key = _sent(house, gupshup, "tres veces cada estado")
    statuses = [_status(key, step) for step in STEPS] * 3
    Random(1).shuffle(statuses)
    at_once(partial(house.call_back, status) for status in statuses)
    message_id = _message(house, key)
    assert house.state_of(message_id) == "read"
    _assert_only_up(house, [message_id])
    assert [(12,)] == house.query("select count(*) from messaging.receipt where message_id = %s", message_id)

    def ticks() -> list[bool]:
        chat = house.chat_of(CUSTOMER)
        assert chat is not None
        return [m["delivered"] for m in chat["messages"] if m["text"] == "tres veces cada estado"]

    house.until("its one tick", lambda: ticks() == [True])


@pytest.mark.parametrize("order", [("failed", "delivered"), ("delivered", "failed")])
def test_a_delivery_outweighs_a_failure_whichever_comes_first(
    order: tuple[str, str], house: House, gupshup: Answering
) -> None:
    key = _sent(house, gupshup, " then ".join(order))
    _tell_all(house, key, order)
    assert house.state_of(_message(house, key)) == "delivered"


def test_statuses_that_come_before_the_answer_to_the_send_are_not_lost(
    house: House, gupshup: Answering
) -> None:
    for step in ("delivered", "enqueued", "sent", "delivered"):
        house.call_back(_status("early", step))
    key = _sent(house, gupshup, "el estado llega antes", key="early")
    house.until("they are applied", lambda: house.state_of(_message(house, key)) == "delivered")
    _assert_only_up(house, [_message(house, key)])


def test_an_event_that_comes_three_times_or_ten_at_once_is_one_message_on_the_phone(house: House) -> None:
    form = house.operator_event(CUSTOMER, (700_001, "tres"))
    assert [200, 200, 200] == [house.post_event(form).status_code for _ in range(3)]
    form = house.operator_event(CUSTOMER, (700_002, "diez"))
    assert {200} == {
        answer.status_code for answer in at_once(partial(house.post_event, form) for _ in range(10))
    }
    _until_sent(house, "tres", "diez")
    assert ["tres", "diez"] == _received(house, "tres", "diez")


def test_a_message_that_stands_twice_in_one_event_is_one_message(house: House) -> None:
    house.post_event(
        house.operator_event(CUSTOMER, (700_011, "doble"), (700_011, "doble"), (700_012, "simple"))
    )
    _until_sent(house, "doble", "simple")
    assert ["doble", "simple"] == _received(house, "doble", "simple")


@pytest.mark.parametrize("seed", range(3))
def test_many_events_three_times_in_any_order_ten_at_once_are_each_one_message(
    seed: int, house: House
) -> None:
    said = [f"evento {seed}-{number}" for number in range(6)]
    forms = [
        house.operator_event(CUSTOMER, (710_000 + seed * 100 + number, text))
        for number, text in enumerate(said)
    ] * 3
    Random(seed).shuffle(forms)
    answers = at_once(partial(house.post_event, form) for form in forms)
    assert {200} == {answer.status_code for answer in answers}
    _until_sent(house, *said)
    assert sorted(said) == sorted(_received(house, *said))


def test_events_of_the_application_repeated_change_nothing_more(house: House) -> None:
    form = house.event("ONAPPINSTALL", {"VERSION": 1, "ACTIVE": "Y", "INSTALLED": "Y", "LANGUAGE_ID": "es"})
    assert {200} == {
        answer.status_code for answer in at_once(partial(house.post_event, form) for _ in range(3))
    }
    assert [("installed",)] == house.query("select state from tenancy.portal")
    chat = house.chat_of(CUSTOMER)
    assert chat is not None
    gone = house.event("ONIMCONNECTORSTATUSDELETE", {"connector": chat["connector"], "line": chat["line"]})
    assert {200} == {
        answer.status_code for answer in at_once(partial(house.post_event, gone) for _ in range(10))
    }
    assert [(1,)] == house.query(
        "select count(*) from tenancy.channel_history where to_state = 'disconnected'"
    )
    house.administrator.api("POST", f"/api/v1/channels/{house.channel_id}/connect")
    house.until("it is connected again", lambda: _is_active(house), within_s=90)


def test_after_all_of_it_everything_stands_where_it_is_counted(house: House) -> None:
    house.assert_conserved()
    assert [(0,)] == house.query("select count(*) from messaging.quarantined")


def _written(text: str, key: str) -> dict[str, Any]:
    payload = {
        "id": key,
        "source": CUSTOMER,
        "type": "text",
        "payload": {"text": text},
        "sender": {"phone": CUSTOMER, "name": "Cliente"},
    }
    return _envelope("message", payload)


def _status(key: str, event: str) -> dict[str, Any]:
    """As `gupshup.md` §4.2: before WhatsApp has the message `id` is the gs id, later `gsId` is."""
    inner: dict[str, Any] = {"ts": int(time.time())}
    ids = {"id": f"wa-{key}", "gsId": key}
    if event == "enqueued":
        inner, ids = {"whatsappMessageId": f"wa-{key}", "type": "session"}, {"id": key}
    elif event == "failed":
        inner = {"code": 131000, "reason": "Something went wrong"}
    return _envelope("message-event", {**ids, "type": event, "destination": CUSTOMER, "payload": inner})


def _envelope(kind: str, payload: dict[str, Any]) -> dict[str, Any]:
    return {
        "app": "VentasDemo",
        "timestamp": int(time.time() * 1000),
        "version": 2,
        "type": kind,
        "payload": payload,
    }


def _tell_all(house: House, key: str, events: tuple[str, ...]) -> None:
    for event in events:
        assert house.call_back(_status(key, event)).status_code == 200


def _sent(house: House, gupshup: Answering, text: str, key: str = "") -> str:
    """Let the operator write `text`; Gupshup knows it under the key that is returned."""
    named = key or f"gs-{text}"
    gupshup.answers.append((202, f'{{"status":"submitted","messageId":"{named}"}}'.encode()))
    house.operator_writes(house.chat_id(CUSTOMER), text)
    house.until("the answer is settled", lambda: house.state_of(_message(house, named)))
    return named


def _message(house: House, key: str) -> str:
    rows = house.query(
        "select message_id::text from messaging.alias where kind in ('gs', 'wa') and key = %s", key
    )
    return str(rows[0][0]) if rows else "00000000-0000-0000-0000-000000000000"


def _until_delivered(house: House, key: str) -> None:
    house.until("it is in the open line", lambda: house.state_of(_message(house, key)) == "delivered")


def _until_sent(house: House, *texts: str) -> None:
    def is_settled() -> bool:
        rows = house.query(
            "select count(*) from messaging.message where text = any (%s) and state = 'submitted'",
            list(texts),
        )
        return rows == [(len(texts),)]

    house.until("they are sent", is_settled)


def _received(house: House, *texts: str) -> list[str]:
    return [text for text in house.received_by(CUSTOMER) if text in texts]


def _is_active(house: House) -> bool:
    return bool(house.administrator.channel(house.channel_id)["state"] == "active")


def _assert_only_up(house: House, messages: list[str]) -> None:
    """Every move of these messages is one that the ladder lists, and leads to a higher rung."""
    moves = house.query(
        "select f.rank < t.rank, exists (select from messaging.transition x"
        " where x.from_state = r.from_state and x.event = r.event and x.to_state = r.to_state)"
        " from messaging.receipt r"
        " join messaging.message_state f on f.state = r.from_state"
        " join messaging.message_state t on t.state = r.to_state"
        " where r.message_id = any (%s::uuid[])",
        messages,
    )
    assert moves != []
    assert {(True, True)} == set(moves)
