"""What these tests do to a house beyond writing messages: kill, restart, let time pass in the database."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any

from cli.embedded import EmbeddedServer
from tests.system.house import House

_MINUTE_S = 60


def make_whole(house: House, postgres: EmbeddedServer) -> None:
    """Everything runs, nothing is faulty, and nothing waits for the sake of the test before."""
    postgres.start()
    for name, child in house.processes.items():
        if child.pid is None:
            house.start(name)
    house.faults()
    breathe(house)
    end_leases_of_the_dead(house)
    end_blocks(house)


def breathe(house: House) -> None:
    """A minute passes for the portal's rate limits, theirs and ours."""
    house.sandbox.post("/sandbox/clock", json={"advance_s": _MINUTE_S}).raise_for_status()
    house.query("delete from messaging.bucket returning key")


def acquaint(house: House, *phones: str) -> list[int]:
    """Each new customer says hello; returns their chats once all is told, the beginning of each included."""
    told = _events(house)
    for phone in phones:
        house.customer_writes(phone, "hola")
    house.until("the customers are known", lambda: all(house.in_the_chat(phone) for phone in phones))
    chats = [chat["chat_id"] for phone in phones if (chat := house.chat_of(phone)) is not None]
    house.until("their messages are settled", lambda: unsettled(house, "in") == 0)
    house.until("the portal told of the dialogs", lambda: _events(house) >= told + len(phones))
    return chats


def _events(house: House) -> int:
    """How many events of the portal were answered, as far as the log says."""
    ((count,),) = house.query(
        "select count(*) from trace.log where event = 'request' and method = 'POST /bitrix24/events'"
    )
    return int(count)


def unsettled(house: House, direction: str) -> int:
    """How many messages of a direction wait or are on the wire."""
    states = house.states(direction)
    return states.get("queued", 0) + states.get("sending", 0)


def message_of(house: House, text: str) -> tuple[str, str]:
    """Id and state of the outgoing message with these words; both empty while there is none."""
    rows = house.query(
        "select message_id::text, state from messaging.message where direction = 'out' and text = %s", text
    )
    ((message_id, state),) = rows or [("", "")]
    return message_id, state


def incoming(house: House, text: str) -> str:
    """The state of a customer's message, empty while there is none."""
    rows = house.query("select state from messaging.message where direction = 'in' and text = %s", text)
    ((state,),) = rows or [("",)]
    return str(state)


def on_the_wire(house: House) -> list[str]:
    """The words of the messages that an attempt is carrying now."""
    rows = house.query(
        "select m.text from messaging.attempt a"
        " join messaging.message m on m.portal_id = a.portal_id and m.message_id = a.message_id"
        " where a.outcome is null"
    )
    return [str(text) for (text,) in rows]


def end_leases_of_the_dead(house: House) -> int:
    """The two minutes pass after which a worker that was killed is given up; the living keep their leases."""
    living = [child.pid for name, child in house.processes.items() if name.startswith("worker")]
    rows = house.query(
        "update messaging.attempt a set lease_until = now() - interval '1 second' from ("
        # whoever settles or expires these now needs no help, and no second order of locks
        " select x.portal_id, x.message_id, x.number from messaging.attempt x"
        " where x.outcome is null and split_part(x.worker, ':', 2) <> all (%s) for update skip locked) d"
        " where a.portal_id = d.portal_id and a.message_id = d.message_id and a.number = d.number"
        " returning a.message_id",
        [str(pid) for pid in living],
    )
    return len(rows)


def end_blocks(house: House) -> int:
    """The minute passes that a lane waits for word about an unknown message."""
    return len(
        house.query(
            "update messaging.lane set blocked_until = now() where blocked_until is not null"
            " returning conversation_id"
        )
    )


def hurry_notices(house: House) -> None:
    """What the portal is to be told or asked is due now."""
    house.query("update messaging.notice set due_at = least(due_at, now()) returning notice_id")


def silence(house: House) -> None:
    """The quarter of a minute passes after which an API process that was killed is missed."""
    alive = str(house.processes["api"].pid)
    missed = house.query(
        "update tenancy.heartbeat set beat_at = beat_at - interval '15 seconds'"
        " where split_part(process, ':', 2) <> %s returning process",
        alive,
    )
    assert missed != []


def everything_once(house: House, written: set[tuple[str, str]]) -> None:
    """Wait until each of these (phone, words) stands on the other side, and see that it does so once."""
    phones = {phone for phone, _ in written}

    def arrived() -> Counter[tuple[str, str]]:
        return Counter(
            (phone, words)
            for phone in phones
            for words in (*house.in_the_chat(phone, "client"), *house.received_by(phone))
        )

    try:
        house.until("everything crossed", lambda: arrived().keys() >= written)
    except AssertionError as failed:
        raise AssertionError(f"missing: {sorted(written - arrived().keys())}\n{failed}") from None
    assert Counter(written) == arrived()


def notices_to(house: House, words: str) -> list[dict[str, Any]]:
    """The bell notifications that quote these words."""
    shown: list[dict[str, Any]] = house.sandbox.get("/sandbox/bitrix24/notifications").json()
    return [notice for notice in shown if words in str(notice)]


def injected(house: House, party: str, kind: str) -> int:
    """How often a fault was really injected."""
    return int(house.sandbox.get("/sandbox/faults").json()["counts"][party].get(kind, 0))


def strike(house: House, *names: str, seed: int, meanwhile: Callable[[], None]) -> None:
    """Kill processes at the random moments of a seed until `meanwhile` is done; all of them live at the end.

    The blows come from this thread: a child dies with the thread that started it.
    """
    random = Random(seed)
    with ThreadPoolExecutor(max_workers=1) as pool:
        work = pool.submit(meanwhile)
        struck = 0
        while not (work.done() and struck):
            time.sleep(random.uniform(0.05, 0.6))
            name = random.choice(names)
            house.kill(name)
            time.sleep(random.uniform(0.0, 0.3))
            house.start(name)
            struck += 1
    work.result()
