"""The certificates that PayPal signs webhooks with: where they may come from, and which are believed (§2.9).

The address comes from outside, so it is compared as a whole text with what PayPal's can be: nothing is
parsed, so no two parsers can disagree. A certificate that was fetched is believed for its names, dates,
key and chain.
"""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final

import certifi
import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509.oid import NameOID

from connectors.payments import BadSignature, CannotVerify
from connectors.paypal.transport import Answer, Silence

LARGEST: Final = 32_768
KEPT_FOR: Final = timedelta(hours=24)
REFUSED_FOR: Final = timedelta(seconds=60)
_KEPT: Final = 64
_LEAST_BITS: Final = 2048
_LONGEST_CHAIN: Final = 6
_SIGNER: Final = re.compile(r"(?:[a-z0-9-]+\.)+paypal\.com", re.ASCII | re.IGNORECASE)
_CERTIFICATE_PATH: Final = r"/v1/notifications/certs/CERT-[A-Za-z0-9-]{1,80}"

Fetch = Callable[[str], Awaitable[Answer]]
"""GET without redirects, at most `LARGEST` + 1 bytes; raises Silence."""


class Addresses:
    """Which certificate addresses are PayPal's: exact bases, such as `https://api.paypal.com`."""

    def __init__(self, bases: Sequence[str]) -> None:
        allowed = (re.escape(base) + ("(?::443)?" if base.startswith("https:") else "") for base in bases)
        self._allowed = re.compile(f"(?:{'|'.join(allowed)}){_CERTIFICATE_PATH}", re.ASCII)

    def allow(self, url: str) -> bool:
        """Is the whole of `url` such an address?"""
        return self._allowed.fullmatch(url) is not None


class _Known(msgspec.Struct, frozen=True):
    """What is known of an address until then: its key, or why there is none."""

    until: datetime
    key: RSAPublicKey | None = None
    problem: Exception | None = None


class Certificates:
    """Public keys by their address, each fetched once however many deliveries wait.

    `roots` are the authorities that a chain may end in; without any, those of TLS. A certificate that
    comes alone over https is believed as its host is: TLS has proven who served it.
    """

    def __init__(
        self,
        addresses: Addresses,
        fetch: Fetch,
        *,
        roots: Sequence[x509.Certificate] | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._addresses = addresses
        self._fetch = fetch
        self._roots = roots
        self._now = now
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._fetching: dict[str, asyncio.Task[_Known]] = {}

    async def key(self, url: str) -> RSAPublicKey:
        """The key of the certificate at `url`.

        Raises BadSignature for an address that is not PayPal's or holds nothing; CannotVerify while it cannot
        be read, or when what it holds is not to be believed.
        """
        if not self._addresses.allow(url):
            raise BadSignature("the certificate's address is not PayPal's")
        known = self._known.get(url)
        if known is None or known.until <= self._now():
            known = await self._looked_up(url)
        if known.key is None:
            raise known.problem or CannotVerify("the certificate has no key")
        return known.key

    async def _looked_up(self, url: str) -> _Known:
        """One fetch for all who wait; it goes on when the first of them is cancelled."""
        fetching = self._fetching.get(url)
        if fetching is None:
            fetching = asyncio.create_task(self._read(url))
            self._fetching[url] = fetching
            fetching.add_done_callback(lambda _: self._fetching.pop(url, None))
        known = await asyncio.shield(fetching)
        self._known[url] = known
        self._known.move_to_end(url)
        while len(self._known) > _KEPT:
            self._known.popitem(last=False)
        return known

    async def _read(self, url: str) -> _Known:
        now = self._now()
        try:
            answer = await self._fetch(url)
        except Silence as silence:
            problem: Exception = CannotVerify(f"the certificate cannot be read ({silence.kind})")
            return _Known(now + REFUSED_FOR, problem=problem)
        if 400 <= answer.status < 500 and answer.status not in (408, 425, 429):
            return _Known(now + REFUSED_FOR, problem=BadSignature("PayPal has no such certificate"))
        if answer.status != 200 or len(answer.content) > LARGEST:
            problem = CannotVerify(f"no certificate came (HTTP {answer.status})")
            return _Known(now + REFUSED_FOR, problem=problem)
        try:
            over_tls = url.startswith("https:")
            leaf = trusted_leaf(answer.content, self._roots or _machine_roots(), now, over_tls=over_tls)
        except CannotVerify as error:
            return _Known(now + REFUSED_FOR, problem=error)
        key = leaf.public_key()
        if not isinstance(key, RSAPublicKey):
            raise TypeError("trusted_leaf let another key pass")
        return _Known(min(now + KEPT_FOR, leaf.not_valid_after_utc), key=key)


def trusted_leaf(
    pem: bytes, roots: Sequence[x509.Certificate], now: datetime, *, over_tls: bool
) -> x509.Certificate:
    """The first certificate of `pem`, if it is to be believed. Raises CannotVerify saying what is wrong."""
    try:
        leaf, *others = x509.load_pem_x509_certificates(pem)
        names = _names(leaf)
        key = leaf.public_key()
    except ValueError:
        raise CannotVerify("what came is no certificate") from None
    if not names or not all(_SIGNER.fullmatch(name) for name in names):
        raise CannotVerify("the certificate is not of paypal.com")
    if not isinstance(key, RSAPublicKey) or key.key_size < _LEAST_BITS:
        raise CannotVerify("the certificate's key is not RSA of 2,048 bits or more")
    _climb(leaf, others, roots, now, over_tls=over_tls)
    return leaf


def _climb(
    leaf: x509.Certificate,
    others: Sequence[x509.Certificate],
    roots: Sequence[x509.Certificate],
    now: datetime,
    *,
    over_tls: bool,
) -> None:
    """Follow issuers from the leaf to a root; every link is checked, and every date."""
    at = leaf
    for _ in range(_LONGEST_CHAIN):
        _in_time(at, now)
        root = next((one for one in roots if _issued(at, one)), None)
        if root is not None:
            _in_time(root, now)
            return
        above = next((one for one in others if one != at and _issued(at, one)), None)
        if above is None:
            break
        at = above
    if at is leaf and not others and over_tls:
        return
    raise CannotVerify("the certificate's chain does not end in a known authority")


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        authority = issuer.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        return False
    return authority


def _in_time(certificate: x509.Certificate, now: datetime) -> None:
    if not certificate.not_valid_before_utc <= now < certificate.not_valid_after_utc:
        raise CannotVerify("a certificate of the chain is not valid now")


def _names(certificate: x509.Certificate) -> list[str]:
    """The alternative names, else the common name."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        return found.get_values_for_type(x509.DNSName)
    except x509.ExtensionNotFound:
        return [str(one.value) for one in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]


@cache
def _machine_roots() -> tuple[x509.Certificate, ...]:
    """The authorities of certifi, which httpx and requests trust for TLS as well."""
    return tuple(x509.load_pem_x509_certificates(Path(certifi.where()).read_bytes()))
