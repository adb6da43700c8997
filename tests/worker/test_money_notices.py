"""The bell about money: who hears it, in which words, and what becomes of it where nobody answers."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from aiohttp import web
from psycopg.types.json import Jsonb

from adapters.documents.amounts import day, money
from connectors.bitrix24.texts import LANGUAGES, Language
from tests.worker.conftest import House, Owner
from worker.money_notices import MoneyNotices, money_text

pytestmark = [pytest.mark.requirement("R4-c"), pytest.mark.requirement("R2.3-a")]
_NOTIFY = "im.notify.system.add"


async def _tell(house: House) -> list[dict[str, Any]]:
    """Tell what is due; what the portal was asked to show."""
    notices = MoneyNotices(house.database, house.portals)
    async with notices._errands:
        await notices._round()
    return [body for name, body in house.outside.asked if name == _NOTIFY]


def _alert(house: House, owner: Owner) -> None:
    """The balance of the portal falls below the alert at half a dollar."""
    owner.rows("update tenancy.portal set notify = '{1,9}' where portal_id = %s", house.portal)
    owner.rows("select billing.open_wallet(%s, 'USD')", house.portal)
    detail = {"threshold": 500_000, "balance": 480_000, "held": 0, "currency": "USD"}
    owner.rows(
        "insert into billing.alert (portal_id, alert_id, kind, detail, at, due_at)"
        " values (%s, tenancy.new_id(), 'low_balance', %s, tenancy.now(), tenancy.now())",
        house.portal,
        Jsonb(detail),
    )


def _waiting(house: House) -> int:
    return int(house.owner.value("select count(*) from billing.alert where portal_id = %s", house.portal))


async def test_everybody_whom_the_portal_chose_hears_it_once(house: House, owner: Owner) -> None:
    async def shown(_: dict[str, Any]) -> int:
        return 17

    house.outside.answers[_NOTIFY] = shown
    _alert(house, owner)
    told = await _tell(house)
    assert {1, 9} == {int(body["USER_ID"]) for body in told}
    assert "USD 0.50" in told[0]["MESSAGE"]
    assert "USD 0.48" in told[0]["MESSAGE"]
    assert 0 == _waiting(house)
    assert 2 == len(await _tell(house)), "nothing new is told"


async def test_a_portal_that_does_not_answer_is_told_later(house: House, owner: Owner) -> None:
    async def away(_: dict[str, Any]) -> web.Response:
        return web.Response(status=503)

    house.outside.answers[_NOTIFY] = away
    _alert(house, owner)
    await _tell(house)
    assert 1 == _waiting(house)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_alert_has_words(language: str, owner: Owner) -> None:
    definition = owner.value(
        "select pg_get_constraintdef(oid) from pg_constraint"
        " where conrelid = 'billing.alert'::regclass and conname = 'alert_kind_check'"
    )
    kinds = [part for part in str(definition).split("'")[1::2] if part.islower()]
    assert "low_balance" in kinds
    for kind in kinds:
        text = money_text(
            {"kind": kind, "language": language, "currency": "PEN", "detail": {"cap": 9_000_000}}
        )
        assert "{" not in text
        assert text.startswith("WhatsApp: ")


def test_an_amount_is_written_as_the_language_does() -> None:
    assert "USD 1,234.50" == money(1_234_500_000, "USD", "es")
    assert "BRL 1.234,50" == money(1_234_500_000, "BRL", "pt")
    assert "USD 0.0008" == money(800, "USD", "en")


def test_a_day_is_written_as_the_language_does() -> None:
    first = date(2026, 3, 1)
    assert ("01/03/2026", "1 Mar 2026", "01/03/2026") == tuple(day(first, one) for one in LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_subscription_that_stops_says_until_when_and_what_to_do(language: Language) -> None:
    detail = {"channel": "Ventas {1}", "amount": 10_000_000, "currency": "USD", "until": "2026-12-05"}
    alert = {"kind": "subscription_grace", "language": language, "currency": None, "detail": detail}
    text = money_text(alert)
    assert "Ventas {1}" in text
    assert "USD 10.00".replace(".", "," if language == "pt" else ".") in text
    assert day(date(2026, 12, 5), language) in text
    frozen = money_text({**alert, "detail": {**detail, "reason": "frozen"}})
    assert text != frozen, "topping up would not help"
