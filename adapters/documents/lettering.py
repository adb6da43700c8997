"""The letters of documents: the fonts that every PDF reader has, what they can show, and lines of a width."""

from __future__ import annotations

import unicodedata
from typing import Final

from reportlab.pdfbase.pdfmetrics import stringWidth

PLAIN: Final = "Helvetica"
BOLD: Final = "Helvetica-Bold"
_ELLIPSIS: Final = "…"


def drawable(text: str) -> str:
    """The text in letters that the fonts have (Windows-1252): `Ż` becomes `Z`, what is left over `?`."""
    flat = " ".join(text.split())
    try:
        flat.encode("cp1252")
    except UnicodeEncodeError:
        return "".join(_shown(letter) for letter in unicodedata.normalize("NFC", flat))
    return flat


def width_of(text: str, font: str, size: float) -> float:
    """In points."""
    return float(stringWidth(text, font, size))


def lines_of(text: str, font: str, size: float, width: float, *, most: int) -> list[str]:
    """The text as lines of at most `width` points; the last of `most` lines ends in an ellipsis."""
    left = drawable(text)
    lines: list[str] = []
    while left and len(lines) < most:
        if width_of(left, font, size) <= width:
            lines.append(left)
            return lines
        line = _first_line(left, font, size, width)
        lines.append(line.rstrip())
        left = left[len(line) :].lstrip()
    if left:
        last = lines[-1]
        while last and width_of(last + _ELLIPSIS, font, size) > width:
            last = last[:-1]
        lines[-1] = last.rstrip() + _ELLIPSIS
    return lines or [""]


def _first_line(text: str, font: str, size: float, width: float) -> str:
    """As many words as fit; of a word that is too long, as many letters."""
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if width_of(text[:middle], font, size) <= width:
            low = middle
        else:
            high = middle - 1
    at_a_word = text.rfind(" ", 0, low + 1)
    return text[:at_a_word] if at_a_word > 0 else text[:low]


def _shown(letter: str) -> str:
    for form in (letter, unicodedata.normalize("NFKD", letter)[:1]):
        try:
            form.encode("cp1252")
        except UnicodeEncodeError:
            continue
        return form
    return "?"
