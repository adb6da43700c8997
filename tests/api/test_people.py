"""People and permissions over the API, against running processes."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from cli.demo_company import company
from tests.system.house import House

pytestmark = [pytest.mark.requirement("R2.1-c")]


def _call(house: House, method: str, path: str, user: str = "1", **options: Any) -> httpx.Response:
    return house.api.request(method, f"/api/v1{path}", headers=house.bearer(user), **options)


def _why(house: House, user: str, permission: str) -> dict[str, Any]:
    about = {"user_id": user, "permission": permission, "channel_id": house.channel_id}
    return dict(_call(house, "GET", "/permissions/explanation", params=about).json())


def test_a_colleague_is_made_auditor_and_is_told_why_she_cannot_write(house: House) -> None:
    read = _call(house, "POST", "/people/reading").json()
    assert (None, "1") == (read["failure"], read["actor"])
    assert all(read["counts"][what] > 0 for what in ("people", "departments", "lines"))
    people = _call(house, "GET", "/people").json()
    assert read["counts"]["people"] <= people["total"]
    colleague = next(one["user_id"] for one in people["people"] if not one["is_admin"] and one["is_active"])
    assert "allowed" == _why(house, colleague, "conversation.write.own")["verdict"]

    auditor = {"user_id": colleague, "channel_id": house.channel_id, "role": "auditor"}
    assert 1 == _call(house, "PUT", "/permissions", json=auditor).json()["version"]
    why = _why(house, colleague, "conversation.write.own")
    assert (False, "role", "ours", "user_channel") == tuple(
        why[name] for name in ("is_allowed", "verdict", "party", "rule")
    )
    assert _why(house, colleague, "conversation.read.all")["is_allowed"]

    late = _call(house, "PUT", "/permissions", json={**auditor, "role": "owner"})
    assert (409, "stale_version", "auditor") == (
        late.status_code,
        late.json()["reason"],
        late.json()["facts"]["role"],
    )
    assert 403 == _call(house, "GET", "/people", user=colleague).status_code
    removed = {"user_id": colleague, "channel_id": house.channel_id, "version": 1}
    assert _call(house, "PUT", "/permissions", json=removed).json()["version"] is None
    changes = _call(house, "GET", "/permissions/changes").json()
    assert [("auditor", None), (None, "auditor")] == [
        ((one["before"] or {}).get("role"), (one["after"] or {}).get("role")) for one in changes
    ]


def test_a_department_gives_its_people_a_role(house: House) -> None:
    _call(house, "POST", "/people/reading")
    department = _call(house, "GET", "/departments").json()[0]
    setting = {"department_id": department["department_id"], "role": "supervisor"}
    assert 1 == _call(house, "PUT", "/permissions", json=setting).json()["version"]
    rules = {
        cell["rule"]
        for one in _call(house, "GET", "/people").json()["people"]
        for cell in one["cells"]
        if not one["is_admin"]
    }
    assert "department" in rules
    assert (
        None
        is _call(
            house, "PUT", "/permissions", json={"department_id": department["department_id"], "version": 1}
        ).json()["version"]
    )


def test_a_page_past_the_last_one_still_says_how_many_there_are(house: House) -> None:
    _call(house, "POST", "/people/reading")
    total = _call(house, "GET", "/people").json()["total"]
    past = _call(house, "GET", "/people", params={"offset": 1000}).json()
    assert (0 < total, [], total) == (True, past["people"], past["total"])


def test_somebody_whom_bitrix24_never_named_can_have_no_role(house: House) -> None:
    answer = _call(house, "PUT", "/permissions", json={"user_id": "4711", "role": "agent"})
    assert (404, "unknown_colleague") == (answer.status_code, answer.json()["reason"])
    assert "Bitrix24 no nos ha nombrado" in answer.json()["explanation"]["what"]


def test_a_company_is_read_and_a_departments_people_are_found(house: House) -> None:
    house.administrator.tell_company(company())
    read = _call(house, "POST", "/people/reading").json()
    assert {"people": 12, "departments": 5} == {
        what: read["counts"][what] for what in ("people", "departments")
    }
    selling = _call(house, "GET", "/people", params={"department": "3"}).json()
    assert {"Andrés Molina", "Valeria Castro"} <= {one["name"] for one in selling["people"]}
    assert "Gabriela Núñez" not in {one["name"] for one in selling["people"]}
    house.administrator.tell_company({"people": [{"id": 39, "is_active": False}]})
    _call(house, "POST", "/people/reading")
    (gone,) = _call(house, "GET", "/people", params={"search": "sofía"}).json()["people"]
    assert (False, "dismissed") == (gone["is_active"], gone["cells"][0]["rule"])


def test_open_lines_are_shown_with_their_queue_and_their_channel(house: House) -> None:
    _call(house, "POST", "/people/reading")
    lines = _call(house, "GET", "/people/lines").json()
    assert {"1": ["VentasDemo"], "2": []} == {one["line_id"]: one["channels"] for one in lines}
    assert ["Diego Ramírez", "Lucía Fernández"] == sorted(one["name"] for one in lines[0]["operators"])
    assert 403 == _call(house, "GET", "/people/lines", user="27").status_code


def test_the_company_is_read_by_itself_when_it_is_due(house: House) -> None:
    house.administrator.tell_company({"people": [{"id": 40, "name": "Nuria", "last_name": "Vega"}]})
    _call(house, "POST", "/people/reading")
    house.administrator.tell_company({"people": [{"id": 40, "is_active": False}]})
    house.query("update tenancy.directory_reading set due_at = tenancy.now() returning 1")
    house.until("it is read by the clock", lambda: not _call(house, "GET", "/people/reading").json()["actor"])
    (nuria,) = _call(house, "GET", "/people", params={"search": "nuria"}).json()["people"]
    assert ("dismissed", []) == (nuria["cells"][0]["rule"], nuria["cells"][0]["roles"])
