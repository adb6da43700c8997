-- The variables of a template in the order in which Gupshup takes their values: header, body, then the addresses of the
-- buttons, each named by its place: header.1, body.1, button.0.1. One that stands twice in a place is asked for once.
-- Locks nothing.
create or replace function messaging.template_variables(p_header text, p_body text, p_buttons jsonb) returns text[]
language sql immutable
set search_path = ''
as $$
  select coalesce(array_agg(v.key order by v.place, v.at), '{}')
    from (
      select p.place, p.name || '.' || m.found[1] as key, min(m.at) as at
        from (
          select 0 as place, 'header' as name, p_header as text
          union all
          select 1, 'body', p_body
          union all
          select 1 + b.n::int, 'button.' || (b.n - 1), b.x ->> 'url'
            from jsonb_array_elements(case jsonb_typeof(p_buttons) when 'array' then p_buttons else '[]' end) with ordinality b(x, n)) p
       cross join lateral regexp_matches(p.text, '\{\{\s*([A-Za-z0-9_]+)\s*\}\}', 'g') with ordinality m(found, at)
       group by 1, 2) v
$$;
comment on function messaging.template_variables(text, text, jsonb) is
  'Internal. The variables of a template, named by their place (header.1, body.1, button.0.1), in the order of their values.';
