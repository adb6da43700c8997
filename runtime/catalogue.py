"""What a migrated database says of itself: tables, functions, published machines.

The reference pages and pictures are made of it.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
import psycopg

from runtime.migrate import META, MigrationRefused, connect

SCHEMAS: Final = ("tenancy", "messaging", "billing", "trace")
"""The rooms, in the order in which a reader meets them."""


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """A column; `type` is PostgreSQL's full name for it."""

    name: str
    type: str
    is_nullable: bool


class Reference(msgspec.Struct, frozen=True, kw_only=True):
    """A foreign key: our columns, and the table that has them as its key."""

    columns: tuple[str, ...]
    table: str
    """`schema.name`."""


class Unique(msgspec.Struct, frozen=True, kw_only=True):
    """What no two rows share, beside the key; `where` limits it to some rows."""

    columns: tuple[str, ...]
    where: str | None


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """A table (not a partition of one) with what holds it to others."""

    schema: str
    name: str
    comment: str
    is_partitioned: bool
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    uniques: tuple[Unique, ...]
    references: tuple[Reference, ...]

    @property
    def full_name(self) -> str:
        """`schema.name`."""
        return f"{self.schema}.{self.name}"


class View(msgspec.Struct, frozen=True, kw_only=True):
    """A view, which is for people and BI; the services read functions only."""

    schema: str
    name: str
    comment: str
    columns: tuple[str, ...]


class Function(msgspec.Struct, frozen=True, kw_only=True):
    """A function; `executors` are the roles that may call it, without its owner."""

    schema: str
    name: str
    arguments: str
    returns: str
    comment: str
    executors: tuple[str, ...]


class ErrorCode(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `trace.error_code`."""

    reason: str
    sqlstate: str
    http_status: int
    who_acts: str
    retry: bool
    message: str
    hint: str


class MessageKind(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of message: `max_text` characters, a file of `max_bytes` of one of `mimes` (none: any type)."""

    kind: str
    may_send: bool
    may_arrive: bool
    max_text: int | None
    mimes: tuple[str, ...] | None
    max_bytes: int | None


class MessageState(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `messaging.message_state`."""

    state: str
    rank: int
    is_final: bool
    outcome: str


class SubscriptionState(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `billing.subscription_state`."""

    state: str
    runs: bool
    """May the channel work?"""
    next_action: str
    who_acts: str


class ChannelState(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `tenancy.channel_state`."""

    state: str
    next_action: str
    who_acts: str
    sends: bool
    receives: bool


class Transition(msgspec.Struct, frozen=True, kw_only=True):
    """A row of a published state machine."""

    from_state: str
    event: str
    to_state: str


class Catalogue(msgspec.Struct, frozen=True, kw_only=True):
    """Everything above, in the order in which it is shown."""

    tables: tuple[Table, ...]
    views: tuple[View, ...]
    functions: tuple[Function, ...]
    errors: tuple[ErrorCode, ...]
    message_kinds: tuple[MessageKind, ...]
    message_states: tuple[MessageState, ...]
    message_ladder: tuple[Transition, ...]
    channel_states: tuple[ChannelState, ...]
    channel_machine: tuple[Transition, ...]
    subscription_states: tuple[SubscriptionState, ...]
    subscription_machine: tuple[Transition, ...]


def read_catalogue(url: str) -> Catalogue:
    """Read the database at `url`, as the role that migrated it.

    Raises `DatabaseAway`, and `MigrationRefused` where the database is empty.
    """
    with connect(url) as connection:
        if not _one(connection, "select to_regnamespace(%(meta)s) is not null"):
            raise MigrationRefused("the database is empty: run «whatsappb24 migrate»")
        found = {name: _one(connection, query) or [] for name, query in _QUERIES.items()}
    for name in ("tables", "views", "functions"):
        found[name].sort(key=lambda one: SCHEMAS.index(one["schema"]))
    return msgspec.convert(found, Catalogue)


def _one(connection: psycopg.Connection[Any], query: str) -> Any:
    row = connection.execute(query.encode(), {"rooms": list(SCHEMAS), "meta": META}).fetchone()
    return row[0] if row else None


_TABLES = """
select jsonb_agg(jsonb_build_object(
    'schema', n.nspname,
    'name', c.relname,
    'comment', coalesce(obj_description(c.oid, 'pg_class'), ''),
    'is_partitioned', c.relkind = 'p',
    'columns', (
      select jsonb_agg(jsonb_build_object(
               'name', a.attname,
               'type', format_type(a.atttypid, a.atttypmod),
               'is_nullable', not a.attnotnull) order by a.attnum)
        from pg_attribute a
       where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped),
    'key', (
      select coalesce(jsonb_agg(a.attname order by k.position), '[]')
        from pg_constraint p
        cross join lateral unnest(p.conkey) with ordinality k(attnum, position)
        join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum
       where p.conrelid = c.oid and p.contype = 'p'),
    'uniques', (
      select coalesce(jsonb_agg(jsonb_build_object(
               'columns', (
                 select jsonb_agg(a.attname order by k.position)
                   from unnest(i.indkey::int2[]) with ordinality k(attnum, position)
                   join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum),
               'where', pg_get_expr(i.indpred, i.indrelid)) order by i.indexrelid::regclass::text), '[]')
        from pg_index i
       where i.indrelid = c.oid and i.indisunique and not i.indisprimary),
    'references', (
      select coalesce(jsonb_agg(jsonb_build_object(
               'columns', (
                 select jsonb_agg(a.attname order by k.position)
                   from unnest(f.conkey) with ordinality k(attnum, position)
                   join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum),
               'table', fn.nspname || '.' || fc.relname) order by f.conname), '[]')
        from pg_constraint f
        join pg_class fc on fc.oid = f.confrelid
        join pg_namespace fn on fn.oid = fc.relnamespace
       where f.conrelid = c.oid and f.contype = 'f'))
  order by c.relname)
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
 where n.nspname = any(%(rooms)s) and c.relkind in ('r', 'p') and not c.relispartition
"""

_VIEWS = """
select jsonb_agg(jsonb_build_object(
    'schema', n.nspname,
    'name', c.relname,
    'comment', coalesce(obj_description(c.oid, 'pg_class'), ''),
    'columns', (
      select jsonb_agg(a.attname order by a.attnum)
        from pg_attribute a
       where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped))
  order by c.relname)
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
 where n.nspname = any(%(rooms)s) and c.relkind = 'v'
"""

_FUNCTIONS = """
select jsonb_agg(jsonb_build_object(
    'schema', n.nspname,
    'name', p.proname,
    'arguments', pg_get_function_arguments(p.oid),
    'returns', coalesce(pg_get_function_result(p.oid), ''),
    'comment', coalesce(obj_description(p.oid, 'pg_proc'), ''),
    'executors', (
      select coalesce(jsonb_agg(distinct case a.grantee when 0 then 'public'
                                         else a.grantee::regrole::text end), '[]')
        from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
       where a.privilege_type = 'EXECUTE' and a.grantee <> p.proowner))
  order by p.proname, pg_get_function_identity_arguments(p.oid))
  from pg_proc p
  join pg_namespace n on n.oid = p.pronamespace
 where n.nspname = any(%(rooms)s)
"""

# rows of the published tables come in the order in which the migrations wrote them: the reader's order
_QUERIES = {
    "tables": _TABLES,
    "views": _VIEWS,
    "functions": _FUNCTIONS,
    "errors": "select jsonb_agg(to_jsonb(e) order by e.http_status, e.reason) from trace.error_code e",
    "message_kinds": "select jsonb_agg(to_jsonb(k) order by k.ctid) from messaging.message_kind k",
    "message_states": "select jsonb_agg(to_jsonb(s) order by s.rank) from messaging.message_state s",
    "message_ladder": """
        select jsonb_agg(to_jsonb(t) order by f.rank, g.rank, t.event)
          from messaging.transition t
          join messaging.message_state f on f.state = t.from_state
          join messaging.message_state g on g.state = t.to_state
    """,
    "channel_states": "select jsonb_agg(to_jsonb(s) order by s.ctid) from tenancy.channel_state s",
    "channel_machine": "select jsonb_agg(to_jsonb(t) order by t.ctid) from tenancy.channel_transition t",
    "subscription_states": "select jsonb_agg(to_jsonb(s) order by s.ctid) from billing.subscription_state s",
    "subscription_machine": """
        select jsonb_agg(to_jsonb(t) order by t.ctid) from billing.subscription_transition t""",
}
