"""Fetching from a real server on this machine, which has to be trusted for it."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from connectors.media.fetch import Fetched, fetch
from connectors.outside import Context, Failure, Policy

pytestmark = [pytest.mark.requirement("R2.2-a"), pytest.mark.requirement("R2.2-b")]

_PDF = b"%PDF-1.7\n" + b"x" * 700_000
Fetch = Callable[..., Awaitable[Fetched | Failure]]


@pytest.fixture
def trusting(files: Any, journal: Any, tmp_path: Path) -> Fetch:
    async def call(url: str, *, max_bytes: int = 1_000_000, within_s: float = 5.0) -> Fetched | Failure:
        return await fetch(
            url,
            tmp_path / "file",
            party="gupshup",
            journal=journal,
            max_bytes=max_bytes,
            within_s=within_s,
            trusted_origins=frozenset({files.origin}),
            about=Context(portal_id="p"),
        )

    return call


async def _refused(outcome: Awaitable[Fetched | Failure], into: Path) -> Failure:
    failure = await outcome
    assert isinstance(failure, Failure)
    _nothing_is_kept(into)
    return failure


def _nothing_is_kept(into: Path) -> None:
    assert not into.exists()


async def test_a_file_arrives_whole_with_its_type_name_size_and_hash(
    trusting: Fetch, files: Any, journal: Any, tmp_path: Path
) -> None:
    url = files.will("/x", _PDF, Content_Disposition='attachment; filename="../../Factura 1.pdf"')
    expected = Fetched(
        path=tmp_path / "file",
        size=len(_PDF),
        mime="application/pdf",
        name="Factura 1.pdf",
        sha256=hashlib.sha256(_PDF).hexdigest(),
    )
    assert expected == await trusting(f"{url}?token=opensesame")
    assert (tmp_path / "file").read_bytes() == _PDF
    (exchange,) = journal.exchanges
    assert (exchange.party, exchange.method, exchange.status) == ("gupshup", "GET file", 200)
    assert exchange.portal_id == "p"
    assert exchange.response == {"mime": "application/pdf", "size": len(_PDF), "name": "Factura 1.pdf"}
    assert "opensesame" not in repr(exchange)


async def test_three_redirects_are_followed_and_a_fourth_is_not(
    trusting: Fetch, files: Any, tmp_path: Path, journal: Any
) -> None:
    files.will("/3", b"\xff\xd8\xff", Content_Type="image/jpeg")
    for hop in (2, 1, 0):
        files.will(f"/{hop}", status=302, Location=f"/{hop + 1}")
    outcome = await trusting(f"{files.origin}/0")
    assert isinstance(outcome, Fetched)
    assert (outcome.mime, outcome.name, len(journal.exchanges)) == ("image/jpeg", "file.jpg", 4)
    files.will("/before", status=307, Location="/0")
    failure = await _refused(trusting(f"{files.origin}/before"), tmp_path / "file")
    assert (failure.code, failure.policy) == ("too_many_redirects", Policy.NEVER)


@pytest.mark.parametrize("declared", [True, False])
async def test_a_file_that_is_too_large_is_not_kept(
    declared: bool, trusting: Fetch, files: Any, tmp_path: Path
) -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while True:
                await response.write(b"x" * 4_096)
        except ConnectionError:
            return response

    url = files.will("/large", _PDF)
    if not declared:
        files.serves["/large"] = endless
    failure = await _refused(trusting(url, max_bytes=100_000), tmp_path / "file")
    assert (failure.code, failure.policy) == ("media_too_large", Policy.NEVER)


async def test_a_file_of_exactly_the_limit_is_kept(trusting: Fetch, files: Any) -> None:
    url = files.will("/x", b"a" * 1_000)
    assert isinstance(await trusting(url, max_bytes=1_000), Fetched)
    assert isinstance(await trusting(url, max_bytes=999), Failure)


async def test_a_compressed_answer_counts_as_what_it_becomes(
    trusting: Fetch, files: Any, tmp_path: Path
) -> None:
    async def bomb(request: web.Request) -> web.StreamResponse:
        response = web.Response(body=b"\0" * 5_000_000)
        response.enable_compression(web.ContentCoding.gzip)
        return response

    files.serves["/bomb"] = bomb
    failure = await _refused(trusting(f"{files.origin}/bomb"), tmp_path / "file")
    assert failure.code == "media_too_large"


async def test_a_server_that_takes_too_long_is_left(
    trusting: Fetch, files: Any, tmp_path: Path, journal: Any
) -> None:
    async def slow(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"some")
        await asyncio.Event().wait()
        return response

    files.serves["/slow"] = slow
    failure = await _refused(trusting(f"{files.origin}/slow", within_s=0.3), tmp_path / "file")
    assert (failure.code, failure.policy) == ("fetch_timeout", Policy.RETRY)
    assert [each.error for each in journal.exchanges] == ["interrupted"]


async def test_half_a_file_is_no_file(trusting: Fetch, files: Any, tmp_path: Path) -> None:
    async def cut(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b"some")
        assert request.transport is not None
        request.transport.abort()
        return response

    files.serves["/cut"] = cut
    failure = await _refused(trusting(f"{files.origin}/cut"), tmp_path / "file")
    assert (failure.code, failure.policy) == ("not_fetched", Policy.RETRY)


@pytest.mark.parametrize(
    ("status", "policy"),
    [
        (404, Policy.NEVER),
        (403, Policy.NEVER),
        (302, Policy.NEVER),
        (206, Policy.NEVER),
        (429, Policy.RETRY),
        (503, Policy.RETRY),
    ],
)
async def test_an_answer_without_the_file_says_whether_to_ask_again(
    status: int, policy: Policy, trusting: Fetch, files: Any, tmp_path: Path
) -> None:
    failure = await _refused(trusting(files.will("/x", b"no", status=status)), tmp_path / "file")
    assert (failure.code, failure.policy, failure.http_status) == (f"http_{status}", policy, status)


async def test_an_empty_file_is_refused(trusting: Fetch, files: Any, tmp_path: Path) -> None:
    assert (await _refused(trusting(files.will("/x")), tmp_path / "file")).code == "media_empty"


async def test_a_disk_that_refuses_is_the_providers_affair(files: Any, journal: Any, tmp_path: Path) -> None:
    outcome = await fetch(
        files.will("/x", b"abc"),
        tmp_path / "absent" / "file",
        party="gupshup",
        journal=journal,
        max_bytes=100,
        within_s=5,
        trusted_origins=frozenset({files.origin}),
    )
    assert isinstance(outcome, Failure)
    assert (outcome.code, outcome.who_acts) == ("disk", "provider")
