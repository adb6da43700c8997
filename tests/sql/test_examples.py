"""The DBA's examples of sql/examples say what they say: each is run and compared with the output beside it.

`UPDATE_EXAMPLES=1 pytest tests/sql/test_examples.py` writes the output anew; read the difference before a
commit.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from cli.embedded_installation import Version
from tests.servers import ROOT, fresh_database, server

pytestmark = pytest.mark.requirement("R2.4-b")

EXAMPLES = sorted((ROOT / "sql" / "examples").glob("*.sql"))
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SOURCE = re.compile(r"^LOCATION: .*\n", re.MULTILINE)


def output_of(example: Path, version: Version) -> str:
    """Run an example as its first lines say, in a database of its own; ids become 1, 2, 3 …, as wide."""
    with fresh_database(version) as database:
        done = subprocess.run(
            [server(version).program("psql"), "-X", "-q", "-a", "-d", database.url, "-f", str(example)],
            env={"LC_ALL": "C.UTF-8", "PGCLIENTENCODING": "UTF8", "PGTZ": "UTC"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    assert 0 == done.returncode, done.stdout
    ids: dict[str, str] = {}
    shown = done.stdout.replace(f"psql:{example}:", f"psql:{example.name}:")
    return _SOURCE.sub("", _ID.sub(lambda found: ids.setdefault(found[0], f"{len(ids) + 1:>36}"), shown))


@pytest.mark.parametrize("version", [18, 16])
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_prints_what_stands_beside_it(example: Path, version: Version) -> None:
    expected = example.with_suffix(".out")
    found = output_of(example, version)
    if os.environ.get("UPDATE_EXAMPLES") and version == 18:
        expected.write_text(found)
    assert expected.read_text() == found


def test_an_example_leaves_nothing_behind() -> None:
    assert [] == [example.name for example in EXAMPLES if not example.read_text().endswith("\nrollback;\n")]


def test_the_examples_are_found() -> None:
    assert "a_message_crosses" in {example.stem for example in EXAMPLES}
