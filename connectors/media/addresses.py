"""Where a file may be fetched from: what is refused, and how a URL is shown in a record.

A URL that a party names must not lead inside our own network (server-side request forgery).
"""

from __future__ import annotations

import asyncio
import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final
from urllib.parse import urlsplit

_SHOWN_PART = 20
_NAT64: Final = IPv6Network("64:ff9b::/96")
_REFUSED_THOUGH_GLOBAL: Final = (
    ip_network("168.63.129.16/32"),  # Azure's metadata and DNS
    ip_network("192.0.0.0/24"),  # IETF assignments, among them Oracle's metadata; Python 3.11 calls it global
    ip_network("192.88.99.0/24"),  # 6to4 relays
)


class ForbiddenAddressError(Exception):
    """The host leads, by at least one of its addresses, to a place that is not the public internet."""


async def public_addresses(host: str, port: int) -> list[str]:
    """Resolve `host` (a name or an address in any spelling) and return its addresses, all of them public.

    Raises ForbiddenAddressError if one of them is private, loopback, link-local, reserved, multicast or a
    cloud's metadata service; OSError or UnicodeError if the name does not resolve. Connect to what is
    returned and to nothing else: the same name may lead elsewhere a moment later.
    """
    answers = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in answers))
    if not addresses or not all(map(is_public, addresses)):
        raise ForbiddenAddressError(host)
    return addresses


def is_public(address: str) -> bool:
    """Is this address on the public internet, looked at through every IPv6 wrapping of an IPv4 address?"""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, IPv4Address):
        return _is_open(parsed)
    return not parsed.is_site_local and _is_open(parsed) and all(map(_is_open, _wrapped(parsed)))


def _wrapped(address: IPv6Address) -> list[IPv4Address]:
    """The IPv4 addresses that a gateway could turn this one into."""
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _NAT64 or int(address) >> 32 == 0:
        found.append(IPv4Address(int(address) & 0xFFFF_FFFF))
    return [inner for inner in found if inner is not None]


def _is_open(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address) and (address.ipv4_mapped or address in _NAT64):
        return True  # stands for the IPv4 address inside, which is judged on its own
    closed = address.is_multicast or address.is_reserved or address.is_unspecified or address.is_link_local
    refused = any(address.version == net.version and address in net for net in _REFUSED_THOUGH_GLOBAL)
    return address.is_global and not closed and not refused


def shown(url: str) -> str:
    """A URL for records: where it leads, without what opens it.

    That is the user, the query, long parts of the path, and Bitrix24's short links (`/~AbC12`).
    """
    try:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}"
    except ValueError:
        return "[unreadable URL]"
    path = "/".join(map(_shown_part, parts.path.split("/")))
    return f"{origin}{path}{'?…' if parts.query else ''}"


def _shown_part(part: str) -> str:
    if part.startswith("~"):
        return "~…"
    return part if len(part) < _SHOWN_PART else f"{part[:4]}…"
