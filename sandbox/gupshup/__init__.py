"""A faithful Gupshup: takes what is documented, refuses the rest, calls back as documented."""

from sandbox.gupshup.party import GupshupSandbox
from sandbox.gupshup.routes import gupshup_router
from sandbox.gupshup.state import SandboxApp

__all__ = ["GupshupSandbox", "SandboxApp", "gupshup_router"]
