"""Third parties' keys at the door: what their scopes say, while they last, at their own portal only."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from runtime.secrets import digest
from tests.system.house import House

pytestmark = [pytest.mark.requirement("R2.3-c"), pytest.mark.requirement("R2.2-a")]
OTHER = "wab24_of_another_portal"


def _call(house: House, method: str, path: str, bearer: dict[str, str], **options: Any) -> httpx.Response:
    return house.api.request(method, f"/api/v1{path}", headers=bearer, **options)


def _made(house: House, *scopes: str, name: str = "Informes") -> tuple[str, dict[str, str]]:
    """A key of the house's portal: its id, and the header that carries it."""
    expires_at = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    body = {"name": name, "scopes": scopes, "expires_at": expires_at}
    made = _call(house, "POST", "/keys", house.bearer(), json=body).json()
    return made["key_id"], {"Authorization": f"Bearer {made['secret']}"}


def _refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["reason"]


def test_a_key_does_what_its_scopes_say_and_nothing_else(house: House) -> None:
    _, key = _made(house, "channel.view")
    (channel,) = _call(house, "GET", "/channels", key).json()
    assert ("VentasDemo", ["channel.view"]) == (channel["name"], channel["may"])
    for method, path, missing in (
        ("POST", f"/channels/{house.channel_id}/pause", "channel.disable"),
        ("GET", "/balance", "billing.view"),
        ("GET", "/keys", "api.keys"),
    ):
        refused = _call(house, method, path, key)
        assert (403, "permission") == _refusal(refused), path
        assert missing == refused.json()["facts"]["permission"]
    for path in ("remove", "problem"):
        assert 400 <= _call(house, "POST", f"/channels/{house.channel_id}/{path}", key).status_code
    assert "active" == _call(house, "GET", f"/channels/{house.channel_id}", key).json()["state"]


def test_without_the_right_to_see_channels_a_key_learns_no_open_lines(house: House) -> None:
    _, key = _made(house, "billing.view", name="Contabilidad")
    assert (403, "permission") == _refusal(_call(house, "GET", "/lines", key))
    assert ["billing.view"] == _call(house, "GET", "/portal", key).json()["may"]


def test_a_key_has_no_more_than_its_maker_and_makes_no_keys(house: House) -> None:
    body = {"name": "x", "expires_at": (datetime.now(UTC) + timedelta(days=1)).isoformat()}
    for scope in ("api.keys", "user.roles", "nothing.known"):
        refused = _call(house, "POST", "/keys", house.bearer(), json={**body, "scopes": [scope]})
        assert (400, "scopes") == (refused.status_code, refused.json()["facts"]["field"])
    refused = _call(house, "POST", "/keys", house.bearer("77"), json={**body, "scopes": ["channel.view"]})
    assert (403, "permission") == _refusal(refused)
    listed = _call(house, "GET", "/keys", house.bearer()).json()
    assert "channel.view" in listed["grantable"]
    assert set() == {"api.keys", "user.roles"} & set(listed["grantable"])


def test_a_revoked_key_is_refused_from_then_on_and_hears_why(house: House) -> None:
    key_id, key = _made(house, "channel.view", name="CRM")
    assert 200 == _call(house, "GET", "/channels", key).status_code
    assert 204 == _call(house, "DELETE", f"/keys/{key_id}", house.bearer()).status_code
    refused = _call(house, "GET", "/channels", key)
    assert (401, "api_key") == _refusal(refused)
    assert ("revoked", True) == (
        refused.json()["facts"]["why"],
        "revocada" in refused.json()["explanation"]["what"],
    )
    listed = {one["key_id"]: one for one in _call(house, "GET", "/keys", house.bearer()).json()["keys"]}
    assert ("revoked", True) == (listed[key_id]["state"], listed[key_id]["used_at"] is not None)
    assert key["Authorization"].partition(" ")[2].startswith(listed[key_id]["hint"])


def test_an_expired_key_is_refused(house: House) -> None:
    key_id, key = _made(house, "channel.view", name="Corta")
    house.query(
        "update tenancy.api_key set expires_at = tenancy.now() - interval '1 second' where key_id = %s"
        " returning 1",
        key_id,
    )
    refused = _call(house, "GET", "/channels", key)
    assert (401, "api_key", "expired") == (*_refusal(refused), refused.json()["facts"]["why"])


@pytest.mark.parametrize("token", ["wab24_", "wab24_guessed", "wab24_" + "x" * 4000, "wab24_\u00e9"])
def test_a_key_is_not_guessed(token: str, house: House) -> None:
    headers = {b"Authorization": b"Bearer " + token.encode()}
    assert (401, "api_key") == _refusal(house.api.get("/api/v1/channels", headers=headers))


def test_a_key_of_another_portal_reaches_nothing_of_this_one(house: House) -> None:
    house.query(
        """
        select tenancy.create_key(p.portal_id, '1', 'Ajena',
                 '{channel.view,channel.configure,channel.disable}', tenancy.now() + interval '1 day',
                 'wab24_of', %s)
          from (select tenancy.install_portal(jsonb_build_object(
                  'member_id', 'aaaabbbbccccdddd', 'domain', 'otro.example',
                  'client_endpoint', 'https://otro.example/rest/',
                  'server_endpoint', 'https://oauth.example/rest/',
                  'scope', '', 'language', 'es', 'time_zone', 'UTC', 'connector', 'wab24',
                  'application_token_digest', encode(sha256('x'), 'hex'),
                  'user', '{"user_id": "1", "name": "Otra", "is_admin": true}'::jsonb,
                  'token', jsonb_build_object('access', 'aa', 'refresh', 'bb',
                    'expires_at', tenancy.now() + interval '1 hour'))) as portal_id) p
        """,
        digest(OTHER),
    )
    foreign = {"Authorization": f"Bearer {OTHER}"}
    assert [] == _call(house, "GET", "/channels", foreign).json()
    for method, path in (("GET", ""), ("PATCH", ""), ("POST", "/pause"), ("POST", "/check")):
        refused = _call(house, method, f"/channels/{house.channel_id}{path}", foreign, json={"name": "mío"})
        assert (404, "unknown_channel") == _refusal(refused)
    mine, _ = _made(house, "channel.view", name="Nuestra")
    assert (403, "permission") == _refusal(_call(house, "DELETE", f"/keys/{mine}", foreign))
    assert 200 == _call(house, "GET", f"/channels/{house.channel_id}", house.bearer()).status_code


def test_no_secret_of_a_key_is_kept_or_logged(house: House) -> None:
    key_id, key = _made(house, "billing.view", name="BI")
    secret = key["Authorization"].partition(" ")[2]
    _call(house, "GET", "/channels", key)
    _call(house, "GET", "/statement", key)
    house.until(
        "the requests are written down",
        lambda: house.query("select 1 from trace.log where method = 'POST /api/v1/keys' limit 1"),
    )
    assert [] == house.query("select 1 from trace.log t where strpos(t::text, %s) > 0", secret)
    assert [(1,)] == house.query(
        "select count(*) from tenancy.api_key k where key_id = %s and strpos(k::text, %s) = 0", key_id, secret
    )
