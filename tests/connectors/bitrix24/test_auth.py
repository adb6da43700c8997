"""What is believed of a frame, and how tokens are renewed."""

from __future__ import annotations

import logging
from typing import Any

import msgspec
import pytest

from connectors.bitrix24.auth import OFFICIAL, AppInfo, AuthServer, TokenPair, VerifiedUser
from connectors.bitrix24.frames import Frame
from connectors.outside import Actor, Failure, Policy
from connectors.redaction import Secret

pytestmark = pytest.mark.requirement("R2.5-d")

PROFILE = {"ID": "1", "ADMIN": True, "NAME": "Ana", "LAST_NAME": "Ruiz", "TIME_ZONE": "America/Bogota"}


@pytest.fixture
def frame(world: Any, say: Any) -> Frame:
    """A true frame of the portal's administrator."""
    world.server.defaults["profile"] = say.answer(PROFILE)
    return Frame(
        domain="attacker.example",
        protocol="https",
        lang="la",
        app_sid="f" * 32,
        auth_id=Secret("access-0"),
        refresh_id=Secret("refresh-0"),
        expires_s=3_600,
        member_id=say.member,
        placement="DEFAULT",
        placement_options={},
        application_token=None,
        server_endpoint=f"{world.server.base}/auth/rest/",
    )


async def test_a_true_frame_yields_its_user_and_its_portal(world: Any, frame: Frame) -> None:
    user = await world.auth.verify_frame(frame)
    portal = AppInfo(
        member_id=frame.member_id,
        domain="p1.bitrix24.com",
        client_endpoint=world.server.endpoint(),
        server=f"{world.server.base}/auth",
        scope=("crm", "im", "imopenlines"),
        status="F",
        installed=True,
        version="1",
        user_id="1",
    )
    expected = VerifiedUser(
        portal=portal, user_id="1", is_admin=True, name="Ana Ruiz", time_zone="America/Bogota"
    )
    assert expected == user


async def test_a_person_does_not_see_that_the_portal_was_busy_for_a_moment(
    world: Any, say: Any, frame: Frame
) -> None:
    world.server.script("profile", say.error(503, "QUERY_LIMIT_EXCEEDED"))
    assert isinstance(await world.auth.verify_frame(frame), VerifiedUser)


async def test_nothing_is_asked_of_the_domain_that_a_frame_names(world: Any, frame: Frame) -> None:
    await world.auth.verify_frame(frame)
    assert [exchange.method for exchange in world.journal.exchanges] == ["POST /rest/app.info", "profile"]
    assert "attacker.example" not in world.recorded()


@pytest.mark.parametrize(
    "domain",
    [
        *("127.0.0.1", "127.1:5432", "10.0.0.8:443", "169.254.169.254", "192.168.0.1", "0x7f000001"),
        *("localhost", "localhost:5432", "db", "2130706433", "intranet.local", "metadata.google.internal"),
    ],
)
async def test_a_frame_whose_domain_is_inside_our_network_is_refused_before_anybody_is_asked(
    world: Any, frame: Frame, domain: str
) -> None:
    outcome = await world.auth.verify_frame(msgspec.structs.replace(frame, domain=domain))
    assert isinstance(outcome, Failure)
    assert outcome.code == "domain"
    assert [] == world.journal.exchanges


@pytest.mark.parametrize("domain", ["p1.bitrix24.com", "b24.example.com:8443", "93.184.216.34", ""])
async def test_any_other_domain_is_a_portals_until_the_authorization_server_speaks(
    world: Any, frame: Frame, domain: str
) -> None:
    user = await world.auth.verify_frame(msgspec.structs.replace(frame, domain=domain))
    assert isinstance(user, VerifiedUser)


async def test_an_old_portal_that_names_no_server_is_looked_for_on_all(world: Any, frame: Frame) -> None:
    found = await world.auth.verify_frame(msgspec.structs.replace(frame, server_endpoint=None))
    assert isinstance(found, VerifiedUser)


@pytest.mark.parametrize(
    ("change", "info", "code"),
    [
        ({"server_endpoint": "https://evil.example/rest/"}, {}, "server_endpoint"),
        ({"server_endpoint": "http://127.0.0.1:1/auth/rest/"}, {}, "server_endpoint"),
        ({"member_id": "b" * 32}, {}, "member_mismatch"),
        ({"auth_id": Secret("forged")}, {}, "expired_token"),
        ({}, {"client_id": "app.other.2"}, "wrong_client"),
        ({}, {"user_id": 2}, "user_mismatch"),
        ({}, {"install": {"client_endpoint": "http://10.0.0.1/rest/"}}, "portal_address"),
        ({}, {"install": {"client_endpoint": "https://user@portal.example/rest/"}}, "portal_address"),
        ({}, {"install": {"client_endpoint": None}}, "no_portal"),
        ({}, {"install": {"member_id": ""}}, "no_portal"),
    ],
)
async def test_a_forged_frame_is_refused(
    world: Any, frame: Frame, change: dict[str, Any], info: dict[str, Any], code: str
) -> None:
    world.server.info = info
    outcome = await world.auth.verify_frame(msgspec.structs.replace(frame, **change))
    assert isinstance(outcome, Failure)
    assert outcome.code == code


async def test_an_inactive_user_has_an_empty_profile(world: Any, frame: Frame, say: Any) -> None:
    world.server.script("profile", say.answer([]))
    outcome = await world.auth.verify_frame(frame)
    assert isinstance(outcome, Failure)
    assert outcome.code == "inactive_user"


async def test_without_trust_a_portal_must_be_https(world: Any) -> None:
    strict = world.auth_server(trusted=False)
    outcome = await strict.app_info(Secret("access-0"), f"{world.server.base}/auth")
    assert isinstance(outcome, Failure)
    assert outcome.code == "portal_address"


@pytest.mark.parametrize(
    ("endpoint", "believed"),
    [
        ("https://oauth.bitrix.info/rest/", "https://oauth.bitrix.info"),
        ("https://oauth.bitrix24.tech/rest", "https://oauth.bitrix24.tech"),
        ("https://oauth.bitrix.info", "https://oauth.bitrix.info"),
        ("http://oauth.bitrix.info/rest/", None),
        ("https://oauth.bitrix.info.evil.example/rest/", None),
        ("https://oauth.bitrix.info@evil.example/rest/", None),
        ("https://oauth.bitrix.info:8443/rest/", None),
        ("", None),
    ],
)
async def test_only_the_official_servers_are_believed(
    world: Any, endpoint: str, believed: str | None
) -> None:
    auth = AuthServer(world.http, OFFICIAL, "id", Secret("the-other-secret"), world.journal)
    assert believed == auth.server_for(endpoint)


async def test_a_server_outside_the_list_cannot_be_asked_by_mistake(world: Any) -> None:
    with pytest.raises(ValueError, match="allowed"):
        await world.auth.app_info(Secret("access-0"), "https://evil.example")


async def test_a_refresh_token_becomes_a_pair_once(world: Any) -> None:
    server = f"{world.server.base}/auth"
    first = await world.auth.refresh(Secret("refresh-0"), server)
    again = await world.auth.refresh(Secret("refresh-0"), server)
    assert isinstance(first, TokenPair)
    assert (Secret("access-1"), Secret("refresh-1"), 3_600) == (
        first.access,
        first.refresh,
        first.expires_in_s,
    )
    assert isinstance(again, Failure)
    assert (again.code, Policy.FIX, Actor.ADMINISTRATOR) == ("invalid_grant", again.policy, again.who_acts)


async def test_a_server_that_refuses_post_is_asked_by_get_and_the_log_stays_clean(
    world: Any, caplog: pytest.LogCaptureFixture
) -> None:
    world.server.refresh_over_post = False
    with caplog.at_level(logging.DEBUG):
        pair = await world.auth.refresh(Secret("refresh-0"), f"{world.server.base}/auth")
    assert isinstance(pair, TokenPair)
    assert "/oauth/token/" in caplog.text
    assert "the-client-secret-of-the-application" not in caplog.text
    assert "refresh-0" not in caplog.text


async def test_a_secret_that_a_server_repeats_is_not_shown(world: Any) -> None:
    outcome = await world.auth.app_info(Secret("unknown-token"), f"{world.server.base}/auth")
    assert isinstance(outcome, Failure)
    assert outcome.message == "[secret]"
    assert "unknown-token" not in world.recorded()
