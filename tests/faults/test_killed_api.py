"""The API is killed while callbacks and events arrive. Gupshup repeats callbacks, Bitrix24 no event."""

from __future__ import annotations

import time
from random import Random

import pytest

from tests.faults.hands import acquaint, everything_once, silence, strike
from tests.system.house import House

pytestmark = [pytest.mark.requirement("R2.2-b"), pytest.mark.requirement("R2.2-a")]


def test_an_event_that_nobody_heard_is_read_from_the_history(house: House) -> None:
    phone = "5215552000001"
    (chat_id,) = acquaint(house, phone)
    house.kill("api")
    house.operator_writes(chat_id, "¿nadie me oye?")
    house.start("api")
    house.operator_writes(chat_id, "ahora sí")
    house.until("the later message arrived", lambda: ["ahora sí"] == house.received_by(phone))

    silence(house)
    house.until("the missed message arrived", lambda: "¿nadie me oye?" in house.received_by(phone))
    assert ["ahora sí", "¿nadie me oye?"] == house.received_by(phone)


def test_a_customer_writes_to_an_api_that_is_down_and_gupshup_repeats_it(house: House) -> None:
    phone = "5215552000003"
    acquaint(house, phone)
    house.kill("api")
    house.customer_writes(phone, "¿hay alguien?")
    house.start("api")
    house.until("it is in the open line", lambda: "¿hay alguien?" in house.in_the_chat(phone, "client"))
    assert ["hola", "¿hay alguien?"] == house.in_the_chat(phone, "client")


def _strikes(house: House, seed: int, rounds: int) -> None:
    """Both sides write while the API dies again and again; in the end everything is there once."""
    phones = [f"52155521{seed:04d}{n}" for n in range(3)]
    chats = acquaint(house, *phones)
    said = [f"mensaje {seed}-{n}" for n in range(rounds)]

    pace = Random(seed)

    def write() -> None:
        for words in said:
            time.sleep(pace.uniform(0.0, 0.3))
            for phone, chat_id in zip(phones, chats, strict=True):
                house.customer_writes(phone, f"cliente: {words}")
                house.operator_writes(chat_id, f"operador: {words}")

    strike(house, "api", seed=seed, meanwhile=write)
    silence(house)
    written = {
        (phone, f"{who}: {words}") for phone in phones for who in ("cliente", "operador") for words in said
    }
    everything_once(house, written | {(phone, "hola") for phone in phones})


def test_an_api_killed_at_random_moments_loses_nothing_and_doubles_nothing(house: House) -> None:
    _strikes(house, seed=1, rounds=5)


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(2, 12))
def test_an_api_killed_at_many_moments_loses_nothing_and_doubles_nothing(house: House, seed: int) -> None:
    _strikes(house, seed=seed, rounds=12)
