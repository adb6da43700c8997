"""Letters from the outbox: who gets which, in which words, once; and what becomes of refusals."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from psycopg.types.json import Jsonb

from connectors.bitrix24.texts import LANGUAGES, Language
from connectors.outside import Exchange
from connectors.redaction import Secret
from connectors.smtp import MailServer, Postman
from tests.adapters.pdf import pages_of
from tests.adapters.test_issued import RECEIPT, USED
from tests.mail_server import MailServerOfTests, mail_server
from tests.worker.conftest import House, Owner
from worker.letters import alert_letter, document_letter
from worker.mail import Mail

pytestmark = [pytest.mark.requirement("R4-c"), pytest.mark.requirement("R2.3-a")]
ROW: dict[str, Any] = {
    "mail_id": UUID(int=1),
    "recipients": ["caja@acme.example"],
    "domain": "acme.bitrix24.mx",
    "issuer": "Mensajería <del Sur>",
    "currency": "USD",
    "detail": {"cap": 1_000_000},
}


class Journal:
    """Nobody reads it here."""

    def record(self, exchange: Exchange) -> None:
        """Take one."""


@pytest.fixture
async def server() -> AsyncIterator[MailServerOfTests]:
    async with mail_server() as opened:
        yield opened


def _mail(house: House, server: MailServerOfTests) -> Mail:
    told = MailServer(
        host="127.0.0.1",
        port=server.port,
        security="none",
        user="",
        password=Secret(""),
        sender="saldo@example.com",
        timeout_s=5,
    )
    return Mail(house.database, Postman(told, Journal()), "WhatsAppB24")


async def _round(mail: Mail) -> None:
    """Send what is due, to the end."""
    async with mail._errands:
        await mail.round()


def _customer(house: House, owner: Owner, contacts: list[dict[str, str]]) -> None:
    owner.rows("update billing.mail set state = 'moot' where state = 'waits'")
    owner.rows(
        "update tenancy.customer set contacts = %s where customer_id ="
        " (select customer_id from tenancy.portal where portal_id = %s)",
        Jsonb(contacts),
        house.portal,
    )
    owner.rows("select billing.open_wallet(%s, 'USD')", house.portal)


def _receipt(house: House, owner: Owner) -> None:
    owner.rows(
        "select billing.issue_document(%s, 'receipt', tenancy.new_id()::text, 'USD', 0, %s, %s)",
        house.portal,
        Jsonb([{"what": "topup", "amount": 25_000_000}]),
        Jsonb({"bonus": 0}),
    )


def _states(house: House, owner: Owner) -> list[tuple[str, str | None]]:
    rows = owner.rows(
        "select state, state_reason from billing.mail where portal_id = %s order by at", house.portal
    )
    return [(row["state"], row["state_reason"]) for row in rows]


async def test_a_receipt_reaches_the_contacts_with_its_pdf_once(
    house: House, owner: Owner, server: MailServerOfTests
) -> None:
    _customer(
        house, owner, [{"email": "caja@acme.example", "purpose": "billing"}, {"email": "x@acme.example"}]
    )
    _receipt(house, owner)
    mail = _mail(house, server)
    await _round(mail)
    await _round(mail)
    (letter,) = server.letters
    assert [["caja@acme.example"]] == server.recipients
    (pdf,) = letter.iter_attachments()
    (page,) = pages_of(pdf.get_content())
    assert {"Recibo", "USD 25.00"} <= set(page)
    assert letter["Subject"].startswith("Recibo R-")
    assert [("sent", None)] == _states(house, owner)


async def test_what_the_server_cannot_take_now_is_sent_later(
    house: House, owner: Owner, server: MailServerOfTests
) -> None:
    _customer(house, owner, [{"email": "caja@acme.example"}])
    _receipt(house, owner)
    mail = _mail(house, server)
    server.answers["RCPT"] = "451 later"
    await _round(mail)
    assert [("waits", "recipients_refused")] == _states(house, owner)
    server.answers.clear()
    owner.rows("update billing.mail set due_at = tenancy.now() where portal_id = %s", house.portal)
    await _round(mail)
    assert ([("sent", None)], 1) == (_states(house, owner), len(server.letters))


async def test_what_the_server_never_takes_ends_there(
    house: House, owner: Owner, server: MailServerOfTests
) -> None:
    _customer(house, owner, [{"email": "gone@acme.example"}])
    _receipt(house, owner)
    server.answers["RCPT"] = "550 no such user"
    await _round(_mail(house, server))
    assert [("failed", "recipients_refused")] == _states(house, owner)


async def test_an_alert_goes_to_the_contacts_as_well(
    house: House, owner: Owner, server: MailServerOfTests
) -> None:
    _customer(house, owner, [{"email": "caja@acme.example"}])
    owner.rows(
        "insert into billing.alert (portal_id, alert_id, kind, detail, at, due_at)"
        " values (%s, tenancy.new_id(), 'recharge_declined', %s, tenancy.now(), tenancy.now())",
        house.portal,
        Jsonb({"amount": 20_000_000, "currency": "USD", "failures": 1}),
    )
    await house.database.call("billing.claim_alerts", {"p_limit": 100})
    await _round(_mail(house, server))
    (letter,) = server.letters
    assert letter["Subject"].startswith("La recarga automática fue rechazada · ")
    body = letter.get_body(("plain",))
    assert body is not None
    assert "La recarga automática de USD 20.00 fue rechazada." in body.get_content()


async def test_who_has_nobody_to_write_to_holds_up_nobody(
    house: House, owner: Owner, server: MailServerOfTests
) -> None:
    _customer(house, owner, [])
    _receipt(house, owner)
    await _round(_mail(house, server))
    assert ([("moot", "no_address")], []) == (_states(house, owner), server.letters)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_letter_has_words(language: Language, owner: Owner) -> None:
    definition = owner.value(
        "select pg_get_constraintdef(oid) from pg_constraint"
        " where conrelid = 'billing.mail'::regclass and conname = 'mail_kind_check'"
    )
    kinds = [part for part in str(definition).split("'")[1::2] if part.islower()]
    assert {"receipt", "low_balance"} <= set(kinds)
    for kind in kinds:
        row = {**ROW, "kind": kind, "language": language}
        if kind in ("receipt", "invoice", "credit_note", "debit_note"):
            letter = document_letter(row, {**RECEIPT, "kind": kind, "language": language}, "WhatsAppB24")
            assert letter.attachment is not None
        else:
            letter = alert_letter(row, "WhatsAppB24")
        assert not {"{", "}"} & set(letter.text + letter.subject)
        assert "acme.bitrix24.mx" in letter.text
        assert "WhatsApp: " not in letter.text
        assert (language, "Mensajería &lt;del Sur&gt;" in letter.html) == (letter.language, True)


def test_an_invoice_names_its_number_and_amount() -> None:
    letter = document_letter({**ROW, "kind": "invoice"}, USED, "WhatsAppB24")
    assert "Factura F-000003: USD 12.0008" == letter.subject
    assert "Adjuntamos su factura F-000003 por USD 12.0008" in letter.text
