"""Names that the portal accepts."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.bitrix24.names import file_name, person_name

pytestmark = pytest.mark.requirement("R2.2-b")


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        ("Ravi Kumar", ("Ravi", "Kumar")),
        ("José Ángel de la Peña", ("José", "Ángel de la Peña")),
        ("O’Brien-Smith", ("O'Brien-Smith", "")),
        ("🌸 Ana María 💕", ("Ana", "María")),
        ("Taller 24h S.A.", ("Taller", "h S A")),
        ("𝐑𝐚𝐯𝐢", ("Ravi", "")),
        ("राम कुमार", ("राम", "कुमार")),
        ("A" * 30 + " " + "B" * 30, ("A" * 25, "B" * 25)),
        ("+57 300 123", ("WhatsApp", "")),
        ("- ' -", ("WhatsApp", "")),
        ("", ("WhatsApp", "")),
        (None, ("WhatsApp", "")),
    ],
)
def test_a_profile_name_becomes_a_name(profile: str | None, expected: tuple[str, str]) -> None:
    assert expected == person_name(profile)


@given(st.text(max_size=80))
def test_any_profile_name_gives_an_acceptable_name(profile: str) -> None:
    first, last = person_name(profile)
    assert 0 < len(first) <= 25
    assert len(last) <= 25
    assert [c for c in first + last if c not in " -'" and unicodedata.category(c)[0] not in "LM"] == []


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("spec.pdf", "spec.pdf"),
        ("Cotización año 2026.pdf", "Cotizacion_ano_2026.pdf"),
        ("../../etc/passwd", "etc_passwd"),
        ("x" * 80 + ".docx", "x" * 45 + ".docx"),
        ("x" * 80, "x" * 50),
        ("фото.jpg", "file.jpg"),
        ("", "file.bin"),
        (None, "file.bin"),
        ("...", "file.bin"),
    ],
)
def test_a_file_gets_a_name_that_every_system_takes(name: str | None, expected: str) -> None:
    assert expected == file_name(name, "file.bin")
