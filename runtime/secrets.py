"""Secrets at rest, passwords of our database roles, signed addresses: everything that a key protects.

`SECRET_KEYS` holds Fernet keys, newest first: the first one seals and signs, all of them open and verify.
No key is used as it is; each purpose gets a key of its own (HKDF-SHA256), so that nothing made for one
purpose means anything for another.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Sequence
from datetime import UTC, datetime

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class SealBroken(Exception):
    """The bytes were not sealed with any of our keys, or were changed since."""


class SignatureRefused(Exception):
    """A signed address that is not ours, was changed, or has expired. The text never holds the token."""


def generate_key() -> str:
    """Return a new key for the front of `SECRET_KEYS`."""
    return Fernet.generate_key().decode()


def digest(value: str) -> bytes:
    """Return SHA-256 of a long random value (a bearer key), to look it up without storing it. 32 bytes."""
    return hashlib.sha256(value.encode()).digest()


def role_password(keys: Sequence[str], role: str) -> str:
    """Return the password of a database login role, derived from the newest key: 43 URL-safe characters."""
    return urlsafe_b64encode(derived_key(keys[0], f"role:{role}")).decode().rstrip("=")


class Box:
    """Seals small secrets (tokens, API keys) for storage. A sealed value is ASCII."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._fernet = MultiFernet([Fernet(urlsafe_b64encode(derived_key(key, "seal"))) for key in keys])

    def seal(self, value: str | bytes) -> bytes:
        """Encrypt and authenticate with the newest key."""
        return self._fernet.encrypt(value.encode() if isinstance(value, str) else value)

    def open(self, sealed: bytes) -> str:
        """Return what was sealed, as text. Raises `SealBroken`."""
        return self.open_bytes(sealed).decode()

    def open_bytes(self, sealed: bytes) -> bytes:
        """Return what was sealed. Raises `SealBroken`."""
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken:
            raise SealBroken("sealed with a key that SECRET_KEYS no longer holds, or damaged") from None

    def rotate(self, sealed: bytes) -> bytes:
        """Seal the same value again with the newest key. Raises `SealBroken`."""
        try:
            return self._fernet.rotate(sealed)
        except InvalidToken:
            raise SealBroken("sealed with a key that SECRET_KEYS no longer holds, or damaged") from None


class Signer:
    """Signs short-lived tokens that go into addresses, such as the link under which Gupshup fetches a file.

    A token is `<payload>.<expiry, Unix seconds>.<MAC>` with the first and last in URL-safe base64.
    """

    def __init__(self, keys: Sequence[str], purpose: str) -> None:
        self._keys = [derived_key(key, f"sign:{purpose}") for key in keys]

    def sign(self, payload: str, expires_at: datetime) -> str:
        """Return a token that says `payload` until `expires_at` (aware, whole seconds)."""
        body = f"{_encode(payload.encode())}.{int(expires_at.timestamp())}"
        return f"{body}.{_encode(_mac(self._keys[0], body))}"

    def mark(self, text: str) -> str:
        """Return an opaque id of `text`, the same as long as the newest key is; nobody else can make it."""
        return _encode(_mac(self._keys[0], text))

    def verify(self, token: str, *, now: datetime | None = None) -> str:
        """Return the payload. Raises `SignatureRefused` when it is not ours or `now` is not before expiry."""
        body, _, mac = token.rpartition(".")
        # what we sign is ASCII; a lone surrogate in an address could not even be compared
        expected = [_encode(_mac(key, body)) for key in self._keys] if token.isascii() else []
        if not any(hmac.compare_digest(candidate, mac) for candidate in expected):
            raise SignatureRefused("the signature is not ours")
        payload, _, expiry = body.partition(".")
        if int(expiry) <= (now or datetime.now(UTC)).timestamp():
            raise SignatureRefused("the address has expired")
        return _decode(payload)


def is_key(value: str) -> bool:
    """Is this a Fernet key: 32 bytes in URL-safe base64?"""
    try:
        return len(urlsafe_b64decode(value)) == 32
    except (NotBase64, ValueError):
        return False


def derived_key(key: str, purpose: str) -> bytes:
    """Return the 32 bytes that stand for `key` in this purpose."""
    info = f"whatsappb24/{purpose}".encode()
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(urlsafe_b64decode(key))


def _mac(key: bytes, body: str) -> bytes:
    return hmac.digest(key, body.encode(), "sha256")


def _encode(value: bytes) -> str:
    return urlsafe_b64encode(value).decode().rstrip("=")


def _decode(value: str) -> str:
    return urlsafe_b64decode(value + "=" * (-len(value) % 4)).decode()
