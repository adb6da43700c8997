"""The routes with which a browser uses a portal: frames and their bridge, the application's card, lines."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.bitrix24.frames import REMEMBERED_FRAMES
from tests.sandbox.conftest import Stage

pytestmark = pytest.mark.requirement("R2.1-e")

PORTAL = "/sandbox/bitrix24/portals/acme"
APP = "http://app.example/bitrix24/app"
INSTALLER = "http://app.example/bitrix24/install"


@pytest.fixture
async def acme(empty_stage: Stage) -> Stage:
    """A portal on which nobody has installed anything."""
    await empty_stage.post("/sandbox/bitrix24/portals", {"name": "acme", "lang": "la"})
    return empty_stage


async def save_card(stage: Stage, **card: Any) -> dict[str, Any]:
    answer = await stage.post(f"{PORTAL}/card", {"handler": APP, "installer": INSTALLER, **card})
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def open_frame(stage: Stage, **wanted: Any) -> dict[str, Any]:
    answer = await stage.post(f"{PORTAL}/frame-request", wanted)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def ask(stage: Stage, frame: dict[str, Any], command: str, params: Any = None) -> Any:
    body = {"app_sid": frame["app_sid"], "command": command, "params": params}
    answer = await stage.post(f"{PORTAL}/bridge", body)
    assert answer.status_code == 200, answer.text
    return answer.json()["answer"]


async def rest(stage: Stage, method: str, token: str) -> int:
    return (await stage.post(f"/portals/acme/rest/{method}.json", {"auth": token})).status_code


async def test_a_frame_request_is_what_a_browser_posts(acme: Stage) -> None:
    await save_card(acme)
    frame = await open_frame(acme, user_id=1)
    host = acme.base.removeprefix("http://")
    address, _, query = frame["url"].partition("?")
    assert address == INSTALLER
    assert f"APP_SID={frame['app_sid']}" in query.split("&")
    assert "LANG=la" in query.split("&")
    assert frame["name"] == f"{host}|0|{frame['app_sid']}"
    assert frame["origin"] == "http://app.example"
    assert {"AUTH_ID", "REFRESH_ID", "AUTH_EXPIRES", "member_id", "status", "PLACEMENT"} <= frame[
        "form"
    ].keys()


async def test_saving_a_card_asks_nothing_of_the_application(acme: Stage) -> None:
    assert await save_card(acme) == {"installed": False}
    first = (await open_frame(acme))["form"]["AUTH_ID"]
    assert await rest(acme, "profile", first) == 200
    assert await save_card(acme) == {"installed": False}
    assert await rest(acme, "profile", first) == 401
    assert await save_card(acme, installer=None) == {"installed": True}


async def test_a_card_names_addresses_and_known_permissions_only(acme: Stage) -> None:
    for card in ({"handler": "javascript:alert(1)"}, {"handler": APP, "scope": ["crm", "everything"]}):
        assert (await acme.post(f"{PORTAL}/card", card)).status_code == 400
    portal = (await acme.get("/sandbox/page/state?portal=acme"))["portal"]
    assert portal["state"] == "absent"


async def test_the_bridge_tells_a_frame_everything_about_itself(acme: Stage) -> None:
    await save_card(acme)
    frame = await open_frame(acme, user_id=1)
    told = await ask(acme, frame, "getInitData")
    expected = {
        "DOMAIN": acme.base.removeprefix("http://"),
        "PROTOCOL": "0",
        "PATH": "/portals/acme/rest",
        "LANG": "la",
        "MEMBER_ID": frame["form"]["member_id"],
        "AUTH_ID": frame["form"]["AUTH_ID"],
        "REFRESH_ID": frame["form"]["REFRESH_ID"],
        "AUTH_EXPIRES": 3600,
        "IS_ADMIN": True,
        "APP_OPTIONS": {},
        "USER_OPTIONS": {},
        "PLACEMENT": "DEFAULT",
        "PLACEMENT_OPTIONS": {},
        "INSTALL": True,
        "FIRST_RUN": True,
    }
    assert told == expected


async def test_refreshed_tokens_belong_to_the_frames_user(acme: Stage) -> None:
    await save_card(acme)
    frame = await open_frame(acme, user_id=27)
    fresh = await ask(acme, frame, "refreshAuth")
    assert set(fresh) == {"AUTH_ID", "REFRESH_ID", "AUTH_EXPIRES"}
    answer = await acme.post("/portals/acme/rest/profile.json", {"auth": fresh["AUTH_ID"]})
    assert int(answer.json()["result"]["ID"]) == 27
    assert (await ask(acme, frame, "getInitData"))["AUTH_ID"] == fresh["AUTH_ID"]


async def test_only_an_administrator_finishes_and_a_first_run_is_acknowledged_once(acme: Stage) -> None:
    await save_card(acme)
    operator, admin = await open_frame(acme, user_id=27), await open_frame(acme, user_id=1)
    assert await ask(acme, operator, "setInstallFinish") is None
    assert (await ask(acme, admin, "getInitData"))["INSTALL"] is True
    await ask(acme, admin, "setInstall", {"install": True})
    await ask(acme, admin, "setInstallFinish", {})
    told = await ask(acme, admin, "getInitData")
    assert (told["INSTALL"], told["FIRST_RUN"]) == (False, False)
    assert (await ask(acme, operator, "getInitData"))["FIRST_RUN"] is True
    assert (await open_frame(acme, user_id=27))["url"].startswith(f"{APP}?")


async def test_options_are_kept_for_everybody_and_for_one_person(acme: Stage) -> None:
    await save_card(acme)
    admin, operator = await open_frame(acme, user_id=1), await open_frame(acme, user_id=27)
    assert await ask(acme, admin, "setAppOption", {"name": "colour", "value": "a:b"}) == {"colour": "a:b"}
    assert await ask(acme, operator, "setAppOption", {"name": "colour", "value": "no"}) is None
    await ask(acme, operator, "setUserOption", {"name": "page", "value": 2})
    told = await ask(acme, operator, "getInitData")
    assert (told["APP_OPTIONS"], told["USER_OPTIONS"]) == ({"colour": "a:b"}, {"page": 2})
    assert (await ask(acme, admin, "getInitData"))["USER_OPTIONS"] == {}


async def test_an_unknown_command_is_answered_with_nothing_and_remembered(acme: Stage) -> None:
    await save_card(acme)
    assert await ask(acme, await open_frame(acme), "openTheDoor", {"a": 1}) is None
    complaints = [one["operation"] for one in await acme.get("/sandbox/complaints")]
    assert complaints == ["bridge openTheDoor"]


async def test_a_frame_of_another_portal_or_of_nobody_is_not_answered(acme: Stage) -> None:
    await save_card(acme)
    frame = await open_frame(acme)
    await acme.post("/sandbox/bitrix24/portals", {"name": "other"})
    body = {"app_sid": frame["app_sid"], "command": "getInitData"}
    assert (await acme.post("/sandbox/bitrix24/portals/other/bridge", body)).status_code == 404
    assert (await acme.post(f"{PORTAL}/bridge", {**body, "app_sid": "0" * 32})).status_code == 404
    await acme.post(f"{PORTAL}/uninstall", {})
    assert (await acme.post(f"{PORTAL}/bridge", body)).status_code == 404


async def test_the_oldest_frames_are_forgotten(acme: Stage) -> None:
    await save_card(acme)
    bitrix24 = acme.sandbox.bitrix24
    first = bitrix24.frame("acme", 1)
    for _ in range(REMEMBERED_FRAMES):
        last = bitrix24.frame("acme", 1)
    assert first.app_sid not in bitrix24.world.memory.frames
    assert last.app_sid in bitrix24.world.memory.frames


async def test_a_portals_language_and_lines_are_changed(acme: Stage) -> None:
    await save_card(acme)
    assert (await acme.put(f"{PORTAL}/settings", {"lang": "br"})).json() == {"lang": "br"}
    assert "LANG=br" in (await open_frame(acme))["url"]
    made = await acme.post(f"{PORTAL}/lines", {"name": "Ventas"})
    assert (made.status_code, made.json()) == (201, {"id": 3, "name": "Ventas"})
    lines = (await acme.get("/sandbox/bitrix24/portals"))[0]["lines"]
    assert lines[-1] == {"id": 3, "name": "Ventas"}


async def test_frames_and_options_survive_a_restart(acme: Stage) -> None:
    await save_card(acme)
    frame = await open_frame(acme)
    await ask(acme, frame, "setUserOption", {"name": "page", "value": 2})
    acme.sandbox.restore(acme.sandbox.snapshot())
    assert (await ask(acme, frame, "getInitData"))["USER_OPTIONS"] == {"page": 2}
