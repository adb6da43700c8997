"""The two secrets of a channel's webhook: the route in its path and the header that Gupshup replays."""

from __future__ import annotations

import secrets
from typing import Self

import msgspec

from runtime.secrets import Box, digest


class WebhookSecrets(msgspec.Struct, frozen=True):
    """Sealed in `tenancy.channel.secrets_sealed`; doors know only their digests. Never printed."""

    route: str
    header: str

    @classmethod
    def new(cls) -> Self:
        """Make a pair, 256 bits each."""
        return cls(route=secrets.token_urlsafe(32), header=secrets.token_urlsafe(32))

    @classmethod
    def opened(cls, box: Box, sealed: bytes) -> Self:
        """Read what `facts` sealed. Raises `SealBroken`."""
        return msgspec.json.decode(box.open(sealed), type=cls)

    def facts(self, box: Box) -> dict[str, str]:
        """What `tenancy.add_channel` stores of them, hexadecimal."""
        return {
            "secrets_sealed": box.seal(msgspec.json.encode(self)).hex(),
            "route_digest": digest(self.route).hex(),
            "header_digest": digest(self.header).hex(),
        }

    def __repr__(self) -> str:
        return "WebhookSecrets([secret])"
