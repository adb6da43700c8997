"""The provider's staff comes in with one-time links and does what its roles allow: running processes."""

from __future__ import annotations

import re
from typing import Any, get_args

import httpx
import pytest
from litestar import get
from litestar.handlers import HTTPRouteHandler

from api.staff.guard import COOKIE, Permission, Role, cookie_name, guarded, session_cookie
from tests.api.test_pages import embedded, needs_panel
from tests.system.house import House

pytestmark = [pytest.mark.requirement("R2.3-c"), pytest.mark.requirement("R4-b")]
PERSON = {"email": "bea@provider.example", "name": "Bea", "role": "billing", "language": "pt"}


def _call(house: House, method: str, path: str, headers: dict[str, str], **options: Any) -> httpx.Response:
    return house.api.request(method, f"/staff/v1{path}", headers=headers, **options)


def test_the_roles_and_permissions_are_those_of_the_database(house: House) -> None:
    permissions = {one for (one,) in house.query("select permission from tenancy.staff_permission")}
    assert permissions == set(get_args(Permission))
    assert {one for (one,) in house.query("select role from tenancy.staff_role")} == set(get_args(Role))


def test_a_route_that_names_no_permission_does_not_start() -> None:
    @get("/open", operation_id="OpenToAll", sync_to_thread=False)
    def unguarded() -> None:
        """A route that somebody forgot to guard."""

    @get("/all", operation_id="MistypedPermission", opt={"permission": "money"}, sync_to_thread=False)
    def mistyped() -> None:
        """A route whose permission does not exist."""

    handlers: list[HTTPRouteHandler] = [unguarded, mistyped]
    for handler in handlers:
        with pytest.raises(LookupError, match="permission"):
            guarded([handler])


def test_a_one_time_link_opens_a_session_once_and_no_script_sees_it(house: House) -> None:
    owner = house.staff()
    invited = _call(house, "POST", "/people", owner, json=PERSON).json()
    address, _, secret = invited["link"].partition("#")
    assert f"{house.api_url}/staff/enter" == address
    ours = {"Origin": house.api_url}
    entered = _call(house, "POST", "/session", ours, json={"secret": secret})
    assert ("Bea", "billing", "pt") == tuple(entered.json()[name] for name in ("name", "role", "language"))
    cookie = entered.headers["set-cookie"]
    assert ["HttpOnly", "Path=/", "SameSite=strict"] == [
        part for part in ("HttpOnly", "Path=/", "SameSite=strict") if part.lower() in cookie.lower()
    ]
    assert secret not in cookie
    session = {"Cookie": cookie.partition(";")[0], "Origin": house.api_url}
    assert "bea@provider.example" == _call(house, "GET", "/me", session).json()["email"]

    again = _call(house, "POST", "/session", {**ours, "Accept-Language": "pt"}, json={"secret": secret})
    assert (401, "staff_link") == (again.status_code, again.json()["reason"])
    assert "vale 15 minutos" in again.json()["explanation"]["todo"]

    ended = _call(house, "DELETE", "/session", session)
    assert (204, True) == (ended.status_code, "Max-Age=0" in ended.headers["set-cookie"])
    assert 401 == _call(house, "GET", "/me", session).status_code


def test_over_https_the_cookie_is_secure_and_bound_to_the_host() -> None:
    cookie = session_cookie("https://whatsapp.example.com", "secret")
    assert (f"__Host-{COOKIE}", True, True, "/", None) == (
        cookie.key,
        cookie.secure,
        cookie.httponly,
        cookie.path,
        cookie.domain,
    )
    assert COOKIE == cookie_name("http://127.0.0.1:8080")


@pytest.mark.parametrize("role", ["billing", "support"])
def test_who_may_not_look_after_the_staff_is_refused_in_his_language(role: str, house: House) -> None:
    refused = _call(house, "GET", "/people", house.staff(role, "Sol"))
    problem = refused.json()
    assert (403, "staff_permission") == (refused.status_code, problem["reason"])
    assert "staff.manage" == problem["facts"]["permission"]
    assert "rol" in problem["explanation"]["what"]


def test_nobody_comes_in_without_a_session(house: House) -> None:
    for headers in ({}, {"Cookie": f"{COOKIE}=forged"}, house.bearer()):
        refused = _call(house, "GET", "/people", {**headers, "Origin": house.api_url})
        assert (401, "staff_session") == (refused.status_code, refused.json()["reason"])


@pytest.mark.parametrize(
    "said",
    [{}, {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}],
)
def test_a_page_of_another_site_changes_nothing(said: dict[str, str], house: House) -> None:
    session = {"Cookie": house.staff()["Cookie"], **said}
    if "Sec-Fetch-Site" in said:
        session["Origin"] = house.api_url
    person = {**PERSON, "email": "eve@provider.example"}
    for path, body in (("/people", person), ("/session", {"secret": "x" * 30})):
        refused = _call(house, "POST", path, session, json=body)
        assert (403, "foreign_origin") == (refused.status_code, refused.json()["reason"])
    assert [] == house.query("select 1 from tenancy.staff where email = 'eve@provider.example'")


def test_a_person_is_changed_and_one_who_is_disabled_is_out_at_once(house: House) -> None:
    owner, other = house.staff(), house.staff("support", "Rita")
    me = _call(house, "GET", "/me", other).json()
    changed = _call(house, "PATCH", f"/people/{me['staff_id']}", owner, json={"role": "billing"}).json()
    assert ("billing", 1) == (changed["role"], changed["sessions"])
    assert "money.adjust" in _call(house, "GET", "/me", other).json()["permissions"]
    _call(house, "PATCH", f"/people/{me['staff_id']}", owner, json={"state": "disabled"})
    assert 401 == _call(house, "GET", "/me", other).status_code
    refused = _call(house, "POST", f"/people/{me['staff_id']}/link", owner)
    assert (409, "staff_disabled") == (refused.status_code, refused.json()["reason"])


def test_the_last_owner_stays(house: House) -> None:
    owner = house.staff()
    me = _call(house, "GET", "/me", owner).json()
    refused = _call(house, "PATCH", f"/people/{me['staff_id']}", owner, json={"state": "disabled"})
    assert (409, "last_owner") == (refused.status_code, refused.json()["reason"])


def test_no_secret_of_the_staff_stands_in_the_log(house: House) -> None:
    owner = house.staff()
    secret = owner["Cookie"].partition("=")[2]
    _call(house, "GET", "/people", owner)
    house.until(
        "the request is written down",
        lambda: house.query("select 1 from trace.log where method = 'GET /staff/v1/people' limit 1"),
    )
    assert [] == house.query("select 1 from trace.log t where strpos(t::text, %s) > 0", secret)


@needs_panel
@pytest.mark.parametrize("path", ["/staff", "/staff/enter", "/staff/people", "/staff/customers/12/money"])
def test_every_address_of_the_staff_s_pages_is_the_same_document_that_nobody_frames(
    path: str, house: House
) -> None:
    shown = house.api.get(path, headers={"Accept-Language": "pt-BR,pt;q=0.9"})
    assert (200, True) == (shown.status_code, '<html lang="pt">' in shown.text)
    assert "frame-ancestors 'none'" in shown.headers["content-security-policy"]
    assert "no-store" == shown.headers["cache-control"]
    known = embedded(shown.text)
    assert {"app_name", "language", "has_oidc"} == set(known)
    script = re.findall(r'<script type="module" src="([^"]+)"', shown.text)
    assert [200] == [house.api.get(address).status_code for address in script]


def test_an_address_of_the_api_that_does_not_exist_is_no_page(house: House) -> None:
    answer = house.api.get("/staff/v1/nothing")
    assert (404, "not_found") == (answer.status_code, answer.json()["reason"])
