"""Every rule of the SQL lint finds what it is there to find, and a sound function passes."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.sql_lint import lint
from runtime.sql_files import SQL_ROOT

pytestmark = pytest.mark.requirement("R2.4-c")

SOUND = """\
-- Says hello to a portal, as the panel asks. Locks nothing.
create or replace function trace.greet(p_portal_id uuid, p_name text default '')
returns table (line int, said text)
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_row trace.log;
begin
  for v_part in 1 .. 2 loop
    select * into v_row from trace.log l where l.portal_id = p_portal_id;
  end loop;
  insert into trace.greeting as g (portal_id, greeted_at)
  values (p_portal_id, v_now)
  on conflict (portal_id) do update set
    greeted_at = greatest(g.greeted_at, excluded.greeted_at), times = coalesce(g.times, 0) + 1
  where lower(p_name) <> '';
  raise exception using errcode = 'WB404', message = "Quoted";
end
$$;
comment on function trace.greet(uuid, text) is 'Tenant. Says hello to a portal.';
grant execute on function trace.greet(uuid, text) to whatsappb24_api;
"""


def findings(folder: Path, text: str, *, mirrored: bool = True) -> list[str]:
    """Lint one function in a folder of its own; returns the findings as they are printed."""
    proc = folder / "procs" / "trace" / "greet.sql"
    test = folder / "tests" / "trace" / "greet.sql"
    proc.parent.mkdir(parents=True, exist_ok=True)
    proc.write_text(text)
    if mirrored:
        test.parent.mkdir(parents=True, exist_ok=True)
        test.touch()
    return [str(finding) for finding in lint(folder)]


def test_our_functions_keep_our_rules() -> None:
    assert [] == [str(finding) for finding in lint(SQL_ROOT)]


def test_a_sound_function_passes(tmp_path: Path) -> None:
    assert [] == findings(tmp_path, SOUND)


@pytest.mark.parametrize(
    ("sound", "broken", "line", "text"),
    [
        ("-- Says hello", "select 1;\n-- Says hello", 1, "holds one function"),
        ("trace.greet(p_portal_id", "trace.meet(p_portal_id", 1, "speaks of trace.meet; its name promises"),
        ("comment on function trace.greet(", "comment on function trace.meet(", 1, "speaks of trace.meet"),
        (
            "grant execute on function trace.greet(uuid, text)",
            "grant select on trace.log",
            1,
            "another object",
        ),
        ("create or replace", "create", 1, "`create or replace function`"),
        ("-- Says hello to a portal, as the panel asks. Locks nothing.\n", "", 1, "opens with a comment"),
        ("set search_path = ''", "set search_path = 'trace'", 1, "pins `set search_path = ''`"),
        ("'Tenant. Says", "'Says", 1, "begins with its kind"),
        ("p_portal_id uuid, p_name text", "p_name text, p_portal_id uuid", 1, "takes p_portal_id first"),
        ("'Tenant. Says", "'Internal, batch. Says", 1, "granted to nobody"),
        ("to whatsappb24_api", "to public", 1, "granted to public"),
        (" security definer", "", 1, "is `security definer`"),
        ("create or replace function", "CREATE or replace function", 2, "`CREATE` is written in lower case"),
        ("    select * into", "    SELECT * into", 12, "`SELECT` is written in lower case"),
        ("  raise exception", "  raise EXCEPTION", 19, "`EXCEPTION` is written in lower case"),
        ("p_name text", "name text", 1, "parameter `name` is called p_…"),
        ("  v_now timestamptz", "  moment timestamptz", 8, "variable `moment` is called v_…"),
        ("  v_row trace.log", "  -- the row\n  row_ trace.log", 10, "variable `row_` is called v_…"),
        ("for v_part in", "for part in", 11, "variable `part` is called v_…"),
        ("select * into v_row from", "select * from", 12, "names its columns"),
        ("end\n$$", "exception when others then null;\nend\n$$", 20, "has no exception handler"),
        ("= coalesce(g.times, 0)", "= trace.one(g.times)", 17, "`one()` is called in `on conflict"),
        ("tenancy.now()", "now()", 8, "asks tenancy.now() for the time"),
        ("tenancy.now()", "pg_catalog.clock_timestamp()", 8, "asks tenancy.now() for the time"),
        ("tenancy.now()", "current_timestamp", 8, "asks tenancy.now() for the time"),
        ("(p_portal_id, v_now)", "(gen_random_uuid(), v_now)", 15, "asks tenancy.new_id() for an id"),
        ("returns table (line int, said text)", "returns trigger", 1, "no rule lives in a trigger"),
    ],
)
def test_a_broken_rule_is_found_where_it_is_broken(
    tmp_path: Path, sound: str, broken: str, line: int, text: str
) -> None:
    assert 1 == SOUND.count(sound)
    found = findings(tmp_path, SOUND.replace(sound, broken))
    assert [] != found
    assert any(one.startswith(f"sql/procs/trace/greet.sql:{line}: ") and text in one for one in found), found


def test_an_expression_that_only_our_functions_use_need_not_pin_its_names(tmp_path: Path) -> None:
    expression = """-- Is it so? Pins nothing, so that it is written into the statements that ask it.
create or replace function trace.greet(p_text text) returns boolean
language sql immutable
as $$
  select p_text = 'so'
$$;
comment on function trace.greet(text) is 'Internal. Is it so?';
"""
    assert [] == findings(tmp_path, expression)
    assert [] != findings(tmp_path, expression.replace("'Internal. Is", "'Platform. Is"))
    assert [] != findings(tmp_path, expression.replace("immutable", "immutable security definer"))


def test_a_function_without_a_mirrored_test_is_found(tmp_path: Path) -> None:
    expected = ["sql/procs/trace/greet.sql:1: has no mirrored test sql/tests/trace/greet.sql"]
    assert expected == findings(tmp_path, SOUND, mirrored=False)


def test_what_is_not_sql_is_found(tmp_path: Path) -> None:
    assert ['sql/procs/trace/greet.sql:1: syntax error at or near "creat", at index 0'] == findings(
        tmp_path, "creat or replace"
    )
