"""The command `docs`: reference pages generated from the code, and the check that they are current."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import click
import msgspec

from cli.contract import openapi_document
from cli.envvars_page import environment_page
from cli.erd import fresh_catalogue
from cli.reference import reference_pages
from runtime.catalogue import Catalogue

ROOT = Path(__file__).parent.parent


class Page(msgspec.Struct, frozen=True):
    """A generated page: its path below the checkout and how its text is made."""

    path: str
    render: Callable[[], str]


PAGES: tuple[Page, ...] = (
    Page("docs/reference/ENVVARS.md", lambda: environment_page("en")),
    Page("docs/es/reference/ENVVARS.md", lambda: environment_page("es")),
    Page("docs/reference/openapi.json", openapi_document),
)


def pages(catalogue: Catalogue) -> dict[str, str]:
    """Return every generated page: path below the checkout, and text."""
    return {**{page.path: page.render() for page in PAGES}, **reference_pages(catalogue)}


def outdated(current: Mapping[str, str]) -> list[str]:
    """Return the pages whose file differs from what the code says now."""
    return [name for name, text in current.items() if not _is_current(ROOT / name, text)]


def _is_current(path: Path, text: str) -> bool:
    return path.exists() and path.read_text() == text


@click.command()
@click.option("--check", is_flag=True, help="Only say which pages are outdated; exit code 1 when any is.")
def docs(check: bool) -> None:
    """Write the generated reference pages, from this release's code and an embedded database."""
    with fresh_catalogue() as catalogue:
        current = pages(catalogue)
    stale = outdated(current)
    for name in stale:
        if not check:
            path = ROOT / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(current[name])
        click.echo(f"{'outdated' if check else 'wrote'} {name}")
    if check and stale:
        raise click.ClickException("run «make docs» and commit the pages")
