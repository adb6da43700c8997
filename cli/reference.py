"""Reference pages made from database and connectors: functions, errors, state machines, outside methods."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, Literal

import click
import msgspec

from cli.erd import er_pages
from cli.kinds_page import kinds_page
from cli.requirements_page import requirements_page
from connectors.bitrix24.methods import METHODS as BITRIX24
from connectors.gupshup.methods import METHODS as GUPSHUP
from connectors.media.fetch import DOWNLOAD
from connectors.oidc import METHODS as OIDC
from connectors.outside import Method, Retry
from connectors.paypal.methods import METHODS as PAYPAL
from connectors.smtp import MAIL
from connectors.stripe.methods import METHODS as STRIPE
from runtime.catalogue import SCHEMAS, Catalogue, Function, Transition

ROOT = Path(__file__).parent.parent
METHOD_TEXTS = ROOT / "docs" / "es" / "reference" / "outside-methods.json"
OUTSIDE: Final[Mapping[str, tuple[Method, ...]]] = {
    "Bitrix24": tuple(BITRIX24.values()),
    "Gupshup": tuple(GUPSHUP.values()),
    "Stripe": tuple(STRIPE.values()),
    "PayPal": tuple(PAYPAL.values()),
    "OpenID": tuple(OIDC.values()),
    "Mail": (MAIL,),
    "Files": (DOWNLOAD,),
}
Language = Literal["en", "es"]
_KIND: Final = re.compile(r"^(?:(Tenant|Batch|Platform|Directory|Internal)(?:, batch)?)\. ")
_KINDS: Final = {
    "Tenant": "takes `p_portal_id` first and touches that portal only",
    "Batch": "takes a JSON array; every item names its portal; a row per item comes back",
    "Platform": "goes over all portals, for the worker and for commands",
    "Directory": "finds or makes the portal of somebody who is not known yet",
    "Internal": "called by other functions only",
    "Ground": "time and ids, used everywhere",
}


class MethodText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An outside method in Spanish."""

    purpose: str
    why: str


def reference_pages(catalogue: Catalogue) -> dict[str, str]:
    """Return every generated page that needs a database: path below the checkout, and text."""
    return {
        **er_pages(catalogue),
        "docs/reference/sql-functions.md": functions_page(catalogue.functions),
        "docs/reference/errors.md": errors_page(catalogue),
        "docs/reference/states.md": states_page(catalogue),
        "docs/reference/message-kinds.md": kinds_page(catalogue, "en"),
        "docs/es/reference/message-kinds.md": kinds_page(catalogue, "es"),
        "docs/reference/outside-methods.md": methods_page("en"),
        "docs/es/reference/outside-methods.md": methods_page("es"),
        "docs/reference/requirements.md": requirements_page("en"),
        "docs/es/reference/requirements.md": requirements_page("es"),
    }


def kind_of(function: Function) -> str:
    """The function's kind: the first word of its comment."""
    found = _KIND.match(function.comment)
    return found[1] if found else "Ground"


def functions_page(functions: Sequence[Function]) -> str:
    """Return the functions of every schema: who may call them, what they take, give and promise."""
    parts = [
        "# SQL functions",
        _generated("the database's catalogue"),
        "Functions are the only doors to the data. A file `sql/procs/<schema>/<function>.sql` opens with all "
        "that a function promises: what it locks and in which order, what it raises, what it costs. In psql, "
        "`\\df+ messaging.*` shows the same first sentence as this page. Who is not named may not execute.",
        _table(("kind", "is"), ((f"**{kind}**", text) for kind, text in _KINDS.items())),
    ]
    for schema in SCHEMAS:
        parts.append(f"## {schema}")
        for function in functions:
            if function.schema == schema:
                parts.extend(_function(function))
    return _page(*parts)


def _function(function: Function) -> Iterator[str]:
    executors = ", ".join(f"`{role}`" for role in function.executors) or "other functions only"
    file = f"sql/procs/{function.schema}/{function.name}.sql"
    place = f"[{file}](../../{file})" if (ROOT / file).exists() else "sql/schema"
    yield f"### {function.schema}.{function.name}"
    yield (
        f"{_KIND.sub('', function.comment)}\n\n"
        f"- **{kind_of(function)}** · executed by {executors} · {place}\n"
        f"- arguments: `{function.arguments or 'none'}`\n"
        f"- returns: `{function.returns}`"
    )


def errors_page(catalogue: Catalogue) -> str:
    """Return the table of refusals."""
    rows = (
        (
            f"`{error.reason}`",
            f"`{error.sqlstate}`",
            str(error.http_status),
            error.who_acts,
            "yes" if error.retry else "no",
            error.message,
            error.hint,
        )
        for error in catalogue.errors
    )
    return _page(
        "# Errors",
        _generated("trace.error_code"),
        "A function that refuses raises SQLSTATE `WB` + HTTP status. DETAIL is JSON with the `reason` and "
        "the figures of the case, HINT says what to do. The API answers the same as problem details "
        "(RFC 9457). Batch functions return the reason in the row of the item instead of raising. «Repeat» "
        "says whether the very same call may be made again.",
        _table(("reason", "SQLSTATE", "HTTP", "who acts", "repeat", "what happened", "what to do"), rows),
    )


def states_page(catalogue: Catalogue) -> str:
    """Return the published state machines, as tables and pictures."""
    states = catalogue.message_states
    ladder = catalogue.message_ladder
    evidence = {state.state for state in states if state.outcome == "done"}
    message_rows = (
        (f"`{state.state}`", str(state.rank), "yes" if state.is_final else "no", state.outcome)
        for state in states
    )
    channel_rows = (
        (
            f"`{state.state}`",
            state.next_action,
            state.who_acts,
            "yes" if state.sends else "no",
            "yes" if state.receives else "no",
        )
        for state in catalogue.channel_states
    )
    return _page(
        "# State machines",
        _generated("messaging.transition, tenancy.channel_transition and billing.subscription_transition"),
        "## A message",
        "A message climbs; nothing leaves `read`. An event that is not listed for a state changes nothing "
        "and is kept as evidence. Evidence may skip rungs: the picture shows single steps, the table all. "
        "`outcome` is what `trace.conservation()` counts the state as.",
        _table(("state", "rank", "final", "outcome"), message_rows),
        _picture(_single_steps(ladder, evidence)),
        _machine(ladder),
        "## A channel",
        "Each state names its one next action and who takes it. «Sends»: messages leave to WhatsApp. «Hands "
        "over»: what arrives reaches the portal. What arrives is stored in every state but `removed`. An "
        "event that is not listed is refused (`WB409 channel_state`).",
        _table(("state", "next action", "who acts", "sends", "hands over"), channel_rows),
        _picture(catalogue.channel_machine),
        _machine(catalogue.channel_machine),
        *_subscription(catalogue),
    )


def _subscription(catalogue: Catalogue) -> Iterator[str]:
    rows = (
        (f"`{state.state}`", "yes" if state.runs else "no", state.next_action, state.who_acts)
        for state in catalogue.subscription_states
    )
    yield "## A subscription"
    yield (
        "Every channel has one. «Works»: the channel may send and hands over what arrives; where it does "
        "not, the channel is suspended, and what arrives is stored. An event that is not listed is refused "
        "(`WB409 subscription_state`)."
    )
    yield _table(("state", "works", "next action", "who acts"), rows)
    yield _picture(catalogue.subscription_machine)
    yield _machine(catalogue.subscription_machine)


def _single_steps(ladder: Sequence[Transition], rungs: set[str]) -> list[Transition]:
    """Leave out the evidence that two smaller steps of evidence tell as well."""
    climbs = {(step.from_state, step.to_state) for step in ladder if step.to_state in rungs}
    return [
        step
        for step in ladder
        if (step.from_state, step.to_state) not in climbs
        or not any((step.from_state, rung) in climbs and (rung, step.to_state) in climbs for rung in rungs)
    ]


def _picture(machine: Iterable[Transition]) -> str:
    """Draw a machine in Mermaid; several events between the same states share an arrow."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for step in machine:
        arrows.setdefault((step.from_state, step.to_state), []).append(step.event)
    lines = [f"  {start} --> {end}: {' / '.join(events)}" for (start, end), events in arrows.items()]
    return "\n".join(("```mermaid", "stateDiagram-v2", *lines, "```"))


def _machine(machine: Iterable[Transition]) -> str:
    return _table(
        ("from", "event", "to"),
        ((f"`{step.from_state}`", f"`{step.event}`", f"`{step.to_state}`") for step in machine),
    )


def read_method_texts() -> dict[str, MethodText]:
    """Read the Spanish words of the outside methods, by name."""
    return msgspec.json.decode(METHOD_TEXTS.read_bytes(), type=dict[str, MethodText])


def methods_page(language: Language) -> str:
    """Return every outside method that is called, and why. Raises ClickException for one without words."""
    words = _WORDS[language]
    spanish = read_method_texts()
    parts = [f"# {words['title']}", words["generated"], words["intro"]]
    for party, methods in OUTSIDE.items():
        rows = []
        for method in methods:
            if method.name not in spanish:
                raise click.ClickException(
                    f"{METHOD_TEXTS.relative_to(ROOT)}: write the words of {method.name}"
                )
            text = spanish[method.name] if language == "es" else method
            retry = words["safe"] if method.retry is Retry.SAFE else words["once"]
            rows.append((f"`{method.name}`", text.purpose, text.why, method.scope, retry))
        header = (words["method"], words["purpose"], words["why"], words["scope"], words["retry"])
        parts += [f"## {words.get(party, party)}", _table(header, rows)]
    return _page(*parts)


def _page(*parts: str) -> str:
    return "\n\n".join(parts) + "\n"


def _generated(source: str) -> str:
    return f"<!-- Generated by «whatsappb24 docs» from {source}. Do not edit. -->"


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


_WORDS: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "title": "Methods of the outside that are called, and why",
        "generated": _generated("the connectors' METHODS tables"),
        "intro": "The clients refuse any call that has no row here, so the list is complete. «Repeat» says "
        "whether a call may be repeated after an ambiguous failure: «safe» reads or sets the same state "
        "again, «once» has an effect of its own each time.",
        "method": "method",
        "purpose": "what for",
        "why": "why this one",
        "scope": "right it needs",
        "retry": "repeat",
        "safe": "safe",
        "once": "once",
    },
    "es": {
        "title": "Métodos externos que se llaman y por qué",
        "generated": "<!-- Generado por «whatsappb24 docs» a partir de las tablas METHODS de los conectores. "
        "No editar. -->",
        "intro": "Los clientes rechazan toda llamada que no tenga fila aquí, así que la lista está completa. "
        "«Repetir» dice si una llamada se puede repetir tras un fallo ambiguo: «segura» lee o fija de nuevo "
        "el mismo estado; «una vez» tiene un efecto propio cada vez.",
        "method": "método",
        "purpose": "para qué",
        "why": "por qué este",
        "scope": "permiso que necesita",
        "retry": "repetir",
        "safe": "segura",
        "once": "una vez",
        "Mail": "Correo",
        "Files": "Archivos",
    },
}
