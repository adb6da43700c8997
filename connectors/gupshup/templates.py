"""Templates: Gupshup's list read tolerantly, and the forms that create and edit (contracts/gupshup.md §3).

Header, footer and buttons stand in `containerMeta`, a JSON text; `data` alone is not enough, and may carry
the buttons as ` | [Button]` behind the text.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

import msgspec

from connectors.gupshup.wire import object_of, objects_of, text_of

PAGE: Final = 50
"""Templates a page of the list."""
_PLACEHOLDER: Final = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")
_BUTTONS_IN_THE_TEXT: Final = re.compile(r"(\s*\|\s*\[[^\]\n]*\])+\s*$")
_NO_DIGIT: Final = re.compile(r"[^0-9]")
_MEDIA_MESSAGES: Final = {"IMAGE": "image", "VIDEO": "video", "DOCUMENT": "document"}


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """One template as Gupshup lists it; words are in its own spelling."""

    provider_id: str
    name: str
    language: str
    category: str | None
    type: str
    status: str | None
    quality: str | None
    reason: str | None
    header: str | None
    body: str
    footer: str | None
    buttons: list[dict[str, Any]]
    samples: dict[str, str]
    """`text` and `header` with example values, `media_url`; what there is of them."""


class Button(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A button of a draft: QUICK_REPLY, URL (`url`) or PHONE_NUMBER (`phone_number`)."""

    type: str
    text: str
    url: str | None = None
    phone_number: str | None = None


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A template to create or edit; what is wrong with one is `messaging.template_faults`' decision."""

    name: str
    language: str
    category: str
    type: str
    body: str
    header: str = ""
    footer: str = ""
    buttons: list[Button] = []
    examples: dict[str, str] = {}
    """A value for each variable by its place: `header.1`, `body.1`, `button.0.1`."""
    media_url: str | None = None
    """The sample file of the header, by its address."""


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """Gupshup took a template; WhatsApp reviews it next."""

    provider_id: str | None
    status: str | None


def page_of(body: Any) -> list[Template | None] | None:
    """One page of the list; an entry without id, name or language is None: the page keeps its length."""
    answer = object_of(body)
    listed = answer.get("templates")
    if answer.get("status") == "error" or not isinstance(listed, list):
        return None
    return [template_of(item) for item in listed]


def template_of(item: Any) -> Template | None:
    """One entry of the list; None where it lacks its id, name or language."""
    fields = object_of(item)
    provider_id, name = text_of(fields.get("id")), text_of(fields.get("elementName"))
    language = text_of(fields.get("languageCode"))
    if provider_id is None or name is None or language is None:
        return None
    container, meta = _inner(fields.get("containerMeta")), _inner(fields.get("meta"))
    samples = {
        "text": text_of(container.get("sampleText")) or text_of(meta.get("example")),
        "header": text_of(container.get("sampleHeader")),
        "media_url": text_of(container.get("mediaUrl")),
    }
    return Template(
        provider_id=provider_id,
        name=name,
        language=language,
        category=text_of(fields.get("category")),
        type=(text_of(fields.get("templateType")) or "TEXT").upper(),
        status=text_of(fields.get("status")),
        quality=text_of(fields.get("quality")),
        reason=text_of(fields.get("reason")),
        header=text_of(container.get("header")),
        body=text_of(container.get("data")) or _without_buttons(text_of(fields.get("data")) or ""),
        footer=text_of(container.get("footer")),
        buttons=objects_of(container.get("buttons")),
        samples={name: text for name, text in samples.items() if text is not None},
    )


def kept(body: Any) -> Kept | None:
    """The answer to creating and editing: `{"status":"success","template":{…}}`."""
    answer = object_of(body)
    if answer.get("status") != "success":
        return None
    template = object_of(answer.get("template"))
    return Kept(provider_id=text_of(template.get("id")), status=text_of(template.get("status")))


def handle_of(body: Any) -> str | None:
    """The handle of an uploaded sample: `handleId.message`, `handleId`, or the media's id."""
    answer = object_of(body)
    if answer.get("status") == "error":
        return None
    handle = answer.get("handleId")
    return (
        text_of(object_of(handle).get("message"))
        or text_of(handle)
        or text_of(object_of(answer.get("media")).get("id"))
    )


def form_of(draft: Draft, handle: str | None) -> dict[str, Any]:
    """The form of creating and editing; `handle` names the uploaded sample of a header with a file."""
    form: dict[str, Any] = {
        "elementName": draft.name,
        "languageCode": draft.language,
        "category": draft.category,
        "templateType": draft.type,
        "vertical": draft.name,
        "content": draft.body,
        "example": with_values(draft.body, draft.examples, "body"),
        "enableSample": True,
        "allowTemplateCategoryChange": False,
    }
    if draft.header:
        form["header"] = draft.header
        form["exampleHeader"] = with_values(draft.header, draft.examples, "header")
    if draft.footer:
        form["footer"] = draft.footer
    if draft.buttons:
        form["buttons"] = json.dumps(
            [_button(button, at, draft.examples) for at, button in enumerate(draft.buttons)],
            ensure_ascii=False,
        )
    if handle is not None:
        form["exampleMedia"] = handle
    return form


def with_values(text: str, examples: dict[str, str], place: str) -> str:
    """The text with `[value]` in place of each placeholder, as Gupshup wants its examples."""
    return _PLACEHOLDER.sub(lambda found: f"[{examples.get(f'{place}.{found[1]}', '')}]", text)


def header_file(template_type: str) -> str | None:
    """The kind of file that stands in the header of this type of template: image, video, document or none."""
    return _MEDIA_MESSAGES.get(template_type)


def _button(button: Button, at: int, examples: dict[str, str]) -> dict[str, Any]:
    shape: dict[str, Any] = {"type": button.type, "text": button.text}
    if button.type == "PHONE_NUMBER":
        shape["phone_number"] = f"+{_NO_DIGIT.sub('', button.phone_number or '')}"
    elif button.type == "URL":
        url = button.url or ""
        shape["url"] = url
        if _PLACEHOLDER.search(url):
            value = _PLACEHOLDER.sub(lambda found: examples.get(f"button.{at}.{found[1]}", ""), url)
            shape["example"] = [value]
    return shape


def _inner(value: Any) -> dict[str, Any]:
    """The object in a JSON text, or as it is; an empty one in place of anything else."""
    if not isinstance(value, str):
        return object_of(value)
    try:
        return object_of(json.loads(value))
    except (ValueError, RecursionError):
        return {}


def _without_buttons(data: str) -> str:
    return _BUTTONS_IN_THE_TEXT.sub("", data)
