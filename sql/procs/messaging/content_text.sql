-- What a person reads of a message that is more than text and file: in lists, in searches and in the portal's chat.
-- p_kind, p_content: as in messaging.content_faults(). Null for any other kind. Locks nothing.
create or replace function messaging.content_text(p_kind text, p_content jsonb) returns text
language sql immutable
set search_path = ''
as $$
  select left(case p_kind
    when 'location' then concat_ws(E'\n', nullif(p_content ->> 'name', ''), nullif(p_content ->> 'address', ''),
                                   concat_ws(', ', p_content ->> 'latitude', p_content ->> 'longitude'))
    when 'contact' then concat_ws(' ', p_content ->> 'name', (
      select string_agg(e.x ->> 'phone', ' ' order by e.n)
        from jsonb_array_elements(case jsonb_typeof(p_content -> 'phones') when 'array' then p_content -> 'phones' else '[]' end) with ordinality e(x, n)))
    when 'reaction' then p_content ->> 'emoji'
    when 'buttons' then concat_ws(E'\n', nullif(p_content ->> 'header', ''), p_content ->> 'text', nullif(p_content ->> 'footer', ''), (
      select string_agg('▸ ' || (e.x ->> 'title'), E'\n' order by e.n)
        from jsonb_array_elements(case jsonb_typeof(p_content -> 'buttons') when 'array' then p_content -> 'buttons' else '[]' end) with ordinality e(x, n)))
    when 'list' then concat_ws(E'\n', p_content ->> 'header', p_content ->> 'text', nullif(p_content ->> 'footer', ''), (
      select string_agg('▸ ' || (r.x ->> 'title'), E'\n' order by e.n, r.n)
        from jsonb_array_elements(case jsonb_typeof(p_content -> 'sections') when 'array' then p_content -> 'sections' else '[]' end) with ordinality e(x, n)
       cross join jsonb_array_elements(case jsonb_typeof(e.x -> 'rows') when 'array' then e.x -> 'rows' else '[]' end) with ordinality r(x, n)))
    end, 4096)
$$;
comment on function messaging.content_text(text, jsonb) is
  'Internal. What a person reads of a location, contact, reaction, buttons or list.';
