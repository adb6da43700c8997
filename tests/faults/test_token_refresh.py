"""A portal's token expires under two workers: one of them renews it, and no call is lost."""

from __future__ import annotations

import pytest

from tests.faults.hands import acquaint, everything_once, unsettled
from tests.system.house import House

pytestmark = [pytest.mark.requirement("R2.2-b"), pytest.mark.requirement("R2.5-a")]
_HOUR_S = 3600


def _renewals(house: House) -> int:
    """How often the authorization server was asked for new tokens."""
    ((count,),) = house.query(
        "select count(*) from trace.log where event = 'exchange' and method = 'POST /oauth/token/'"
    )
    return int(count)


def _versions(house: House) -> int:
    ((versions,),) = house.query("select sum(version) from tenancy.portal_token")
    return int(versions)


def test_an_expired_token_is_renewed_once_however_many_need_it(house: House) -> None:
    phones = [f"521555600000{n}" for n in range(6)]
    chats = acquaint(house, *phones)
    versions, renewals = _versions(house), _renewals(house)
    house.faults(bitrix24={"delay_ms": [100, 200]})
    house.sandbox.post("/sandbox/clock", json={"advance_s": 2 * _HOUR_S}).raise_for_status()
    for phone, chat_id in zip(phones, chats, strict=True):
        house.customer_writes(phone, "¿siguen ahí?")
        house.operator_writes(chat_id, "aquí seguimos")
    everything_once(
        house,
        {(phone, words) for phone in phones for words in ("hola", "¿siguen ahí?", "aquí seguimos")},
    )
    house.until("all is settled", lambda: unsettled(house, "in") == unsettled(house, "out") == 0)
    workers = house.query("select count(distinct worker) from messaging.attempt where direction = 'in'")
    assert workers >= [(2,)]
    assert versions + 1 == _versions(house)
    house.until("the renewal is in the log", lambda: _renewals(house) == renewals + 1)


def test_a_token_that_we_know_is_over_is_renewed_once_before_it_is_used(house: House) -> None:
    phones = [f"521555610000{n}" for n in range(6)]
    acquaint(house, *phones)
    versions, renewals = _versions(house), _renewals(house)
    house.query("update tenancy.portal_token set expires_at = now() - interval '1 minute' returning user_id")
    for phone in phones:
        house.customer_writes(phone, "otra vez")
    everything_once(house, {(phone, words) for phone in phones for words in ("hola", "otra vez")})
    assert versions + 1 == _versions(house)
    house.until("the renewal is in the log", lambda: _renewals(house) == renewals + 1)
