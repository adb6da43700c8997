"""Texts between a portal's markup and WhatsApp's (contracts/bitrix24.md §2.5), and their splitting.

The portal writes BB code, WhatsApp `*bold*`. What a customer writes is never markup to the portal: a
`[url=…]` of his would be a link in an operator's chat that says whatever he likes.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter

import msgspec

TEXT_LIMIT = 4_096
CAPTION_LIMIT = 1_024
"""WhatsApp's limits, counted in UTF-16 units, which is never less than what WhatsApp counts."""

_SIGNATURE = re.compile(r"\s*\[b\](.{1,100}?):\[/b\]\s*\[br\]\s*", re.IGNORECASE)
_BREAK = re.compile(r"\[br\s*/?\]|<br\s*/?>|#BR#|\r\n?", re.IGNORECASE)
_TAG = re.compile(r"\[(/?)([a-z]+)((?:[=\s][^\[\]\n]*)?)\]", re.IGNORECASE)
_RULE = re.compile(r"-{20,}")
_HEADING = re.compile(r".{1,200}\[[^\]]*\d[^\]]*\]")
"""Above what is quoted: who said it, and in brackets when."""
_TITLE = re.compile(r"\btitle=(.+)$", re.IGNORECASE | re.DOTALL)
_MARKERS = {"b": "*", "i": "_", "s": "~", "code": "```", "pre": "```"}
_BARE = {
    *("u", "color", "size", "font", "user", "chat", "call", "context", "send", "put"),
    *("img", "video"),
}
_PAIRED = {*_MARKERS, *_BARE, "url"}
_ALONE = {"icon", "disk", "attach"}
_MAX_NESTING = 50

_ACTIVE = re.compile(r"\[(?=\s*/?\s*[a-z*])", re.IGNORECASE)
_ZERO_WIDTH_SPACE = "\u200b"
_WHATSAPP = re.compile(
    r"(?P<link>https?://\S+)"
    r"|```(?P<code>.+?)```"
    r"|(?<!\w)(?P<marker>[*_~])(?=\S)(?P<inner>[^\n]+?)(?<=\S)(?P=marker)(?!\w)",
    re.DOTALL,
)
_PORTAL_TAG = {"*": "b", "_": "i", "~": "s"}


class _Open(msgspec.Struct):
    """A tag that is waiting for its end, and what stands inside so far."""

    tag: str
    argument: str
    source: str
    inner: list[str]


def to_whatsapp(markup: str, *, portal_origin: str = "", operator: str | None = None) -> str:
    """An operator's text for WhatsApp.

    `portal_origin` (`https://portal.bitrix24.com`) completes relative links; `operator` puts that name above
    the text, in place of the signature that the portal may have put there. Never raises; the result has no
    white space around it and may be empty.
    """
    return _signed(_tidy(_quoted(_plain(markup, portal_origin))), operator)


class Reply(msgspec.Struct, frozen=True):
    """A text that begins with a quotation: what is quoted, and what is said to it (may be empty)."""

    quoted: str
    answer: str


def reply_of(markup: str, *, portal_origin: str = "", operator: str | None = None) -> Reply | None:
    """An operator's text whose beginning quotes; the portal names no message, it only repeats its words.

    None where nothing is quoted at the beginning. What was itself quoted inside the quotation is left out.
    """
    lines = _plain(markup, portal_origin).strip().split("\n")
    if _RULE.fullmatch(lines[0].strip()):
        end = next((n for n, line in enumerate(lines) if n and _RULE.fullmatch(line.strip())), 0)
        inside, rest = lines[1:end], lines[end + 1 :]
        inside = inside[1:] if len(inside) > 1 and _HEADING.match(inside[0].strip()) else inside
    else:
        end = next((n for n, line in enumerate(lines) if not line.startswith(">>")), len(lines))
        inside, rest = [line.removeprefix(">>") for line in lines[:end]], lines[end:]
    quoted = _tidy("\n".join(line for line in inside if not line.lstrip().startswith(">>")))
    return Reply(quoted, _signed(_tidy(_quoted("\n".join(rest))), operator)) if quoted else None


def _plain(markup: str, portal_origin: str) -> str:
    body = _SIGNATURE.sub("", markup, count=1) if _SIGNATURE.match(markup) else markup
    flat = _without_tags(_BREAK.sub("\n", body), portal_origin)
    return html.unescape(flat).replace("\xa0", " ")


def _tidy(text: str) -> str:
    return re.sub(r"\n(?:[ \t]*\n){3,}", "\n\n\n", text).strip()


def _signed(text: str, operator: str | None) -> str:
    return f"*{operator}:*\n{text}" if operator and text else text


def _without_tags(source: str, portal_origin: str) -> str:
    """One pass over the tags; one that never ends, or is not the portal's, is somebody's text and stays."""
    stack = [_Open(tag="", argument="", source="", inner=[])]
    waiting: Counter[str] = Counter()
    position = 0
    for match in _TAG.finditer(source):
        stack[-1].inner.append(source[position : match.start()])
        position = match.end()
        end, tag, argument = match[1], match[2].lower(), match[3][1:]
        if end and waiting[tag]:
            _close(stack, tag, waiting, portal_origin)
        elif not end and tag in _PAIRED and len(stack) <= _MAX_NESTING:
            stack.append(_Open(tag=tag, argument=argument, source=match[0], inner=[]))
            waiting[tag] += 1
        elif not end and tag in _ALONE:
            title = _TITLE.search(argument) if tag == "icon" else None
            stack[-1].inner.append(title[1].strip() if title else "")
        else:
            stack[-1].inner.append(match[0])
    stack[-1].inner.append(source[position:])
    while len(stack) > 1:
        _unwind(stack, waiting)
    return "".join(stack[0].inner)


def _close(stack: list[_Open], tag: str, waiting: Counter[str], portal_origin: str) -> None:
    while stack[-1].tag != tag:
        _unwind(stack, waiting)
    done = stack.pop()
    waiting[tag] -= 1
    inner = "".join(done.inner)
    if tag == "url":
        stack[-1].inner.append(_link(done.argument.strip(), inner, portal_origin))
    elif tag in _MARKERS and not waiting[tag]:
        stack[-1].inner.append(_marked(inner, _MARKERS[tag]))
    else:
        stack[-1].inner.append(inner)


def _unwind(stack: list[_Open], waiting: Counter[str]) -> None:
    lost = stack.pop()
    waiting[lost.tag] -= 1
    stack[-1].inner += [lost.source, *lost.inner]


def _marked(inner: str, marker: str) -> str:
    """WhatsApp's markers hold one line and must touch the text."""
    lines = []
    for line in inner.split("\n"):
        core = line.strip()
        lines.append(line.replace(core, f"{marker}{core}{marker}", 1) if core else line)
    return "\n".join(lines)


def _link(address: str, title: str, portal_origin: str) -> str:
    shown = title.strip()
    target = address or shown
    if target.startswith("/") and not target.startswith("//"):
        target = portal_origin.rstrip("/") + target
    return target if shown in {"", address, target} else f"{shown} ({target})"


def _quoted(text: str) -> str:
    """The portal's two kinds of quotation as lines that begin with `> `."""
    lines = text.split("\n")
    rules = [number for number, line in enumerate(lines) if _RULE.fullmatch(line.strip())]
    inside: set[int] = set()
    for first, last in zip(rules[::2], rules[1::2], strict=False):
        inside.update(range(first, last + 1))
    dropped = set(rules) & inside
    result = []
    for number, line in enumerate(lines):
        if number in dropped:
            continue
        if number in inside or line.startswith(">>"):
            line = f"> {line.removeprefix('>>').strip()}"
        result.append(line)
    return "\n".join(result)


def neutral(text: str) -> str:
    """`text` with every `[` that could begin a tag followed by a zero-width space."""
    return _ACTIVE.sub("[" + _ZERO_WIDTH_SPACE, text)


def to_portal(text: str) -> str:
    """A customer's text for the portal: his markup neutralised, WhatsApp's emphasis as BB code."""
    return _emphasised(neutral(text))


def _emphasised(text: str) -> str:
    def tagged(match: re.Match[str]) -> str:
        if match["link"]:
            return match[0]
        if match["code"] is not None:
            return f"[code]{match['code']}[/code]"
        tag = _PORTAL_TAG[match["marker"]]
        return f"[{tag}]{_emphasised(match['inner'])}[/{tag}]"

    return _WHATSAPP.sub(tagged, text)


def length(text: str) -> int:
    """UTF-16 units of `text`."""
    return len(text) + sum(character > "\uffff" for character in text)


def split(text: str, limit: int = TEXT_LIMIT) -> list[str]:
    """`text` in parts of at most `limit` UTF-16 units, cut at paragraphs, lines, spaces, else characters.

    Nothing but the white space around a cut is lost; no part is blank; no emoji is cut unless it alone is
    longer than `limit`.
    """
    parts = []
    rest = text.strip()
    while length(rest) > limit:
        cut = _cut(rest, limit)
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*parts, rest] if rest else parts


def _cut(text: str, limit: int) -> int:
    """Where to cut a text that is too long and does not begin with white space; never 0."""
    end = units = 0
    while units + (width := 2 if text[end] > "\uffff" else 1) <= limit:
        units += width
        end += 1
    for mark in ("\n\n", "\n", " "):
        at = text.rfind(mark, end // 2, end + 1)
        if at > 0:
            return at
    at = end
    while at > 0 and _one_character(text, at):
        at -= 1
    return at or end or 1


def _one_character(text: str, at: int) -> bool:
    """Do the code points on both sides of `at` belong to one visible character?"""
    before, after = text[at - 1], text[at]
    if before == "\u200d" or after == "\u200d" or _extends(after):
        return True
    if _is_flag_letter(before) and _is_flag_letter(after):
        start = at
        while start > 0 and _is_flag_letter(text[start - 1]):
            start -= 1
        return (at - start) % 2 == 1
    return False


def _extends(character: str) -> bool:
    """Accents, variation selectors, skin tones, and the tags of regional flags."""
    return (
        unicodedata.category(character) in {"Mn", "Mc", "Me"}
        or "\U0001f3fb" <= character <= "\U0001f3ff"
        or "\U000e0020" <= character <= "\U000e007f"
    )


def _is_flag_letter(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"
