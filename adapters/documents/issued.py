"""Receipts, invoices, credit and debit notes as PDF: what `billing.document` froze when it was issued."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any, Final
from zoneinfo import ZoneInfo

from adapters.documents.amounts import day, decimals_of, money, number
from adapters.documents.paper import Cell, Column, Paper, Party
from adapters.documents.statement import customer_party
from adapters.documents.words import CATEGORIES, ISSUED, LINES
from connectors.bitrix24.texts import Language

Row = Mapping[str, Any]
_PROVIDERS: Final = {"stripe": "Stripe", "paypal": "PayPal"}


def issued_pdf(row: Row, *, compress: bool = True) -> bytes:
    """The document, complete, in the language in which it was issued. Takes some milliseconds of a core.

    `row`: a row of `billing.document`, amounts in millionths of its currency. Days are the portal's.
    """
    language: Language = row["language"]
    words = ISSUED[language]
    file = BytesIO()
    paper = Paper(file, language=language, title=words[row["kind"]], reference=row["name"], compress=compress)
    paper.parties(_issuer(row["content"]["issuer"]), customer_party(row["content"]["customer"]))
    paper.facts(_facts(row))
    paper.table(
        [
            Column(title=words["what"]),
            Column(title=words["quantity"], width=70, is_amount=True),
            Column(title=words["amount"].format(currency=row["currency"]), width=110, is_amount=True),
        ]
    )
    decimals = max((decimals_of(line["amount"]) for line in row["lines"]), default=2)
    for line in row["lines"]:
        paper.row(
            [
                Cell(text=what_of(line, language)),
                Cell(text=number(line["quantity"] * 1_000_000, language, 0)),
                Cell(text=number(line["amount"], language, decimals)),
            ]
        )
    paper.totals(_totals(row))
    for note in _notes(row):
        paper.note(note)
    paper.save()
    return file.getvalue()


def file_name(row: Row) -> str:
    """`R-000017.pdf`: the number alone is the same in every language."""
    return f"{row['name']}.pdf"


def what_of(line: Row, language: Language) -> str:
    """`Mensaje · Marketing`: what a line of a document is for."""
    detail = line["detail"] or {}
    category = detail.get("category")
    about = (
        LINES[language].get(line["what"], line["what"]),
        None if category is None else CATEGORIES[language].get(category, category),
        detail.get("plan"),
    )
    return " · ".join(str(part) for part in about if part)


def _issuer(facts: Row) -> Party:
    tax_id = " ".join(part for part in (facts.get("tax_id_type"), facts.get("tax_id")) if part)
    lines = (
        tax_id if facts.get("tax_id") else "",
        *(facts.get(name) for name in ("address", "email", "web")),
    )
    return Party(name=facts["legal_name"], lines=tuple(line for line in lines if line))


def _facts(row: Row) -> list[tuple[str, str]]:
    words, content = ISSUED[row["language"]], row["content"]
    zone = ZoneInfo(content["time_zone"])
    facts = [
        (words["number"], row["name"]),
        (words["issued"], _day(row["issued_at"], zone, row["language"])),
        (words["portal"], content["portal"]),
    ]
    if row["related_name"]:
        facts.append((words["corrects"], row["related_name"]))
    if period := content.get("period"):
        first = datetime.fromisoformat(period["from"])
        last = datetime.fromisoformat(period["to"]) - timedelta(microseconds=1)
        days = {"first": _day(first, zone, row["language"]), "last": _day(last, zone, row["language"])}
        facts.append((words["period"], words["from_to"].format_map(days)))
    if payment := content.get("payment"):
        facts += _payment_facts(payment, zone, row["language"])
    return facts


def _payment_facts(payment: Row, zone: ZoneInfo, language: Language) -> list[tuple[str, str]]:
    words = ISSUED[language]
    provider = _PROVIDERS.get(payment["provider"], payment["provider"])
    how = " · ".join(part for part in (provider, payment.get("method")) if part)
    facts = [
        (words["paid_at"], _day(datetime.fromisoformat(payment["paid_at"]), zone, language)),
        (words["paid_with"], how),
    ]
    if reference := payment.get("reference"):
        facts.append((words["reference"], reference))
    return facts


def _totals(row: Row) -> list[tuple[str, str]]:
    words = ISSUED[row["language"]]
    sums = [(words["net"], _money(row, row["net"])), (words["tax"], _money(row, row["tax"]))]
    return [*(sums if row["tax"] else ()), (words["total"], _money(row, row["total"]))]


def _notes(row: Row) -> list[str]:
    words, content = ISSUED[row["language"]], row["content"]
    notes = []
    if bonus := content.get("bonus"):
        name = "bonus" if row["kind"] in ("receipt", "debit_note") else "bonus_back"
        notes.append(words[name].format(amount=_money(row, bonus)))
    if paid := content.get("paid"):
        figures = {name: _money(row, paid[name]) for name in ("total", "tax")}
        notes.append(words["prepaid"].format_map(figures))
    return [*notes, words["not_fiscal"]]


def _money(row: Row, micros: int) -> str:
    return money(micros, row["currency"], row["language"])


def _day(instant: datetime, zone: ZoneInfo, language: Language) -> str:
    return day(instant.astimezone(zone).date(), language)
