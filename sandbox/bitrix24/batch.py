"""`batch`: up to fifty calls in one request, with results of earlier ones (contract bitrix24.md §1.5)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Protocol

from sandbox.bitrix24 import php
from sandbox.bitrix24.card import Installation
from sandbox.bitrix24.errors import RestError
from sandbox.bitrix24.state import Portal, User

LENGTH_MAX = 50
REFERENCE = re.compile(r"\$result((?:\[[^\]]*\])+)")


class Caller(Protocol):
    """Who performs the single calls."""

    async def call(
        self, portal: Portal, user: User, installation: Installation, method: str, sent: dict[str, Any]
    ) -> dict[str, Any]:
        """One call; raises RestError."""
        ...


async def answer_batch(
    door: Caller, portal: Portal, user: User, installation: Installation, fields: dict[str, Any]
) -> dict[str, Any]:
    """The five maps of a batch's answer; empty ones come out as `[]`. Raises RestError."""
    commands = fields.get("cmd")
    named = dict(commands) if isinstance(commands, Mapping) else dict(enumerate(php.items(commands)))
    if not named:
        raise RestError("ERROR_ARGUMENT", "Argument 'cmd' is null or empty", argument="cmd")
    if len(named) > LENGTH_MAX:
        raise RestError("ERROR_BATCH_LENGTH_EXCEEDED", "Max batch length exceeded")
    results: dict[Any, Any] = {}
    errors: dict[Any, Any] = {}
    totals: dict[Any, int] = {}
    nexts: dict[Any, int] = {}
    for name, command in named.items():
        method, _, query = str(command).partition("?")
        sent = _filled(php.parse_query(query), {str(key): value for key, value in results.items()})
        sent.pop("auth", None)
        try:
            answer = await door.call(portal, user, installation, method.removesuffix(".json"), sent)
        except RestError as error:
            errors[name] = error.envelope()
            if php.flag(fields.get("halt", 0), default=False):
                break
            continue
        results[name] = answer["result"]
        totals.update({name: answer["total"]} if "total" in answer else {})
        nexts.update({name: answer["next"]} if "next" in answer else {})
    shape = list if isinstance(commands, list) and not errors else dict
    return {
        "result": {
            "result": list(results.values()) if shape is list else results,
            "result_error": errors,
            "result_total": totals,
            "result_next": nexts,
            "result_time": {},
        }
    }


def _filled(value: Any, results: dict[str, Any]) -> Any:
    """Replace `$result[a][0][ID]`; alone it becomes the value itself, inside a text its text."""
    if isinstance(value, dict):
        return {key: _filled(item, results) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, results) for item in value]
    text = str(value)
    whole = REFERENCE.fullmatch(text)
    if whole:
        return _found(whole[1], results)
    return REFERENCE.sub(lambda match: php.scalar(_found(match[1], results) or ""), text)


def _found(path: str, results: dict[str, Any]) -> Any:
    value: Any = results
    for step in re.findall(r"\[([^\]]*)\]", path):
        if isinstance(value, Mapping):
            value = value.get(step, value.get(int(step)) if step.isdigit() else None)
        elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value
