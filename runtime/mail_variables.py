"""What can be said about the variables of mail: the server that takes letters to customers."""

from __future__ import annotations

from email.utils import parseaddr
from typing import Annotated

from runtime.variables import Variable, one_of, whole


def sender(text: str) -> str:
    """Read who writes: an address, or a name and an address."""
    address = parseaddr(text)[1]
    local, _, domain = address.rpartition("@")
    if not (local and "." in domain and address.isascii() and " " not in address) or "\n" in text:
        raise ValueError("is not a mail address; write it as Name <name@example.com>")
    return text


SmtpHost = Annotated[
    str,
    Variable(
        default="",
        example="smtp.example.com",
        en="The mail server that takes receipts and alerts to the customers' contacts; empty: no mail is "
        "sent.",
        es="El servidor de correo que lleva recibos y avisos a los contactos de los clientes; vacía: no se "
        "envía correo.",
    ),
]
SmtpPort = Annotated[
    int,
    Variable(
        default="587",
        read=whole(1, 65535),
        example="465",
        en="Its port: 587 for STARTTLS, 465 for TLS from the beginning.",
        es="Su puerto: 587 para STARTTLS, 465 para TLS desde el principio.",
    ),
]
SmtpSecurity = Annotated[
    str,
    Variable(
        default="starttls",
        read=one_of("starttls", "tls", "none"),
        example="tls",
        en="starttls, tls, or none: without encryption, for a server on the same machine only.",
        es="starttls, tls o none: sin cifrado, solo para un servidor en la misma máquina.",
    ),
]
SmtpUser = Annotated[
    str,
    Variable(
        default="",
        example="saldo@example.com",
        en="Who signs in at the mail server; empty: nobody.",
        es="Quién inicia sesión en el servidor de correo; vacía: nadie.",
    ),
]
SmtpPassword = Annotated[
    str,
    Variable(
        default="",
        secret=True,
        example="<password>",
        en="The password of that user.",
        es="La contraseña de ese usuario.",
    ),
]
SmtpFrom = Annotated[
    str,
    Variable(
        default="",
        read=sender,
        example="WhatsAppB24 <saldo@example.com>",
        en="From whom the letters are. Needed where SMTP_HOST is set; the domain must let that server send "
        "for it (SPF, DKIM), or letters land among spam.",
        es="De quién son los correos. Hace falta si SMTP_HOST está definida; el dominio debe autorizar a ese "
        "servidor (SPF, DKIM), o los correos llegan a spam.",
    ),
]
