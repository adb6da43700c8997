"""Setting a portal up, and restoring what an update of the application has wiped."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.bitrix24 import connector, directory
from connectors.bitrix24.connector import Bound, LineData, LineStatus, Placement
from connectors.bitrix24.desired import (
    BindEvent,
    BindPlacement,
    ConnectLine,
    Desired,
    Register,
    Restored,
    UnbindEvent,
    UnbindPlacement,
    restore,
)
from connectors.outside import Failure, Policy

pytestmark = pytest.mark.requirement("R2.5-a")

HANDLER = "https://app.example/bitrix24/events"
PAGE = "https://app.example/bitrix24/placement/setting-connector"
SIDEBAR = Placement(
    place="IM_SIDEBAR",
    handler="https://app.example/bitrix24/placement/sidebar",
    title="WhatsApp",
    titles={"la": "WhatsApp", "en": "WhatsApp"},
    options={"context": "LINES"},
)
SALES = LineData(number="573001112233", name="+57 300 · Sales")
WORKING = {"LINE": 3, "CONNECTOR": "wab24", "ERROR": False, "CONFIGURED": True, "STATUS": True}
EVENT = {"event": "ONIMCONNECTORMESSAGEADD", "handler": HANDLER, "auth_type": "0", "offline": 0}


@pytest.fixture
def desired() -> Desired:
    return Desired(
        connector_id="wab24",
        name="WhatsApp (WhatsAppB24)",
        settings_page=PAGE,
        events_handler=HANDLER,
        events=["OnImConnectorMessageAdd"],
        placements=[SIDEBAR],
        lines={"3": SALES},
    )


@pytest.fixture
def healthy(world: Any, say: Any) -> Any:
    """A portal that is as desired."""
    server = world.server
    server.defaults["imconnector.list"] = say.answer({"livechat": "x", "wab24": "WhatsApp (WhatsAppB24)"})
    server.defaults["event.get"] = say.answer([EVENT])
    placed = [
        {"placement": "IM_SIDEBAR", "handler": SIDEBAR.handler, "options": []},
        {"placement": "SETTING_CONNECTOR", "handler": PAGE, "options": []},
    ]
    server.defaults["placement.get"] = say.answer(placed)
    server.defaults["imconnector.status"] = say.answer(WORKING)
    server.defaults["imconnector.register"] = say.answer({"result": True})
    return world


def _writes(world: Any) -> list[str]:
    reads = {"imconnector.list", "event.get", "placement.get", "imconnector.status", "batch"}
    reads |= {"bizproc.robot.list", "messageservice.sender.list"}
    return [method for method, _ in world.server.calls if method not in reads]


async def test_a_portal_as_desired_is_left_alone(healthy: Any, desired: Desired) -> None:
    outcome = await restore(healthy.client, desired)
    assert isinstance(outcome, Restored)
    assert (outcome.done, outcome.broken, _writes(healthy)) == ([], [], [])
    assert outcome.lines == {"3": LineStatus(line="3", configured=True, works=True, error=False)}
    assert healthy.bucket.taken == ["batch"]


async def test_what_an_update_wiped_is_restored_in_order(healthy: Any, say: Any, desired: Desired) -> None:
    healthy.server.script("imconnector.list", say.answer({"livechat": "x"}))
    healthy.server.script("event.get", say.answer([]))
    healthy.server.script("placement.get", say.answer([]))
    healthy.server.script("imconnector.status", say.answer({**WORKING, "CONFIGURED": False, "STATUS": False}))
    outcome = await restore(healthy.client, desired)
    assert isinstance(outcome, Restored)
    bound = Bound(event="ONIMCONNECTORMESSAGEADD", handler=HANDLER, auth_type="0", offline=False)
    assert outcome.done == [
        Register("wab24"),
        ConnectLine("3"),
        BindEvent(bound),
        BindPlacement("IM_SIDEBAR"),
    ]
    assert _writes(healthy) == [
        "imconnector.register",
        "imconnector.activate",
        "imconnector.connector.data.set",
        "event.bind",
        "placement.bind",
    ]
    assert outcome.lines["3"].works is True
    again = await restore(healthy.client, desired)
    assert isinstance(again, Restored)
    assert again.done == []


async def test_the_installer_does_not_believe_a_cached_list(healthy: Any, desired: Desired) -> None:
    outcome = await restore(healthy.client, desired, register_anyway=True)
    assert isinstance(outcome, Restored)
    assert outcome.done == [Register("wab24")]


async def test_a_renamed_connector_is_registered_again(healthy: Any, say: Any, desired: Desired) -> None:
    healthy.server.script("imconnector.list", say.answer({"wab24": "An older name"}))
    outcome = await restore(healthy.client, desired)
    assert isinstance(outcome, Restored)
    assert outcome.done == [Register("wab24")]


async def test_strays_of_our_own_host_go_and_those_of_others_stay(
    healthy: Any, say: Any, desired: Desired
) -> None:
    old = {**EVENT, "handler": "https://app.example/old"}
    twice = {**EVENT, "auth_type": "7"}
    foreign = {**EVENT, "handler": "https://other.example/events"}
    healthy.server.script("event.get", say.answer([EVENT, old, twice, foreign]))
    page = {"placement": "IM_TEXTAREA", "handler": "https://app.example/old-page"}
    sidebar = {"placement": "IM_SIDEBAR", "handler": SIDEBAR.handler}
    healthy.server.script("placement.get", say.answer([page, sidebar]))
    outcome = await restore(healthy.client, desired)
    assert isinstance(outcome, Restored)
    kinds = [type(repair) for repair in outcome.done]
    assert kinds == [UnbindEvent, UnbindEvent, UnbindPlacement]
    assert healthy.server.params("event.unbind") == [
        {
            "event": "ONIMCONNECTORMESSAGEADD",
            "handler": "https://app.example/old",
            "auth_type": 0,
            "event_type": "online",
        },
        {
            "event": "ONIMCONNECTORMESSAGEADD",
            "handler": HANDLER,
            "auth_type": 7,
            "event_type": "online",
        },
    ]
    assert healthy.server.params("placement.unbind") == [
        {"PLACEMENT": "IM_TEXTAREA", "HANDLER": "https://app.example/old-page"}
    ]


async def test_a_refused_registration_connects_no_line_and_hides_nothing(
    healthy: Any, say: Any, desired: Desired
) -> None:
    healthy.server.script("imconnector.status", say.answer({}))
    healthy.server.script("event.get", say.answer([]))
    refused = {"result": False, "error": "NAME_REQUIRED", "error_description": "no name"}
    healthy.server.script("imconnector.register", say.answer(refused))
    outcome = await restore(healthy.client, desired)
    assert isinstance(outcome, Restored)
    assert [broken.failure.code for broken in outcome.broken] == ["NAME_REQUIRED"] * 2
    assert _writes(healthy) == ["imconnector.register", "event.bind"]


async def test_a_portal_that_cannot_be_read_is_not_repaired(healthy: Any, say: Any, desired: Desired) -> None:
    healthy.server.script("imconnector.list", say.error(400, "ACCESS_DENIED"))
    outcome = await restore(healthy.client, desired)
    assert isinstance(outcome, Failure)
    assert (outcome.code, _writes(healthy)) == ("ACCESS_DENIED", [])


async def test_many_lines_take_few_requests(healthy: Any, desired: Desired) -> None:
    lines = {str(number): SALES for number in range(1, 101)}
    wide = Desired(
        **{name: getattr(desired, name) for name in desired.__struct_fields__ if name != "lines"}, lines=lines
    )
    outcome = await restore(healthy.client, wide)
    assert isinstance(outcome, Restored)
    assert (len(outcome.lines), healthy.bucket.taken) == (100, ["batch"] * 3)


async def test_events_are_bound_before_strays_are_unbound(world: Any, say: Any) -> None:
    old = {**EVENT, "handler": "https://app.example/old"}
    world.server.script("event.get", say.answer([old]))
    changed = await connector.bind_events(world.client, HANDLER, ["OnImConnectorMessageAdd"])
    assert not isinstance(changed, Failure)
    assert [bound.handler for bound in changed] == [HANDLER, "https://app.example/old"]
    assert [method for method, _ in world.server.calls] == ["event.get", "event.bind", "event.unbind"]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("ERROR_CORE", "Unable to set event handler: Handler already binded"),
        ("ERROR_EVENT_BINDING_EXISTS", "exists"),
    ],
)
async def test_what_is_bound_already_is_no_failure(world: Any, say: Any, code: str, words: str) -> None:
    world.server.script("event.get", say.answer([]))
    world.server.script("event.bind", say.error(400, code, words))
    world.server.script("placement.bind", say.error(400, code, words))
    changed = await connector.bind_events(world.client, HANDLER, ["OnImConnectorMessageAdd"])
    assert not isinstance(changed, Failure)
    assert await connector.bind_placement(world.client, SIDEBAR) is None


async def test_a_portal_without_the_place_goes_without_the_page(world: Any, say: Any) -> None:
    world.server.script("placement.bind", say.error(400, "ERROR_PLACEMENT_NOT_FOUND"))
    assert await connector.bind_placement(world.client, SIDEBAR) is None
    world.server.script("placement.bind", say.error(400, "ERROR_PLACEMENT_MAX_COUNT"))
    assert isinstance(await connector.bind_placement(world.client, SIDEBAR), Failure)


async def test_an_event_that_the_portal_does_not_know_is_a_failure(world: Any, say: Any) -> None:
    world.server.script("event.get", say.answer([]))
    world.server.script("event.bind", say.error(400, "ERROR_EVENT_NOT_FOUND"))
    outcome = await connector.bind_events(world.client, HANDLER, ["OnSomethingNew"])
    assert isinstance(outcome, Failure)
    assert outcome.code == "ERROR_EVENT_NOT_FOUND"


async def test_a_line_is_connected_described_and_read_back(world: Any, say: Any) -> None:
    world.server.script("imconnector.status", say.answer({**WORKING, "STATUS": False, "ERROR": True}))
    status = await connector.connect_line(world.client, "wab24", "3", SALES)
    assert status == LineStatus(line="3", configured=True, works=False, error=True)
    assert world.server.params("imconnector.activate") == [{"CONNECTOR": "wab24", "LINE": 3, "ACTIVE": "1"}]
    (described,) = world.server.params("imconnector.connector.data.set")
    link = "https://wa.me/573001112233"
    assert described["DATA"] == {
        "ID": "573001112233",
        "URL": link,
        "URL_IM": link,
        "NAME": "+57 300 · Sales",
    }


async def test_a_line_that_the_portal_refuses_is_not_described(world: Any, say: Any) -> None:
    world.server.script("imconnector.activate", say.answer(False))
    outcome = await connector.connect_line(world.client, "wab24", "3", SALES)
    assert isinstance(outcome, Failure)
    assert (outcome.policy, len(world.server.calls)) == (Policy.FIX, 1)


async def test_a_line_is_disconnected_with_a_text_zero(world: Any) -> None:
    assert await connector.disconnect_line(world.client, "wab24", "3") is None
    assert world.server.params("imconnector.activate") == [{"CONNECTOR": "wab24", "LINE": 3, "ACTIVE": "0"}]


@pytest.mark.requirement("R2.1-b")
async def test_all_open_lines_are_listed_page_by_page(world: Any, say: Any) -> None:
    page = [{"ID": str(n), "LINE_NAME": f"L{n}", "ACTIVE": "Y", "QUEUE": [101, "205"]} for n in range(1, 201)]
    last = {"ID": "201", "LINE_NAME": "", "ACTIVE": "N", "QUEUE": []}
    world.server.script("imopenlines.config.list.get", say.answer(page), say.answer([last]))
    lines = await directory.lines(world.client)
    assert not isinstance(lines, Failure)
    assert lines[0] == directory.Line(line="1", name="L1", is_active=True, operators=["101", "205"])
    assert lines[-1] == directory.Line(line="201", name="201", is_active=False, operators=[])
    offsets = [params["PARAMS"]["offset"] for params in world.server.params("imopenlines.config.list.get")]
    assert offsets == [0, 200]


@pytest.mark.requirement("R2.1-c")
async def test_all_employees_are_listed_with_those_who_left(world: Any, say: Any) -> None:
    ana = {"ID": "1", "ACTIVE": True, "NAME": "Ana", "LAST_NAME": "Ruiz", "UF_DEPARTMENT": [1]}
    ben = {"ID": "2", "ACTIVE": False, "NAME": "", "WORK_POSITION": "Sales", "UF_DEPARTMENT": []}
    world.server.script("user.get", say.answer([ana], total=51, next=50), say.answer([ben], total=51))
    people = await directory.users(world.client)
    assert people == [
        directory.Person(user_id="1", name="Ana Ruiz", is_active=True, position=None, departments=["1"]),
        directory.Person(user_id="2", name="2", is_active=False, position="Sales", departments=[]),
    ]
    assert [params["start"] for params in world.server.params("user.get")] == [0, 50]


async def test_an_application_that_is_not_installed_yet_says_so(world: Any, say: Any) -> None:
    info = {"VERSION": 4, "STATUS": "F", "INSTALLED": False, "PAYMENT_EXPIRED": "N", "DAYS": None}
    world.server.script("app.info", say.answer({**info, "LANGUAGE_ID": "la", "LICENSE": "co_ent"}))
    assert await directory.app_info(world.client) == directory.Application(
        installed=False,
        version="4",
        status="F",
        payment_expired=False,
        days_left=None,
        language="la",
        licence="co_ent",
    )


@pytest.mark.parametrize("read", [directory.lines, directory.users, directory.app_info])
async def test_a_list_that_is_refused_is_a_failure(world: Any, say: Any, read: Any) -> None:
    for method in ("imopenlines.config.list.get", "user.get", "app.info"):
        world.server.script(method, say.error(403, "insufficient_scope"))
    assert isinstance(await read(world.client), Failure)
