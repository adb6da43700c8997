"""Amounts at the line between us and a provider (contracts/payments.md §4.1, §4.2)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors import money
from connectors.money import MICROS, AmountError, ProviderName

pytestmark = pytest.mark.requirement("R4-c")


@pytest.mark.parametrize(
    ("currency", "units", "minor"),
    [
        ("USD", 20, 2_000),
        ("MXN", 10, 1_000),
        ("CLP", 5_000, 5_000),
        ("PYG", 70_000, 70_000),
        ("JPY", 500, 500),
        ("HUF", 1_000, 100_000),
        ("TWD", 300, 30_000),
        ("ISK", 5, 500),
        ("UGX", 5, 500),
        ("KWD", 3, 3_000),
    ],
)
def test_stripe_writes_each_currency_in_its_own_minor_units(currency: str, units: int, minor: int) -> None:
    assert minor == money.to_minor("stripe", units * MICROS, currency)
    assert units * MICROS == money.from_minor("stripe", minor, currency)


@pytest.mark.parametrize(
    ("currency", "units", "text"),
    [
        ("USD", 20, "20.00"),
        ("MXN", 10, "10.00"),
        ("HUF", 1_000, "1000"),
        ("TWD", 300, "300"),
        ("JPY", 5, "5"),
    ],
)
def test_paypal_writes_hungarian_taiwanese_and_japanese_money_without_decimals(
    currency: str, units: int, text: str
) -> None:
    assert text == money.to_text("paypal", units * MICROS, currency)


@pytest.mark.parametrize(
    "currency", ["CLP", "PYG", "ISK", "UGX", "ARS", "COP", "PEN", "UYU", "BOB", "usd", ""]
)
def test_a_currency_that_paypal_cannot_take_is_an_error_and_not_a_guess(currency: str) -> None:
    assert not money.takes("paypal", currency)
    with pytest.raises(AmountError):
        money.minor_unit("paypal", currency)


@pytest.mark.parametrize(
    ("provider", "currency", "micros"),
    [
        ("stripe", "USD", 10_001),
        ("stripe", "CLP", MICROS // 2),
        ("stripe", "UGX", MICROS // 2),
        ("stripe", "ISK", 10_000),
        ("stripe", "KWD", 1_000),
        ("paypal", "HUF", MICROS // 2),
        ("stripe", "USD", 0),
        ("stripe", "USD", -MICROS),
    ],
)
def test_an_amount_that_the_provider_cannot_express_is_refused_and_never_rounded(
    provider: ProviderName, currency: str, micros: int
) -> None:
    with pytest.raises(AmountError):
        money.to_minor(provider, micros, currency)


@pytest.mark.parametrize(
    ("text", "micros"),
    [
        ("5.0", 5 * MICROS),
        ("115.00", 115 * MICROS),
        ("-0.15", -150_000),
        ("0.0008", 800),
        ("20", 20 * MICROS),
    ],
)
def test_paypals_own_spellings_of_an_amount_are_read_as_numbers(text: str, micros: int) -> None:
    assert micros == money.from_text(text)


@pytest.mark.parametrize("text", ["", "NaN", "Infinity", "1e400", "0.0000001", "1,00", "9" * 33, "ten"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(AmountError):
        money.from_text(text)


@given(
    provider=st.sampled_from(["stripe", "paypal"]),
    currency=st.sampled_from(["USD", "MXN", "HUF", "TWD", "JPY", "CLP", "UGX", "ISK", "KWD"]),
    micros=st.integers(MICROS * 10, 10**14),
)
def test_what_is_chargeable_makes_the_way_there_and_back_without_loss(
    provider: ProviderName, currency: str, micros: int
) -> None:
    if not money.takes(provider, currency):
        return
    amount = money.chargeable(provider, micros, currency)
    assert 0 <= micros - amount < MICROS
    assert amount == money.from_minor(provider, money.to_minor(provider, amount, currency), currency)
    assert amount == money.from_text(money.to_text(provider, amount, currency))
