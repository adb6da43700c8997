"""Templates: what the service takes, its review, and what a message of one says (contract §2.2, §3, §4.6)."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any, Final
from uuid import uuid4

import msgspec

from sandbox.clock import Clock
from sandbox.feed import Feed
from sandbox.gupshup.delivery import Delivery
from sandbox.gupshup.sending import Refusal
from sandbox.gupshup.state import Failure, GupshupState, SandboxApp, Template
from sandbox.tasks import Tasks

_NAME: Final = re.compile(r"^[a-z0-9_]{1,180}$")
_PLACEHOLDER: Final = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")
_CATEGORIES: Final = ("MARKETING", "UTILITY", "AUTHENTICATION")
_TYPES: Final = ("TEXT", "IMAGE", "VIDEO", "DOCUMENT")
_REQUIRED: Final = (
    "elementName",
    "languageCode",
    "category",
    "templateType",
    "vertical",
    "content",
    "example",
)


class Decision(msgspec.Struct, forbid_unknown_fields=True):
    """What somebody decides about a template: `POST /sandbox/gupshup/templates/{id}`."""

    status: str | None = None
    """APPROVED, REJECTED, PAUSED, DISABLED, …"""
    reason: str | None = None
    category: str | None = None
    """The category that it has from now on."""
    announced: str | None = None
    """The category that it will have from the first of next month."""
    quality: str | None = None
    """High, Medium, Low or Pending."""


class FilledTemplate(msgspec.Struct):
    """A template with the values of one message."""

    template: Template
    params: list[str]
    message: dict[str, Any] | None

    kind = "template"

    def shown(self) -> str:
        """What the customer reads."""
        values = dict(zip(_places(self.template), self.params, strict=False))
        parts = [("header", self.template.header), ("body", self.template.content)]
        texts = [_filled(place, text, values) for place, text in parts if text]
        return "\n".join([*texts, *([self.template.footer] if self.template.footer else [])])

    def media_url(self) -> str | None:
        """The address of the header's file."""
        if self.message is None:
            return None
        return str(self.message[self.message["type"]]["link"])

    def content(self) -> dict[str, Any]:
        """What is kept of the message."""
        content = {
            "type": "template",
            "category": self.template.category.lower(),
            "template": self.template.name,
        }
        return {**content, "file": self.message["type"]} if self.message else content

    def objection(self) -> Failure | None:
        """Why WhatsApp will not send it."""
        expected = len(_places(self.template)) + (self.template.category == "AUTHENTICATION")
        if self.template.status == "PAUSED":
            return Failure(code=132015, reason="Template is Paused")
        if self.template.status != "APPROVED":
            return Failure(code=132001, reason="Template does not exist in the translation")
        if len(self.params) != expected:
            return Failure(code=132000, reason="Number of parameters does not match the expected number")
        if (self.template.type != "TEXT") != (self.message is not None):
            return Failure(code=132012, reason="Parameter format does not match: header")
        return None


class Templates:
    """The templates of all apps; a decision about one is told to the subscriptions with mode TEMPLATE."""

    def __init__(
        self, state: GupshupState, *, delivery: Delivery, clock: Clock, feed: Feed, tasks: Tasks
    ) -> None:
        self._state = state
        self._delivery = delivery
        self._clock = clock
        self._feed = feed
        self._tasks = tasks

    def of(self, app: SandboxApp) -> list[Template]:
        """An app's templates, the newest first."""
        mine = [one for one in self._state.templates.values() if one.app_id == app.app_id]
        return sorted(mine, key=lambda one: one.created_on, reverse=True)

    def create(self, app: SandboxApp, form: dict[str, str]) -> Template:
        """Take a new one and begin its review; raises `Refusal`."""
        now = self._clock.now_ms()
        template = _written(Template(str(uuid4()), app.app_id, "", "", "", "", "", now, now), form)
        for other in self.of(app):
            if (other.name, other.language) == (template.name, template.language):
                raise Refusal(
                    400,
                    "Template Already exists with same namespace and elementName and languageCode",
                )
        self._state.templates[template.id] = template
        self._review(template)
        return template

    def edit(self, app: SandboxApp, template_id: str, form: dict[str, str]) -> Template:
        """Change one; it is reviewed again. Raises `Refusal`."""
        before = self._owned(app, template_id)
        if before.status not in ("APPROVED", "REJECTED", "PAUSED"):
            raise Refusal(400, "Template not allowed to be edited", f"it is {before.status}")
        changed = _written(msgspec.structs.replace(before, modified_on=self._clock.now_ms()), form)
        if (changed.name, changed.language) != (before.name, before.language):
            raise Refusal(400, "elementName and languageCode cannot be changed")
        changed.status, changed.reason = "PENDING", None
        self._state.templates[template_id] = changed
        self._review(changed)
        return changed

    def delete(self, app: SandboxApp, name: str) -> None:
        """Delete one in all its languages; raises `Refusal`."""
        gone = [one.id for one in self.of(app) if one.name == name]
        if not gone:
            raise Refusal(400, "Template Does not exists.", f"there is no template {name!r}")
        for template_id in gone:
            del self._state.templates[template_id]
        self._feed.publish("template", channel=app.app_id)

    def decide(self, template_id: str, decision: Decision) -> Template | None:
        """Change what WhatsApp thinks of one, and tell it; None where there is no such template."""
        template = self._state.templates.get(template_id)
        if template is None:
            return None
        app = self._state.apps[template.app_id]
        about = {"id": template.id, "elementName": template.name, "languageCode": template.language}
        if decision.status:
            template.status, template.reason = decision.status.upper(), decision.reason
            why = "rejectedReason" if template.status == "REJECTED" else "description"
            said = {why: decision.reason} if decision.reason else {}
            self._tell(app, {"type": "status-update", **about, "status": template.status.lower(), **said})
        if decision.category:
            before, template.category = template.category, decision.category
            self._tell(
                app,
                {"type": "category-update", **about, "category": {"old": before, "new": template.category}},
            )
        if decision.announced:
            announced = {"current": template.category, "correct": decision.announced}
            self._tell(app, {"type": "category-update", **about, "category": announced})
        if decision.quality:
            colours = {"high": "GREEN", "medium": "YELLOW", "low": "RED"}
            template.quality = colours.get(decision.quality.lower(), "UNKNOWN")
            self._tell(
                app, {"type": "quality-update", **about, "status": f"Active - Quality {decision.quality}"}
            )
        self._feed.publish("template", channel=app.app_id)
        return template

    def resume(self) -> None:
        """Go on with reviews that a restart interrupted."""
        for template in self._state.templates.values():
            if template.status == "PENDING":
                self._review(template)

    def filled(self, app: SandboxApp, form: dict[str, str]) -> FilledTemplate:
        """The message of a form; raises `Refusal` where it is not as documented."""
        named = _object(form.get("template"), "template")
        params = named.get("params", [])
        if not isinstance(params, list) or not all(isinstance(one, str) for one in params):
            raise Refusal(400, "Invalid Template", "params must be a list of texts")
        template = self._state.templates.get(str(named.get("id")))
        if template is None or template.app_id != app.app_id:
            raise Refusal(400, "Template Not Found", f"no template {named.get('id')!r} in this app")
        message = _object(form["message"], "message") if "message" in form else None
        if message is not None and "link" not in message.get(str(message.get("type")), {}):
            raise Refusal(400, "Invalid Message", "message of a template names {type: {link}}")
        return FilledTemplate(template, params, message)

    def _owned(self, app: SandboxApp, template_id: str) -> Template:
        template = self._state.templates.get(template_id)
        if template is None or template.app_id != app.app_id:
            raise Refusal(400, "Template Does not exists.", f"there is no template {template_id!r}")
        return template

    def _review(self, template: Template) -> None:
        self._feed.publish("template", channel=template.app_id)
        if self._state.apps[template.app_id].knobs.template_review != "wait":
            self._tasks.start(self._reviewed(template.id))

    async def _reviewed(self, template_id: str) -> None:
        template = self._state.templates[template_id]
        knobs = self._state.apps[template.app_id].knobs
        await asyncio.sleep(knobs.step_ms[1] * 10 / 1000)
        if knobs.template_review == "approve":
            self.decide(template_id, Decision(status="APPROVED"))
        elif knobs.template_review == "reject":
            self.decide(template_id, Decision(status="REJECTED", reason="INVALID_FORMAT"))

    def _tell(self, app: SandboxApp, payload: dict[str, Any]) -> None:
        self._delivery.send(app, "template-event", payload, mode="TEMPLATE", lane=app.app_id)


def listed(template: Template, app: SandboxApp) -> dict[str, Any]:
    """A template as the list shows it; `containerMeta` and `meta` are JSON texts (§3)."""
    container = {
        "appId": app.app_id,
        "data": template.content,
        "header": template.header,
        "footer": template.footer,
        "buttons": template.buttons or None,
        "sampleText": template.example,
        "sampleHeader": template.example_header,
        "mediaId": template.handle,
        "enableSample": True,
        "editTemplate": False,
        "allowTemplateCategoryChange": False,
    }
    titles = "".join(f" | [{button['text']}]" for button in template.buttons)
    return {
        "id": template.id,
        "externalId": str(int(template.id[:8], 16) + 10**14),
        "appId": app.app_id,
        "elementName": template.name,
        "languageCode": template.language,
        "languagePolicy": "deterministic",
        "category": template.category,
        "templateType": template.type,
        "status": template.status,
        "quality": template.quality,
        **({"reason": template.reason} if template.reason else {}),
        "data": template.content + titles,
        "meta": json.dumps({"example": template.example}),
        "containerMeta": json.dumps({name: value for name, value in container.items() if value is not None}),
        "vertical": template.name,
        "createdOn": template.created_on,
        "modifiedOn": template.modified_on,
    }


def _written(template: Template, form: dict[str, str]) -> Template:
    """Take over a form's fields; raises `Refusal` naming the first that is wrong."""
    missing = [name for name in _REQUIRED if not form.get(name)]
    if missing:
        raise Refusal(400, f"{missing[0]} is required")
    if not _NAME.match(form["elementName"]):
        raise Refusal(400, "Invalid elementName", "a-z, 0-9 and _ only, at most 180")
    if form["category"] not in _CATEGORIES or form["templateType"] not in _TYPES:
        raise Refusal(400, "Invalid category or templateType")
    if len(form["content"]) > 1024 or len(form.get("footer", "")) > 60 or len(form.get("header", "")) > 60:
        raise Refusal(400, "Content, header or footer too long")
    if _PLACEHOLDER.search(form["example"]) or form["example"].count("[") < len(
        set(_PLACEHOLDER.findall(form["content"]))
    ):
        raise Refusal(400, "Template example is not valid", "[value] in place of each placeholder")
    if (form["templateType"] != "TEXT") != ("exampleMedia" in form):
        raise Refusal(400, "exampleMedia is required for media templates, and only for them")
    template.name, template.language = form["elementName"], form["languageCode"]
    template.category, template.type = form["category"], form["templateType"]
    template.content, template.example = form["content"], form["example"]
    template.header, template.footer = form.get("header"), form.get("footer")
    template.example_header, template.handle = form.get("exampleHeader"), form.get("exampleMedia")
    template.buttons = _buttons(form.get("buttons"))
    return template


def _buttons(raw: str | None) -> list[dict[str, Any]]:
    try:
        buttons = json.loads(raw or "[]")
    except ValueError as error:
        raise Refusal(400, "Invalid buttons", str(error)) from error
    for button in buttons:
        if not button.get("text") or len(button["text"]) > 25:
            raise Refusal(400, "Invalid buttons", "a text of at most 25 characters")
        if button["type"] == "URL" and _PLACEHOLDER.search(button["url"]) and not button.get("example"):
            raise Refusal(400, "Invalid buttons", "an address with a variable needs an example")
        if button["type"] == "PHONE_NUMBER" and not str(button.get("phone_number", "")).startswith("+"):
            raise Refusal(400, "Invalid buttons", "phone_number begins with +")
    return list(buttons)


def _places(template: Template) -> list[str]:
    """The variables in the order of their occurrence, each place for itself."""
    texts = [("header", template.header or ""), ("body", template.content)]
    texts += [(f"button{at}", str(button.get("url", ""))) for at, button in enumerate(template.buttons)]
    return list(
        dict.fromkeys(f"{place} {name}" for place, text in texts for name in _PLACEHOLDER.findall(text))
    )


def _filled(place: str, text: str, values: dict[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda found: values.get(f"{place} {found[1]}", found[0]), text)


def _object(raw: str | None, name: str) -> dict[str, Any]:
    try:
        value = json.loads(raw or "")
    except ValueError as error:
        raise Refusal(400, f"Invalid {name.title()}", f"{name}: {error}") from error
    if not isinstance(value, dict):
        raise Refusal(400, f"Invalid {name.title()}", f"{name} must be an object")
    return value
