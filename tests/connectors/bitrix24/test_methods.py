"""Every method that we call has a row, and what we send is what its specification asks for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from connectors.bitrix24 import automation, connector, crm, desired, dialogs, directory
from connectors.bitrix24.frames import Frame
from connectors.bitrix24.methods import METHODS
from connectors.bitrix24.render import Client, Inbound, render
from connectors.outside import Context
from connectors.redaction import Secret

pytestmark = pytest.mark.requirement("R2.2-c")

ROOT = Path(__file__).parents[3]
SPECS = ROOT / "tests/fixtures/bitrix24/specs"
SHARED = ROOT.parent / "shared/specs/bitrix24"
WITHOUT_SPECIFICATION = {
    "POST /oauth/token/",
    "POST /rest/app.info",
    "profile",
    "app.info",
    "batch",
    "event.get",
    "placement.get",
    "placement.bind",
    "imconnector.list",
    "bizproc.robot.list",
}
"""Taken from the contract alone: of these the published specifications have no parameters."""
WRONGLY_PUBLISHED = {
    ("user.get", "FILTER"),
    ("bizproc.robot.add", "NAME"),
    ("bizproc.robot.add", "DESCRIPTION"),
    ("bizproc.robot.add", "PLACEMENT_HANDLER"),
    ("bizproc.robot.update", "PLACEMENT_HANDLER"),
    ("bizproc.robot.update", "NAME"),
    ("bizproc.robot.update", "DESCRIPTION"),
}
"""The specification says string, or required; the documentation's text says a map (§3.1), or only with a
placement (§3.6)."""


def test_every_row_says_what_and_why() -> None:
    incomplete = [row.name for row in METHODS.values() if not (row.purpose and row.why and row.scope)]
    assert incomplete == []


def test_every_method_has_a_specification_or_is_known_to_have_none() -> None:
    published = {path.stem for path in SPECS.glob("*.json")}
    assert set(METHODS) == published | WITHOUT_SPECIFICATION


def test_our_copies_are_the_published_specifications() -> None:
    if not SHARED.is_dir():
        pytest.skip("../shared/specs/bitrix24 is not beside this clone")
    changed = [
        path.name for path in SPECS.glob("*.json") if path.read_bytes() != (SHARED / path.name).read_bytes()
    ]
    assert changed == []


async def test_every_method_is_called_and_with_the_parameters_it_documents(world: Any, say: Any) -> None:
    await _use_everything(world, say)
    asked = {exchange.method for exchange in world.journal.exchanges} | {
        name for name, _ in world.server.calls
    }
    assert set(METHODS) == asked
    complaints = [
        f"{method}: {complaint}"
        for method, params in world.server.calls
        if (SPECS / f"{method}.json").exists()
        for complaint in _complaints(method, params)
    ]
    assert complaints == []


async def _use_everything(world: Any, say: Any) -> None:
    server, client = world.server, world.client
    server.defaults["imconnector.register"] = say.answer({"result": True})
    server.defaults["imopenlines.dialog.get"] = say.answer({"entity_data_2": "LEAD|5"})
    server.defaults["profile"] = say.answer({"ID": "1"})
    server.script("placement.get", say.answer([{"placement": "OLD", "handler": "https://a.example/old"}]))
    server.script("event.get", say.answer([{"event": "OLD", "handler": "https://a.example/e"}]))
    world.tokens.put("1", "access-0", "refresh-0", expires_at=1.0)
    sidebar = connector.Placement(
        place="IM_SIDEBAR", handler="https://a.example/s", title="W", titles={"en": "W"}, options={"a": "b"}
    )
    line = connector.LineData(number="573001112233", name="Sales")
    wanted = desired.Desired(
        connector_id="wab24",
        name="WhatsApp",
        settings_page="https://a.example/page",
        events_handler="https://a.example/e",
        events=["OnImConnectorMessageAdd"],
        placements=[sidebar],
        lines={"3": line},
    )
    await desired.restore(client, wanted)
    await connector.disconnect_line(client, "wab24", "3")
    inbound = Inbound(external_id="w", kind="text", client=Client(wa_id="57300"), sent_at=1, text="hi")
    await dialogs.deliver(client, "wab24", "3", [render(inbound, "es")])
    tick = dialogs.Tick(
        connector="wab24", line="3", chat_id="5", message_id="6", chat_key="7", external_ids=["x"], at=1
    )
    await dialogs.confirm_delivery(client, [tick])
    await dialogs.notify(client, "27", "text", "tag")
    await dialogs.timeline_note(client, "5", "title", "text")
    await dialogs.find_delivered(client, "w", chat_id="5")
    about_client = crm.Sought(phones=["+57300"], origins={"contact": "c", "deal": "c:1"}, ids={}, chat_id="5")
    await crm.look(client, about_client)
    server.defaults["crm.category.list"] = say.answer({"categories": [{"id": 0, "name": "General"}]})
    await crm.funnels(client)
    phone = {"typeId": "PHONE", "valueType": "MOBILE", "value": "+57300"}
    await crm.add(client, "contact", {"name": "Eva", "fm": [phone], "originId": "c", "originatorId": "W"})
    await crm.join(client, "contact", 275, "wab24|3|57300|585")
    await crm.assign(client, "deal", 3001, "27")
    await _use_automation(client)
    await directory.lines(client)
    await directory.users(client)
    await directory.departments(client)
    await directory.app_info(client)
    frame = Frame(
        domain="p1.bitrix24.com",
        protocol="https",
        lang="la",
        app_sid="a",
        auth_id=Secret("access-0"),
        refresh_id=Secret("refresh-0"),
        expires_s=1,
        member_id=say.member,
        placement="DEFAULT",
        placement_options={},
        application_token=None,
        server_endpoint=None,
    )
    await world.auth.verify_frame(frame)


async def _use_automation(client: Any) -> None:
    robot = automation.Robot(
        code="wab24_send_template",
        fields={"HANDLER": "https://a.example/r", "NAME": {"en": "Send"}, "PROPERTIES": {"phone": {}}},
    )
    sender = automation.Sender(code="wab24_1", name="W", description="d", handler="https://a.example/s")
    for is_new in (True, False):
        await automation.put_robot(client, robot, is_new=is_new)
        await automation.put_sender(client, sender, is_new=is_new)
    await automation.put_trigger(client, automation.Trigger(code="wab24_button", name="W"))
    await automation.set_going(client, "wab24_button", (2, 7), about=Context())
    await automation.remove_robot(client, robot.code)
    await automation.remove_sender(client, sender.code)
    await automation.recipient_of(client, "DEAL_7")
    about = Context()
    await automation.answer_robot(client, Secret("t"), {"state": "sent"}, "log", about=about)
    await automation.tell_status(client, sender.code, "m", "sent", about=about)


def _complaints(method: str, params: dict[str, Any]) -> list[str]:
    specification = json.loads((SPECS / f"{method}.json").read_bytes())
    found = _differences(method, specification["params"], params)
    for parameter in specification["params"]:
        fields = specification["defs"].get(str(parameter.get("ref")).rpartition("/")[2], {}).get("fields")
        given = params.get(parameter["name"])
        for inner in given if isinstance(given, list) else [given]:
            if fields and isinstance(inner, dict):
                found += _differences(method, fields, inner)
    return found


def _differences(method: str, fields: list[dict[str, Any]], given: dict[str, Any]) -> list[str]:
    named = {field["name"]: field for field in fields}
    unknown = [f"{name} is not documented" for name in given if name not in named]
    missing = [
        f"{name} is missing"
        for name, field in named.items()
        if field["required"] is True and name not in given and (method, name) not in WRONGLY_PUBLISHED
    ]
    ill = [
        f"{name} is not {named[name]['base']}"
        for name, value in given.items()
        if name in named and (method, name) not in WRONGLY_PUBLISHED and not _fits(named[name]["base"], value)
    ]
    return unknown + missing + ill


def _fits(base: str, value: Any) -> bool:
    """In a batch everything is text, so a number may be its digits."""
    if base == "integer":
        return isinstance(value, int) or (isinstance(value, str) and value.isdigit())
    kinds: dict[str, Any] = {
        "string": (str, int),
        "char": str,
        "object": dict,
        "array": list,
        "boolean": bool,
    }
    return isinstance(value, kinds.get(base, object))
