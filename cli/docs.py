"""The command `docs`: reference pages generated from the code, and the check that they are current."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click
import msgspec

from cli.envvars_page import environment_page

ROOT = Path(__file__).parent.parent


class Page(msgspec.Struct, frozen=True):
    """A generated page: its path below the checkout and how its text is made."""

    path: str
    render: Callable[[], str]


PAGES: tuple[Page, ...] = (
    Page("docs/reference/ENVVARS.md", lambda: environment_page("en")),
    Page("docs/es/reference/ENVVARS.md", lambda: environment_page("es")),
)


def outdated() -> list[str]:
    """Return the generated pages that differ from what the code says now."""
    return [page.path for page in PAGES if not _is_current(page)]


def _is_current(page: Page) -> bool:
    path = ROOT / page.path
    return path.exists() and path.read_text() == page.render()


@click.command()
@click.option("--check", is_flag=True, help="Only say which pages are outdated; exit code 1 when any is.")
def docs(check: bool) -> None:
    """Write the generated reference pages."""
    stale = outdated()
    for page in PAGES:
        if page.path in stale and not check:
            path = ROOT / page.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(page.render())
    for name in stale:
        click.echo(f"{'outdated' if check else 'wrote'} {name}")
    if check and stale:
        raise click.ClickException("run «make docs» and commit the pages")
