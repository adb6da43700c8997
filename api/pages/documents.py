"""Puts a page together: its session, its files, and the policy that it is served with."""

from __future__ import annotations

import html
from collections.abc import Sequence
from pathlib import Path
from string import Template
from typing import Any, Final, Literal

import msgspec

from adapters.explanations import explain, who_in_words
from api.pages.assets import Needed, needed, needed_by_staff, stylesheet
from api.pages.texts import TEXTS
from connectors.bitrix24.texts import Language

Page = Literal["install", "app", "setting-connector", "chat-templates"]
_FIRST_VIEW: Final[dict[Page, str]] = {
    "install": "InstallView",
    "app": "ChannelsView",
    "setting-connector": "ConnectorView",
    "chat-templates": "ChatTemplatesView",
}


class _Document(Template):
    """A template whose placeholders may be keys of `texts`, such as `${outside.title}`."""

    idpattern = r"(?a:[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*)"


_TEMPLATES: Final = {
    file.stem: _Document(file.read_text(encoding="utf-8"))
    for file in (Path(__file__).parent / "templates").iterdir()
}


class PageSession(msgspec.Struct, frozen=True, kw_only=True):
    """What the panel knows of the person in front of it (`web/src/session.ts`); nothing else belongs here."""

    page: Page
    token: str
    """A bearer token for `/api/v1`; the page keeps it in memory only."""
    language: Language
    portal_origin: str
    """`https://portal.bitrix24.com`, confirmed by the authorization server: the page speaks to no other."""
    user_name: str
    is_admin: bool
    app_name: str
    placement_options: dict[str, Any]
    """`PLACEMENT_OPTIONS` (contracts/bitrix24.md §2.1): `LINE`, `CONNECTOR`, … of a connector's settings."""
    scopes: Sequence[str]

    def __repr__(self) -> str:
        return f"PageSession(portal_origin={self.portal_origin!r}, token=[secret])"


class StaffPage(msgspec.Struct, frozen=True, kw_only=True):
    """What the staff's pages know before anybody signed in (`web/src/staff/page.ts`)."""

    app_name: str
    language: Language
    """Of the browser; a person who is signed in has his own."""
    has_oidc: bool


def render(session: PageSession) -> str:
    """The panel for a verified person; serve it with `content_security_policy(session.portal_origin)`.

    Raises PanelMissing.
    """
    return _page(session, session.language, session.app_name, needed(_FIRST_VIEW[session.page]))


def render_for_staff(page: StaffPage) -> str:
    """The staff's pages; serve them with `content_security_policy("'none'")`. Raises PanelMissing."""
    return _page(page, page.language, page.app_name, needed_by_staff())


def _page(session: PageSession | StaffPage, language: Language, app_name: str, files: Needed) -> str:
    links = [f'<link rel="stylesheet" href="{address}">' for address in files.styles]
    links += [f'<link rel="modulepreload" href="{address}">' for address in files.modules]
    markup = {"links": "\n".join(links), "session": _json(session), "script": files.script}
    return _fill("page", language, {"app_name": app_name}, markup)


def refusal(status: int, reason: str, language: Language) -> str:
    """Why a page cannot be shown, who acts, what to do; `reason` is a code for `explain`."""
    explained = explain(reason, status=status, language=language)
    facts = {
        "title": explained.what,
        "advice": explained.todo,
        "who": who_in_words(explained.who, language),
        "code": f"{status} · {reason}",
    }
    return _fill("refusal", language, facts, {"stylesheet": stylesheet()})


def outside(language: Language) -> str:
    """The page for somebody who opens our address in a browser, and for the Market's own check."""
    return _fill("outside", language, {}, {"stylesheet": stylesheet()})


Returned = Literal["paid", "pending", "saved", "cancelled", "failed"]


def returned(what: Returned, language: Language) -> str:
    """The page to which a payer comes back; while it is `pending` it asks again by itself."""
    texts = TEXTS[language]
    facts = {name: texts[f"returned.{what}.{name}"] for name in ("title", "lead")}
    refresh = '<meta http-equiv="refresh" content="4">\n' if what == "pending" else ""
    return _fill("returned", language, facts, {"stylesheet": stylesheet(), "refresh": refresh})


def content_security_policy(portal_origin: str) -> str:
    """The value of `Content-Security-Policy`: our own files, and framed by nobody but this portal.

    `portal_origin` may also be `https:` before the portal is verified, or `'none'` for a page that is in no
    frame. Style elements are allowed because the UI kit writes its colours into one; scripts are files only.
    """
    ancestors = portal_origin if portal_origin == "'none'" else f"'self' {portal_origin}"
    return (
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        f"object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors {ancestors}"
    )


def _fill(name: str, language: Language, facts: dict[str, str], markup: dict[str, str]) -> str:
    """Fill a template: texts and facts are escaped, `markup` is ours and is not. Raises KeyError."""
    escaped = {key: html.escape(value) for key, value in {**TEXTS[language], **facts}.items()}
    return _TEMPLATES[name].substitute({**escaped, **markup, "language": language})


def _json(value: Any) -> str:
    """JSON that cannot end the script element around it."""
    return msgspec.json.encode(value).decode().replace("<", "\\u003c")
