"""Letters by SMTP (RFC 5321, 8314), handed over to the house's own mail server.

The standard library's client in a thread: a letter takes a second, there are few of them, and an asynchronous
client would be one more package for nothing. Addresses and contents stay out of the journal.
"""

from __future__ import annotations

import asyncio
import smtplib
import ssl
import time
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Final, Literal

import msgspec

from connectors.outside import Actor, Context, Exchange, Failure, Journal, Method, Policy, Retry
from connectors.redaction import Secret

Security = Literal["starttls", "tls", "none"]
_TIMEOUT_S: Final = 30.0
MAIL: Final = Method(
    name="SMTP",
    purpose="hand a letter over to the mail server: receipts, invoices, and what customers must hear",
    why="every company has a mail server; a provider's own API would tie customers' letters to him",
    scope="the mail server's user",
    retry=Retry.SAFE,
)


class MailServer(msgspec.Struct, frozen=True, kw_only=True):
    """Where letters are handed over. `none` sends in the clear: for a server on this machine only."""

    host: str
    port: int
    security: Security
    user: str
    password: Secret
    sender: str
    """`WhatsAppB24 <saldo@example.com>`: from whom they are."""
    timeout_s: float = _TIMEOUT_S
    authorities: str | None = None
    """A PEM file of authorities that are believed beside the machine's own."""


class Attachment(msgspec.Struct, frozen=True, kw_only=True):
    """A PDF that a letter carries."""

    name: str
    content: bytes


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """One letter. `mail_id` makes its Message-ID: handed over twice, mail programs show it once."""

    mail_id: str
    recipients: tuple[str, ...]
    language: str
    subject: str
    text: str
    html: str
    attachment: Attachment | None = None


class Postman:
    """Hands letters over, each on a connection of its own; any number at once."""

    def __init__(self, server: MailServer, journal: Journal) -> None:
        self._server = server
        self._journal = journal

    async def send(self, letter: Letter, *, about: Context) -> Failure | None:
        """Hand it over; None when the server took it for one recipient at least."""
        begun = time.perf_counter()
        message = written(letter, self._server.sender)
        failure = await asyncio.to_thread(self._hand_over, message, letter.recipients)
        self._journal.record(
            Exchange(
                party="smtp",
                method=MAIL.name,
                status=failure.http_status if failure else 250,
                duration_ms=(time.perf_counter() - begun) * 1000,
                request={"mail_id": letter.mail_id, "recipients": len(letter.recipients)},
                response=None,
                error=failure.code if failure else None,
                portal_id=about.portal_id,
            )
        )
        return failure

    def _hand_over(self, message: EmailMessage, recipients: tuple[str, ...]) -> Failure | None:
        try:
            with self._connected() as smtp:
                if self._server.user:
                    smtp.login(self._server.user, self._server.password.reveal())
                smtp.send_message(message, to_addrs=list(recipients))
        except (smtplib.SMTPException, OSError) as error:
            return failure_of(error)
        return None

    def _connected(self) -> smtplib.SMTP:
        """A connection that nobody listens to; what was opened is closed where that fails."""
        host, port, patience = self._server.host, self._server.port, self._server.timeout_s
        context = ssl.create_default_context()
        if self._server.authorities:
            context.load_verify_locations(self._server.authorities)
        if self._server.security == "tls":
            return smtplib.SMTP_SSL(host, port, timeout=patience, context=context)
        smtp = smtplib.SMTP(host, port, timeout=patience)
        if self._server.security == "none":
            return smtp
        try:
            smtp.starttls(context=context)
        except BaseException:
            smtp.close()
            raise
        return smtp


def written(letter: Letter, sender: str) -> EmailMessage:
    """The letter as plain text and simple HTML, with its attachment."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = ", ".join(letter.recipients)
    message["Subject"] = " ".join(letter.subject.split())
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = f"<{letter.mail_id}@{parseaddr(sender)[1].rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    if letter.attachment is not None:
        message.add_attachment(
            letter.attachment.content, maintype="application", subtype="pdf", filename=letter.attachment.name
        )
    message["Content-Language"] = letter.language  # last: making parts would move it into the first
    return message


def failure_of(error: smtplib.SMTPException | OSError) -> Failure:
    """What the server refused, and whether that can change: 4yz by itself, our settings by a person."""
    match error:
        case smtplib.SMTPRecipientsRefused():
            codes = [code for code, _ in error.recipients.values()]
            never = bool(codes) and all(code >= 500 for code in codes)
            return _failure(
                Policy.NEVER if never else Policy.RETRY, "recipients_refused", max(codes, default=0)
            )
        case smtplib.SMTPDataError() if error.smtp_code >= 500:
            return _failure(Policy.NEVER, "letter_refused", error.smtp_code)
        case smtplib.SMTPAuthenticationError():
            return _failure(Policy.FIX, "login_refused", error.smtp_code)
        case smtplib.SMTPNotSupportedError():
            return _failure(Policy.FIX, "not_supported", None)
        case smtplib.SMTPResponseException():
            policy = Policy.FIX if error.smtp_code >= 500 else Policy.RETRY
            return _failure(policy, "refused", error.smtp_code)
        case ssl.SSLCertVerificationError():
            return _failure(Policy.FIX, "certificate_not_trusted", None)
        case smtplib.SMTPServerDisconnected():
            return _failure(Policy.RETRY, "no_answer", None)
        case TimeoutError():
            return _failure(Policy.RETRY, "timeout", None)
        case _:
            return _failure(Policy.RETRY, "not_connected", None)


def _failure(policy: Policy, code: str, status: int | None) -> Failure:
    """The server's own words may hold addresses: its code says enough."""
    who = Actor.PROVIDER if policy is Policy.FIX else Actor.NOBODY
    return Failure(policy=policy, code=code, message=code, who_acts=who, http_status=status or None)
