"""The REST methods that the simulated portals serve."""

from sandbox.bitrix24.methods import (
    application,
    automation,
    channel_messages,
    connectors,
    crm,
    messenger,
    openlines,
    openlines_crm,
    people,
)
from sandbox.bitrix24.methods.registry import METHODS

__all__ = [
    "METHODS",
    "application",
    "automation",
    "channel_messages",
    "connectors",
    "crm",
    "messenger",
    "openlines",
    "openlines_crm",
    "people",
]
