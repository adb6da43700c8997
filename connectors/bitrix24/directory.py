"""Lists that the panel shows of a portal: lines, people, itself (contracts/bitrix24.md §2.8, §3.1, §4.1)."""

from __future__ import annotations

from typing import Any

import msgspec

from connectors.bitrix24 import php
from connectors.bitrix24.client import PortalClient
from connectors.outside import Failure

_LINES_A_PAGE = 200
_MOST_PAGES = 200
"""10,000 people at 50 a page; a portal that never ends its list must not hold a worker."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """An open line. `operators` are user ids."""

    line: str
    name: str
    is_active: bool
    operators: list[str]


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """An employee. Scope `user_brief` shows no contact data."""

    user_id: str
    name: str
    is_active: bool
    position: str | None
    departments: list[str]


class Department(msgspec.Struct, frozen=True, kw_only=True):
    """A department. `parent_id`: that above it; the company's head has none."""

    department_id: str
    name: str
    parent_id: str | None


class Application(msgspec.Struct, frozen=True, kw_only=True):
    """Our application as the portal sees it. Until `installed`, the portal sends no event (§1.2)."""

    installed: bool
    version: str | None
    status: str | None
    payment_expired: bool
    days_left: int | None
    language: str | None
    licence: str | None


async def lines(client: PortalClient) -> list[Line] | Failure:
    """All open lines, active or not."""
    found: list[Line] = []
    for page in range(_MOST_PAGES):
        params = {
            "select": ["ID", "LINE_NAME", "ACTIVE"],
            "order": {"ID": "ASC"},
            "limit": _LINES_A_PAGE,
            "offset": page * _LINES_A_PAGE,
        }
        answer = await client.call(
            "imopenlines.config.list.get", {"PARAMS": params, "OPTIONS": {"QUEUE": "Y"}}
        )
        if isinstance(answer, Failure):
            return answer
        rows = php.items(answer.result)
        found += [line for row in rows if (line := _line(php.mapping(row))) is not None]
        if len(rows) < _LINES_A_PAGE:
            break
    return found


async def users(client: PortalClient) -> list[Person] | Failure:
    """All employees, the dismissed ones included, so that their rights can be taken back."""
    found: list[Person] = []
    start: int | None = 0
    for _ in range(_MOST_PAGES):
        params = {"sort": "ID", "order": "ASC", "FILTER": {"USER_TYPE": "employee"}, "start": start}
        answer = await client.call("user.get", params)
        if isinstance(answer, Failure):
            return answer
        found += [person for row in php.items(answer.result) if (person := _person(php.mapping(row)))]
        start = answer.next
        if start is None:
            break
    return found


async def departments(client: PortalClient) -> list[Department] | Failure:
    """The company's departments, all of them.

    In the portal's own order: `sort` is told from the filter `SORT` by nothing but its letters' case.
    """
    found: list[Department] = []
    start: int | None = 0
    for _ in range(_MOST_PAGES):
        answer = await client.call("department.get", {"START": start})
        if isinstance(answer, Failure):
            return answer
        found += [one for row in php.items(answer.result) if (one := _department(php.mapping(row)))]
        start = answer.next
        if start is None:
            break
    return found


async def app_info(client: PortalClient) -> Application | Failure:
    """The portal's view of the application; for decisions about money ask `AuthServer.app_info`."""
    answer = await client.call("app.info")
    if isinstance(answer, Failure):
        return answer
    info = php.mapping(answer.result)
    return Application(
        installed=php.yes(info.get("INSTALLED")),
        version=php.text(info.get("VERSION")),
        status=php.text(info.get("STATUS")),
        payment_expired=php.yes(info.get("PAYMENT_EXPIRED")),
        days_left=php.whole(info.get("DAYS")),
        language=php.text(info.get("LANGUAGE_ID")),
        licence=php.text(info.get("LICENSE")),
    )


def _line(row: dict[str, Any]) -> Line | None:
    line = php.text(row.get("ID"))
    if line is None:
        return None
    return Line(
        line=line,
        name=php.text(row.get("LINE_NAME")) or line,
        is_active=php.yes(row.get("ACTIVE")),
        operators=_texts(row.get("QUEUE")),
    )


def _person(row: dict[str, Any]) -> Person | None:
    user_id = php.user(row.get("ID"))
    if user_id is None:
        return None
    names = (php.text(row.get("NAME")), php.text(row.get("LAST_NAME")))
    return Person(
        user_id=user_id,
        name=" ".join(name for name in names if name) or user_id,
        is_active=php.yes(row.get("ACTIVE")),
        position=php.text(row.get("WORK_POSITION")),
        departments=_texts(row.get("UF_DEPARTMENT")),
    )


def _department(row: dict[str, Any]) -> Department | None:
    department_id = php.user(row.get("ID"))
    if department_id is None:
        return None
    return Department(
        department_id=department_id,
        name=php.text(row.get("NAME")) or department_id,
        parent_id=php.user(row.get("PARENT")),
    )


def _texts(value: Any) -> list[str]:
    return [found for found in map(php.text, php.items(value)) if found]
