"""Installing, opening, updating and removing the application (contract bitrix24.md §1.2, §1.3, §1.9)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sandbox.bitrix24 import AppCard, Bitrix24Sandbox, NoSuchThing

pytestmark = pytest.mark.requirement("R2.5-d")


async def refresh(stage: Any) -> Any:
    fields = {
        "grant_type": "refresh_token",
        "client_id": "local.abc.123",
        "client_secret": "the secret",
        "refresh_token": stage.refresh_token,
    }
    return await stage.http.post(f"{stage.base}/auth/oauth/token/", data=fields)


async def test_the_wizard_is_opened_as_a_frame(stage: Any) -> None:
    await stage.install(finish=False)
    opened = stage.application.posts[0]
    assert opened.path == "/install"
    assert set(opened.query) == {"DOMAIN", "PROTOCOL", "LANG", "APP_SID"}
    assert (opened.query["PROTOCOL"], opened.query["LANG"]) == ("0", "es")
    assert len(opened.query["APP_SID"]) == 32
    assert set(opened.form) == {
        "AUTH_ID",
        "AUTH_EXPIRES",
        "REFRESH_ID",
        "SERVER_ENDPOINT",
        "APPLICATION_TOKEN",
        "APPLICATION_SCOPE",
        "member_id",
        "status",
        "PLACEMENT",
    }
    assert (opened.form["PLACEMENT"], opened.form["AUTH_EXPIRES"]) == ("DEFAULT", "3600")
    assert opened.form["member_id"] == stage.portal.member_id


async def test_finishing_flips_installed_and_tells_onappinstall_with_a_refresh_token(stage: Any) -> None:
    await stage.install(finish=False)
    assert (await stage.result("app.info"))["INSTALLED"] is False
    await stage.sandbox.install_finish("acme")
    await stage.sandbox.settle()
    assert (await stage.result("app.info"))["INSTALLED"] is True
    (event,) = stage.application.events("ONAPPINSTALL")
    assert (event["data[ACTIVE]"], event["data[INSTALLED]"]) == ("Y", "Y")
    stage.refresh_token = event["auth[refresh_token]"]
    assert (await refresh(stage)).status_code == 200


async def test_after_installation_the_home_page_opens_instead_of_the_wizard(installed: Any) -> None:
    await installed.sandbox.open_frame("acme", 27)
    assert installed.application.posts[-1].path == "/app"


async def test_the_connectors_page_opens_with_the_options_of_its_line(connected: Any) -> None:
    await connected.sandbox.open_frame("acme", 1, "SETTING_CONNECTOR", {"LINE": "2"})
    opened = connected.application.posts[-1]
    assert (opened.path, opened.form["PLACEMENT"]) == ("/setting", "SETTING_CONNECTOR")
    assert json.loads(opened.form["PLACEMENT_OPTIONS"]) == {
        "CONNECTOR": "wab24",
        "LINE": "2",
        "STATUS": False,
        "ACTIVE_STATUS": False,
        "CONNECTION_STATUS": False,
        "REGISTER_STATUS": False,
        "ERROR_STATUS": False,
        "URI": "/contact_center/connector/?ID=wab24&IFRAME=Y&IFRAME_TYPE=SIDE_SLIDER",
    }


async def test_a_bound_placement_opens_and_is_not_bound_twice(installed: Any) -> None:
    handler = f"{installed.application.base}/tab?view=crm"
    sent = {"PLACEMENT": "CRM_DEAL_DETAIL_TAB", "HANDLER": handler, "TITLE": "WhatsApp"}
    assert await installed.result("placement.bind", sent) is True
    assert await installed.refused("placement.bind", sent) == (400, "ERROR_CORE")
    assert await installed.result("placement.get") == [
        {
            "placement": "CRM_DEAL_DETAIL_TAB",
            "userId": 0,
            "handler": handler,
            "options": [],
            "title": "WhatsApp",
            "description": "",
            "langAll": [],
        }
    ]
    await installed.sandbox.open_frame("acme", 27, "CRM_DEAL_DETAIL_TAB", {"ID": "8061"})
    opened = installed.application.posts[-1]
    assert (opened.path, opened.query["view"]) == ("/tab", "crm")
    assert json.loads(opened.form["PLACEMENT_OPTIONS"]) == {"ID": "8061"}
    assert await installed.result("placement.unbind", {"PLACEMENT": "CRM_DEAL_DETAIL_TAB"}) == {"count": 1}
    with pytest.raises(NoSuchThing):
        await installed.sandbox.open_frame("acme", 27, "CRM_DEAL_DETAIL_TAB")


async def test_uninstalling_tells_without_tokens_and_removes_everything(connected: Any) -> None:
    token = connected.portal.installation.application_token
    await connected.sandbox.uninstall("acme", clean=True)
    await connected.sandbox.settle()
    (event,) = connected.application.events("ONAPPUNINSTALL")
    assert (event["data[CLEAN]"], event["auth[application_token]"]) == ("1", token)
    assert "auth[access_token]" not in event
    assert (connected.portal.connectors, connected.portal.bindings) == ({}, [])
    assert await connected.refused("profile") == (401, "ERROR_OAUTH")
    assert (await refresh(connected)).json()["error"] == "invalid_client"


async def test_tokens_of_an_earlier_installation_open_nothing(installed: Any) -> None:
    await installed.sandbox.uninstall("acme")
    await installed.sandbox.settle()
    old = installed.token
    await installed.install()
    answer = await installed.call("profile", token=old)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")
    assert (await installed.result("profile"))["ID"] == "1"


async def test_an_update_with_a_wizard_wipes_what_was_registered_and_asks_for_it_again(
    connected: Any,
) -> None:
    before = connected.portal.installation.application_token
    await connected.sandbox.update_app("acme")
    await connected.sandbox.settle()
    info = await connected.result("app.info")
    assert (info["VERSION"], info["INSTALLED"]) == (2, False)
    assert connected.portal.installation.application_token != before
    assert await connected.result("event.get") == []
    assert await connected.result("imconnector.list") == {"livechat": "Live Chat"}
    assert connected.application.events("ONIMCONNECTORSTATUSDELETE") == []
    await connected.sandbox.open_frame("acme", 1)
    assert connected.application.posts[-1].path == "/install"


async def test_an_update_without_a_wizard_keeps_the_connectors(connected: Any) -> None:
    connected.portal.installation.card = AppCard(handler=f"{connected.application.base}/app")
    await connected.sandbox.update_app("acme")
    assert await connected.result("event.get") == []
    assert "wab24" in await connected.result("imconnector.list")


async def test_a_fired_users_tokens_stop_working(installed: Any) -> None:
    installed.portal.users[28].is_admin = True
    await installed.sandbox.fire_user("acme", 1)
    assert await installed.refused("profile") == (401, "authorization_error")
    assert (await refresh(installed)).json()["error"] == "invalid_grant"


async def test_an_ended_payment_silences_events_and_refuses_calls(connected: Any) -> None:
    chat_id = int((await connected.client_writes("Hola"))["session"]["CHAT_ID"])
    await connected.sandbox.expire_payment("acme")
    await connected.sandbox.operator_writes("acme", chat_id, "Hola")
    await connected.sandbox.settle()
    (event,) = connected.application.events("ONAPPPAYMENT")
    assert event["data[PAYMENT_EXPIRED]"] == "Y"
    assert connected.application.events("ONIMCONNECTORMESSAGEADD") == []
    assert await connected.refused("profile") == (401, "PAYMENT_REQUIRED")
    assert (await refresh(connected)).json()["error"] == "PAYMENT_REQUIRED"


async def test_the_system_user_hands_over_tokens_that_survive_people(installed: Any) -> None:
    await installed.sandbox.authorise_system_user("acme")
    await installed.sandbox.settle()
    (event,) = installed.application.events("ONAPPUSERREADY")
    assert event["data[client_id]"] == "local.abc.123"
    installed.token = event["data[access_token]"]
    await installed.sandbox.fire_user("acme", 1)
    assert (await installed.result("profile"))["ADMIN"] is True
    assert event["data[user_id]"] not in [one["ID"] for one in await installed.result("user.get")]


async def test_user_brief_hides_how_to_reach_people(installed: Any) -> None:
    assert "EMAIL" not in (await installed.result("user.get"))[0]
    installed.portal.installation.card.scope.append("user")
    assert (await installed.result("user.current"))["EMAIL"] == "admin@acme.example"
    assert [one["NAME"] for one in await installed.result("department.get")] == ["acme"]


async def test_a_snapshot_brings_everything_back(connected: Any) -> None:
    chat_id = int((await connected.client_writes("Hola"))["session"]["CHAT_ID"])
    photo = ("foto.png", "image/png", b"\x89PNG\x00\xff")
    await connected.sandbox.operator_writes("acme", chat_id, "Mira", files=[photo])
    await connected.sandbox.settle()
    kept = json.loads(json.dumps(connected.sandbox.snapshot()))
    other = Bitrix24Sandbox(
        connected.base,
        client_id="local.abc.123",
        client_secret="the secret",
        faults=connected.faults,
        clock=connected.clock,
    )
    other.restore(kept)
    assert other.chats() == connected.sandbox.chats()
    assert other.portals["acme"] == connected.portal
    assert other.snapshot() == connected.sandbox.snapshot()
    with pytest.raises(ValueError, match="not a snapshot"):
        other.restore({"portals": 1})


async def test_who_listens_hears_what_happened(connected: Any) -> None:
    heard: list[tuple[str, str]] = []
    connected.sandbox.listen(lambda what, portal: heard.append((what, portal)))
    await connected.client_writes("Hola")
    assert ("message", "acme") in heard


async def test_asking_for_what_is_not_there_says_so(stage: Any) -> None:
    with pytest.raises(NoSuchThing, match="nowhere"):
        await stage.sandbox.operator_writes("nowhere", 1, "x")
    with pytest.raises(ValueError, match="already"):
        stage.sandbox.create_portal("acme")
