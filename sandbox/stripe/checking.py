"""Requests checked against the SDK's own typed parameters: an oracle that nobody here wrote (§1.8).

Unknown names, missing ones and values of a wrong type are refused as Stripe refuses them; values come back in
their types, because a form holds text only.
"""

from __future__ import annotations

import sys
import types
import typing
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, Generic, Literal, TypeVar, Union, get_args, get_origin

import typing_extensions
from stripe import RequestOptions

from sandbox.stripe.refusal import Refusal

_T = TypeVar("_T")
_OPTIONS = frozenset(RequestOptions.__annotations__)
_REMOVED = {
    "payment_method_types": "payment_method_types_no_longer_supported",
}
"""Names that Stripe refuses with a code of their own (§1.3)."""


class _Untyped(Generic[_T]):
    """Stands for the SDK's UntypedStripeObject, which is no type at run time."""


class _WrongType(Exception):
    """A value that is not of the type."""


def checked(params: dict[str, Any], shape: type[Any], at: str = "") -> dict[str, Any]:
    """`params` with its values in the types of the SDK's TypedDict `shape`. Raises Refusal 400."""
    hints = _hints(shape)
    required: frozenset[str] = getattr(shape, "__required_keys__", frozenset())
    found: dict[str, Any] = {}
    for name, value in params.items():
        where = f"{at}[{name}]" if at else name
        if name in _REMOVED:
            raise Refusal(400, f"{name} is no longer supported", code=_REMOVED[name], param=where)
        if name not in hints or name in _OPTIONS:
            message = f"Received unknown parameter: {where}"
            raise Refusal(400, message, code="parameter_unknown", param=where)
        try:
            found[name] = _as(value, hints[name], where)
        except _WrongType as error:
            raise Refusal(400, f"Invalid {where}: {error}", code="parameter_invalid", param=where) from None
    for name in sorted(required - _OPTIONS):
        if name not in params:
            where = f"{at}[{name}]" if at else name
            raise Refusal(400, f"Missing required param: {where}.", code="parameter_missing", param=where)
    return found


def _hints(shape: type[Any]) -> dict[str, Any]:
    return _hints_of(shape.__module__, shape.__qualname__)


@cache
def _hints_of(module: str, name: str) -> dict[str, Any]:
    names = {
        **vars(typing),
        **vars(sys.modules[module]),
        "StripeContext": object,
        "UntypedStripeObject": _Untyped,
    }
    return typing_extensions.get_type_hints(getattr(sys.modules[module], name), globalns=names)


def _as(value: Any, kind: Any, at: str) -> Any:
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _as_one_of(value, get_args(kind), at)
    if origin is Literal:
        if value not in get_args(kind):
            raise _WrongType(f"must be one of {', '.join(map(str, get_args(kind)))}")
        return value
    if origin is list:
        if not isinstance(value, list):
            raise _WrongType("must be an array")
        return [_as(item, get_args(kind)[0], f"{at}[{n}]") for n, item in enumerate(value)]
    if origin in (dict, _Untyped):
        if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
            raise _WrongType("must be an object of texts")
        return value
    if typing_extensions.is_typeddict(kind):
        if not isinstance(value, dict):
            raise _WrongType("must be an object")
        return checked(value, kind, at)
    return _as_plain(value, kind)


def _as_one_of(value: Any, kinds: tuple[Any, ...], at: str) -> Any:
    """The first kind that fits; a Literal beside `str` means that the list may grow, so it does not bind."""
    problem: _WrongType | Refusal | None = None
    for kind in sorted(kinds, key=lambda one: one is str):
        try:
            return _as(value, kind, at)
        except (_WrongType, Refusal) as error:
            if problem is None or isinstance(error, Refusal):
                problem = error
    raise problem or _WrongType("is of no known type")


def _as_plain(value: Any, kind: Any) -> Any:
    if not isinstance(value, str):
        raise _WrongType("must be a single value")
    if kind is bool:
        if value not in ("true", "false"):
            raise _WrongType("must be true or false")
        return value == "true"
    try:
        if kind is int:
            return int(value)
        if kind is float:
            return float(value)
        if kind is Decimal:
            return Decimal(value)
    except (ValueError, InvalidOperation):
        raise _WrongType(f"must be a number: {value[:40]}") from None
    if kind is str or kind is Any:
        return value
    raise _WrongType("is not understood by the sandbox")
