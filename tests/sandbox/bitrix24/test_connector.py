"""Registering the connector and putting it on lines (contract bitrix24.md §2.1, §2.2)."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.requirement("R2.5-a")

ICON = {"DATA_IMAGE": "data:image/svg+xml,x"}
WHOLE = {"ID": "wab24", "NAME": "WhatsApp", "ICON": ICON, "PLACEMENT_HANDLER": "http://app.example/s"}


async def status(stage: Any, line: int = 1) -> dict[str, Any]:
    found: dict[str, Any] = await stage.result("imconnector.status", {"CONNECTOR": "wab24", "LINE": line})
    return found


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"ID": ""}, "CONNECTOR_ID_REQUIRED"),
        ({"ID": "wab.24"}, "APPLICATION_REGISTRATION_ERROR_POINT"),
        ({"NAME": ""}, "NAME_REQUIRED"),
        ({"ICON": {}}, "ICON_REQUIRED"),
        ({"PLACEMENT_HANDLER": ""}, "NO_PLACEMENT_HANDLER"),
    ],
)
async def test_a_bad_registration_fails_with_http_200(installed: Any, wrong: Any, code: str) -> None:
    result = await installed.result("imconnector.register", {**WHOLE, **wrong})
    assert (result["result"], result["error"]) == (False, code)
    assert code in [one.complaint for one in installed.sandbox.complaints]


async def test_registering_twice_changes_the_connector(installed: Any) -> None:
    assert await installed.result("imconnector.register", WHOLE) == {"result": True}
    assert await installed.result("imconnector.register", {**WHOLE, "NAME": "Other"}) == {"result": True}
    assert await installed.result("imconnector.list") == {"livechat": "Live Chat", "wab24": "Other"}


async def test_activating_and_naming_the_channel_configures_the_line(installed: Any) -> None:
    await installed.result("imconnector.register", WHOLE)
    assert await status(installed) == {
        "LINE": 1,
        "CONNECTOR": "wab24",
        "ERROR": False,
        "CONFIGURED": False,
        "STATUS": False,
    }
    await installed.result("imconnector.activate", {"CONNECTOR": "wab24", "LINE": 1, "ACTIVE": "1"})
    channel = {"ID": "5255", "URL": "https://wa.me/5255", "URL_IM": "https://wa.me/5255", "NAME": "+52 55"}
    sent = {"CONNECTOR": "wab24", "LINE": 1, "DATA": channel}
    assert await installed.result("imconnector.connector.data.set", sent) is True
    after = await status(installed)
    assert (after["CONFIGURED"], after["STATUS"]) == (True, True)
    assert installed.portal.status("wab24", 1).channel == channel


async def test_an_error_mark_takes_the_line_down_until_it_is_activated_again(connected: Any) -> None:
    await connected.result("imconnector.set.error", {"CONNECTOR": "wab24", "LINE": 1})
    assert (await status(connected))["STATUS"] is False
    await connected.result("imconnector.activate", {"CONNECTOR": "wab24", "LINE": 1, "ACTIVE": "1"})
    assert (await status(connected))["STATUS"] is True


async def test_switching_off_echoes_a_status_delete_with_lower_case_keys(connected: Any) -> None:
    await connected.result("imconnector.activate", {"CONNECTOR": "wab24", "LINE": 1, "ACTIVE": "0"})
    await connected.sandbox.settle()
    (event,) = connected.application.events("ONIMCONNECTORSTATUSDELETE")
    assert (event["data[connector]"], event["data[line]"]) == ("wab24", "1")
    assert (await status(connected))["CONFIGURED"] is False


async def test_active_n_switches_on_as_the_documentation_warns(connected: Any) -> None:
    await connected.result("imconnector.activate", {"CONNECTOR": "wab24", "LINE": 2, "ACTIVE": "N"})
    assert (await status(connected, 2))["STATUS"] is True
    assert "switches ON" in connected.sandbox.complaints[-1].complaint


async def test_sending_to_a_line_that_is_not_connected_is_refused(connected: Any) -> None:
    element = {"user": {"id": "1"}, "message": {"text": "x"}, "chat": {"id": "1"}}
    sent = {"CONNECTOR": "wab24", "LINE": 2, "MESSAGES": [element]}
    assert await connected.refused("imconnector.send.messages", sent) == (400, "NOT_ACTIVE_LINE")
    unknown = {**sent, "CONNECTOR": "nobody"}
    refused = await connected.refused("imconnector.send.messages", unknown)
    assert refused == (400, "IMCONNECTOR_NO_CORRECT_PROVIDER")


async def test_unregistering_removes_the_lines_first(connected: Any) -> None:
    assert await connected.result("imconnector.unregister", {"ID": "wab24"}) == {"result": True}
    await connected.sandbox.settle()
    assert len(connected.application.events("ONIMCONNECTORSTATUSDELETE")) == 1
    again = await connected.result("imconnector.unregister", {"ID": "wab24"})
    assert again["error"] == "APPLICATION_UNREGISTRATION_ERROR"


async def test_a_deleted_line_is_told_as_a_scalar(connected: Any) -> None:
    await connected.sandbox.delete_line("acme", 1)
    await connected.sandbox.settle()
    (event,) = connected.application.events("ONIMCONNECTORLINEDELETE")
    assert event["data"] == "1"
    assert (await connected.result("imopenlines.config.get", {"CONFIG_ID": 1})) is False


async def test_an_administrator_takes_the_connector_off_the_line(connected: Any) -> None:
    await connected.sandbox.disconnect_line("acme", 1)
    await connected.sandbox.settle()
    assert len(connected.application.events("ONIMCONNECTORSTATUSDELETE")) == 1


async def test_a_new_line_can_be_made_and_listed_with_its_queue(installed: Any) -> None:
    queue = [{"ENTITY_TYPE": "user", "ENTITY_ID": 27}]
    number = await installed.result(
        "imopenlines.config.add", {"PARAMS": {"LINE_NAME": "Ventas", "QUEUE": queue}}
    )
    lines = await installed.result("imopenlines.config.list.get", {"OPTIONS": {"CONFIG_QUEUE": "Y"}})
    (made,) = [one for one in lines if one["ID"] == str(number)]
    assert (made["LINE_NAME"], made["ACTIVE"], made["QUEUE"]) == ("Ventas", "Y", [27])
    assert made["CONFIG_QUEUE"] == [{"ENTITY_ID": "27", "ENTITY_TYPE": "user"}]


async def test_only_an_administrator_may_list_connectors(installed: Any) -> None:
    await installed.sandbox.open_frame("acme", 27)
    installed.token = installed.application.posts[-1].form["AUTH_ID"]
    assert await installed.refused("imconnector.list") == (403, "ACCESS_DENIED")
