"""Locations, contacts, reactions, buttons and lists as Gupshup takes them (contracts/gupshup.md §2.1).

What they hold is judged in SQL (`messaging.content_faults`) before anything is queued; here it is only said
in Gupshup's words.
"""

from __future__ import annotations

from typing import Any, Final, Literal

Structured = Literal["location", "contact", "reaction", "buttons", "list"]
STRUCTURED: Final = frozenset({"location", "contact", "reaction", "buttons", "list"})
_PICTOGRAMS_FROM: Final = "\u2190"

_Content = dict[str, Any]


def shape_of(kind: Structured, content: _Content, target: str | None, reference: str | None) -> _Content:
    """The `message` of the form. `target`: WhatsApp's id of what a reaction is about."""
    match kind:
        case "location":
            return _location(content)
        case "contact":
            return {"type": "contact", "contact": _card(content)}
        case "reaction":
            return {"type": "reaction", "msgId": target or "", "emoji": content.get("emoji") or ""}
        case "buttons":
            return _buttons(content, reference)
        case "list":
            return _list(content, reference)


def needs_encoding(message: _Content) -> bool:
    """Does a list hold a pictogram? Then the form must say so (`encode`)."""
    return any(character >= _PICTOGRAMS_FROM for character in str(message))


def _location(content: _Content) -> _Content:
    """Coordinates are strings without an exponent."""
    place = {
        name: f"{float(content[name]):.8f}".rstrip("0").rstrip(".") for name in ("longitude", "latitude")
    }
    return {"type": "location", **place, **_given(content, "name", "address")}


def _card(content: _Content) -> _Content:
    names = {"firstName": "first_name", "lastName": "last_name"}
    name = {
        "formattedName": content["name"],
        **{key: content[of] for key, of in names.items() if content.get(of)},
    }
    card: _Content = {"name": name}
    if content.get("phones"):
        card["phones"] = [_given({"type": "CELL", **phone}, "phone", "type") for phone in content["phones"]]
    if content.get("emails"):
        card["emails"] = [_given({"type": "WORK", **email}, "email", "type") for email in content["emails"]]
    if content.get("organization"):
        card["org"] = {"company": content["organization"]}
    return card


def _buttons(content: _Content, reference: str | None) -> _Content:
    above: _Content = {"type": "text", **_given(content, "header"), "text": content["text"]}
    if content.get("footer"):
        above["caption"] = content["footer"]
    options = [
        {"type": "text", "title": button["title"], "postbackText": button["id"]}
        for button in content["buttons"]
    ]
    return {"type": "quick_reply", "msgid": reference or "", "content": above, "options": options}


def _list(content: _Content, reference: str | None) -> _Content:
    sections = [
        {"title": section.get("title") or "", "options": [_row(row) for row in section["rows"]]}
        for section in content["sections"]
    ]
    return {
        "type": "list",
        "title": content["header"],
        "body": content["text"],
        **_given(content, "footer"),
        "msgid": reference or "",
        "globalButtons": [{"type": "text", "title": content["button"]}],
        "items": sections,
    }


def _row(row: _Content) -> _Content:
    return {"type": "text", "title": row["title"], **_given(row, "description"), "postbackText": row["id"]}


def _given(content: _Content, *names: str) -> _Content:
    return {name: content[name] for name in names if content.get(name)}
