"""Templates: the list, one with its story, writing them, and sending one to a number."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from adapters.explanations import Explanation, explain
from api.services import Services
from api.v1.channel_facts import spoken
from connectors.gupshup.templates import Draft
from runtime.bearer import Holder

Short = Annotated[str, msgspec.Meta(max_length=2_000)]
Values = dict[Annotated[str, msgspec.Meta(max_length=60)], Short]


class TemplateButton(msgspec.Struct, frozen=True, kw_only=True):
    """A button as WhatsApp shows it; types beside QUICK_REPLY, URL and PHONE_NUMBER exist."""

    type: str
    text: str
    url: str | None = None
    phone_number: str | None = None


class TemplateTask(msgspec.Struct, frozen=True, kw_only=True):
    """A person's wish that is under way, or that Gupshup refused (`said`: in its own words)."""

    kind: Literal["create", "edit", "delete"]
    is_open: bool
    said: str | None


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """A template. `status` in lower case: `submitting`, `refused`, `gone` are ours, the rest WhatsApp's."""

    template_id: UUID
    channel_id: UUID
    channel_name: str
    name: str
    language: str
    category: str
    next_category: str | None
    """What Meta announced that it will become."""
    type: str
    status: str
    quality: str | None
    reason: str | None
    """WhatsApp's own word for why it was rejected or paused."""
    header: str | None
    body: str
    footer: str | None
    buttons: list[TemplateButton]
    variables: list[str]
    """By their place: `header.1`, `body.1`, `button.0.1`."""
    examples: dict[str, str]
    media_url: str | None
    may_manage: bool
    may_send: bool
    task: TemplateTask | None
    changed_at: datetime
    synced_at: datetime | None


class TemplateChange(msgspec.Struct, frozen=True, kw_only=True):
    """A step of a template's story."""

    what: Literal["status", "category", "quality", "next_category"]
    before: str | None
    after: str | None
    reason: str | None
    source: Literal["sync", "event", "panel"]
    at: datetime


class CategoryPrice(msgspec.Struct, frozen=True, kw_only=True):
    """What a message of this category costs, in millionths of `currency`."""

    category: str
    price: int
    currency: str


class TemplateDetail(msgspec.Struct, frozen=True, kw_only=True):
    """A template with its story, and what each category costs in the country of its number."""

    template: Template
    changes: list[TemplateChange]
    country: str | None
    prices: list[CategoryPrice]


class NewTemplate(msgspec.Struct, frozen=True, kw_only=True):
    """A template to create on a channel."""

    channel_id: UUID
    draft: Draft


class WrittenTemplate(msgspec.Struct, frozen=True, kw_only=True):
    """The template of a wish; the worker is carrying it out."""

    template_id: UUID


class TemplateFault(msgspec.Struct, frozen=True, kw_only=True):
    """What WhatsApp would not take: the field (`buttons.0.text`), the fault, and the limit it breaks."""

    field: str
    fault: str
    most: int | None


class TemplateFilling(msgspec.Struct, frozen=True, kw_only=True):
    """To whom, and with which values."""

    phone: Annotated[str, msgspec.Meta(max_length=40)] = ""
    values: Values = {}
    media_url: Short | None = None


class TemplatePreview(msgspec.Struct, frozen=True, kw_only=True):
    """What sending would be. `price` in millionths of `currency`; without a tariff there is no currency."""

    header: str | None
    text: str
    footer: str | None
    missing: list[str]
    needs_media: bool
    window_until: datetime | None
    contact_name: str | None
    category: str
    country: str | None
    price: int | None
    is_free: bool
    currency: str | None
    reason: str | None
    """Why it would be refused; `explanation` says it in the holder's language."""
    explanation: Explanation | None


class TemplateSending(TemplateFilling, frozen=True, kw_only=True):
    """A template to send. The same `key` again is the same message."""

    key: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    name: Annotated[str, msgspec.Meta(max_length=200)] = ""
    """Of a customer who is not known yet."""


class SentTemplate(msgspec.Struct, frozen=True, kw_only=True):
    """The message; its story is the timeline of its id."""

    message_id: UUID


@get("/templates", operation_id="ListTemplates", tags=["templates"])
async def list_templates(
    services: NamedDependency[Services],
    holder: NamedDependency[Holder],
    channel_id: FromQuery[UUID | None] = None,
    status: FromQuery[str | None] = None,
    category: FromQuery[str | None] = None,
    text: FromQuery[str | None] = None,
) -> list[Template]:
    """The templates of the channels whose templates this user may see."""
    filters = {"p_channel_id": channel_id, "p_status": status, "p_category": category, "p_text": text}
    rows = await services.database.call("messaging.templates", {**_by(holder), **filters})
    return [_template_of(row) for row in rows]


@get("/templates/{template_id:uuid}", operation_id="GetTemplate", tags=["templates"])
async def get_template(
    template_id: FromPath[UUID], services: NamedDependency[Services], holder: NamedDependency[Holder]
) -> TemplateDetail:
    """One template with its story and the prices of the categories."""
    arguments = {**_by(holder), "p_template_id": template_id}
    (story,) = await services.database.call("messaging.template_story", arguments)
    (row,) = await services.database.call("messaging.templates", arguments)
    return msgspec.convert({**story, "template": _template_of(row)}, TemplateDetail, from_attributes=True)


@post("/templates", status_code=202, operation_id="CreateTemplate", tags=["templates"])
async def create_template(
    data: JSONBody[NewTemplate], services: NamedDependency[Services], holder: NamedDependency[Holder]
) -> WrittenTemplate:
    """Hand in a template for WhatsApp's review (`template.manage`). 422 names each field and its fault."""
    return await _write(services, holder, "create", channel_id=data.channel_id, draft=data.draft)


@put("/templates/{template_id:uuid}", status_code=202, operation_id="EditTemplate", tags=["templates"])
async def edit_template(
    template_id: FromPath[UUID],
    data: JSONBody[Draft],
    services: NamedDependency[Services],
    holder: NamedDependency[Holder],
) -> WrittenTemplate:
    """Change a template, except its name and language; WhatsApp reviews it again."""
    return await _write(services, holder, "edit", template_id=template_id, draft=data)


@delete("/templates/{template_id:uuid}", status_code=202, operation_id="DeleteTemplate", tags=["templates"])
async def delete_template(
    template_id: FromPath[UUID], services: NamedDependency[Services], holder: NamedDependency[Holder]
) -> WrittenTemplate:
    """Delete a template in all its languages: Gupshup deletes by name."""
    return await _write(services, holder, "delete", template_id=template_id)


@post("/templates/faults", status_code=200, operation_id="CheckTemplate", tags=["templates"])
async def check_template(
    data: JSONBody[Draft], services: NamedDependency[Services], holder: NamedDependency[Holder]
) -> list[TemplateFault]:
    """What WhatsApp would not take in a draft; changes nothing."""
    arguments = {"p_draft": msgspec.to_builtins(data)}
    rows = await services.database.call("messaging.template_faults", arguments)
    return [TemplateFault(**row) for row in rows]


@post(
    "/templates/{template_id:uuid}/preview",
    status_code=200,
    operation_id="PreviewTemplate",
    tags=["templates"],
)
async def preview_template(
    template_id: FromPath[UUID],
    data: JSONBody[TemplateFilling],
    services: NamedDependency[Services],
    holder: NamedDependency[Holder],
) -> TemplatePreview:
    """What sending it would be: text, price, window, and why it would be refused. Changes nothing."""
    arguments = {**_by(holder), "p_template_id": template_id, **_filling(data)}
    (row,) = await services.database.call("messaging.preview_template", arguments)
    reason = row["reason"]
    explanation = explain(reason, party="ours", language=spoken(holder)) if reason else None
    shown = {name: value for name, value in row.items() if name != "detail"}
    return TemplatePreview(**shown, explanation=explanation)


@post(
    "/templates/{template_id:uuid}/messages",
    status_code=201,
    operation_id="SendTemplate",
    tags=["templates"],
)
async def send_template(
    template_id: FromPath[UUID],
    data: JSONBody[TemplateSending],
    services: NamedDependency[Services],
    holder: NamedDependency[Holder],
) -> SentTemplate:
    """Send a template to a known or new number. Needs the right to write; a new number also to begin."""
    arguments = {**_by(holder), "p_template_id": template_id, "p_key": data.key, "p_name": data.name}
    message_id = await services.database.call_value(
        "messaging.send_template", {**arguments, **_filling(data)}
    )
    services.alarm.ring()
    return SentTemplate(message_id=message_id)


async def _write(
    services: Services,
    holder: Holder,
    kind: str,
    *,
    channel_id: UUID | None = None,
    template_id: UUID | None = None,
    draft: Draft | None = None,
) -> WrittenTemplate:
    arguments = {
        **_by(holder),
        "p_kind": kind,
        "p_channel_id": channel_id,
        "p_template_id": template_id,
        "p_draft": {} if draft is None else msgspec.to_builtins(draft),
    }
    written = await services.database.call_value("messaging.write_template", arguments)
    services.alarm.ring()
    return WrittenTemplate(template_id=written)


def _filling(filling: TemplateFilling) -> dict[str, Any]:
    return {"p_phone": filling.phone, "p_values": filling.values, "p_media_url": filling.media_url}


def _by(holder: Holder) -> dict[str, Any]:
    return {"p_portal_id": holder.portal_id, "p_actor": holder.user_id}


def _template_of(row: dict[str, Any]) -> Template:
    samples, task = row["samples"], row["task"]
    examples = samples.get("examples")
    facts = {name: value for name, value in row.items() if name not in ("samples", "task", "buttons")}
    return Template(
        **facts,
        buttons=[
            TemplateButton(
                type=str(one.get("type", "")),
                text=str(one.get("text", "")),
                url=one.get("url"),
                phone_number=one.get("phone_number"),
            )
            for one in row["buttons"]
        ],
        examples=examples if isinstance(examples, dict) else {},
        media_url=samples.get("media_url"),
        task=None
        if task is None
        else TemplateTask(
            kind=task["kind"], is_open=task["is_open"], said=(task["failure"] or {}).get("message")
        ),
    )
