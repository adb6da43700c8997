"""Robots and the SMS service of a portal, against running processes (bitrix24.md §3.5, §3.6)."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.bitrix24 import php
from tests.system.house import PORTAL, House

pytestmark = [pytest.mark.requirement("R2.5-c"), pytest.mark.requirement("R2.5-a")]
CUSTOMER = "5215551234567"
AUTOMATION = f"/sandbox/bitrix24/portals/{PORTAL}"
DRAFT = {
    "name": "pedido_listo",
    "language": "es",
    "category": "UTILITY",
    "type": "TEXT",
    "body": "Hola {{1}}, su pedido {{2}} está listo para retirar.",
    "examples": {"body.1": "Ana", "body.2": "7"},
}


def portal(house: House) -> dict[str, Any]:
    return dict(house.sandbox.get(f"{AUTOMATION}/automation").json())


def choices(house: House) -> dict[str, str]:
    """The templates that the robot's form offers."""
    robots = portal(house)["robots"]
    return robots["wab24_send_template"]["PROPERTIES"]["template"]["Options"] if robots else {}


def lead(house: House) -> int:
    """The lead that the portal's tracker made of the customer who wrote."""
    return int(next(iter(portal(house)["leads"]), 0))


def runs_robot(house: House, document: str, **fields: str) -> None:
    (template,) = choices(house)
    body = {"code": "wab24_send_template", "document": document}
    answer = house.sandbox.post(
        f"{AUTOMATION}/robots", json={**body, "properties": {"template": template, **fields}}
    )
    assert 200 == answer.json()["status"], answer.text


def test_a_robot_of_a_lead_sends_a_template_and_waits_until_it_is_read(house: House) -> None:
    house.administrator.api(
        "POST", "/api/v1/templates", json={"channel_id": house.channel_id, "draft": DRAFT}
    )
    house.until("the robot offers the approved template", lambda: len(choices(house)) == 1)
    house.customer_writes(CUSTOMER, "Hola, ¿ya está mi pedido?")
    house.until("the CRM has a lead", lambda: lead(house) > 0)
    runs_robot(house, f"LEAD_{lead(house)}", value_1="Carla", value_2="44", wait="read")
    house.until("the workflow goes on", lambda: not portal(house)["runs"][0]["is_waiting"])
    returned = portal(house)["runs"][0]["returned"]
    assert ("read", "", "") == (returned["state"], returned["error"], returned["error_code"])
    assert "Hola Carla, su pedido 44 está listo para retirar." in house.received_by(CUSTOMER)
    sent = "select source, author, payload ->> 'robot' from messaging.message where message_id = %s"
    assert [("robot", None, "send_template")] == house.query(sent, returned["message_id"])


def test_what_cannot_be_sent_is_explained_to_the_workflow(house: House) -> None:
    runs_robot(house, f"LEAD_{lead(house)}", value_1="Carla", wait="delivered")
    house.until("the workflow goes on", lambda: not portal(house)["runs"][-1]["is_waiting"])
    returned = portal(house)["runs"][-1]["returned"]
    assert ("refused", "template_incomplete") == (returned["state"], returned["error_code"])
    assert returned["error"].startswith("A la plantilla le falta el valor de una variable")


def test_a_call_that_is_repeated_or_forged_acts_once_or_not_at_all(house: House) -> None:
    (template,) = choices(house)
    form = {
        **house.event("", {}),
        "code": "wab24_send_template",
        "document_id": ["crm", "CCrmDocumentLead", "LEAD_1"],
        "event_token": "a-token-of-this-test",
        "properties": {"template": template, "phone": f"+{CUSTOMER}", "value_1": "Eva", "value_2": "9"},
    }
    forged = {**form, "auth": {**form["auth"], "application_token": "x"}, "event_token": "another"}
    body = {name: php.build_query(one).encode() for name, one in (("real", form), ("forged", forged))}
    posted = [
        house.api.post("/bitrix24/robot", content=body[name]).status_code
        for name in ("real", "forged", "real")
    ]
    assert [200, 403, 200] == posted
    text = "Hola Eva, su pedido 9 está listo para retirar."
    house.until("it arrived", lambda: text in house.received_by(CUSTOMER))
    house.until_calm()
    assert 1 == house.received_by(CUSTOMER).count(text)
    asked = house.query(
        "select count(*) from messaging.automation where request ->> 'phone' = %s", f"+{CUSTOMER}"
    )
    assert [(1,)] == asked


def test_an_sms_goes_inside_the_24_hours_and_fails_with_a_reason_outside(house: House) -> None:
    (sender,) = portal(house)["senders"]
    sms = {"code": sender, "to": f"+{CUSTOMER}", "text": "Su turno es mañana", "lead_id": lead(house)}
    first = house.sandbox.post(f"{AUTOMATION}/sms", json=sms).json()
    assert 200 == first["status"]
    house.until("it was delivered", lambda: portal(house)["sms"][first["id"]] == "delivered")
    assert "Su turno es mañana" in house.received_by(CUSTOMER)
    second = house.sandbox.post(f"{AUTOMATION}/sms", json={**sms, "to": "+5215559999999"}).json()
    house.until("it failed", lambda: portal(house)["sms"][second["id"]] == "failed")
    house.until("the lead says why", lambda: any("24 horas" in n["text"] for n in portal(house)["notes"]))


def test_a_pressed_button_sets_the_leads_automation_going_once(house: House) -> None:
    house.customer_writes(CUSTOMER, "Confirmar", kind="button_reply")
    going = [f"wab24_button 1:{lead(house)}"]
    house.until("the lead's automation goes", lambda: portal(house)["triggered"] == going)


def test_an_update_of_the_application_brings_robots_and_senders_back(house: House) -> None:
    before = portal(house)
    house.sandbox.post(f"{AUTOMATION}/update").raise_for_status()
    assert ({}, {}) == (portal(house)["robots"], portal(house)["senders"])
    house.administrator.install()
    house.until(
        "they are back", lambda: all(portal(house)[name] for name in ("robots", "senders", "triggers"))
    )
    assert (before["robots"].keys(), before["senders"]) == (
        portal(house)["robots"].keys(),
        portal(house)["senders"],
    )
