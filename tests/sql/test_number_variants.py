"""Numbers of Mexico, Argentina and Brazil in their ways of writing, against Google's numbering plans."""

from __future__ import annotations

from collections.abc import Iterator

import phonenumbers
import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.servers import TestDatabase

pytestmark = [pytest.mark.requirement("R2.2-a"), pytest.mark.requirement("R2.4-c")]
_MANY = 100
_DIGITS = st.from_regex(r"\A(521?[0-9]{10}|549?[0-9]{10,12}|55[0-9]{10,11}|[1-9][0-9]{6,14})\Z").filter(
    str.isascii
)


@pytest.fixture(scope="module")
def connection(database: TestDatabase) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database.url, autocommit=True) as connected:
        yield connected


def _variants(connection: psycopg.Connection, numbers: list[str]) -> list[list[str]]:
    query = "select messaging.number_variants(n) from unnest(%s::text[]) with ordinality u(n, i) order by u.i"
    return [row[0] for row in connection.execute(query, [numbers]).fetchall()]


@given(st.lists(_DIGITS, min_size=1, max_size=200))
@settings(max_examples=15)
def test_a_way_of_writing_leads_back_and_keeps_country_and_subscriber(
    connection: psycopg.Connection, numbers: list[str]
) -> None:
    for number, others in zip(numbers, _variants(connection, numbers), strict=True):
        for other, back in zip(others, _variants(connection, others) if others else [], strict=True):
            assert (number[:2], number[-6:]) == (other[:2], other[-6:])
            assert other != number
            # a number with Argentina's 15 is dialled by people; WhatsApp never writes one
            assert number in back or len(others) == 2


def _of_brazil(kind: int, digits: int, step: int) -> list[str]:
    """Valid numbers of one kind in Brazil, from every area; `digits` and `step` are of the exchange."""
    numbers = (
        f"55{area}{exchange}4321"
        for area in range(11, 100)
        for exchange in range(10 ** (digits - 1), 10**digits, step)
    )
    return [number for number in numbers if _kind(number) == kind]


def _kind(number: str) -> int:
    return phonenumbers.number_type(phonenumbers.parse(f"+{number}"))


def test_no_landline_of_brazil_becomes_another_subscribers_mobile(connection: psycopg.Connection) -> None:
    landlines = _of_brazil(phonenumbers.PhoneNumberType.FIXED_LINE, 4, 307)
    assert len(landlines) > _MANY
    assert [[]] * len(landlines) == _variants(connection, landlines)


def test_no_mobile_of_brazil_becomes_a_landline(connection: psycopg.Connection) -> None:
    mobiles = _of_brazil(phonenumbers.PhoneNumberType.MOBILE, 5, 2_903)
    assert len(mobiles) > _MANY
    others = [other for found in _variants(connection, mobiles) for other in found]
    assert len(others) > _MANY
    assert [] == [other for other in others if _kind(other) == phonenumbers.PhoneNumberType.FIXED_LINE]


@pytest.mark.parametrize("region", ["MX", "AR", "BR"])
def test_a_mobile_number_has_another_way_of_writing(connection: psycopg.Connection, region: str) -> None:
    number = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    assert number is not None
    digits = f"{number.country_code}{number.national_number}"
    (others,) = _variants(connection, [digits])
    assert others
