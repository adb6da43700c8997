"""The whole story against running processes: install, channel, customer, operator, statuses."""

from __future__ import annotations

import pytest

from tests.system.house import House

pytestmark = [pytest.mark.requirement("R2.5-c"), pytest.mark.requirement("R2.2-b")]
CUSTOMER = "5215551234567"


def test_a_message_crosses_and_its_answer_comes_back_with_every_status(house: House) -> None:
    house.customer_writes(CUSTOMER, "Hola, ¿tienen *stock*?")
    house.until("the message is in the open line", lambda: house.in_the_chat(CUSTOMER, "client"))
    assert house.in_the_chat(CUSTOMER, "client") == ["Hola, ¿tienen [b]stock[/b]?"]

    chat = house.chat_of(CUSTOMER)
    assert chat is not None
    house.operator_writes(chat["chat_id"], "Sí, [b]claro[/b].")
    house.until(
        "the answer was read", lambda: [m["state"] for m in house.on_the_phone(CUSTOMER)][-1:] == ["read"]
    )
    assert house.received_by(CUSTOMER) == ["Sí, *claro*."]

    def is_ticked() -> bool:
        shown = house.chat_of(CUSTOMER)
        return shown is not None and shown["messages"][-1]["delivered"]

    house.until("the portal shows the operator's message as delivered", is_ticked)
    house.until("the last status is known", lambda: house.states("out") == {"read": 1})
    assert house.states("in") == {"delivered": 1}
    house.assert_conserved()
    assert house.sandbox.get("/sandbox/complaints").json() == []


def test_the_timeline_tells_the_story_by_any_id(house: House) -> None:
    by_phone = house.administrator.api("GET", "/api/v1/timeline", params={"id": f"+{CUSTOMER}"})
    answered = next(m for m in house.on_the_phone(CUSTOMER) if m["direction"] == "out")
    by_gupshup = house.administrator.api(
        "GET", "/api/v1/timeline", params={"id": answered["ids"]["messageId"]}
    )
    told = [(entry["what"], entry["summary"]) for entry in by_gupshup]
    assert ("receipt", "read") in told
    assert any(what == "attempt" for what, _ in told)
    assert any("POST /wa/api/v1/msg" in summary for what, summary in told if what == "log")
    assert len(by_phone) > len(by_gupshup)
