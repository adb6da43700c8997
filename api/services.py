"""What the API's handlers work with; the command line puts it together."""

from __future__ import annotations

import msgspec

from adapters.desired import Addresses
from adapters.media import MediaShelf
from adapters.paying import Paying
from adapters.portals import Portals
from api.intake import Intake
from api.watch import Watch
from connectors.bitrix24.auth import AuthServer
from connectors.oidc import OpenIdProvider
from runtime.bearer import Bearer
from runtime.database import Database
from runtime.secrets import Box
from runtime.trace import Trace
from runtime.wake import Alarm


class Services(msgspec.Struct, frozen=True, kw_only=True):
    """One API process's tools."""

    database: Database
    intake: Intake
    alarm: Alarm
    auth: AuthServer
    portals: Portals
    paying: Paying
    shelf: MediaShelf
    bearer: Bearer
    box: Box
    addresses: Addresses
    trace: Trace
    watch: Watch
    connector_id: str
    app_name: str
    public_url: str
    """Where people reach us: the origin of our pages, and the base of links to them."""
    oidc: OpenIdProvider | None
    """Where the staff signs in with the company's account; None: it does not."""
    trusted_origins: tuple[str, ...]
    """May frame us before a portal is verified, beside https: a simulation's, never in production."""
