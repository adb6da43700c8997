"""The command `serve`: the API process."""

from __future__ import annotations

import asyncio
import os
import secrets
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from types import FrameType

import click
import uvicorn
from litestar import Litestar

from api.app import create_app
from api.bitrix24.automation import AutomationDoor
from api.bitrix24.events import Bitrix24Door
from api.bitrix24.installing import Installer
from api.heartbeat import beat
from api.intake import Intake
from api.services import Services
from api.spool import Spool
from api.watch import Watch
from api.webhooks.gupshup import GupshupDoor
from cli.wiring import outside, process_name, traced
from runtime.bearer import Bearer
from runtime.database import Database
from runtime.settings import Settings
from runtime.telemetry import configure_logging
from runtime.trace import Trace
from runtime.wake import Alarm

API_NEEDS = (
    "DATABASE_URL",
    "SECRET_KEYS",
    "PUBLIC_URL",
    "BITRIX24_CLIENT_ID",
    "BITRIX24_CLIENT_SECRET",
)
_NOT_STARTED = 3
"""The exit code that uvicorn's own command has for it."""
_KEEP_ALIVE_S = 75
"""Longer than a proxy keeps an idle connection (60 s is usual): else it sends on one that we just closed."""


@click.command()
def serve() -> None:
    """Serve webhooks, Bitrix24's frames and events, and the administration API."""
    settings = Settings.load(os.environ, needs=API_NEEDS)
    configure_logging(settings.log_level)
    process = _Process(settings)
    config = uvicorn.Config(
        create_app(lambda: process.services, lambda: process.trace, process.lifespan),
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=10,
    )
    server = _Server(config, process)
    server.run()
    if not server.started:
        sys.exit(_NOT_STARTED)


class _Server(uvicorn.Server):
    """A server that first sends away who only waits for news: they would hold up its end for ten seconds."""

    def __init__(self, config: uvicorn.Config, process: _Process) -> None:
        super().__init__(config)
        self._process = process

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal says that it is time to go."""
        self._process.is_leaving()
        super().handle_exit(sig, frame)


def _life_name() -> str:
    """Who beats: a name that no later process has, although containers give out the same ids again."""
    return f"{process_name()}:{secrets.token_hex(4)}"


class _Process:
    """What lives as long as the API process."""

    services: Services
    trace: Trace

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._watch: Watch | None = None

    def is_leaving(self) -> None:
        """The process is about to stop."""
        if self._watch is not None:
            self._watch.end_soon()

    @asynccontextmanager
    async def lifespan(self, _: Litestar) -> AsyncIterator[None]:
        """Open pools, doors and background tasks. The database may be away: requests are spooled then."""
        settings = self._settings
        async with AsyncExitStack() as stack:
            self.trace = await stack.enter_async_context(traced(settings))
            database = Database(
                settings.api_database_url,
                min_size=2,
                max_size=10,
                role="api",
                may_be_away=True,
                on_failure=self.trace.sql_failed,
            )
            await database.open()
            stack.push_async_callback(database.close)
            out = await stack.enter_async_context(outside(settings, database, self.trace))
            alarm = Alarm(database)
            self._watch = await stack.enter_async_context(Watch(database))
            installer = Installer(database, out.auth, out.box, settings.connector_id)
            gupshup = GupshupDoor(database, alarm)
            bitrix24 = Bitrix24Door(database, installer, alarm)
            for coalescer in (gupshup.messages, gupshup.receipts, gupshup.events, bitrix24.messages):
                await stack.enter_async_context(coalescer)
            automation = AutomationDoor(database, out.box, alarm)
            doors = {
                "gupshup": gupshup.accept,
                "bitrix24": bitrix24.accept,
                "robot": automation.accept_robot,
                "sms": automation.accept_sms,
            }
            intake = Intake(Spool(settings.spool_dir, out.box), doors)
            self.services = Services(
                database=database,
                intake=intake,
                alarm=alarm,
                auth=out.auth,
                portals=out.portals,
                paying=out.paying,
                shelf=out.shelf,
                bearer=Bearer(settings.secret_keys),
                box=out.box,
                addresses=out.addresses,
                trace=self.trace,
                watch=self._watch,
                connector_id=settings.connector_id,
                app_name=settings.app_name,
                public_url=settings.public_url,
                oidc=out.oidc,
                trusted_origins=tuple(settings.trusted_origins),
            )
            await stack.enter_async_context(_background(database, intake))
            self.trace.note("api_started", summary=process_name())
            yield
            self.trace.note("api_stopped", summary=process_name())


@asynccontextmanager
async def _background(database: Database, intake: Intake) -> AsyncIterator[None]:
    """What goes on beside the requests; at the end it is told to stop and waited for."""
    stop = asyncio.Event()
    tasks = (
        asyncio.create_task(intake.replay(stop), name="spool"),
        asyncio.create_task(beat(database, _life_name(), stop), name="heartbeat"),
    )
    try:
        yield
    finally:
        stop.set()
        await asyncio.gather(*tasks)
