"""The generated pages say what the code says now, in both languages, and every link leads somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from cli.docs import outdated, pages
from cli.erd import read_texts
from cli.reference import OUTSIDE, kind_of, read_method_texts
from cli.requirements_page import proofs, read_requirements
from runtime.catalogue import Catalogue, read_catalogue
from tests.servers import ROOT, TestDatabase

pytestmark = [pytest.mark.requirement("R2.2-g"), pytest.mark.requirement("R2.4-b")]
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


@pytest.fixture(scope="module")
def catalogue(database: TestDatabase) -> Catalogue:
    return read_catalogue(database.url)


def test_the_committed_pages_are_those_that_the_code_makes(catalogue: Catalogue) -> None:
    assert [] == outdated(pages(catalogue)), "run «make docs» and commit the pages"


def test_every_table_has_its_spanish_words_and_its_reason(catalogue: Catalogue) -> None:
    texts = read_texts()
    assert sorted(table.full_name for table in catalogue.tables) == sorted(texts.tables)
    assert [] == [
        name for name, text in texts.tables.items() if not (text.es and text.why_en and text.why_es)
    ]


def test_every_table_and_function_says_what_it_is(catalogue: Catalogue) -> None:
    assert [] == [table.full_name for table in catalogue.tables if not table.comment]
    assert [] == [one.name for one in catalogue.functions if not one.comment]


def test_a_function_whose_comment_names_no_kind_is_one_of_time_or_ids(catalogue: Catalogue) -> None:
    ground = {one.name for one in catalogue.functions if kind_of(one) == "Ground"}
    assert {"now", "new_id", "id_at", "id_floor", "id_time"} == ground


def test_no_function_may_be_executed_by_everybody(catalogue: Catalogue) -> None:
    assert [] == [one.name for one in catalogue.functions if "public" in one.executors]


@pytest.mark.requirement("R2.2-c")
def test_every_outside_method_has_its_spanish_words() -> None:
    names = [method.name for methods in OUTSIDE.values() for method in methods]
    assert sorted(names) == sorted(read_method_texts())


@pytest.mark.long
def test_a_table_without_words_is_named(catalogue: Catalogue) -> None:
    stranger = msgspec.structs.replace(catalogue.tables[0], name="stranger")
    with pytest.raises(Exception, match=r"write the words of tenancy\.stranger"):
        pages(msgspec.structs.replace(catalogue, tables=(*catalogue.tables, stranger)))


def test_the_rows_are_those_that_were_asked_for() -> None:
    source = ROOT.parent / "shared" / "design" / "REQUIREMENTS.md"
    if not source.exists():
        pytest.skip("../shared is not here: the rows cannot be compared with what was asked for")
    asked = re.findall(r"^\| (R[\w.-]+|Card) \|", source.read_text(), re.MULTILINE)
    assert asked == [row.id for row in read_requirements()]


def test_every_test_names_rows_that_exist() -> None:
    known = {row.id for row in read_requirements()}
    assert [] == [proof for proof in proofs() if proof.requirement not in known]


def test_a_document_that_answers_for_a_row_exists() -> None:
    named = [name for row in read_requirements() for name in row.documents]
    assert [] == [name for name in named if not (ROOT / name).exists()]


@pytest.mark.parametrize("document", _DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(document: Path) -> None:
    targets = [link.partition("#")[0] for link in _LINK.findall(document.read_text()) if "://" not in link]
    assert [] == [target for target in targets if target and not (document.parent / target).exists()]


def test_what_a_customer_reads_exists_in_spanish() -> None:
    english = {
        path.relative_to(ROOT / "docs").as_posix()
        for path in _DOCUMENTS
        if path.is_relative_to(ROOT / "docs")
    }
    wanted = {name for name in english if name.startswith(("how-to/", "explanation/"))}
    assert wanted == {
        name.removeprefix("es/") for name in english if name.startswith(("es/how-to/", "es/explan"))
    }
