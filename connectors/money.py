"""Amounts between us and a payment provider: our millionths here, the provider's minor units there.

Inside, an amount is an `int` of millionths of a currency unit. ISO, Stripe and PayPal disagree about how
many decimals a currency has (contracts/payments.md §4.1), so the exponent belongs to the pair of provider and
currency, and this is its one table. Nothing is rounded silently: an amount that the provider cannot express
is an error; who wants to offer a chargeable amount asks `chargeable` first.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final, Literal

import msgspec

MICROS: Final = 1_000_000
"""Millionths in one unit of any currency."""

_DECIMAL: Final = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")

ProviderName = Literal["stripe", "paypal"]


class AmountError(ValueError):
    """An amount that this provider cannot take or that it should not have sent; the text names no person."""


class MinorUnit(msgspec.Struct, frozen=True, kw_only=True):
    """How one provider writes one currency."""

    exponent: int
    """Decimals: 2 means that 100 minor units are one unit."""
    step: int = 1
    """Only multiples of this many minor units are accepted (Stripe: UGX and ISK in hundreds)."""

    @property
    def micros(self) -> int:
        """Millionths in one minor unit."""
        return MICROS // int(10**self.exponent)


_TWO: Final = MinorUnit(exponent=2)
_NONE: Final = MinorUnit(exponent=0)
_WHOLE_AS_TWO: Final = MinorUnit(exponent=2, step=100)
_THREE_IN_TENS: Final = MinorUnit(exponent=3, step=10)

_STRIPE_NONE: Final = "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF"
_STRIPE_SPECIAL: Final[dict[str, MinorUnit]] = {
    **dict.fromkeys(_STRIPE_NONE.split(), _NONE),
    **dict.fromkeys(("ISK", "UGX"), _WHOLE_AS_TWO),
    **dict.fromkeys(("BHD", "JOD", "KWD", "OMR", "TND"), _THREE_IN_TENS),
}
_STRIPE_TWO: Final = """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BWP BYN BZD CAD CDF
    CHF CNY COP CRC CVE CZK DKK DOP DZD EGP ETB EUR FJD FKP GBP GEL GIP GMD GTQ GYD HKD HNL HTG HUF
    IDR ILS INR JMD KES KGS KHR KYD KZT LAK LBP LKR LRD LSL MAD MDL MKD MMK MNT MOP MUR MVR MWK MXN
    MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SEK SGD SHP
    SLE SOS SRD STD SZL THB TJS TOP TRY TTD TWD TZS UAH USD UYU UZS WST XCD YER ZAR ZMW
"""
_PAYPAL_NONE: Final = "HUF JPY TWD"
_PAYPAL_TWO: Final = "AUD CAD CHF CZK DKK EUR GBP HKD ILS MXN NOK NZD PHP PLN SEK SGD THB USD BRL CNY MYR"

_TABLE: Final[dict[ProviderName, dict[str, MinorUnit]]] = {
    "stripe": {**dict.fromkeys(_STRIPE_TWO.split(), _TWO), **_STRIPE_SPECIAL},
    "paypal": {**dict.fromkeys(_PAYPAL_TWO.split(), _TWO), **dict.fromkeys(_PAYPAL_NONE.split(), _NONE)},
}

IN_COUNTRY_ONLY: Final[dict[ProviderName, frozenset[str]]] = {
    "stripe": frozenset(),
    "paypal": frozenset({"BRL", "CNY", "MYR"}),
}
"""Taken only where payer and merchant are in that country (§4.2)."""

STRIPE_MINIMUM: Final[dict[str, int]] = {
    **dict.fromkeys(("USD", "EUR", "BRL", "ARS", "COP", "CAD", "AUD"), MICROS // 2),
    "GBP": 3 * MICROS // 10,
    "MXN": 10 * MICROS,
}
"""The least that Stripe charges where the account settles in that currency, in millionths (§4.1)."""


def minor_unit(provider: ProviderName, currency: str) -> MinorUnit:
    """How `provider` writes `currency` (ISO 4217, capitals). Raises AmountError for one it does not take."""
    found = _TABLE[provider].get(currency)
    if found is None:
        raise AmountError(f"{provider} does not take the currency {currency[:8]!r}")
    return found


def takes(provider: ProviderName, currency: str) -> bool:
    """Can `provider` be paid in `currency` at all? `IN_COUNTRY_ONLY` names the ones with a condition."""
    return currency in _TABLE[provider]


def chargeable(provider: ProviderName, micros: int, currency: str) -> int:
    """The largest amount not above `micros` that `provider` can charge, in millionths."""
    unit = minor_unit(provider, currency)
    grain = unit.micros * unit.step
    return micros // grain * grain


def to_minor(provider: ProviderName, micros: int, currency: str) -> int:
    """Millionths as the provider's minor units. Raises AmountError unless positive and expressible."""
    if micros <= 0:
        raise AmountError("an amount to pay is positive")
    if chargeable(provider, micros, currency) != micros:
        raise AmountError(f"{provider} cannot express {micros} millionths of {currency}")
    return micros // minor_unit(provider, currency).micros


def from_minor(provider: ProviderName, minor: int, currency: str) -> int:
    """The provider's minor units as millionths; negative stays negative. Raises AmountError."""
    return minor * minor_unit(provider, currency).micros


def to_text(provider: ProviderName, micros: int, currency: str) -> str:
    """Millionths as PayPal writes them: `20.00`, but `20` where it takes no decimals. Raises AmountError."""
    exponent = minor_unit(provider, currency).exponent
    return f"{Decimal(to_minor(provider, micros, currency)).scaleb(-exponent):.{exponent}f}"


def from_text(text: str) -> int:
    """A decimal text of PayPal as millionths.

    PayPal's own payloads hold `5.0`, `115.00` and, in v1 refunds, `-0.15` (§2.8); all are read as numbers.
    Raises AmountError for what is no number, or is finer than a millionth, or absurdly long.
    """
    if not isinstance(text, str) or not _DECIMAL.fullmatch(text):
        raise AmountError("an amount is a short decimal text, not finer than a millionth")
    return int(Decimal(text) * MICROS)
