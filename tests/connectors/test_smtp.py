"""Letters are handed over to a real server on this machine: what it gets, and what its refusals mean."""

from __future__ import annotations

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from connectors.outside import Context, Exchange, Policy
from connectors.redaction import Secret
from connectors.smtp import Attachment, Letter, MailServer, Postman
from tests.mail_server import MailServerOfTests, mail_server

pytestmark = pytest.mark.requirement("R4-c")
LETTER = Letter(
    mail_id="019aa000-0000-7000-8000-000000000001",
    recipients=("caja@acme.example", "ana@acme.example"),
    language="es",
    subject="Recibo R-000017: USD 58.00",
    text="Adjuntamos su recibo, señora Ñandú.\n",
    html="<p>Adjuntamos su recibo, señora Ñandú.</p>",
    attachment=Attachment(name="R-000017.pdf", content=b"%PDF-1.4 \x00\xff"),
)
ABOUT = Context(portal_id="019aa000-0000-7000-8000-0000000000aa")


class Journal:
    """What was recorded."""

    def __init__(self) -> None:
        self.kept: list[Exchange] = []

    def record(self, exchange: Exchange) -> None:
        """Take one."""
        self.kept.append(exchange)


def _postman(server: MailServerOfTests, journal: Journal | None = None, **settings: Any) -> Postman:
    facts = {"security": "none", "user": "saldo", "timeout_s": 5.0, **settings}
    told = MailServer(
        host="127.0.0.1",
        port=server.port,
        password=Secret("s3cret!"),
        sender="WhatsAppB24 <saldo@example.com>",
        **facts,
    )
    return Postman(told, journal or Journal())


async def test_a_letter_arrives_as_text_and_page_with_its_document() -> None:
    async with mail_server() as server:
        assert await _postman(server).send(LETTER, about=ABOUT) is None
    (letter,) = server.letters
    assert [["caja@acme.example", "ana@acme.example"]] == server.recipients
    assert ["\0saldo\0s3cret!"] == server.logins
    assert ("Recibo R-000017: USD 58.00", "es") == (letter["Subject"], letter["Content-Language"])
    assert "WhatsAppB24 <saldo@example.com>" == letter["From"]
    assert f"<{LETTER.mail_id}@example.com>" == letter["Message-ID"], "sent again it is the same letter"
    text, html = letter.get_body(("plain",)), letter.get_body(("html",))
    assert text is not None
    assert html is not None
    assert ("Ñandú" in text.get_content(), "<p>" in html.get_content()) == (True, True)
    (pdf,) = letter.iter_attachments()
    assert ("R-000017.pdf", b"%PDF-1.4 \x00\xff") == (pdf.get_filename(), pdf.get_content())


async def test_the_journal_knows_no_address_and_no_secret() -> None:
    journal = Journal()
    async with mail_server() as server:
        server.answers["AUTH"] = "535 wrong password s3cret! of saldo"
        failure = await _postman(server, journal).send(LETTER, about=ABOUT)
    assert failure is not None
    (kept,) = journal.kept
    assert ("smtp", 535, "login_refused", ABOUT.portal_id) == (
        kept.party,
        kept.status,
        kept.error,
        kept.portal_id,
    )
    told = repr((kept, failure))
    assert not any(word in told for word in ("s3cret", "acme.example", "Ñandú"))


@pytest.mark.parametrize(
    ("answers", "policy", "code"),
    [
        ({"RCPT": "550 no such user"}, Policy.NEVER, "recipients_refused"),
        ({"RCPT": "451 later"}, Policy.RETRY, "recipients_refused"),
        ({"AUTH": "535 who are you"}, Policy.FIX, "login_refused"),
        ({"MAIL": "553 not your domain"}, Policy.FIX, "refused"),
        ({"MAIL": "421 busy"}, Policy.RETRY, "refused"),
        ({".": "554 looks like spam"}, Policy.NEVER, "letter_refused"),
        ({".": "452 no room"}, Policy.RETRY, "refused"),
    ],
)
async def test_a_refusal_says_whether_it_may_pass(answers: dict[str, str], policy: Policy, code: str) -> None:
    async with mail_server() as server:
        server.answers |= answers
        failure = await _postman(server).send(LETTER, about=ABOUT)
    assert failure is not None
    assert (policy, code, []) == (failure.policy, failure.code, server.letters)


async def test_one_address_that_is_gone_does_not_keep_the_letter_from_the_others() -> None:
    async with mail_server() as server:
        server.answers["rcpt TO:<ana@acme.example>"] = "550 gone"
        assert await _postman(server).send(LETTER, about=ABOUT) is None
    assert [["caja@acme.example"]] == server.recipients


async def test_without_encryption_nothing_is_said_to_a_server_that_should_have_it() -> None:
    async with mail_server() as server:
        failure = await _postman(server, security="starttls").send(LETTER, about=ABOUT)
    assert failure is not None
    assert (Policy.FIX, "not_supported") == (failure.policy, failure.code)
    assert ([], []) == (server.logins, server.letters)


async def test_a_server_that_is_silent_or_away_is_tried_later() -> None:
    async with mail_server() as server:
        server.greets = False
        silent = await _postman(server, timeout_s=0.2).send(LETTER, about=ABOUT)
    away = await _postman(server).send(LETTER, about=ABOUT)
    assert silent is not None
    assert away is not None
    assert {Policy.RETRY} == {silent.policy, away.policy}
    assert ("no_answer", "not_connected") == (silent.code, away.code)


async def test_a_certificate_that_nobody_vouches_for_ends_the_conversation(tmp_path: Path) -> None:
    tls, authority = _self_signed(tmp_path)
    async with mail_server(tls) as server:
        stranger = await _postman(server, security="tls").send(LETTER, about=ABOUT)
        known = await _postman(server, security="tls", authorities=authority).send(LETTER, about=ABOUT)
    assert stranger is not None
    assert (Policy.FIX, "certificate_not_trusted") == (stranger.policy, stranger.code)
    assert (None, 1) == (known, len(server.letters))


async def test_a_subject_is_one_line() -> None:
    letter = msgspec.structs.replace(LETTER, subject="Recibo\r\nBcc: all@acme.example")
    async with mail_server() as server:
        assert await _postman(server).send(letter, about=ABOUT) is None
    assert ("Recibo Bcc: all@acme.example", None) == (
        server.letters[0]["Subject"],
        server.letters[0]["Bcc"],
    )


def _self_signed(home: Path) -> tuple[ssl.SSLContext, str]:
    """A server's context for 127.0.0.1, and the file of who vouches for it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail of the tests")])
    begun = datetime.now(UTC) - timedelta(days=1)
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(begun)
        .not_valid_after(begun + timedelta(days=3))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, private = home / "mail.pem", home / "mail.key"
    pem.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(pem, private)
    return tls, str(pem)
