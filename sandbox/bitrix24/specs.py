"""The published parameter lists of the REST methods, and checking a call against them.

`specs/*.json` come from bitrix-tools/b24-rest-docs (MIT, `specs/LICENSE`). Methods without a file there are
listed in `FROM_CONTRACT` after contract bitrix24.md.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from sandbox.bitrix24.errors import RestError, missing, wrong

FOLDER = Path(__file__).parent / "specs"


class Dynamic(msgspec.Struct):
    """May a map have keys that the documentation does not list?"""

    allowed: bool = False


class Param(msgspec.Struct):
    """One documented parameter or field."""

    name: str
    base: str
    required: bool | str = False
    ref: str | None = None


class Fields(msgspec.Struct):
    """The documented fields of a map parameter."""

    fields: list[Param] = []
    dynamic: Dynamic | None = None


class Spec(msgspec.Struct):
    """One method: its scope and parameters."""

    method: str
    scope: str | None = None
    params: list[Param] = []
    defs: dict[str, Fields] = {}


def _spec(method: str, scope: str | None, *params: tuple[str, str, bool]) -> Spec:
    return Spec(method, scope, [Param(name, base, required) for name, base, required in params])


FROM_CONTRACT = {
    spec.method: spec
    for spec in (
        _spec("app.info", None),
        _spec("server.time", None),
        _spec("scope", None, ("full", "boolean", False)),
        _spec("methods", None, ("scope", "string", False)),
        _spec("method.get", None, ("name", "string", True)),
        _spec("events", None, ("SCOPE", "string", False)),
        _spec("event.get", None),
        _spec("profile", None),
        _spec("user.admin", None),
        _spec("user.current", "user"),
        _spec(
            "imconnector.set.error", "imopenlines", ("CONNECTOR", "string", True), ("LINE", "integer", True)
        ),
        _spec("bizproc.robot.list", "bizproc"),
        _spec(
            "placement.bind",
            "placement",
            ("PLACEMENT", "string", True),
            ("HANDLER", "string", True),
            ("TITLE", "string", False),
            ("DESCRIPTION", "string", False),
            ("GROUP_NAME", "string", False),
            ("LANG_ALL", "object", False),
            ("OPTIONS", "object", False),
            ("USER_ID", "integer", False),
            ("ICON", "object", False),
        ),
    )
}

# Where the published list contradicts the method's own page or the contract: (method, parameter) → base.
CORRECTED = {
    ("user.get", "FILTER"): "object",
    ("bizproc.robot.add", "NAME"): "any",
    ("bizproc.robot.add", "DESCRIPTION"): "any",
    ("bizproc.robot.update", "NAME"): "any",
    ("bizproc.robot.update", "DESCRIPTION"): "any",
    ("imopenlines.config.add", "WORKTIME_HOLIDAYS"): "any",
    ("crm.timeline.comment.add", "FILES"): "any",
    ("imopenlines.config.get", "CONFIG_ID"): "integer",
}
# Fields that the published list, made for leads, leaves out of deals: (method, group, field, base).
ADDED = (("crm.item.add", "fieldsFields", "categoryId", "integer"),)
# Required by the published list, but optional (a robot without a settings page) or judged by the method
# itself (an empty ACTIVE switches off; register answers 200 with its own codes, §2.2).
NOT_REQUIRED = {
    ("bizproc.robot.add", "PLACEMENT_HANDLER"),
    ("bizproc.robot.update", "PLACEMENT_HANDLER"),
    ("bizproc.robot.update", "HANDLER"),
    ("bizproc.robot.update", "NAME"),
    ("imconnector.activate", "ACTIVE"),
    ("event.unbind", "handler"),
    *(("imconnector.register", name) for name in ("ID", "NAME", "ICON", "PLACEMENT_HANDLER", "DATA_IMAGE")),
    ("imconnector.unregister", "ID"),
}


def _is_scalar(value: Any) -> bool:
    return isinstance(value, str | int | float)


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) or (isinstance(value, str) and value.removeprefix("-").isdigit())


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool) or str(value).upper() in ("Y", "N", "1", "0", "TRUE", "FALSE")


FITS: dict[str, Callable[[Any], bool]] = {
    "string": _is_scalar,
    "datetime": _is_scalar,
    "date": _is_scalar,
    "number": _is_scalar,
    "integer": _is_integer,
    "boolean": _is_flag,
    "char": _is_scalar,
    "array": lambda value: isinstance(value, list | dict),
    "object": lambda value: isinstance(value, dict) or value == [],
    "any": lambda _: True,
}


@cache
def spec_of(method: str) -> Spec:
    """The documented parameters of a method. Raises KeyError for one without documentation."""
    if method in FROM_CONTRACT:
        return FROM_CONTRACT[method]
    path = FOLDER / f"{method}.json"
    if not path.is_file():
        raise KeyError(method)
    spec = msgspec.json.decode(path.read_bytes(), type=Spec)
    # The files of methods without parameters list the answer's fields instead.
    spec.params = [one for one in spec.params if one.name not in ("result", "time")]
    for added, group, name, base in ADDED:
        if added == method:
            spec.defs[group].fields.append(Param(name, base))
    for one in [*spec.params, *(field for group in spec.defs.values() for field in group.fields)]:
        one.base = CORRECTED.get((method, one.name), one.base)
        if one.required == "unknown" or (method, one.name) in NOT_REQUIRED:
            one.required = False
    return spec


def check(method: str, sent: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The parameters under their documented names, and what the service would silently overlook.

    Top-level keys are case-insensitive (§2) except in `crm.*`, whose controllers bind them by name. Raises
    RestError: `ERROR_ARGUMENT` with `argument` (§2), `100` for a missing parameter of a CRM controller.
    """
    spec = spec_of(method)
    exact = method.startswith("crm.")
    known = {one.name if exact else one.name.lower(): one for one in spec.params}
    params: dict[str, Any] = {}
    doubts: list[str] = []
    for key, value in sent.items():
        one = known.get(key if exact else key.lower())
        if one is None:
            doubts.append(f"unknown parameter {key!r}")
        else:
            params[one.name] = value
    for one in spec.params:
        _check_value(spec, one, params.get(one.name), doubts)
    return params, doubts


def _check_value(spec: Spec, one: Param, value: Any, doubts: list[str]) -> None:
    if value is None or value == "" or value in ([], {}):
        if one.required:
            raise _missing(spec.method, one.name)
        return
    if not FITS.get(one.base, FITS["any"])(value):
        raise wrong(one.name, f"must be of type {one.base}")
    group = spec.defs.get((one.ref or "").rsplit("/", 1)[-1])
    if group:
        for entry in value if isinstance(value, list) else [value]:
            if isinstance(entry, dict):
                _check_fields(spec, one.name, group, entry, doubts)


def _check_fields(spec: Spec, parent: str, group: Fields, entry: dict[str, Any], doubts: list[str]) -> None:
    exact = spec.method.startswith("crm.")
    present = {key if exact else key.lower(): value for key, value in entry.items()}
    known = {one.name if exact else one.name.lower(): one for one in group.fields}
    if not (group.dynamic and group.dynamic.allowed):
        custom = ("ufcrm", "uf_", "parentid")
        doubts += [
            f"unknown field {parent}.{key}"
            for key in present
            if key not in known and not key.lower().startswith(custom)
        ]
    for key, one in known.items():
        _check_value(spec, one, present.get(key), doubts)


def _missing(method: str, name: str) -> RestError:
    if method.startswith("crm."):
        return RestError("100", f"Could not find value for parameter {{{name}}}")
    return missing(name)
