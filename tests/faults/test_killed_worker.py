"""A worker is killed around the moment a message leaves. What may have left is never sent again by itself."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.faults.hands import (
    acquaint,
    end_blocks,
    end_leases_of_the_dead,
    hurry_notices,
    incoming,
    injected,
    message_of,
    on_the_wire,
    strike,
    unsettled,
)
from tests.system.house import House

pytestmark = [pytest.mark.requirement("R2.2-b"), pytest.mark.requirement("R1")]
WORKERS = ("worker1", "worker2")


def _kill_the_carrier(house: House, words: str, party: str) -> None:
    """Wait until a message is on the wire, held by the other side; then its worker dies."""
    house.until("the message left", lambda: words in on_the_wire(house) and injected(house, party, "delay"))
    for name in WORKERS:
        house.kill(name)
    house.faults()
    for name in WORKERS:
        house.start(name)


def test_a_message_on_the_wire_is_settled_by_its_receipts_and_not_sent_again(house: House) -> None:
    phone = "5215553000001"
    (chat_id,) = acquaint(house, phone)
    house.faults(gupshup={"delay_ms": [1500, 1500]})
    house.operator_writes(chat_id, "va en camino")
    _kill_the_carrier(house, "va en camino", "gupshup")
    house.operator_writes(chat_id, "y esto va detrás")
    house.until("the sandbox took it", lambda: house.received_by(phone) == ["va en camino"])
    assert "sending" == message_of(house, "va en camino")[1]

    assert 1 == end_leases_of_the_dead(house)
    house.until("its receipts settled it", lambda: message_of(house, "va en camino")[1] == "read")
    house.until("the next one follows", lambda: len(house.received_by(phone)) == 2)
    assert ["va en camino", "y esto va detrás"] == house.received_by(phone)


def test_a_message_that_never_reached_gupshup_stays_unknown_and_its_lane_goes_on(house: House) -> None:
    phone = "5215553000002"
    (chat_id,) = acquaint(house, phone)
    house.faults(gupshup={"delay_ms": [800, 800], "drop_request": 1.0})
    house.operator_writes(chat_id, "se pierde")
    house.operator_writes(chat_id, "sigue")
    _kill_the_carrier(house, "se pierde", "gupshup")
    end_leases_of_the_dead(house)
    house.until("it is unknown", lambda: message_of(house, "se pierde")[1] == "unknown")
    assert "queued" == message_of(house, "sigue")[1]

    end_blocks(house)
    house.until("the lane went on", lambda: message_of(house, "sigue")[1] == "read")
    assert ["sigue"] == house.received_by(phone)
    assert "unknown" == message_of(house, "se pierde")[1]


def test_a_customers_message_on_the_wire_is_found_in_the_history(house: House) -> None:
    phone = "5215553000003"
    acquaint(house, phone)
    house.faults(bitrix24={"delay_ms": [1500, 1500]})
    house.customer_writes(phone, "¿llegó?")
    _kill_the_carrier(house, "¿llegó?", "bitrix24")
    house.until("the portal took it", lambda: house.in_the_chat(phone, "client") == ["hola", "¿llegó?"])
    assert "sending" == incoming(house, "¿llegó?")

    end_leases_of_the_dead(house)
    house.until("it is unknown", lambda: incoming(house, "¿llegó?") == "unknown")
    hurry_notices(house)
    house.until("it was found", lambda: incoming(house, "¿llegó?") == "delivered")
    assert ["hola", "¿llegó?"] == house.in_the_chat(phone, "client")


def test_a_customers_message_that_never_reached_the_portal_is_delivered_once(house: House) -> None:
    phone = "5215553000004"
    acquaint(house, phone)
    house.faults(bitrix24={"delay_ms": [800, 800], "drop_request": 1.0})
    house.customer_writes(phone, "¿y esto?")
    _kill_the_carrier(house, "¿y esto?", "bitrix24")
    end_leases_of_the_dead(house)
    house.until("it is unknown", lambda: incoming(house, "¿y esto?") == "unknown")
    hurry_notices(house)
    house.until("it was delivered after all", lambda: incoming(house, "¿y esto?") == "delivered")
    assert ["hola", "¿y esto?"] == house.in_the_chat(phone, "client")


def test_the_first_message_of_a_customer_is_not_lost_with_its_worker(house: House) -> None:
    phone = "5215553000005"
    house.faults(bitrix24={"delay_ms": [1500, 1500]})
    house.customer_writes(phone, "primera vez")
    _kill_the_carrier(house, "primera vez", "bitrix24")
    house.until("the portal took it", lambda: house.in_the_chat(phone, "client") == ["primera vez"])
    end_leases_of_the_dead(house)
    house.until("it is unknown", lambda: incoming(house, "primera vez") == "unknown")
    hurry_notices(house)
    house.until("it was found", lambda: incoming(house, "primera vez") == "delivered")
    assert ["primera vez"] == house.in_the_chat(phone, "client")


def test_the_first_message_of_a_customer_that_the_portal_never_saw_is_delivered(house: House) -> None:
    phone = "5215553000006"
    house.faults(bitrix24={"delay_ms": [800, 800], "drop_request": 1.0})
    house.customer_writes(phone, "¿me leen?")
    _kill_the_carrier(house, "¿me leen?", "bitrix24")
    end_leases_of_the_dead(house)
    house.until("it is unknown", lambda: incoming(house, "¿me leen?") == "unknown")
    house.query("update messaging.notice set tries = 4 where kind = 'verify' returning notice_id")
    hurry_notices(house)
    house.until("it was delivered after all", lambda: incoming(house, "¿me leen?") == "delivered")
    assert ["¿me leen?"] == house.in_the_chat(phone, "client")


def _strikes(house: House, seed: int, rounds: int) -> None:
    """Both sides write while workers die; in the end all customers are heard, no phone hears a word twice."""
    phones = [f"52155531{seed:04d}{n}" for n in range(3)]
    chats = acquaint(house, *phones)
    said = [f"golpe {seed}-{n}" for n in range(rounds)]

    def write() -> None:
        for words in said:
            for phone, chat_id in zip(phones, chats, strict=True):
                house.customer_writes(phone, f"cliente {phone}: {words}")
                house.operator_writes(chat_id, f"operador {phone}: {words}")
            house.until(
                "the wire is busy or empty", lambda: on_the_wire(house) or not unsettled(house, "out")
            )

    house.faults(gupshup={"delay_ms": [0, 150]}, bitrix24={"delay_ms": [0, 150]})
    strike(house, *WORKERS, seed=seed, meanwhile=write)
    house.faults()

    def is_quiet() -> bool:
        end_leases_of_the_dead(house)
        end_blocks(house)
        hurry_notices(house)
        return unsettled(house, "in") == unsettled(house, "out") == 0 and "unknown" not in house.states("in")

    house.until("all is settled", is_quiet)
    for phone in phones:
        heard = Counter(house.received_by(phone))
        assert set(heard.values()) <= {1}
        for words in said:
            text = f"operador {phone}: {words}"
            assert text in heard or message_of(house, text)[1] == "unknown"
    everything_once_in_the_portal = {
        (phone, f"cliente {phone}: {words}") for phone in phones for words in said
    } | {(phone, "hola") for phone in phones}
    assert Counter(everything_once_in_the_portal) == Counter(
        (phone, text) for phone in phones for text in house.in_the_chat(phone, "client")
    )


def test_workers_killed_at_random_moments_send_nothing_twice(house: House) -> None:
    _strikes(house, seed=1, rounds=4)


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", range(2, 12))
def test_workers_killed_at_many_moments_send_nothing_twice(house: House, seed: int) -> None:
    _strikes(house, seed=seed, rounds=10)
