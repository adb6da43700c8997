"""Which PayPal: live, PayPal's own sandbox, or a simulator; and how the connector is put together for it.

Everything that must not be mixed between environments stands here side by side: the API's address, where
certificates and payers' pages may be, and whether the money is real (contracts/payments.md §2.1, §2.9).
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

import aiohttp
import httpx
import msgspec
from cryptography import x509

from connectors.http import not_sent
from connectors.outside import Exchange, Journal
from connectors.paypal.certificates import LARGEST, Addresses, Certificates
from connectors.paypal.exchange import Wire
from connectors.paypal.methods import READ_CERTIFICATE
from connectors.paypal.provider import PayPal
from connectors.paypal.transport import (
    Answer,
    Credentials,
    HttpxTransport,
    Silence,
    Transport,
    TransportName,
)
from connectors.paypal.webhook import Verifier

_ANSWER_WITHIN_S: Final = 30.0
_CERTIFICATE_WITHIN_S: Final = 5.0


class Environment(msgspec.Struct, frozen=True, kw_only=True):
    """One PayPal."""

    api: str
    """Where the API answers, without a slash at the end."""
    certificate_bases: tuple[str, ...]
    payer_origins: tuple[str, ...]
    """Where a payer may be sent."""
    livemode: bool
    roots: tuple[x509.Certificate, ...] | None = None
    """The authorities of webhook certificates; None for those of TLS."""


LIVE: Final = Environment(
    api="https://api-m.paypal.com",
    certificate_bases=("https://api.paypal.com", "https://api-m.paypal.com"),
    payer_origins=("https://www.paypal.com",),
    livemode=True,
)
SANDBOX: Final = Environment(
    api="https://api-m.sandbox.paypal.com",
    certificate_bases=("https://api.sandbox.paypal.com", "https://api-m.sandbox.paypal.com"),
    payer_origins=("https://www.sandbox.paypal.com",),
    livemode=False,
)


def simulated(base_url: str, authority_pem: bytes) -> Environment:
    """A simulator at `base_url`, whose certificates its own authority signs; its money is never real."""
    base = base_url.rstrip("/")
    parts = urlsplit(base)
    return Environment(
        api=base,
        certificate_bases=(base,),
        payer_origins=(f"{parts.scheme}://{parts.netloc}",),
        livemode=False,
        roots=tuple(x509.load_pem_x509_certificates(authority_pem)),
    )


def environment_at(url: str, authority_pem: bytes | None = None) -> Environment:
    """The environment whose API is at `url`. Raises ValueError for a simulator without its authority.

    Nothing but PayPal's own live address makes money real.
    """
    known = next((one for one in (LIVE, SANDBOX) if one.api == url.rstrip("/")), None)
    if known is not None:
        return known
    if authority_pem is None:
        raise ValueError("a PayPal elsewhere is a simulator: its authority's certificate is needed")
    return simulated(url, authority_pem)


def connect(
    http: httpx.AsyncClient,
    environment: Environment,
    credentials: Credentials,
    webhook_ids: Sequence[str],
    journal: Journal,
    *,
    brand: str,
    transport: TransportName = TransportName.HTTPX,
    answer_within_s: float = _ANSWER_WITHIN_S,
) -> PayPal:
    """The connector. `http` is shared and closed by its owner; close what is returned.

    `webhook_ids`, newest first, are ours at PayPal. `brand` is what payers read on PayPal's pages.
    """
    wire = Wire(_transport(http, environment, credentials, transport, answer_within_s), journal)
    certificates = Certificates(
        Addresses(environment.certificate_bases),
        CertificateReader(http, journal).fetch,
        roots=environment.roots,
    )
    return PayPal(
        wire,
        lambda postback: Verifier(webhook_ids, certificates, postback, livemode=environment.livemode),
        payer_origins=environment.payer_origins,
        brand=brand,
        livemode=environment.livemode,
    )


def _transport(
    http: httpx.AsyncClient,
    environment: Environment,
    credentials: Credentials,
    name: TransportName,
    answer_within_s: float,
) -> Transport:
    if name is TransportName.HTTPX:
        return HttpxTransport(http, environment.api, credentials, answer_within_s=answer_within_s)
    # only who chooses it pays for it: the package brings requests and half a second of imports
    from connectors.paypal.restsdk import RestSdkTransport

    return RestSdkTransport(environment.api, credentials, answer_within_s=answer_within_s)


class CertificateReader:
    """Fetches certificates: without credentials, without redirects, bounded in time and size."""

    def __init__(self, http: httpx.AsyncClient, journal: Journal) -> None:
        self._http = http
        self._journal = journal

    async def fetch(self, url: str) -> Answer:
        """GET `url`, which must have been allowed. Raises Silence."""
        started, status = time.perf_counter(), None
        problem: str | None = None
        try:
            async with asyncio.timeout(_CERTIFICATE_WITHIN_S), self._http.stream("GET", url) as answer:
                status = answer.status_code
                taken = bytearray()
                async for chunk in answer.aiter_bytes():
                    taken += chunk
                    if len(taken) > LARGEST:
                        break
                return Answer(status, {}, bytes(taken[: LARGEST + 1]))
        except (httpx.HTTPError, httpx.InvalidURL, aiohttp.ClientError, TimeoutError, OSError) as error:
            problem = "timeout" if isinstance(error, TimeoutError) else "no_answer"
            kind = type(error.__cause__ or error).__name__
            raise Silence(kind, unsent=not_sent(error), timed_out=problem == "timeout") from None
        finally:
            self._journal.record(
                Exchange(
                    party="paypal",
                    method=READ_CERTIFICATE.name,
                    status=status,
                    duration_ms=(time.perf_counter() - started) * 1000,
                    request={"certificate": re.sub(r".*/", "", url)},
                    response=None,
                    error=problem,
                )
            )
