"""A portal's company as SQL keeps it: people, departments, open lines (`tenancy.keep_directory`)."""

from __future__ import annotations

from typing import Any

import msgspec

from connectors.bitrix24.client import PortalClient
from connectors.bitrix24.directory import departments, lines, users
from connectors.outside import Failure


async def read_company(client: PortalClient) -> tuple[dict[str, Any], Failure | None]:
    """What could be read, and the first failure.

    A list stands in the answer whole or not at all, so that nobody is taken for gone because a page failed.
    """
    company: dict[str, Any] = {}
    failures: list[Failure] = []
    people = await users(client)
    if isinstance(people, Failure):
        failures.append(people)
    else:
        company["people"] = msgspec.to_builtins(people)
    structure = await departments(client)
    if isinstance(structure, Failure):
        failures.append(structure)
    else:
        company["departments"] = msgspec.to_builtins(structure)
    found = await lines(client)
    if isinstance(found, Failure):
        failures.append(found)
    else:
        company["lines"] = [
            {"line_id": one.line, "name": one.name, "is_active": one.is_active, "operators": one.operators}
            for one in found
        ]
    return company, failures[0] if failures else None
