"""The command `erd`: a picture of every schema and of the whole, and the page that explains each table.

A table's words in English are its own comment; docs/reference/er/texts.json adds why it has its shape, and
both in Spanish.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import click
import msgspec

from cli.embedded import EmbeddedServer
from cli.er_drawing import PICTURES, WHOLE, drawing
from runtime.catalogue import SCHEMAS, Catalogue, Table, read_catalogue
from runtime.migrate import migrate

ROOT = Path(__file__).parent.parent
TEXTS = ROOT / "docs" / "reference" / "er" / "texts.json"
Language = Literal["en", "es"]


class TableText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a table is, in Spanish, and why it has its shape."""

    es: str
    why_en: str
    why_es: str


class Texts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """docs/reference/er/texts.json; tables by `schema.name`."""

    schemas: dict[str, dict[Language, str]]
    tables: dict[str, TableText]


def read_texts() -> Texts:
    """Read the words that the database does not have. They are in a checkout only, not in the wheel."""
    if not TEXTS.exists():
        raise click.ClickException("pages and pictures are made in a checkout: clone the repository")
    return msgspec.json.decode(TEXTS.read_bytes(), type=Texts)


@contextmanager
def fresh_catalogue() -> Iterator[Catalogue]:
    """Start a PostgreSQL 18, migrate it, give its catalogue, and remove it. Raises `EmbeddedUnavailable`."""
    with tempfile.TemporaryDirectory(prefix="whatsappb24-docs-") as directory:
        Path(directory).chmod(0o711)
        server = EmbeddedServer(18, Path(directory) / "postgresql", durable=False)
        try:
            server.start()
            migrate(server.url())
            yield read_catalogue(server.url())
        finally:
            server.destroy()


@click.command()
def erd() -> None:
    """Draw the tables of DATABASE_URL (of this release, when it is not set) into docs/reference/er."""
    url = os.environ.get("DATABASE_URL", "").strip()
    if url:
        _write(er_pages(read_catalogue(url)))
        return
    with fresh_catalogue() as catalogue:
        _write(er_pages(catalogue))


def _write(pages: Mapping[str, str]) -> None:
    for name, text in pages.items():
        path = ROOT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        click.echo(f"wrote {name}")


def er_pages(catalogue: Catalogue) -> dict[str, str]:
    """Return all pictures and pages: path below the checkout, and text."""
    pictures = {f"docs/reference/er/{name}.svg": drawing(catalogue, name) for name in PICTURES}
    texts = read_texts()
    return {
        **pictures,
        "docs/reference/er.md": er_page(catalogue, texts, "en"),
        "docs/es/reference/er.md": er_page(catalogue, texts, "es"),
    }


def er_page(catalogue: Catalogue, texts: Texts, language: Language) -> str:
    """Return the page in one language, as Markdown. Raises ClickException for a table without words."""
    words = _WORDS[language]
    wordless = [table.full_name for table in catalogue.tables if table.full_name not in texts.tables]
    if wordless:
        raise click.ClickException(f"{TEXTS.relative_to(ROOT)}: write the words of {', '.join(wordless)}")
    parts = [f"# {words['title']}", words["generated"], words["intro"], _picture(WHOLE, language)]
    for schema in SCHEMAS:
        parts += [f"## {schema}", texts.schemas[schema][language], _picture(schema, language)]
        for table in catalogue.tables:
            if table.schema == schema:
                parts += _table(table, texts.tables[table.full_name], language)
        views = [view for view in catalogue.views if view.schema == schema]
        if views:
            parts.append(words["views"])
        parts += [f"- `{schema}.{view.name}`: {', '.join(f'`{name}`' for name in view.columns)}"
                  for view in views]  # fmt: skip
    return "\n\n".join(parts) + "\n"


def _picture(name: str, language: Language) -> str:
    directory = "er" if language == "en" else "../../reference/er"
    return f"[![{name}]({directory}/{name}.svg)]({directory}/{name}.svg)"


def _table(table: Table, text: TableText, language: Language) -> Iterator[str]:
    """The table's words, and what holds it."""
    words = _WORDS[language]
    yield f"### {table.full_name}"
    yield f"{table.comment if language == 'en' else text.es}"
    yield f"*{words['why']}* {text.why_en if language == 'en' else text.why_es}"
    facts = [f"- {words['key']}: {_names(table.key)}"]
    if table.is_partitioned:
        facts.append(f"- {words['partitioned']}")
    for unique in table.uniques:
        where = f" {words['where']} `{unique.where}`" if unique.where else ""
        facts.append(f"- {words['unique']}: {_names(unique.columns)}{where}")
    refers = (f"- {words['refers']}: {_names(one.columns)} → `{one.table}`" for one in table.references)
    yield "\n".join((*facts, *refers))


def _names(columns: tuple[str, ...]) -> str:
    return f"`({', '.join(columns)})`"


_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "title": "The tables, and why they have this shape",
        "generated": "<!-- Generated by «whatsappb24 erd» from the database and texts.json. Do not edit. -->",
        "intro": "Four schemas are the rooms: who (`tenancy`), what is said (`messaging`), what it costs "
        "(`billing`), what happened (`trace`). The services may read no table: they call the functions of "
        "[sql-functions.md](sql-functions.md). `portal_id` leads every key of a customer's data, ids are "
        "time-ordered (UUIDv7), and no constraint crosses customers or points at a partitioned table. The "
        "picture of the whole shows keys and references only; each schema's own picture shows every column.",
        "why": "Why:",
        "key": "key",
        "partitioned": "partitioned by time",
        "unique": "unique",
        "where": "where",
        "refers": "refers to",
        "views": "Views, for BI (filtered by `tenancy.reader_grant`):",
    },
    "es": {
        "title": "Las tablas y por qué tienen esta forma",
        "generated": "<!-- Generado por «whatsappb24 erd» a partir de la base y texts.json. No editar. -->",
        "intro": "Cuatro esquemas son las habitaciones: quién (`tenancy`), qué se dice (`messaging`), cuánto "
        "cuesta (`billing`) y qué pasó (`trace`). Los servicios no pueden leer ninguna tabla: llaman a las "
        "funciones de [sql-functions.md](../../reference/sql-functions.md). `portal_id` encabeza todas las "
        "claves de los datos de un cliente, los ids están ordenados en el tiempo (UUIDv7) y ninguna "
        "restricción cruza clientes ni apunta a una tabla con particiones. La imagen del conjunto muestra "
        "solo claves y referencias; la de cada esquema, todas las columnas.",
        "why": "Por qué:",
        "key": "clave",
        "partitioned": "con particiones por tiempo",
        "unique": "único",
        "where": "donde",
        "refers": "se refiere a",
        "views": "Vistas, para BI (filtradas por `tenancy.reader_grant`):",
    },
}
