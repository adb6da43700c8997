"""The reader of pgTAP's output: what counts as a failure of an SQL test file."""

from __future__ import annotations

import pytest

from tests.pgtap import read_tap

pytestmark = pytest.mark.requirement("R2.4-c")


def test_a_file_whose_assertions_all_hold_has_no_problem() -> None:
    found = read_tap("1..2\nok 1 - one\nok 2 - two\n")
    assert [] == list(found.problems())
    assert ["ok 1 - one", "ok 2 - two"] == [line for _, line, _ in found.results]


def test_a_failed_assertion_is_told_with_its_diagnostics() -> None:
    found = read_tap("1..1\nnot ok 1 - price\n# Failed test 1\n#   have: 1\n#   want: 2\n")
    assert ["not ok 1 - price\n# Failed test 1\n#   have: 1\n#   want: 2"] == list(found.problems())


def test_a_failing_todo_is_no_failure() -> None:
    assert [] == list(read_tap("1..1\nnot ok 1 - later # TODO not yet\n").problems())


@pytest.mark.parametrize(
    ("output", "problem"),
    [
        ("1..3\nok 1 - one\n", "planned 3 assertions, ran 1"),
        ("ok 1 - one\n", "no plan: the file ended before select plan(n) was answered"),
        ("", "no plan: the file ended before select plan(n) was answered"),
        ("1..1\nok 1 - one\nok 2 - more\n", "planned 1 assertions, ran 2"),
        ("1..1\nok 1 - one\nBail out! no server\n", "Bail out! no server"),
    ],
)
def test_a_stream_that_does_not_keep_its_plan_is_a_failure(output: str, problem: str) -> None:
    assert [problem] == list(read_tap(output).problems())
