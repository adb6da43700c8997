"""The command `doctor`: is everything in place, what to do where it is not, and what to enter in Bitrix24."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from urllib.parse import urlsplit

import click
from rich.console import Console
from rich.table import Table

from adapters.desired import SCOPES, Addresses
from adapters.explanations import explain
from runtime.diagnosis import Connection, Finding, Level, connections, diagnose, role_script
from runtime.secrets import role_password
from runtime.settings import API_ROLE, LOGIN_ROLES, TRACE_ROLE, WORKER_ROLE, Settings

_COLOURS = {Level.OK: "green", Level.WARN: "yellow", Level.FAIL: "red"}


@click.command()
def doctor() -> None:
    """Check database and settings, print what to enter in Bitrix24; exit code 1 if something is wrong."""
    settings = Settings.load(os.environ)
    addresses = {
        API_ROLE: settings.api_database_url,
        WORKER_ROLE: settings.worker_database_url,
        TRACE_ROLE: settings.trace_database_url,
    }
    database = list(diagnose(settings.database_url, addresses))
    findings = [*database, *check_settings(settings)]
    console = Console(highlight=False, soft_wrap=True)
    for finding in findings:
        console.print(f"[{_COLOURS[finding.level]}]{finding.level:>4}[/] ", end="")
        console.print(f"{finding.text}{f' → {finding.remedy}' if finding.remedy else ''}", markup=False)
    if any("cannot log in" in finding.text for finding in database):
        passwords = {role: role_password(settings.secret_keys, role) for role in LOGIN_ROLES}
        console.print("\nThe roles' passwords, for an administrator (verifiers, not passwords):")
        console.print(role_script(settings.database_url, passwords), markup=False)
    console.print(application_facts(settings))
    show_connections(console, connections(settings.database_url))
    if any(finding.level is Level.FAIL for finding in findings):
        raise SystemExit(1)


_MARKS = {
    "ok": ("green", "  ok"),
    "warn": ("yellow", "warn"),
    "fail": ("red", "FAIL"),
    "waiting": ("dim", "  …"),
}


def show_connections(console: Console, found: Sequence[Connection]) -> None:
    """Print each channel's connection tests as last found; a customer's trouble is none of this machine."""
    for channel_id, tests in groupby(found, key=lambda one: one.channel_id):
        rows = list(tests)
        first = rows[0]
        when = f"checked {first.checked_at:%Y-%m-%d %H:%M}Z" if first.checked_at else "never checked"
        console.print(
            f"\n{first.name} (+{first.phone}, {first.domain}): {first.state}, {when}, {channel_id}",
            markup=False,
        )
        for test in rows:
            colour, mark = _MARKS[test.outcome]
            console.print(f"[{colour}]{mark:>4}[/] ", end="")
            console.print(line_of(test), markup=False)


def line_of(test: Connection) -> str:
    """One test in one line: its name, what was found in words, and the action that mends it."""
    words = None if test.code is None else explain(test.code, party=test.party, language="en").what
    found = [part for part in (words, test.code and f"[{test.code}]", test.detail) if part]
    line = f"{test.test}: {' '.join(found)}" if found else test.test
    return f"{line} → {test.action}" if test.action else line


def check_settings(settings: Settings) -> Iterator[Finding]:
    """Look at what is allowed but unwise, and at the directories."""
    if urlsplit(settings.public_url).scheme == "https":
        yield Finding(Level.OK, f"PUBLIC_URL {settings.public_url}")
    else:
        remedy = "Bitrix24 opens applications over https only"
        yield Finding(Level.WARN, f"PUBLIC_URL {settings.public_url} is not https", remedy)
    if settings.trusted_origins:
        text = f"TRUSTED_ORIGINS exempts {', '.join(settings.trusted_origins)}"
        yield Finding(Level.WARN, text, "unset it in production")
    for name, directory in (("MEDIA_DIR", settings.media_dir), ("SPOOL_DIR", settings.spool_dir)):
        if _may_write(directory):
            yield Finding(Level.OK, f"{name} {directory}")
        else:
            remedy = f"make it and let this account write there, or set {name}"
            yield Finding(Level.FAIL, f"{name} {directory} cannot be written", remedy)


def application_facts(settings: Settings) -> Table:
    """Return what to enter in Bitrix24 under Developer resources → Other → Local application."""
    table = Table(title="The local application in Bitrix24", show_header=False, title_justify="left")
    addresses = Addresses(settings.public_url)
    table.add_row("Your handler path", addresses.app, style="bold")
    table.add_row("Initial installation path", addresses.install, style="bold")
    table.add_row("Menu item text", settings.app_name)
    table.add_row("Permissions", ", ".join(SCOPES))
    return table


def _may_write(directory: Path) -> bool:
    """May we write into the directory, or make it?"""
    place = directory.absolute()
    existing = next(parent for parent in (place, *place.parents) if parent.exists())
    return existing.is_dir() and os.access(existing, os.W_OK | os.X_OK)
