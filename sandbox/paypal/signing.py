"""Certificates of the simulated PayPal's own authority, and signatures as PayPal's (contract §2.9)."""

from __future__ import annotations

import base64
import zlib
from datetime import UTC, datetime, timedelta

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

SIGNER = "messageverificationcerts.paypal.com"
_YEAR = timedelta(days=365)


class Keys(msgspec.Struct):
    """What the simulated PayPal signs with; PEM, so that it survives a restart."""

    authority: str
    """The certificate that whoever verifies must trust."""
    chain: str
    """The signer's certificate, as it is served."""
    private_key: str


def new_keys(signer: str = SIGNER, *, days: int = 365) -> Keys:
    """An authority, and a signer's certificate by it that is valid from yesterday for `days`."""
    began = datetime.now(UTC) - timedelta(days=1)
    authority_key, signer_key = _new_key(), _new_key()
    authority_name = _name("PayPal Sandbox Authority")
    authority = (
        _certificate(authority_name, authority_name, authority_key, began, began + 10 * _YEAR)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(authority_key, SHA256())
    )
    leaf = (
        _certificate(_name(signer), authority_name, signer_key, began, began + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(signer)]), critical=False)
        .sign(authority_key, SHA256())
    )
    private_key = signer_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Keys(
        authority=authority.public_bytes(Encoding.PEM).decode(),
        chain=leaf.public_bytes(Encoding.PEM).decode(),
        private_key=private_key.decode(),
    )


def signature(keys: Keys, transmission_id: str, time: str, webhook_id: str, body: bytes) -> str:
    """The value of PAYPAL-TRANSMISSION-SIG."""
    key = load_pem_private_key(keys.private_key.encode(), password=None)
    if not isinstance(key, RSAPrivateKey):
        raise TypeError("the signer's key is not RSA")
    signed = f"{transmission_id}|{time}|{webhook_id}|{zlib.crc32(body)}".encode()
    return base64.b64encode(key.sign(signed, PKCS1v15(), SHA256())).decode()


def _new_key() -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=2048)


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: RSAPrivateKey, start: datetime, end: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
    )
