"""The bell about a channel: who hears it, in which words, and what becomes of it where nobody answers."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import web

from connectors.bitrix24.texts import LANGUAGES, Language
from tests.worker.conftest import House, Owner
from worker.channel_notices import ChannelNotices, channel_text

pytestmark = [pytest.mark.requirement("R1"), pytest.mark.requirement("R2.1-d")]
_NOTIFY = "im.notify.system.add"


async def _tell(house: House) -> list[dict[str, Any]]:
    """Tell what is due; what the portal was asked to show."""
    notices = ChannelNotices(house.database, house.portals)
    async with notices._errands:
        await notices._round()
    return [body for name, body in house.outside.asked if name == _NOTIFY]


def _waiting(house: House) -> int:
    query = "select count(*) from tenancy.channel_notice where portal_id = %s"
    return int(house.owner.value(query, house.portal))


async def _shown(_: dict[str, Any]) -> int:
    return 17


async def test_everybody_who_wants_to_hear_it_hears_it_once(house: House, owner: Owner) -> None:
    house.outside.answers[_NOTIFY] = _shown
    owner.rows("update tenancy.portal set notify = '{1,9}' where portal_id = %s", house.portal)
    owner.rows("select tenancy.change_channel(%s, %s, 'problem', '1003')", house.portal, house.channel)
    told = await _tell(house)
    assert {1, 9} == {int(body["USER_ID"]) for body in told}
    assert {f"wab24|channel|{house.channel}"} == {body["TAG"] for body in told}
    assert "Ventas 1" in told[0]["MESSAGE"]
    assert 0 == _waiting(house)
    assert 2 == len(await _tell(house)), "nothing new is told"


async def test_a_portal_that_does_not_answer_is_told_later(house: House, owner: Owner) -> None:
    async def away(_: dict[str, Any]) -> web.Response:
        return web.Response(status=503)

    house.outside.answers[_NOTIFY] = away
    owner.rows("select tenancy.change_channel(%s, %s, 'problem', '470')", house.portal, house.channel)
    await _tell(house)
    assert 1 == _waiting(house)


async def test_a_person_who_is_not_there_is_not_told_again(house: House, owner: Owner) -> None:
    async def nobody(_: dict[str, Any]) -> bool:
        return False

    house.outside.answers[_NOTIFY] = nobody
    owner.rows("select tenancy.change_channel(%s, %s, 'problem', '470')", house.portal, house.channel)
    await _tell(house)
    assert 0 == _waiting(house)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_name_the_channel_what_happened_and_who_acts(language: Language) -> None:
    notice = {
        "state": "attention",
        "language": language,
        "channel_name": "Ventas {x}",
        "phone": "5215550001111",
        "reason": "1003",
        "reason_party": "gupshup",
    }
    text = channel_text(notice)
    lines = text.split("\n")
    assert 5 == len(lines)
    assert "«Ventas {x}» (+5215550001111)" in lines[0]
    assert "Gupshup" in lines[1]
    assert "(1003)" == lines[-1]
    assert 1 == len(channel_text({**notice, "state": "active"}).split("\n"))
    assert text != channel_text({**notice, "reason": None})


def test_the_three_languages_say_it_differently() -> None:
    notice = {"state": "active", "channel_name": "V", "phone": "1", "reason": None, "reason_party": "ours"}
    assert 3 == len({channel_text({**notice, "language": language}) for language in LANGUAGES})
