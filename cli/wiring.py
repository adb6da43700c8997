"""Puts settings, adapters and doors together. Each function is one process's whole wiring."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx
import msgspec

from adapters.desired import Addresses
from adapters.media import MediaShelf
from adapters.paying import Account, Paying
from adapters.portals import Portals
from connectors.bitrix24.auth import AuthServer
from connectors.dashboards import pages_of
from connectors.gupshup.client import Gupshup
from connectors.http import new_client
from connectors.oidc import OpenIdProvider
from connectors.redaction import Secret
from runtime.database import Database
from runtime.secrets import Box, Signer
from runtime.settings import SettingRefused, Settings
from runtime.trace import Trace


class Outside(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that speaks to the outside, for one process."""

    http: httpx.AsyncClient
    auth: AuthServer
    portals: Portals
    gupshup: Gupshup
    paying: Paying
    shelf: MediaShelf
    box: Box
    addresses: Addresses
    oidc: OpenIdProvider | None


@asynccontextmanager
async def traced(settings: Settings) -> AsyncIterator[Trace]:
    """The log writer with its own pool and role."""
    async with AsyncExitStack() as stack:
        database = Database(settings.trace_database_url, max_size=1, role="trace", may_be_away=True)
        await database.open()
        stack.push_async_callback(database.close)
        yield await stack.enter_async_context(Trace(database))


@asynccontextmanager
async def payment_accounts(
    settings: Settings, http: httpx.AsyncClient, trace: Trace
) -> AsyncIterator[dict[str, Account]]:
    """The payment providers that have credentials. Imported where they are used: their packages are large."""
    accounts: dict[str, Account] = {}
    async with AsyncExitStack() as stack:
        if settings.stripe_secret_key:
            from connectors.stripe.client import Stripe
            from connectors.stripe.exchange import StripeConfig

            config = StripeConfig(
                secret_key=Secret(settings.stripe_secret_key),
                webhook_secrets=tuple(map(Secret, settings.stripe_webhook_secrets)),
                base_url=settings.stripe_url,
                page_origins=settings.stripe_page_origins,
            )
            stripe = Stripe(http, config, trace)
            stack.push_async_callback(stripe.close)
            pages = pages_of(settings.stripe_url)
            accounts["stripe"] = Account(provider=stripe, livemode=config.livemode, pages=pages)
        if settings.paypal_client_id:
            from connectors.paypal.environment import connect, environment_at
            from connectors.paypal.transport import Credentials, TransportName

            environment = environment_at(settings.paypal_url, _authority(settings))
            paypal = connect(
                http,
                environment,
                Credentials(Secret(settings.paypal_client_id), Secret(settings.paypal_client_secret)),
                settings.paypal_webhook_ids,
                trace,
                brand=settings.app_name,
                transport=TransportName(settings.paypal_transport),
            )
            stack.push_async_callback(paypal.close)
            pages = pages_of(settings.paypal_url)
            accounts["paypal"] = Account(provider=paypal, livemode=environment.livemode, pages=pages)
        yield accounts


def _authority(settings: Settings) -> bytes | None:
    """Of a simulator's webhook certificates."""
    return Path(settings.paypal_authority).read_bytes() if settings.paypal_authority else None


@asynccontextmanager
async def outside(settings: Settings, database: Database, trace: Trace) -> AsyncIterator[Outside]:
    """Clients and adapters over one pool."""
    box = Box(settings.secret_keys)
    trusted = frozenset(settings.trusted_origins)
    async with new_client() as http, payment_accounts(settings, http, trace) as accounts:
        auth = AuthServer(
            http,
            settings.bitrix24_auth_servers,
            settings.bitrix24_client_id,
            Secret(settings.bitrix24_client_secret),
            trace,
            trusted_origins=trusted,
        )
        yield Outside(
            http=http,
            auth=auth,
            portals=Portals(database, http, auth, box, trace),
            gupshup=Gupshup(http, settings.gupshup_url, trace),
            shelf=MediaShelf(
                settings.media_dir, Signer(settings.secret_keys, "media"), settings.public_url, trace, trusted
            ),
            paying=Paying(database, accounts, box, settings.secret_keys, settings.public_url),
            box=box,
            addresses=Addresses(settings.public_url),
            oidc=_sign_in(settings, http, trace),
        )


def _sign_in(settings: Settings, http: httpx.AsyncClient, trace: Trace) -> OpenIdProvider | None:
    """The staff's OpenID provider, where one is configured. Raises `SettingRefused` for half of it."""
    given = {
        "OIDC_ISSUER": settings.oidc_issuer,
        "OIDC_CLIENT_ID": settings.oidc_client_id,
        "OIDC_CLIENT_SECRET": settings.oidc_client_secret,
    }
    missing = [name for name, value in given.items() if not value]
    if len(missing) == len(given):
        return None
    if missing:
        raise SettingRefused(f"{missing[0]} is not set. Set all of {', '.join(given)}, or none.")
    return OpenIdProvider(
        http, settings.oidc_issuer, settings.oidc_client_id, Secret(settings.oidc_client_secret), trace
    )


def process_name() -> str:
    """Who this process is, in attempts and logs."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}"


def stop_on_signals() -> asyncio.Event:
    """An event that SIGTERM and SIGINT set."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    return stop
