"""Templates as Gupshup lists and takes them (gupshup.md §2.2, §3)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.gupshup import templates
from connectors.gupshup.client import (
    App,
    Draft,
    Gupshup,
    Kept,
    OutboundTemplate,
    Sent,
    TemplatePage,
    Upload,
)
from connectors.gupshup.templates import Button, template_of
from connectors.outside import Context, Failure, Policy
from connectors.redaction import Secret

pytestmark = [pytest.mark.requirement("R2.1-c"), pytest.mark.requirement("R2.2-c")]
DRAFT = Draft(
    name="cita",
    language="es",
    category="UTILITY",
    type="TEXT",
    header="Cita {{1}}",
    body="Hola {{1}}, el {{2}}.",
    footer="Gracias",
    buttons=[
        Button(type="URL", text="Ver", url="https://e.example/{{1}}"),
        Button(type="PHONE_NUMBER", text="Llamar", phone_number="+52 55 1234 5678"),
    ],
    examples={"header.1": "A", "body.1": "Ana", "body.2": "lunes", "button.0.1": "77"},
)


def test_header_buttons_and_footer_come_from_container_meta(example: Callable[[str], bytes]) -> None:
    (item,) = json.loads(example("api_template_list_item.json"))["templates"]
    found = template_of({**item, "id": "t1", "elementName": "ofertas", "languageCode": "es"})
    assert found is not None
    assert ("Dear {{1}}", "Thank you", "MARKETING") == (found.header, found.footer, found.category)
    assert ["PHONE_NUMBER", "URL"] == [button["type"] for button in found.buttons]
    assert {"text": "Exclusive deals on car and train bookings. Book now..!!", "header": "Dear [user]"} == (
        found.samples
    )


def test_an_older_entry_without_container_meta_is_read_too(example: Callable[[str], bytes]) -> None:
    page = templates.page_of(json.loads(example("api_template_list_item_2023.json")))
    assert page is not None
    (found,) = page
    assert found is not None
    assert ("mrry_chis", "en", "VIDEO", "APPROVED") == (
        found.name,
        found.language,
        found.type,
        found.status,
    )
    assert found.body.endswith("New Year 2023.")


def test_buttons_that_stand_behind_the_text_are_not_its_text() -> None:
    found = template_of({"id": 1, "elementName": "a", "languageCode": "es", "data": "Hola | [Sí] | [No]"})
    assert found is not None
    assert "Hola" == found.body
    assert "1" == found.provider_id


def test_what_is_no_list_is_no_empty_list() -> None:
    assert templates.page_of({"status": "error", "templates": []}) is None
    assert templates.page_of({"status": "success"}) is None
    assert templates.page_of({"templates": [None, 7, {"id": "x"}]}) == [None, None, None]


_TEXTS = st.none() | st.text(max_size=20) | st.integers() | st.lists(st.integers(), max_size=2)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            name: _TEXTS | st.dictionaries(st.text(max_size=5), _TEXTS, max_size=3)
            for name in [
                "id",
                "elementName",
                "languageCode",
                "containerMeta",
                "meta",
                "data",
                "status",
                "category",
            ]
        },
    )
)
def test_no_entry_breaks_the_list(item: dict[str, Any]) -> None:
    page = templates.page_of({"status": "success", "templates": [item]})
    assert page is not None
    assert 1 == len(page)


@given(st.lists(st.text(alphabet="abc []{}|ñ", min_size=1, max_size=8), min_size=1, max_size=5))
def test_the_text_of_container_meta_counts_and_its_sample_has_every_value(values: list[str]) -> None:
    body = " y ".join(f"{{{{{at}}}}}" for at in range(1, len(values) + 1)) + "."
    examples = {f"body.{at}": value for at, value in enumerate(values, 1)}
    sample = templates.with_values(body, examples, "body")
    assert " y ".join(f"[{value}]" for value in values) + "." == sample
    container = json.dumps({"data": body, "sampleText": sample})
    item = {"id": "1", "elementName": "a", "languageCode": "es", "containerMeta": container, "data": "otro"}
    found = template_of(item)
    assert found is not None
    assert (body, sample) == (found.body, found.samples["text"])


async def test_the_list_is_read_page_by_page(gupshup: Gupshup, host: Any, app: App) -> None:
    entry = {"elementName": "a", "languageCode": "es", "data": "Hola"}
    host.will(200, json.dumps({"templates": [{**entry, "id": str(n)} for n in range(templates.PAGE)]}))
    host.will(200, json.dumps({"templates": [{**entry, "id": "last"}, {}]}))
    first, second = await gupshup.templates(app, 1), await gupshup.templates(app, 2)
    assert isinstance(first, TemplatePage)
    assert isinstance(second, TemplatePage)
    assert (False, 50, True, ["last"]) == (
        first.is_last,
        len(first.templates),
        second.is_last,
        [one.provider_id for one in second.templates],
    )
    assert "/wa/app/b1c2-id/template?pageNo=2&pageSize=50" == host.asked[1].path


async def test_a_template_is_created_with_examples_in_place_of_its_variables(
    gupshup: Gupshup, host: Any, app: App
) -> None:
    host.will(200, '{"status":"success","template":{"id":"t1","status":"PENDING"}}')
    assert Kept(provider_id="t1", status="PENDING") == await gupshup.create_template(app, DRAFT)
    form = host.asked[0].form
    assert ("POST", "/wa/app/b1c2-id/template") == (host.asked[0].verb, host.asked[0].path)
    assert "Hola [Ana], el [lunes]." == form["example"]
    assert "Cita [A]" == form["exampleHeader"]
    assert [
        {"type": "URL", "text": "Ver", "url": "https://e.example/{{1}}", "example": ["https://e.example/77"]},
        {"type": "PHONE_NUMBER", "text": "Llamar", "phone_number": "+525512345678"},
    ] == json.loads(form["buttons"])
    assert "exampleMedia" not in form


async def test_whether_it_was_created_is_unknown_when_no_answer_came(
    gupshup: Gupshup, host: Any, app: App
) -> None:
    host.answers.append(None)
    outcome = await gupshup.create_template(app, DRAFT)
    assert isinstance(outcome, Failure)
    assert Policy.UNKNOWN is outcome.policy


async def test_a_refusal_comes_in_gupshups_words(gupshup: Gupshup, host: Any, app: App) -> None:
    host.will(400, '{"status":"error","message":"Template Already exists with same namespace"}')
    outcome = await gupshup.edit_template(app, "t1", DRAFT, "4::h")
    assert isinstance(outcome, Failure)
    assert (Policy.NEVER, "Template Already exists with same namespace") == (outcome.policy, outcome.message)
    assert ("PUT", "4::h") == (host.asked[0].verb, host.asked[0].form["exampleMedia"])


async def test_a_sample_is_uploaded_and_named_by_its_handle(gupshup: Gupshup, host: Any, app: App) -> None:
    host.will(200, '{"status":"success","handleId":{"message":"4::aW"}}')
    file = Upload(name="foto.png", mime="image/png", content=b"PNG-bytes")
    assert "4::aW" == await gupshup.upload_sample(app, file)
    assert host.asked[0].headers["content-type"].startswith("multipart/form-data")
    assert "Upload(name='foto.png', mime='image/png', 9 bytes)" == repr(file)


async def test_a_template_is_sent_with_its_file_and_its_address_stays_secret(
    gupshup: Gupshup, host: Any, app: App, journal: Any
) -> None:
    host.will(202, '{"status":"submitted","messageId":"gs1"}')
    message = OutboundTemplate(
        provider_id="t1",
        destination="573001234567",
        params=["Ana", "7"],
        file_kind="document",
        url=Secret("https://ours.example/media/opens"),
        filename="cita.pdf",
    )
    assert Sent(gs_id="gs1") == await gupshup.send_template(app, message, about=Context())
    form = host.asked[0].form
    assert {"id": "t1", "params": ["Ana", "7"]} == json.loads(form["template"])
    assert {
        "type": "document",
        "document": {"link": "https://ours.example/media/opens", "filename": "cita.pdf"},
    } == json.loads(form["message"])
    assert "opens" not in repr(journal.exchanges)
