"""Seals everything at rest again with the newest key, page by page, while the services run."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from runtime.database import Database
from runtime.secrets import Box, SealBroken

_PAGE = 500
_PASSES = 5


class Rotation(msgspec.Struct, frozen=True):
    """What a rotation did. `unreadable` are references of values that no key of ours opens."""

    resealed: int
    unreadable: tuple[str, ...]


async def rotate_keys(database: Database, keys: Sequence[str]) -> Rotation:
    """Reseal every value that the newest of `keys` does not open, with `tenancy.sealed_after` and `reseal`.

    A value that a service replaces meanwhile is left alone (`reseal` compares the old bytes) and looked at
    again in the next pass. Raises as `Database.call`.
    """
    resealed = 0
    unreadable: list[str] = []
    for _ in range(_PASSES):
        stale, replaced, unreadable = await _pass(database, keys)
        resealed += replaced
        if stale == replaced:
            break
    return Rotation(resealed, tuple(unreadable))


async def _pass(database: Database, keys: Sequence[str]) -> tuple[int, int, list[str]]:
    """Go through all pages once; return how many needed it, how many got it, and what cannot be opened."""
    newest, every = Box(keys[:1]), Box(keys)
    stale = replaced = 0
    unreadable: list[str] = []
    after = ""
    while rows := await database.call("tenancy.sealed_after", {"p_after": after, "p_limit": _PAGE}):
        items: list[dict[str, str]] = []
        for row in rows:
            sealed: bytes | None = row["sealed"]
            if sealed is None or _opens(newest, sealed):
                continue
            try:
                items.append({"ref": row["ref"], "old": sealed.hex(), "new": every.rotate(sealed).hex()})
            except SealBroken:
                unreadable.append(row["ref"])
        if items:
            stale += len(items)
            replaced += int(await database.call_value("tenancy.reseal", {"p_items": items}))
        after = rows[-1]["ref"]
    return stale, replaced, unreadable


def _opens(box: Box, sealed: bytes) -> bool:
    try:
        box.open(sealed)
    except SealBroken:
        return False
    return True
