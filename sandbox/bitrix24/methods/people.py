"""Employees and departments (contract bitrix24.md §1.6, §3.1)."""

from __future__ import annotations

from typing import Any

from sandbox.bitrix24 import php
from sandbox.bitrix24.methods.registry import Call, Page, page, serves
from sandbox.bitrix24.state import Department, User

ZONES = {"es": "America/Mexico_City", "la": "America/Mexico_City", "br": "America/Sao_Paulo"}


@serves("profile")
async def profile(call: Call) -> dict[str, Any]:
    """The caller, without any scope."""
    user = call.user
    return {
        "ID": str(user.id),
        "ADMIN": user.is_admin,
        "NAME": user.name,
        "LAST_NAME": user.last_name,
        "PERSONAL_GENDER": "",
        "TIME_ZONE": ZONES.get(call.portal.lang, "UTC"),
    }


@serves("user.admin")
async def user_admin(call: Call) -> bool:
    """Is the caller an administrator?"""
    return call.user.is_admin


@serves("user.current")
async def user_current(call: Call) -> dict[str, Any]:
    """The caller as `user.get` shows him."""
    return shown(call, call.user)


@serves("user.get")
async def user_get(call: Call) -> Page:
    """Employees, fifty a page; filters compare field by field."""
    wanted = php.mapping(call.params.get("FILTER"))
    rows = [
        row
        for row in (shown(call, one) for one in call.portal.users.values() if not one.is_system)
        if all(_matches(row.get(key.lstrip("=@").upper()), value) for key, value in wanted.items())
    ]
    key = call.text("sort", "ID").upper()
    rows.sort(
        key=lambda row: (int(row["ID"]) if key == "ID" else 0, str(row.get(key, ""))),
        reverse=call.text("order", "ASC").upper() == "DESC",
    )
    return page(rows, call.number("start"))


def shown(call: Call, user: User) -> dict[str, Any]:
    """An employee as far as the granted scope lets see: `user_brief` hides how to reach him."""
    granted = call.installation.card.scope
    contacts = {"EMAIL": user.email, "PERSONAL_MOBILE": "", "WORK_PHONE": ""}
    return {
        "ID": str(user.id),
        "ACTIVE": user.is_active,
        "NAME": user.name,
        "LAST_NAME": user.last_name,
        "SECOND_NAME": "",
        **(contacts if "user" in granted or "user_basic" in granted else {}),
        "TIME_ZONE": "",
        "IS_ONLINE": "Y" if user.is_active else "N",
        "TIMESTAMP_X": php.EMPTY_OBJECT,
        "WORK_POSITION": user.work_position,
        "UF_DEPARTMENT": user.departments,
        "USER_TYPE": "employee",
    }


def _matches(have: Any, want: Any) -> bool:
    wanted = php.items(want) if isinstance(want, list | dict) else [want]
    if isinstance(have, bool):
        return any(php.flag(one, default=not have) == have for one in wanted)
    known = [str(one) for one in have] if isinstance(have, list) else [str(have)]
    return any(str(one) in known for one in wanted)


@serves("department.get")
async def department_get(call: Call) -> Page:
    """The company structure."""
    rows = [
        _department(one)
        for one in call.portal.departments.values()
        if all(
            call.params.get(name) in (None, "") or str(_department(one).get(name)) == call.text(name)
            for name in ("ID", "NAME", "PARENT", "UF_HEAD")
        )
    ]
    return page(rows, call.number("START"))


def _department(one: Department) -> dict[str, Any]:
    return {
        "ID": str(one.id),
        "NAME": one.name,
        "SORT": 500,
        **({"PARENT": str(one.parent)} if one.parent else {}),
        **({"UF_HEAD": str(one.head)} if one.head else {}),
    }
