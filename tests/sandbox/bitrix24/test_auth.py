"""Tokens, their rotation and the errors of the auth server (contract bitrix24.md §1.4 to §1.6)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

pytestmark = pytest.mark.requirement("R2.5-a")

CLIENT = {"client_id": "local.abc.123", "client_secret": "the secret"}


async def refresh(stage: Any, token: str, *, by_get: bool = False, **other: str) -> Any:
    fields = {"grant_type": "refresh_token", **CLIENT, "refresh_token": token, **other}
    url = f"{stage.base}/auth/oauth/token/"
    return await (stage.http.get(url, params=fields) if by_get else stage.http.post(url, data=fields))


@pytest.mark.parametrize("by_get", [False, True])
async def test_a_refresh_answers_a_new_pair_and_where_the_portal_is(installed: Any, by_get: bool) -> None:
    answer = await refresh(installed, installed.refresh_token, by_get=by_get)
    body = answer.json()
    assert answer.status_code == 200
    assert set(body) == {
        "access_token",
        "refresh_token",
        "expires",
        "expires_in",
        "client_endpoint",
        "server_endpoint",
        "domain",
        "member_id",
        "scope",
        "status",
        "user_id",
    }
    assert body["client_endpoint"] == f"{installed.base}/portals/acme/rest/"
    assert body["server_endpoint"] == f"{installed.base}/auth/rest/"
    assert body["expires_in"] == 3600
    assert body["refresh_token"] != installed.refresh_token
    installed.token = body["access_token"]
    assert (await installed.result("profile"))["ID"] == "1"


async def test_a_refresh_token_is_good_once(installed: Any) -> None:
    await refresh(installed, installed.refresh_token)
    again = await refresh(installed, installed.refresh_token)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


async def test_a_refresh_token_ends_after_180_days(installed: Any) -> None:
    installed.clock.advance(timedelta(days=181))
    answer = await refresh(installed, installed.refresh_token)
    assert answer.json()["error"] == "invalid_grant"


async def test_a_wrong_secret_is_an_invalid_client_and_does_not_burn_the_token(installed: Any) -> None:
    wrong = await refresh(installed, installed.refresh_token, client_secret="guessed")
    assert wrong.json()["error"] == "invalid_client"
    assert (await refresh(installed, installed.refresh_token)).status_code == 200


async def test_a_request_without_its_parameters_is_invalid(installed: Any) -> None:
    answer = await installed.http.post(f"{installed.base}/auth/oauth/token/", data=CLIENT)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_an_access_token_expires_after_an_hour(installed: Any) -> None:
    installed.clock.advance(timedelta(seconds=3601))
    assert await installed.refused("profile") == (401, "expired_token")


async def test_an_unknown_token_and_no_token_are_told_apart(installed: Any) -> None:
    unknown = await installed.call("profile", token="0" * 70)
    absent = await installed.call("profile", token="")
    assert (unknown.status_code, unknown.json()["error"]) == (401, "invalid_token")
    assert (absent.status_code, absent.json()["error"]) == (401, "NO_AUTH_FOUND")


async def test_the_token_may_come_as_a_bearer(installed: Any) -> None:
    answer = await installed.http.post(
        f"{installed.base}/portals/acme/rest/profile",
        json={},
        headers={"Authorization": f"Bearer {installed.token}"},
    )
    assert answer.json()["result"]["ADMIN"] is True


async def test_a_token_of_one_portal_opens_no_other(installed: Any) -> None:
    installed.sandbox.create_portal("other")
    answer = await installed.http.post(
        f"{installed.base}/portals/other/rest/profile", json={"auth": installed.token}
    )
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")


async def test_the_auth_server_says_whose_a_token_is(installed: Any) -> None:
    answer = await installed.http.get(
        f"{installed.base}/auth/rest/app.info", params={"auth": installed.token}
    )
    result = answer.json()["result"]
    assert (result["client_id"], result["user_id"]) == ("local.abc.123", 1)
    assert result["install"]["member_id"] == installed.portal.member_id
    assert result["install"]["client_endpoint"] == f"{installed.base}/portals/acme/rest/"
    assert set(result["install"]) == {
        "installed",
        "version",
        "status",
        "scope",
        "domain",
        "uri",
        "client_endpoint",
        "member_id",
        "member_type",
    }


async def test_the_auth_server_does_not_know_an_invented_token(installed: Any) -> None:
    answer = await installed.http.post(f"{installed.base}/auth/rest/app.info", data={"auth": "invented"})
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")


async def test_full_authorisation_gives_a_code_for_thirty_seconds(installed: Any) -> None:
    async def code() -> str:
        answer = await installed.http.get(
            f"{installed.base}/portals/acme/oauth/authorize/",
            params={"client_id": "local.abc.123", "state": "s1"},
        )
        assert answer.status_code == 302
        query = parse_qs(urlsplit(answer.headers["location"]).query)
        assert (query["state"], query["member_id"]) == (["s1"], [installed.portal.member_id])
        return query["code"][0]

    async def exchange(value: str) -> Any:
        fields = {"grant_type": "authorization_code", **CLIENT, "code": value}
        return await installed.http.post(f"{installed.base}/auth/oauth/token/", data=fields)

    fresh = await exchange(await code())
    assert fresh.status_code == 200
    assert "expires" not in fresh.json()
    late = await code()
    installed.clock.advance(timedelta(seconds=31))
    assert (await exchange(late)).json()["error"] == "invalid_grant"
