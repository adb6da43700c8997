"""The table of error codes: complete, and with a policy for each row of the contract."""

from __future__ import annotations

import re
from pathlib import Path

import aiohttp
import httpx
import pytest

from connectors.gupshup.failures import ERROR_CODES, policy_of
from connectors.http import not_sent
from connectors.outside import Actor, Policy

pytestmark = [pytest.mark.requirement("R2.2-a"), pytest.mark.requirement("R2.2-b")]

_CONTRACT = Path(__file__).resolve().parents[4] / "shared" / "contracts" / "gupshup.md"
_LETTERS = {"R": Policy.RETRY, "N": Policy.NEVER, "F": Policy.FIX, "T": Policy.TEMPLATE}
_ONE_TEMPLATE_ONLY = re.compile(r"4005|132\d{3}|20(0\d|1[0-2])")


def _contract_rows() -> list[tuple[list[str], str]]:
    """Codes and letters of §6, ranges written out."""
    section = _CONTRACT.read_text().partition("## 6. Error codes")[2].partition("\n## ")[0]
    rows: list[tuple[list[str], str]] = []
    for line in section.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) < 3 or not cells[0][:1].isdigit():
            continue
        span = re.fullmatch(r"(\d+)–(\d+)", cells[0])
        codes = (
            [str(code) for code in range(int(span[1]), int(span[2]) + 1)]
            if span
            else re.findall(r"\d+", cells[0])
        )
        rows.append((codes, cells[2]))
    return rows


def test_every_code_of_the_contract_has_a_row_with_one_of_its_policies() -> None:
    if not _CONTRACT.exists():
        pytest.skip("../shared/contracts/gupshup.md is not beside this clone")
    rows = _contract_rows()
    assert len(rows) > 40
    for codes, letters in rows:
        allowed = {policy for letter, policy in _LETTERS.items() if re.search(rf"\b{letter}\b", letters)}
        for code in codes:
            if letters == "case by case" or (code in ("408", "429") and "R else N" in letters):
                assert code in ERROR_CODES
            elif _ONE_TEMPLATE_ONLY.fullmatch(code):
                assert ERROR_CODES[code].policy is not Policy.FIX, code
            else:
                assert ERROR_CODES[code].policy in allowed, (code, letters)


def test_no_code_of_a_single_template_stops_the_channel() -> None:
    stops = {code for code, row in ERROR_CODES.items() if row.policy is Policy.FIX}
    assert not [code for code in stops if _ONE_TEMPLATE_ONLY.fullmatch(code)]


def test_every_row_explains_itself_and_names_who_acts() -> None:
    for code, row in ERROR_CODES.items():
        assert (row.code, bool(row.meaning)) == (code, True)
        assert row.text_key.startswith("gupshup.")
        assert (row.policy is Policy.RETRY) == (row.who_acts is Actor.NOBODY), code


def test_codes_are_found_as_text_and_the_unknown_is_never_repeated() -> None:
    expected = {"1003": Policy.FIX, "131047": Policy.TEMPLATE, "131056": Policy.RETRY, "x": Policy.NEVER}
    assert expected == {code: policy_of(code) for code in expected}
    assert policy_of(None) is Policy.NEVER


def test_what_was_not_sent_is_told_by_the_cause_and_not_by_its_httpx_name() -> None:
    def after(cause: Exception) -> httpx.ConnectTimeout:
        error = httpx.ConnectTimeout("x")
        error.__cause__ = cause
        return error

    assert not not_sent(after(aiohttp.ServerDisconnectedError()))
    assert not not_sent(after(aiohttp.ClientOSError(104, "reset")))
    assert not_sent(after(aiohttp.ConnectionTimeoutError()))
    assert not_sent(httpx.ConnectError("plain httpx"))
    assert not not_sent(httpx.ReadError("plain httpx"))
    assert not not_sent(TimeoutError())
