"""The command `worker`."""

from __future__ import annotations

import asyncio
import os
from typing import cast

import click
import uvloop

from cli.wiring import outside, process_name, stop_on_signals, traced
from connectors.redaction import Secret
from connectors.smtp import MailServer, Postman, Security
from runtime.database import Database
from runtime.settings import SettingRefused, Settings
from runtime.telemetry import configure_logging
from runtime.trace import Trace
from runtime.wake import Wake
from worker.automations import Automations
from worker.channel_notices import ChannelNotices
from worker.checks import Checks
from worker.clients import Clients
from worker.directories import Directories
from worker.mail import Mail
from worker.money_notices import MoneyNotices
from worker.notices import Notices
from worker.outbox import Outbox
from worker.payments import Payments
from worker.repairs import Repairs
from worker.rounds import Rounds
from worker.templates import Templates
from worker.to_portal import ToPortal
from worker.to_whatsapp import ToWhatsApp
from worker.worker import Worker


@click.command()
def worker() -> None:
    """Carry messages to WhatsApp and to the portals; any number of these may run."""
    settings = Settings.load(os.environ, needs=WORKER_NEEDS)
    configure_logging(settings.log_level)
    uvloop.run(run_worker(settings))


WORKER_NEEDS = (
    "DATABASE_URL",
    "SECRET_KEYS",
    "PUBLIC_URL",
    "BITRIX24_CLIENT_ID",
    "BITRIX24_CLIENT_SECRET",
)


async def run_worker(settings: Settings, stop: asyncio.Event | None = None) -> None:
    """Run until a signal (or `stop`) says to stop; what is on the wire is settled first."""
    stop = stop or stop_on_signals()
    url, name = settings.worker_database_url, process_name()
    async with (
        traced(settings) as trace,
        Database(
            url, min_size=2, max_size=12, role="worker", may_be_away=True, on_failure=trace.sql_failed
        ) as database,
        Wake(url) as wake,
        outside(settings, database, trace) as out,
    ):
        concurrency = settings.worker_concurrency
        to_whatsapp = ToWhatsApp(out.gupshup, out.portals.buckets, out.shelf, out.box)
        to_portal = ToPortal(out.portals, out.shelf)
        process = Worker(
            outboxes=(
                Outbox("out", database, to_whatsapp, wake, concurrency=concurrency, worker=name),
                Outbox("in", database, to_portal, wake, concurrency=concurrency, worker=name),
            ),
            notices=Notices(database, out.portals, wake, trace),
            channel_notices=ChannelNotices(database, out.portals),
            money_notices=MoneyNotices(database, out.portals),
            payments=Payments(out.paying, out.box),
            mail=Mail(database, postman(settings, trace), settings.app_name),
            checks=Checks(database, out.gupshup, out.portals, out.box, out.addresses),
            repairs=Repairs(database, out.portals, out.addresses, settings.app_name),
            clients=Clients(database, out.portals),
            directories=Directories(database, out.portals),
            templates=Templates(database, out.gupshup, out.portals.buckets, out.shelf, out.box),
            automations=Automations(database, out.portals, out.box, wake),
            rounds=Rounds(database, out.shelf, wake, trace_keep_days=settings.trace_keep_days),
        )
        trace.note("worker_started", summary=name)
        await process.run(stop)
        trace.note("worker_stopped", summary=name)


def postman(settings: Settings, trace: Trace) -> Postman | None:
    """Who takes letters to the mail server, where there is one. Raises `SettingRefused` without a sender."""
    if not settings.smtp_host:
        return None
    if not settings.smtp_from:
        raise SettingRefused("SMTP_FROM is not set. Say from whom the letters are, or leave SMTP_HOST empty.")
    server = MailServer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=cast("Security", settings.smtp_security),
        user=settings.smtp_user,
        password=Secret(settings.smtp_password),
        sender=settings.smtp_from,
    )
    return Postman(server, trace)
