-- What WhatsApp would not take in a message that is more than text and file. p_kind and p_content:
--   location  {latitude, longitude (degrees), name, address}
--   contact   {name, first_name, last_name, organization, phones [{phone, type}], emails [{email, type}]}
--   reaction  {emoji}; empty takes it back
--   buttons   {text, header, footer, buttons [{title, id}]}; id comes back as postbackText
--   list      {header, text, footer, button, sections [{title, rows [{title, description, id}]}]}
-- Returns a row per fault: the field (buttons.0.title), the fault and the limit it breaks. Locks nothing.
create or replace function messaging.content_faults(p_kind text, p_content jsonb) returns table (field text, fault text, most int)
language sql immutable
set search_path = ''
as $$
  with c as (
    select case jsonb_typeof(p_content) when 'object' then p_content else '{}' end as x),
  b as (
    select (e.n - 1)::int as at, btrim(coalesce(e.x ->> 'title', '')) as title, btrim(coalesce(e.x ->> 'id', '')) as id
      from c
     cross join jsonb_array_elements(case jsonb_typeof(c.x -> 'buttons') when 'array' then c.x -> 'buttons' else '[]' end) with ordinality e(x, n)
     where p_kind = 'buttons'),
  s as (
    select (e.n - 1)::int as at, btrim(coalesce(e.x ->> 'title', '')) as title,
           case jsonb_typeof(e.x -> 'rows') when 'array' then e.x -> 'rows' else '[]' end as rows
      from c
     cross join jsonb_array_elements(case jsonb_typeof(c.x -> 'sections') when 'array' then c.x -> 'sections' else '[]' end) with ordinality e(x, n)
     where p_kind = 'list'),
  r as (
    select format('sections.%s.rows.%s', s.at, e.n - 1) as place, btrim(coalesce(e.x ->> 'title', '')) as title,
           coalesce(e.x ->> 'description', '') as description, btrim(coalesce(e.x ->> 'id', '')) as id, row_number() over (order by s.at, e.n) as at
      from s cross join jsonb_array_elements(s.rows) with ordinality e(x, n)),
  faults as (
    select d.name as field,
           case when c.x ->> d.name is null then 'required'
                when not coalesce(pg_input_is_valid(c.x ->> d.name, 'numeric'), false) then 'no_number'
                when abs((c.x ->> d.name)::numeric) > d.most or (c.x ->> d.name)::numeric = 'NaN' then 'too_far' end as fault, d.most
      from c cross join (values ('latitude', 90), ('longitude', 180)) d(name, most)
     where p_kind = 'location'
    union all
    select d.name, case when d.is_needed and btrim(coalesce(c.x ->> d.name, '')) = '' then 'required' when length(c.x ->> d.name) > d.most then 'too_long' end, d.most
      from c
      join (values ('location', 'name', false, 1000), ('location', 'address', false, 1000), ('contact', 'name', true, 256),
                   ('contact', 'first_name', false, 256), ('contact', 'last_name', false, 256), ('contact', 'organization', false, 256),
                   ('buttons', 'text', true, 1024), ('buttons', 'header', false, 60), ('buttons', 'footer', false, 60),
                   ('list', 'header', true, 60), ('list', 'text', true, 1024), ('list', 'footer', false, 60), ('list', 'button', true, 20))
           d(kind, name, is_needed, most) on d.kind = p_kind
    union all
    select 'phones', case when not (c.x ? 'phones' or c.x ? 'emails') then 'required' end, null from c where p_kind = 'contact'
    union all
    select format('phones.%s.phone', e.n - 1), case when coalesce(e.x ->> 'phone', '') !~ '^[+0-9 ().-]{3,40}$' then 'no_phone' end, null
      from c cross join jsonb_array_elements(case jsonb_typeof(c.x -> 'phones') when 'array' then c.x -> 'phones' else '[]' end) with ordinality e(x, n)
     where p_kind = 'contact'
    union all
    select 'emoji', case when c.x ->> 'emoji' is null then 'required' when length(c.x ->> 'emoji') > 20 or c.x ->> 'emoji' ~ '^[ -~]+$' then 'no_emoji' end, null
      from c where p_kind = 'reaction'
    union all
    select 'buttons', case when count(*) = 0 then 'required' when count(*) > 3 then 'too_many' end, 3 from b where p_kind = 'buttons' having p_kind = 'buttons'
    union all
    select format('buttons.%s.title', b.at), case when b.title = '' then 'required' when length(b.title) > 20 then 'too_long'
             when exists (select from b o where o.title = b.title and o.at < b.at) then 'twice' end, 20 from b
    union all
    select format('buttons.%s.id', b.at), case when b.id = '' then 'required' when length(b.id) > 256 then 'too_long'
             when exists (select from b o where o.id = b.id and o.at < b.at) then 'twice' end, 256 from b
    union all
    select 'sections', case when count(*) = 0 then 'required' when count(*) > 10 then 'too_many_rows' end, 10 from r where p_kind = 'list' having p_kind = 'list'
    union all
    select format('sections.%s.title', s.at), case when s.title = '' and (select count(*) from s o) > 1 then 'required' when length(s.title) > 24 then 'too_long' end, 24 from s
    union all
    select format('sections.%s.rows', s.at), case when s.rows = '[]' then 'required' end, null from s
    union all
    select r.place || '.title', case when r.title = '' then 'required' when length(r.title) > 24 then 'too_long' end, 24 from r
    union all
    select r.place || '.description', case when length(r.description) > 72 then 'too_long' end, 72 from r
    union all
    select r.place || '.id', case when r.id = '' then 'required' when length(r.id) > 200 then 'too_long'
             when exists (select from r o where o.id = r.id and o.at < r.at) then 'twice' end, 200 from r)
  select f.field, f.fault, case when f.fault like 'too_%' then f.most end from faults f where f.fault is not null
$$;
comment on function messaging.content_faults(text, jsonb) is
  'Internal. What WhatsApp would not take in a location, contact, reaction, buttons or list: a row per field and fault.';
