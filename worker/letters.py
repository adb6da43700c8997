"""What letters to customers say, in three languages: documents that are attached, and alerts."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any, Final

from adapters.documents.amounts import money
from adapters.documents.words import ISSUED
from connectors.bitrix24.texts import Language
from connectors.smtp import Attachment, Letter
from worker.money_notices import money_text

Row = Mapping[str, Any]
_PREFIX: Final = "WhatsApp: "
_SUBJECTS: Final[Mapping[str, Mapping[Language, str]]] = {
    "low_balance": {"es": "Queda poco saldo", "en": "The balance is low", "pt": "O saldo está baixo"},
    "recharge_declined": {
        "es": "La recarga automática fue rechazada",
        "en": "The automatic top-up was declined",
        "pt": "A recarga automática foi recusada",
    },
    "recharge_stopped": {
        "es": "La recarga automática se detuvo",
        "en": "The automatic top-up was stopped",
        "pt": "A recarga automática parou",
    },
    "recharge_cap": {
        "es": "La recarga automática llegó a su tope",
        "en": "The automatic top-up reached its cap",
        "pt": "A recarga automática atingiu o limite",
    },
    "trial_ends": {
        "es": "La prueba de un canal termina pronto",
        "en": "A channel's trial ends soon",
        "pt": "O teste de um canal termina em breve",
    },
    "subscription_grace": {
        "es": "No se pudo cobrar una renovación",
        "en": "A renewal could not be paid",
        "pt": "Não foi possível cobrar uma renovação",
    },
    "subscription_suspended": {
        "es": "Un canal está suspendido",
        "en": "A channel is suspended",
        "pt": "Um canal está suspenso",
    },
    "subscription_resumed": {
        "es": "Un canal volvió a funcionar",
        "en": "A channel works again",
        "pt": "Um canal voltou a funcionar",
    },
}
_WORDS: Final[Mapping[Language, Mapping[str, str]]] = {
    "es": {
        "hello": "Hola:",
        "attached": "Adjuntamos su {kind} {name} por {total}, del portal {portal}.",
        "where": "También está en Bitrix24: {app} → Saldo → Recibos y facturas.",
        "act": "Puede verlo en Bitrix24 ({portal}): {app} → Saldo.",
        "why": "Recibe este correo porque su empresa lo indicó como contacto. Lo envía {issuer}.",
    },
    "en": {
        "hello": "Hello,",
        "attached": "Attached is your {kind} {name} for {total}, of the portal {portal}.",
        "where": "It is also in Bitrix24: {app} → Balance → Receipts and invoices.",
        "act": "See it in Bitrix24 ({portal}): {app} → Balance.",
        "why": "You receive this because your company named you as a contact. Sent by {issuer}.",
    },
    "pt": {
        "hello": "Olá,",
        "attached": "Segue em anexo: {kind} {name}, no valor de {total}, do portal {portal}.",
        "where": "Também está no Bitrix24: {app} → Saldo → Recibos e faturas.",
        "act": "Veja no Bitrix24 ({portal}): {app} → Saldo.",
        "why": "Você recebe este e-mail porque sua empresa o indicou como contato. Enviado por {issuer}.",
    },
}
_PAGE: Final = (
    '<!doctype html><html lang="{language}"><body style="margin:0;padding:24px;background:#f5f7f8">'
    '<div style="max-width:560px;margin:0 auto;padding:24px;background:#fff;border-radius:12px;'
    'font:15px/1.5 Arial,Helvetica,sans-serif;color:#21262f">{paragraphs}'
    '<p style="margin:24px 0 0;font-size:12px;color:#707784">{small}</p></div></body></html>'
)


def document_letter(row: Row, document: Row, app_name: str) -> Letter:
    """A document as a letter, in the language in which it was issued.

    `row`: one of `billing.claim_mail`; `document`: one of `billing.mailed_document`. Draws the PDF.
    """
    from adapters.documents.issued import file_name, issued_pdf  # large, and most workers send no mail

    language: Language = document["language"]
    kind = ISSUED[language][document["kind"]]
    total = money(document["total"], document["currency"], language)
    facts = {"kind": kind.lower(), "name": document["name"], "total": total, "portal": row["domain"]}
    words = _WORDS[language]
    said = [words["attached"].format_map(facts), words["where"].format(app=app_name)]
    attachment = Attachment(name=file_name(document), content=issued_pdf(document))
    return _letter(row, language, f"{kind} {document['name']}: {total}", said, attachment)


def alert_letter(row: Row, app_name: str) -> Letter:
    """An alert as a letter, in the customer's language: what the portal's people read, and where to act."""
    language: Language = row["language"]
    text = money_text(dict(row)).removeprefix(_PREFIX)
    act = _WORDS[language]["act"].format(portal=row["domain"], app=app_name)
    subject = f"{_SUBJECTS[row['kind']][language]} · {row['domain']}"
    return _letter(row, language, subject, [text[:1].upper() + text[1:], act], None)


def _letter(
    row: Row, language: Language, subject: str, said: list[str], attachment: Attachment | None
) -> Letter:
    words = _WORDS[language]
    small = words["why"].format(issuer=row["issuer"])
    paragraphs = [words["hello"], *said]
    shown = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)
    return Letter(
        mail_id=str(row["mail_id"]),
        recipients=tuple(row["recipients"]),
        language=language,
        subject=subject,
        text="\n\n".join([*paragraphs, "-- \n" + small]) + "\n",
        html=_PAGE.format(language=language, paragraphs=shown, small=escape(small)),
        attachment=attachment,
    )
