"""Two workers, two portals, many customers at once, and everything that can go wrong on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from cli.clicks import Administrator
from tests.servers import TestDatabase
from tests.system.house import House, at_once, open_house

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.requirement("R1"),
    pytest.mark.requirement("R2.2-b"),
    pytest.mark.requirement("R2.5-c"),
]
CHANNELS = {"p1": "VentasDemo", "p2": "SoporteDemo"}
CUSTOMERS = {f"52155504{number:05d}": ("p1", "p2")[number % 2] for number in range(20)}
EACH = 5
GUPSHUP = {"duplicate": 0.1, "drop_response": 0.05, "http_500": 0.05, "delay_ms": [0, 300]}
BITRIX24 = {"duplicate": 0.1, "drop_response": 0.05, "http_500": 0.05, "delay_ms": [0, 100]}
FINAL = {"delivered", "read", "failed", "unknown"}


@pytest.fixture(scope="module")
def house(database: TestDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Two workers and two portals, after everybody has written to everybody while faults were on."""
    with open_house(database, tmp_path_factory.mktemp("house"), workers=2) as opened:
        with Administrator(opened.sandbox_url, opened.api_url, "p2") as administrator:
            administrator.install()
            administrator.connect(CHANNELS["p2"], "5215550002222", "1")
        at_once(partial(_customer_writes, opened, phone, range(1)) for phone in CUSTOMERS)
        opened.until("every customer has a chat", lambda: CUSTOMERS.keys() <= _chats(opened).keys())
        chats = _chats(opened)
        opened.faults(gupshup=GUPSHUP, bitrix24=BITRIX24)
        at_once(partial(_customer_writes, opened, phone, range(1, EACH)) for phone in CUSTOMERS)
        at_once(partial(_operator_writes, opened, chats[phone], phone) for phone in CUSTOMERS)
        opened.until("everything is said", partial(_is_everything_said, opened), 240)
        yield opened


def test_every_customers_message_is_exactly_once_in_its_portal(house: House) -> None:
    chats = _chats(house)
    for phone in CUSTOMERS:
        said = Counter(m["text"] for m in chats[phone]["messages"] if m["author"] == "client")
        assert Counter({f"{phone} pregunta {number}": 1 for number in range(EACH)}) == said


def test_every_operators_message_is_at_most_once_on_the_phone_and_its_author_knows_of_the_others(
    house: House,
) -> None:
    told = house.told()
    states = dict(house.query("select text, state from messaging.message where direction = 'out'"))
    for phone in CUSTOMERS:
        received = Counter(house.received_by(phone))
        for text in _answers(phone):
            assert received[text] <= 1
            assert states[text] in (FINAL if received[text] else {"unknown", "failed"})
            if states[text] in {"unknown", "failed"}:
                assert any(text in notice for notice in told)


def test_order_holds_in_every_conversation_that_no_unknown_outcome_held_up(house: House) -> None:
    held_up = {
        str(chat_key)
        for (chat_key,) in house.query(
            "select distinct c.chat_key from messaging.attempt a"
            " join messaging.conversation c using (portal_id, conversation_id) where a.outcome = 'unknown'"
        )
    }
    undisturbed = CUSTOMERS.keys() - held_up
    assert undisturbed != set()
    for phone in undisturbed:
        assert _answers(phone) == house.received_by(phone)
        chat = _chats(house)[phone]
        asked = [m["text"] for m in chat["messages"] if m["author"] == "client"]
        assert [f"{phone} pregunta {number}" for number in range(EACH)] == asked


def test_two_portals_do_not_see_each_other(house: House) -> None:
    for phone, chat in _chats(house).items():
        assert CUSTOMERS[phone] == chat["portal"]
        assert {phone} == {m["text"].split()[0] for m in chat["messages"]}
    mixed = house.query(
        "select 1 from messaging.message m join tenancy.channel c using (channel_id)"
        " where m.portal_id <> c.portal_id"
    )
    assert [] == mixed


def test_what_was_accepted_stands_where_it_is_counted(house: House) -> None:
    house.assert_conserved()
    counts = house.sandbox.get("/sandbox/faults").json()["counts"]
    assert {"duplicate", "delay"} <= counts["gupshup"].keys() & counts["bitrix24"].keys()


def _customer_writes(house: House, phone: str, numbers: range) -> None:
    for number in numbers:
        house.customer_writes(phone, f"{phone} pregunta {number}", channel=CHANNELS[CUSTOMERS[phone]])


def _operator_writes(house: House, chat: dict[str, Any], phone: str) -> None:
    for text in _answers(phone):
        house.operator_writes(chat["chat_id"], text, portal=chat["portal"])


def _answers(phone: str) -> list[str]:
    return [f"{phone} respuesta {number}" for number in range(EACH)]


def _chats(house: House) -> dict[str, dict[str, Any]]:
    return {chat["channel"]: chat for chat in house.sandbox.get("/sandbox/bitrix24/chats").json()}


def _is_everything_said(house: House) -> bool:
    """Nothing waits, no receipt and no notice is under way, and every message has arrived at an end."""
    ((waiting, notices, arrived, sent),) = house.query(
        "select (select count(*) from messaging.queue), (select count(*) from messaging.notice),"
        " (select count(*) from messaging.message where direction = 'in' and state = 'delivered'),"
        " (select count(*) from messaging.message where direction = 'out' and state = any (%s))",
        list(FINAL),
    )
    total = len(CUSTOMERS) * EACH
    return bool(waiting == 0 and notices == 0 and arrived == total and sent == total)
