"""Amounts and days as a language writes them; the same in notices and documents."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final

from connectors.bitrix24.texts import Language

_MICROS: Final = Decimal(1_000_000)
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SWAPPED: Final = str.maketrans(",.", ".,")


def number(micros: int, language: Language, least: int = 2) -> str:
    """`1,234.50` for 1_234_500_000 millionths, `1.234,50` in Portuguese; at least so many decimals."""
    text = f"{Decimal(micros) / _MICROS:,.{decimals_of(micros, least)}f}"
    return text.translate(_SWAPPED) if language == "pt" else text


def decimals_of(micros: int, least: int = 2) -> int:
    """As many decimals as the amount has, `least` or more."""
    return max(least, -int((Decimal(micros) / _MICROS).normalize().as_tuple().exponent))


def money(micros: int | None, currency: str, language: Language) -> str:
    """`USD 12.50` for 12_500_000 millionths; the currency alone where there is no amount."""
    return currency if micros is None else f"{currency} {number(micros, language)}"


def day(value: date, language: Language) -> str:
    """`22/11/2026`; in English, where that could be read as two days, `22 Nov 2026`."""
    if language == "en":
        return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"
    return f"{value:%d/%m/%Y}"
