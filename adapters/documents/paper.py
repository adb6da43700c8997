"""The paper of every document: pages with a head and "page x of y", parties, facts, tables, totals, notes.

A4. Everything is drawn from above, in points; what does not fit begins a new page. Statements, receipts and
invoices say what to show, never where.

    with TemporaryFile() as file:
        paper = Paper(file, language="es", title="Recibo", reference="R-17")
        paper.parties(issuer, customer)
        paper.facts([("Fecha", "22/11/2026")])
        paper.table([Column(title="Concepto"), Column(title="Importe", width=90, is_amount=True)])
        paper.row([Cell(text="Recarga"), Cell(text="USD 10.00")])
        paper.totals([("Total", "USD 10.00")])
        paper.save()

Finished pages stay in memory until `save()`, so whoever draws tables says how long they may be.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO, Final

import msgspec
from reportlab.pdfgen.canvas import Canvas

from adapters.documents.lettering import BOLD, PLAIN, drawable, lines_of, width_of
from adapters.documents.words import PAPER
from connectors.bitrix24.texts import Language

_WIDTH, _HEIGHT = 595.28, 841.89
_LEFT, _RIGHT, _TOP, _BOTTOM = 42.0, _WIDTH - 42.0, _HEIGHT - 42.0, 54.0
_INK, _PALE, _RULE = (0.13, 0.15, 0.19), (0.44, 0.47, 0.52), (0.85, 0.87, 0.89)
_TEXT, _SMALL, _TITLE = 8.5, 6.5, 17.0
_LEADING: Final = 1.28
_PADDING: Final = 4.0
_MOST_LINES_OF_A_CELL: Final = 4
_COUNT: Final = "count"
"""The form that holds the number of pages: drawn on each page, known at the end."""


class Party(msgspec.Struct, frozen=True, kw_only=True):
    """Who issues a document or whom it is for: the name, then lines such as the tax id and the address."""

    name: str
    lines: tuple[str, ...] = ()


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """A column of a table. `width` in points; one column without a width takes what is left."""

    title: str
    width: float = 0
    is_amount: bool = False
    """Amounts stand at the right, and are never broken."""


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in a column: its text, and below it, small, what that refers to."""

    text: str
    below: str = ""


class Paper:
    """One document that is being written into a file. Not for two threads at once."""

    def __init__(
        self, file: BinaryIO, *, language: Language, title: str, reference: str = "", compress: bool = True
    ) -> None:
        self._canvas = Canvas(file, pagesize=(_WIDTH, _HEIGHT), pageCompression=int(compress), lang=language)
        self._canvas.setTitle(drawable(title))
        self._words = PAPER[language]
        self._title, self._reference = drawable(title), drawable(reference)
        self._columns: list[tuple[Column, float]] = []
        self._page = 1
        self._y = _TOP
        self._write(_LEFT, _TITLE, self._title, BOLD)
        self._write_right(_RIGHT, _TEXT, self._reference, PLAIN, _PALE)
        self._y -= 14

    @property
    def pages(self) -> int:
        """How many pages there are so far."""
        return self._page

    def parties(self, issuer: Party, customer: Party | None) -> None:
        """Who issues it, and whom it is for, side by side. Without a customer only the issuer."""
        top, middle = self._y, (_LEFT + _RIGHT) / 2
        bottoms = []
        for party, label, left in ((issuer, "issuer", _LEFT), (customer, "customer", middle)):
            self._y = top
            if party is not None:
                self._party(party, self._words[label], left, middle - _LEFT - 12)
            bottoms.append(self._y)
        self._y = min(bottoms) - 10

    def facts(self, facts: Sequence[tuple[str, str]]) -> None:
        """What the document is about, a labelled line each."""
        labels = max((width_of(drawable(label), PLAIN, _TEXT) for label, _ in facts), default=0) + 14
        for label, value in facts:
            for number, line in enumerate(lines_of(value, PLAIN, _TEXT, _RIGHT - _LEFT - labels, most=3)):
                self._room(_TEXT * _LEADING)
                if number == 0:
                    self._write(_LEFT, _TEXT, drawable(label), PLAIN, _PALE, keep=True)
                self._write(_LEFT + labels, _TEXT, line)
        self._y -= 8

    def table(self, columns: Sequence[Column]) -> None:
        """Begin a table; its head is repeated on every page that it reaches."""
        rest = _RIGHT - _LEFT - sum(column.width for column in columns)
        self._columns = [(column, column.width or rest) for column in columns]
        self._room(3 * _TEXT * _LEADING)
        self._head()

    def row(self, cells: Sequence[Cell]) -> None:
        """A row of the table, a cell a column; long texts take several lines, then end in an ellipsis."""
        drawn = [
            self._lines_of_cell(cell, column, width)
            for cell, (column, width) in zip(cells, self._columns, strict=True)
        ]
        height = max(sum(size * _LEADING for _, size, _ in lines) for lines in drawn) + _PADDING
        if self._y - height < _BOTTOM:
            self._next_page()
            self._head()
        top, left = self._y, _LEFT
        for lines, (column, width) in zip(drawn, self._columns, strict=True):
            self._y = top - _PADDING / 2
            for text, size, colour in lines:
                if column.is_amount:
                    self._write_right(left + width, size, text, PLAIN, colour)
                else:
                    self._write(left, size, text, PLAIN, colour)
            left += width
        self._y = top - height
        self._rule(self._y)

    def totals(self, totals: Sequence[tuple[str, str]]) -> None:
        """Sums below a table, at the right; the last one stands out."""
        self._columns = []
        self._room(len(totals) * (_TEXT * _LEADING + 3) + 8)
        self._y -= 6
        for number, (label, value) in enumerate(totals, 1):
            font = BOLD if number == len(totals) else PLAIN
            amount = drawable(value)
            self._write_right(_RIGHT, _TEXT, amount, font, keep=True)
            left_of_amount = _RIGHT - max(width_of(amount, font, _TEXT) + 16, 110)
            self._write_right(left_of_amount, _TEXT, drawable(label), font, _INK if font == BOLD else _PALE)
            self._y -= 3

    def note(self, text: str) -> None:
        """A paragraph in small print."""
        self._columns = []
        self._y -= 8
        for line in lines_of(text, PLAIN, 7.5, _RIGHT - _LEFT, most=40):
            self._room(7.5 * _LEADING)
            self._write(_LEFT, 7.5, line, PLAIN, _PALE)

    def save(self) -> None:
        """End the document; now every page knows how many there are."""
        self._foot()
        self._canvas.showPage()
        self._canvas.beginForm(_COUNT, 0, -2, 60, 8)
        self._canvas.setFillColorRGB(*_PALE)
        self._canvas.setFont(PLAIN, 7.5)
        self._canvas.drawString(0, 0, str(self._page))
        self._canvas.endForm()
        self._canvas.save()

    def _party(self, party: Party, label: str, left: float, width: float) -> None:
        self._write(left, _SMALL, label, PLAIN, _PALE)
        for line in lines_of(party.name, BOLD, 9.5, width, most=3):
            self._write(left, 9.5, line, BOLD)
        for text in party.lines:
            for line in lines_of(text, PLAIN, _TEXT, width, most=3):
                self._write(left, _TEXT, line)

    def _lines_of_cell(
        self, cell: Cell, column: Column, width: float
    ) -> list[tuple[str, float, tuple[float, float, float]]]:
        room = width - 6
        if column.is_amount:
            texts = [drawable(cell.text)]
        else:
            texts = lines_of(cell.text, PLAIN, _TEXT, room, most=_MOST_LINES_OF_A_CELL)
        below = lines_of(cell.below, PLAIN, _SMALL, room, most=2) if cell.below else []
        return [*((text, _TEXT, _INK) for text in texts), *((text, _SMALL, _PALE) for text in below)]

    def _head(self) -> None:
        left = _LEFT
        for column, width in self._columns:
            title = drawable(column.title)
            if column.is_amount:
                self._write_right(left + width, 7.5, title, PLAIN, _PALE, keep=True)
            else:
                self._write(left, 7.5, title, PLAIN, _PALE, keep=True)
            left += width
        self._y -= 7.5 * _LEADING + 3
        self._rule(self._y)

    def _next_page(self) -> None:
        self._foot()
        self._canvas.showPage()
        self._page += 1
        self._y = _TOP
        self._write(_LEFT, _TEXT, self._title, BOLD, keep=True)
        self._write_right(_RIGHT, _TEXT, self._reference, PLAIN, _PALE)
        self._y -= 8

    def _foot(self) -> None:
        words = self._words["page"].format(page=self._page)
        left = _RIGHT - width_of(words, PLAIN, 7.5) - 20
        self._canvas.setFillColorRGB(*_PALE)
        self._canvas.setFont(PLAIN, 7.5)
        self._canvas.drawString(left, _BOTTOM - 20, words)
        self._canvas.saveState()
        self._canvas.translate(left + width_of(words, PLAIN, 7.5) + 2, _BOTTOM - 20)
        self._canvas.doForm(_COUNT)
        self._canvas.restoreState()

    def _room(self, height: float) -> None:
        """On a new page, unless so much is left of this one."""
        if self._y - height < _BOTTOM:
            self._next_page()

    def _rule(self, y: float) -> None:
        self._canvas.setStrokeColorRGB(*_RULE)
        self._canvas.setLineWidth(0.5)
        self._canvas.line(_LEFT, y, _RIGHT, y)

    def _write(
        self,
        x: float,
        size: float,
        text: str,
        font: str = PLAIN,
        colour: tuple[float, float, float] = _INK,
        *,
        keep: bool = False,
    ) -> None:
        """Write a drawable line below the last one; `keep`: the next one stands beside it."""
        self._canvas.setFillColorRGB(*colour)
        self._canvas.setFont(font, size)
        self._canvas.drawString(x, self._y - size, text)
        if not keep:
            self._y -= size * _LEADING

    def _write_right(
        self,
        x: float,
        size: float,
        text: str,
        font: str = PLAIN,
        colour: tuple[float, float, float] = _INK,
        *,
        keep: bool = False,
    ) -> None:
        self._write(x - width_of(text, font, size), size, text, font, colour, keep=keep)
