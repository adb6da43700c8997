"""No address leads inside our own network, in no spelling, by no name, over no redirect."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from connectors.media.addresses import ForbiddenAddressError, is_public, public_addresses, shown
from connectors.media.fetch import Fetched, _Download, fetch
from connectors.outside import Context, Failure, Policy

pytestmark = [pytest.mark.requirement("R2.2-a"), pytest.mark.requirement("R2.2-b")]

_INSIDE = [
    "127.0.0.1",
    "127.8.9.1",
    "0.0.0.0",  # noqa: S104
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "100.100.100.200",
    "169.254.169.254",
    "168.63.129.16",
    "192.0.0.192",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:a9fe:a9fe",
    "64:ff9b::7f00:1",
    "64:ff9b::169.254.169.254",
    "2002:7f00:1::",
    "2001:0:4136:e378:8000:63bf:f5ff:fffe",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "2001:db8::1",
    "",
    "example.com",
]
_OUTSIDE = ["8.8.8.8", "34.202.224.208", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]


@pytest.mark.parametrize("address", _INSIDE)
def test_an_address_inside_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", _OUTSIDE)
def test_an_address_outside_is_public(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_wrapping_an_address_does_not_make_it_public(address: Any) -> None:
    for wrapped in (f"::ffff:{address}", f"64:ff9b::{address}"):
        assert is_public(wrapped) == is_public(str(address))


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "169.254.169.254",
        "10.0.0.1",
        "0.0.0.0",  # noqa: S104
        "localhost",
        "LOCALHOST",
        "2130706433",
        "0x7f000001",
        "0x7f.0.0.1",
        "017700000001",
        "127.1",
        "0",
        "①②⑦.0.0.1",
        "127。0。0。1",
    ],
)
async def test_a_host_inside_is_never_connected_to(
    host: str, files: Any, journal: Any, tmp_path: Path
) -> None:
    port = URL(files.origin).port
    outcome = await _untrusting(f"https://{host}:{port}/x", tmp_path, journal)
    assert isinstance(outcome, Failure)
    assert (outcome.policy, outcome.code) == (Policy.NEVER, "forbidden_address")
    assert files.asked == []
    assert [(each.status, each.error) for each in journal.exchanges] == [(None, "forbidden_address")]


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/x",
        "ftp://example.com/x",
        "file:///etc/passwd",
        "https://user:pass@example.com/x",
        "https:///x",
        "/x",
        "",
        "https://[::1",
        "https://exa mple:99999999/",
    ],
)
async def test_only_https_to_a_named_host_is_asked(url: str, journal: Any, tmp_path: Path) -> None:
    outcome = await _untrusting(url, tmp_path, journal)
    assert isinstance(outcome, Failure)
    assert outcome.policy is Policy.NEVER
    assert outcome.code in ("forbidden_url", "bad_url")


async def _untrusting(url: str, tmp_path: Path, journal: Any, **more: Any) -> Fetched | Failure:
    return await fetch(
        url, tmp_path / "f", party="bitrix24", journal=journal, max_bytes=100, within_s=5, **more
    )


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("https://127.0.0.1:{port}/secret", "forbidden_address"),
        ("https://[::ffff:127.0.0.1]:{port}/secret", "forbidden_address"),
        ("https://169.254.169.254/latest/meta-data", "forbidden_address"),
        ("//localhost:{port}/secret", "forbidden_url"),
        ("http://localhost:{port}/secret", "forbidden_url"),
        ("http://[::1", "bad_url"),
    ],
)
async def test_a_redirect_does_not_lead_inside(
    target: str, code: str, files: Any, journal: Any, tmp_path: Path
) -> None:
    location = target.format(port=URL(files.origin).port)
    files.will("/secret", b"secret")
    url = files.will("/open", status=302, Location=location)
    outcome = await _untrusting(url, tmp_path, journal, trusted_origins=frozenset({files.origin}))
    assert isinstance(outcome, Failure)
    assert (outcome.policy, outcome.code) == (Policy.NEVER, code)
    assert files.asked == ["/open"]


async def test_another_port_or_scheme_of_a_trusted_host_is_not_trusted(
    files: Any, journal: Any, tmp_path: Path
) -> None:
    port = URL(files.origin).port
    trusted = frozenset({f"http://127.0.0.1:{port}0"[:21], f"https://127.0.0.1:{port}"})
    outcome = await _untrusting(files.will("/x", b"x"), tmp_path, journal, trusted_origins=trusted)
    assert isinstance(outcome, Failure)
    assert files.asked == []


async def test_one_private_address_among_public_ones_refuses_the_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _resolve(monkeypatch, "8.8.8.8", "2606:4700::1111")
    assert await public_addresses("files.example", 443) == ["8.8.8.8", "2606:4700::1111"]
    for inside in ("10.0.0.1", "::1", "fe80::1"):
        _resolve(monkeypatch, "8.8.8.8", inside)
        with pytest.raises(ForbiddenAddressError):
            await public_addresses("files.example", 443)


async def test_the_connection_goes_to_what_was_looked_at_though_the_name_leads_elsewhere_by_then(
    monkeypatch: pytest.MonkeyPatch, journal: Any, tmp_path: Path
) -> None:
    _resolve(monkeypatch, "8.8.8.8")
    download = _Download(tmp_path / "f", 100, frozenset(), "gupshup", journal, Context())
    connector = await download._connector(URL("https://files.example/x"))
    _resolve(monkeypatch, "127.0.0.1")
    found = await connector._resolver.resolve("files.example", 443, socket.AF_UNSPEC)
    assert [each["host"] for each in found] == ["8.8.8.8"]
    await connector.close()


def _resolve(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Make every name lead to these addresses."""

    async def getaddrinfo(_: str, port: int, **__: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://u:p@h.example:8443/a/b.pdf?token=1#f", "https://h.example:8443/a/b.pdf?…"),
        ("https://h.example/media/0123456789abcdefghijklm/x.jpg", "https://h.example/media/0123…/x.jpg"),
        ("https://p1.bitrix24.com/~AbC12#img.png", "https://p1.bitrix24.com/~…"),
        ("https://h:99999999/", "[unreadable URL]"),
        ("nothing", "://nothing"),
    ],
)
def test_a_url_is_shown_without_what_opens_it(url: str, expected: str) -> None:
    assert shown(url) == expected
