"""A local application on a portal: what is typed for it, and how far its installation is."""

from __future__ import annotations

from typing import Any

import msgspec

SCOPES = (
    "imconnector",
    "imopenlines",
    "im",
    "crm",
    "user_brief",
    "department",
    "placement",
    "contact_center",
    "bizproc",
    "messageservice",
)
"""What the application asks for (§4.4)."""


class AppCard(msgspec.Struct, kw_only=True, frozen=True):
    """What an administrator types under Developer resources for a local application."""

    handler: str
    """URL of the application's page."""
    installer: str | None = None
    """URL of the installation wizard; without one the application is installed at once (§1.2)."""
    title: str = "WhatsAppB24"
    code: str = "whatsappb24"
    version: int = 1
    status: str = "L"
    scope: list[str] = msgspec.field(default_factory=lambda: list(SCOPES))


class Installation(msgspec.Struct, kw_only=True):
    """The application on this portal, between the wizard and the uninstallation."""

    card: AppCard
    application_token: str
    is_finished: bool = False
    """`app.info.INSTALLED`: no event is delivered before (§1.2)."""
    is_payment_expired: bool = False
    app_options: dict[str, Any] = {}
    """What the application keeps for everybody (`setAppOption`)."""
    user_options: dict[str, dict[str, Any]] = {}
    """User id → what the application keeps for that person (`setUserOption`)."""
    has_run_for: list[int] = []
    """Users whose first run was acknowledged with `setInstall`."""
