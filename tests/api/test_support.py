"""Support reads a portal's messages while the portal's grant holds; every look is kept: running processes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.system.house import House

pytestmark = [pytest.mark.requirement("R2.1-c"), pytest.mark.requirement("R2.3-c")]


def _portal(house: House, method: str, path: str, user: str = "1", **options: Any) -> httpx.Response:
    return house.api.request(method, f"/api/v1/support{path}", headers=house.bearer(user), **options)


def _granted(house: House) -> str:
    ends_at = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    made = _portal(house, "POST", "/grants", json={"reason": "Falta un mensaje", "ends_at": ends_at})
    assert 201 == made.status_code
    return str(made.json()["grant_id"])


def _looked(house: House, path: str = "messages", role: str = "support") -> httpx.Response:
    ((portal_id,),) = house.query(
        "select portal_id::text from tenancy.channel where channel_id = %s", house.channel_id
    )
    return house.api.get(f"/staff/v1/portals/{portal_id}/{path}", headers=house.staff(role, "Rita"))


def _refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["reason"]


def test_support_reads_only_while_an_administrator_lets_it(house: House) -> None:
    assert (403, "support_grant") == _refusal(_looked(house))
    grant = _granted(house)
    assert 200 == _looked(house).status_code
    assert 200 == _looked(house, "timeline?id=wamid.7").status_code
    assert (404, "unknown_message") == _refusal(_looked(house, f"messages/{grant}"))
    looks = _portal(house, "GET", "/looks").json()
    assert [("Rita", "message"), ("Rita", "timeline"), ("Rita", "messages")] == [
        (one["name"], one["kind"]) for one in looks
    ]
    assert 204 == _portal(house, "DELETE", f"/grants/{grant}").status_code
    for path in ("messages", f"messages/{grant}", "timeline?id=wamid.7"):
        assert (403, "support_grant") == _refusal(_looked(house, path))
    (listed,) = _portal(house, "GET", "/grants").json()
    assert ("ended", 3, "1") == (listed["state"], listed["looks"], listed["ended_by"])


def test_access_that_has_expired_is_none(house: House) -> None:
    _granted(house)
    house.query(
        "update tenancy.support_grant set granted_at = granted_at - interval '1 day',"
        " ends_at = ends_at - interval '1 day' returning 1"
    )
    assert (403, "support_grant") == _refusal(_looked(house))


def test_who_looks_after_money_does_not_look_at_messages(house: House) -> None:
    _granted(house)
    assert (403, "staff_permission") == _refusal(_looked(house, role="billing"))


def test_an_employee_lets_nobody_in(house: House) -> None:
    ends_at = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    asked = {"reason": "Falta un mensaje", "ends_at": ends_at}
    assert (403, "permission") == _refusal(_portal(house, "POST", "/grants", user="7", json=asked))
    long = {**asked, "ends_at": (datetime.now(UTC) + timedelta(days=31)).isoformat()}
    refused = _portal(house, "POST", "/grants", json=long)
    assert ("malformed_item", "ends_at") == (refused.json()["reason"], refused.json()["facts"]["field"])
