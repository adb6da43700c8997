"""The table of calling codes is what `phonenumbers` says, and finds the country that the library finds."""

from __future__ import annotations

import phonenumbers
import pytest

from cli.calling_codes import PATH, country_of_prefix, migration
from runtime.sql_files import SQL_ROOT

pytestmark = [pytest.mark.requirement("R4-b"), pytest.mark.requirement("R2.4-b")]
SHARED_TO_THE_LAST_DIGIT = {
    "AC",
    "AX",
    "BL",
    "BQ",
    "CC",
    "CX",
    "EH",
    "GG",
    "IM",
    "JE",
    "MF",
    "SJ",
    "TA",
    "VA",
}


def country_of(number: str, table: dict[str, str]) -> str | None:
    return next((table[number[:n]] for n in range(7, 0, -1) if number[:n] in table), None)


@pytest.mark.long
def test_the_schema_file_is_what_the_generator_writes() -> None:
    assert migration() == (SQL_ROOT / PATH).read_text()


@pytest.mark.long
def test_an_example_of_every_region_is_found_where_the_library_finds_it() -> None:
    table = country_of_prefix()
    wrong = []
    for region in sorted(phonenumbers.SUPPORTED_REGIONS - SHARED_TO_THE_LAST_DIGIT):
        for kind in (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE):
            number = phonenumbers.example_number_for_type(region, kind)
            if number is None:
                continue
            digits = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)[1:]
            if country_of(digits, table) != region:
                wrong.append((region, digits, country_of(digits, table)))
    assert [] == wrong
