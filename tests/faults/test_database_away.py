"""PostgreSQL is restarted under load, and away for a while: the doors answer, keep what comes, replay it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from cli.embedded import EmbeddedServer
from tests.faults.hands import (
    acquaint,
    end_blocks,
    end_leases_of_the_dead,
    everything_once,
    hurry_notices,
    injected,
)
from tests.system.house import House

pytestmark = [pytest.mark.requirement("R2.2-a"), pytest.mark.requirement("R2.2-b")]


def _spooled(house: House) -> list[Path]:
    return sorted((house.home / "spool").glob("*.call"))


def _callbacks(house: House) -> dict[str, list[dict[str, object]]]:
    """Callbacks that were not answered 200 yet, and those given up."""
    shown: dict[str, list[dict[str, object]]] = house.sandbox.get("/sandbox/gupshup/callbacks").json()
    return shown


def _refused_events(house: House) -> list[dict[str, object]]:
    """Operators' messages that were not taken by our side at once: the sandbox sends an event once."""
    chats = house.sandbox.get("/sandbox/bitrix24/chats").json()
    return [message for chat in chats for message in chat["messages"] if message["refused"]]


def _both_write(house: House, phones: list[str], chats: list[int], words: str) -> set[tuple[str, str]]:
    """One message each way in every conversation."""
    for phone, chat_id in zip(phones, chats, strict=True):
        house.customer_writes(phone, f"cliente: {words}")
        house.operator_writes(chat_id, f"operador: {words}")
    return {(phone, f"{who}: {words}") for phone in phones for who in ("cliente", "operador")}


def _settle_down(house: House) -> None:
    """Whatever was on the wire when the server went is looked into, as it would be minutes later."""
    end_leases_of_the_dead(house)
    end_blocks(house)
    hurry_notices(house)


def _away(house: House, postgres: EmbeddedServer, phones: list[str], seconds: float) -> None:
    """Both sides write while the server is away; everything crosses once and in order when it is back."""
    chats = acquaint(house, *phones)
    written = {(phone, "hola") for phone in phones}
    postgres.stop()
    until, n = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        written |= _both_write(house, phones, chats, f"{n:03d}")
        n += 1
        time.sleep(seconds / 10)
    house.until("every callback was answered 200", lambda: not _callbacks(house)["waiting"])
    house.until("everything is kept", lambda: len(_spooled(house)) == 2 * n * len(phones))
    assert 503 == house.api.get("/health/ready").status_code
    sealed = [path.read_bytes() for path in _spooled(house)]
    assert [] == [body for body in sealed if b"cliente" in body or b"operador" in body]

    postgres.start()
    everything_once(house, written)
    for phone in phones:
        assert sorted(house.in_the_chat(phone, "client")[1:]) == house.in_the_chat(phone, "client")[1:]
        assert sorted(house.received_by(phone)) == house.received_by(phone)
    house.until("the spool is empty", lambda: not _spooled(house))
    assert ([], []) == (_callbacks(house)["given_up"], _refused_events(house))


def test_what_arrives_while_the_database_is_away_crosses_in_order(
    house: House, postgres: EmbeddedServer
) -> None:
    _away(house, postgres, ["5215554000001", "5215554000002"], seconds=10)


@pytest.mark.long
@pytest.mark.timeout(300)
def test_what_arrives_in_a_minute_without_the_database_crosses_in_order(
    house: House, postgres: EmbeddedServer
) -> None:
    _away(house, postgres, ["5215554000011", "5215554000012", "5215554000013"], seconds=60)


def test_a_server_restarted_under_load_loses_nothing_and_doubles_nothing(
    house: House, postgres: EmbeddedServer
) -> None:
    phones = ["5215554000021", "5215554000022"]
    chats = acquaint(house, *phones)
    written = {(phone, "hola") for phone in phones}
    for n in range(3):
        written |= _both_write(house, phones, chats, f"antes {n}")
        postgres.stop()
        written |= _both_write(house, phones, chats, f"durante {n}")
        postgres.start()
    _settle_down(house)
    everything_once(house, written)


def test_an_api_killed_while_its_spool_is_full_replays_it_when_it_lives_again(
    house: House, postgres: EmbeddedServer
) -> None:
    phones = ["5215554000031"]
    chats = acquaint(house, *phones)
    postgres.stop()
    written = _both_write(house, phones, chats, "1")
    house.until("both are kept", lambda: len(_spooled(house)) == 2)
    house.kill("api")
    house.start("api")
    written |= _both_write(house, phones, chats, "2")
    house.until("what came after the death is kept behind them", lambda: len(_spooled(house)) == 4)

    postgres.start()
    everything_once(house, written | {(phones[0], "hola")})
    assert ["hola", "cliente: 1", "cliente: 2"] == house.in_the_chat(phones[0], "client")
    assert ["operador: 1", "operador: 2"] == house.received_by(phones[0])
    house.until("the spool is empty", lambda: not _spooled(house))


def _state_of_text(house: House, text: str) -> str:
    """The state of the one message with this text: earlier cases may have left unknown ones of their own."""
    ((state,),) = house.query("select state from messaging.message where text = %s", text)
    return str(state)


def test_a_worker_that_lost_the_database_with_a_message_on_the_wire_reports_it_later(
    house: House, postgres: EmbeddedServer
) -> None:
    phone = "5215554000041"
    (chat_id,) = acquaint(house, phone)
    house.faults(gupshup={"delay_ms": [800, 800]})
    house.operator_writes(chat_id, "mientras tanto")
    house.until("it is held by Gupshup", lambda: injected(house, "gupshup", "delay"))
    postgres.stop()
    house.until("Gupshup took it", lambda: house.received_by(phone) == ["mientras tanto"])
    house.faults()
    postgres.start()
    house.until("its outcome was reported", lambda: house.on_the_phone(phone)[-1]["state"] == "read")
    house.until("and its receipts", lambda: _state_of_text(house, "mientras tanto") == "read")
    assert ["mientras tanto"] == house.received_by(phone)
