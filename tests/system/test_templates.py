"""Templates from the panel to the phone, against running processes (gupshup.md §2.2, §3, §4.6)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.system.house import PORTAL, House

pytestmark = [pytest.mark.requirement("R2.1-c"), pytest.mark.requirement("R2.2-a")]
CUSTOMER = "573001234567"
DRAFT = {
    "name": "cita_confirmada",
    "language": "es",
    "category": "UTILITY",
    "type": "TEXT",
    "header": "Cita {{1}}",
    "body": "Hola {{1}}, su cita es el {{2}} en nuestra sede.",
    "footer": "Clínica Sol",
    "buttons": [{"type": "QUICK_REPLY", "text": "Confirmar"}],
    "examples": {"header.1": "A-7", "body.1": "Ana", "body.2": "lunes"},
}


def _status(house: House, template_id: str) -> str:
    template: dict[str, Any] = house.administrator.api("GET", f"/api/v1/templates/{template_id}")["template"]
    return str(template["status"])


def _shown(house: House, fact: str) -> list[Any]:
    """A fact of each message in the portal's chat with the customer."""
    chat = house.chat_of(CUSTOMER)
    return [message[fact] for message in chat["messages"]] if chat else []


def test_a_template_is_made_approved_sent_to_a_new_number_delivered_and_charged(house: House) -> None:
    api = house.administrator.api
    made = api("POST", "/api/v1/templates", json={"channel_id": house.channel_id, "draft": DRAFT})
    template_id = made["template_id"]
    house.until("WhatsApp approved it", lambda: _status(house, template_id) == "approved")

    filling = {
        "phone": f"+{CUSTOMER}",
        "values": {"header.1": "B-2", "body.1": "Carla", "body.2": "martes 3"},
    }
    preview = api("POST", f"/api/v1/templates/{template_id}/preview", json=filling)
    assert ("Hola Carla, su cita es el martes 3 en nuestra sede.", "utility", "CO", None, None) == tuple(
        preview[name] for name in ("text", "category", "country", "window_until", "reason")
    )
    sending = {**filling, "key": "one", "name": "Carla"}
    sent = api("POST", f"/api/v1/templates/{template_id}/messages", json=sending)
    assert sent == api("POST", f"/api/v1/templates/{template_id}/messages", json=sending)
    house.until("it was read", lambda: [m["state"] for m in house.on_the_phone(CUSTOMER)] == ["read"])
    assert ["Cita B-2\nHola Carla, su cita es el martes 3 en nuestra sede.\nClínica Sol"] == (
        house.received_by(CUSTOMER)
    )
    charge = "select category, country, state from billing.charge where message_id = %s"
    house.until(
        "it was charged by its category",
        lambda: house.query(charge, sent["message_id"]) == [("utility", "CO", "captured")],
    )
    house.until("the chat shows it as delivered", lambda: [True] == _shown(house, "delivered"))
    assert [1] == _shown(house, "user_id"), "as the employee who sent it"
    assert house.received_by(CUSTOMER) == _shown(house, "text")
    number = house.chat_id(CUSTOMER)
    opening = {"placement": "IM_TEXTAREA", "options": {"dialogId": f"chat{number}"}}
    beside = house.sandbox.post(f"/sandbox/bitrix24/portals/{PORTAL}/frames", json=opening).json()
    assert (200, True) == (beside["status"], '"page":"chat-templates"' in beside["body"])
    customer = api("GET", f"/api/v1/chats/{number}")
    assert ("Carla", CUSTOMER) == (customer["contact_name"], customer["phone"])
    house.until_calm()
    assert 1 == len(house.received_by(CUSTOMER)), "the chat's echo of it is not sent again"
    house.assert_conserved()
    assert house.sandbox.get("/sandbox/complaints").json() == []


def test_a_paused_template_and_a_changed_category_are_known_by_themselves(house: House) -> None:
    (template,) = house.administrator.api("GET", "/api/v1/templates")
    (listed,) = house.sandbox.get("/sandbox/gupshup/templates").json()
    decision = {"status": "PAUSED", "reason": "3 hours", "announced": "MARKETING"}
    house.sandbox.post(f"/sandbox/gupshup/templates/{listed['id']}", json=decision)
    house.until("it is paused here too", lambda: _status(house, template["template_id"]) == "paused")
    detail = house.administrator.api("GET", f"/api/v1/templates/{template['template_id']}")
    house.until(
        "and the announced category is shown",
        lambda: house.administrator.api("GET", "/api/v1/templates")[0]["next_category"] == "marketing",
    )
    assert ("status", "approved", "paused", "3 hours") in [
        (one["what"], one["before"], one["after"], one["reason"]) for one in detail["changes"]
    ]
    answer = house.api.post(
        f"/api/v1/templates/{template['template_id']}/messages",
        json={"phone": CUSTOMER, "key": "two", "values": {"header.1": "x", "body.1": "x", "body.2": "x"}},
        headers=house.bearer(),
    )
    assert (409, "template_state") == (answer.status_code, answer.json()["reason"])
    assert 1 == len(house.received_by(CUSTOMER))


def test_one_made_at_gupshup_appears_and_one_deleted_here_is_deleted_there(house: House) -> None:
    api = house.administrator.api
    answer = house.api.post("/api/v1/templates/faults", json={**DRAFT, "body": ""}, headers=house.bearer())
    assert ["body"] == [fault["field"] for fault in answer.json() if fault["fault"] == "required"]
    (template,) = api("GET", "/api/v1/templates")
    api("DELETE", f"/api/v1/templates/{template['template_id']}")
    house.until("it is gone there", lambda: house.sandbox.get("/sandbox/gupshup/templates").json() == [])
    house.until("and here", lambda: api("GET", "/api/v1/templates") == [])
