"""The staff signs in with the company's account: only who was added, only what was begun here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from tests.api.provider import CLIENT, Provider, open_provider
from tests.servers import TestDatabase
from tests.system.house import House, open_house

pytestmark = [pytest.mark.requirement("R2.3-c"), pytest.mark.requirement("R2.2-f")]
BEGIN = "/staff/v1/oidc/begin"
VERIFIED = {"email": "vera@provider.example", "email_verified": True}


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with open_provider() as opened:
        yield opened


@pytest.fixture(scope="module")
def house(
    provider: Provider, database: TestDatabase, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    settings = {
        "OIDC_ISSUER": provider.address,
        "OIDC_CLIENT_ID": CLIENT["client_id"],
        "OIDC_CLIENT_SECRET": CLIENT["client_secret"],
    }
    with open_house(database, tmp_path_factory.mktemp("house"), settings=settings) as opened:
        opened.query(
            "select tenancy.add_staff('tests', "
            """'{"email": "vera@provider.example", "name": "Vera", "role": "billing", "language": "es"}')"""
        )
        yield opened


@pytest.fixture
def browser(house: House, provider: Provider) -> Iterator[httpx.Client]:
    provider.claims, provider.signed_by, provider.is_away = {}, provider.key, False
    with httpx.Client(base_url=house.api_url, trust_env=False) as opened:
        yield opened


def _round(browser: httpx.Client, provider: Provider, to: str = "") -> httpx.Response:
    """To the provider and back; returns the answer to coming back."""
    begun = browser.get(BEGIN, params={"to": to} if to else {})
    assert 302 == begun.status_code
    return browser.get(f"/staff/v1/oidc/return?{provider.authorize(begun.headers['location'])}")


def test_who_was_added_comes_in_with_his_verified_address_and_goes_where_he_wanted(
    browser: httpx.Client, provider: Provider, house: House
) -> None:
    provider.claims = VERIFIED
    answer = _round(browser, provider, "/customers?page=2")
    assert (302, "/staff/customers?page=2") == (answer.status_code, answer.headers["location"])
    assert "Vera" == browser.get("/staff/v1/me").json()["name"]
    assert [("u-1",)] == house.query("select oidc_subject from tenancy.staff where name = 'Vera'")
    # from now on it is the identity that counts
    provider.claims = {"email": "vera.new@provider.example"}
    assert "/staff/" == _round(browser, provider).headers["location"]


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": "u-2", "email": "stranger@provider.example", "email_verified": True},
        {"sub": "u-3", "email": "vera@provider.example", "email_verified": False},
        {"sub": "u-4", "email": "vera@provider.example"},
        {"sub": "u-5"},
    ],
)
def test_nobody_becomes_staff_by_himself(
    claims: dict[str, Any], browser: httpx.Client, provider: Provider
) -> None:
    provider.claims = claims
    answer = _round(browser, provider)
    assert "/staff/enter?refused=not_staff" == answer.headers["location"]
    assert 401 == browser.get("/staff/v1/me").status_code


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "another-client"},
        {"aud": ["whatsappb24", "another-client"]},
        {"iss": "https://evil.example"},
        {"exp": 1_700_000_000},
        {"nonce": "of another sign-in"},
    ],
)
def test_an_identity_that_is_not_for_this_sign_in_is_refused(
    claims: dict[str, Any], browser: httpx.Client, provider: Provider
) -> None:
    provider.claims = {**VERIFIED, **claims}
    assert "/staff/enter?refused=sign_in_refused" == _round(browser, provider).headers["location"]


def test_an_identity_signed_by_another_key_is_refused(browser: httpx.Client, provider: Provider) -> None:
    provider.claims, provider.signed_by = VERIFIED, ec.generate_private_key(ec.SECP256R1())
    assert "/staff/enter?refused=sign_in_refused" == _round(browser, provider).headers["location"]


def test_a_code_that_another_browser_began_is_refused(
    browser: httpx.Client, provider: Provider, house: House
) -> None:
    provider.claims = VERIFIED
    foreign = provider.authorize(browser.get(BEGIN).headers["location"])
    with httpx.Client(base_url=house.api_url, trust_env=False) as victim:
        for began in (False, True):
            if began:
                victim.get(BEGIN)
            answer = victim.get(f"/staff/v1/oidc/return?{foreign}")
            assert "/staff/enter?refused=sign_in_state" == answer.headers["location"]
    # a state cookie is good for one way back
    assert "/staff/" == browser.get(f"/staff/v1/oidc/return?{foreign}").headers["location"]
    again = browser.get(f"/staff/v1/oidc/return?{foreign}")
    assert "/staff/enter?refused=sign_in_state" == again.headers["location"]


@pytest.mark.parametrize("to", ["https://evil.example", "//evil.example", "/\\evil.example", "/a b"])
def test_the_way_back_leads_to_no_other_site(to: str, browser: httpx.Client, provider: Provider) -> None:
    provider.claims = VERIFIED
    assert "/staff/" == _round(browser, provider, to).headers["location"]


def test_a_provider_that_is_away_is_said_to_be(browser: httpx.Client, provider: Provider) -> None:
    provider.is_away = True
    assert "/staff/enter?refused=sign_in_away" == browser.get(BEGIN).headers["location"]


def test_every_exchange_is_written_down_without_code_token_or_secret(
    browser: httpx.Client, provider: Provider, house: House
) -> None:
    provider.claims = VERIFIED
    _round(browser, provider)
    kept = "select method from trace.log where party = 'oidc' and method = 'POST token_endpoint' limit 1"
    house.until("the exchange is written down", lambda: house.query(kept))
    for secret in (CLIENT["client_secret"], "code-", "eyJ"):
        assert [] == house.query(
            "select t::text from trace.log t where party = 'oidc' and strpos(t::text, %s) > 0", secret
        )
