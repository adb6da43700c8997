-- What WhatsApp would not take in a template, before Gupshup sees it. p_draft: {name, language, category (MARKETING or
-- UTILITY), type (TEXT, IMAGE, VIDEO, DOCUMENT), header, body, footer, buttons [{type: QUICK_REPLY | URL | PHONE_NUMBER, text,
-- url, phone_number}], examples {"body.1": …}, media_url}. Returns a row per fault: the field (buttons.0.text,
-- examples.body.1), the fault and the limit it breaks. Authentication templates have a text of Meta's own and are made
-- at Gupshup. Locks nothing.
create or replace function messaging.template_faults(p_draft jsonb) returns table (field text, fault text, most int)
language sql immutable security definer
set search_path = ''
as $$
  with d as (
    select coalesce(p_draft ->> 'name', '') as name, coalesce(p_draft ->> 'language', '') as language,
           coalesce(p_draft ->> 'category', '') as category, coalesce(p_draft ->> 'type', '') as type,
           coalesce(p_draft ->> 'header', '') as header, coalesce(p_draft ->> 'body', '') as body,
           coalesce(p_draft ->> 'footer', '') as footer, coalesce(p_draft ->> 'media_url', '') as media_url,
           case jsonb_typeof(p_draft -> 'buttons') when 'array' then p_draft -> 'buttons' else '[]' end as buttons,
           case jsonb_typeof(p_draft -> 'examples') when 'object' then p_draft -> 'examples' else '{}' end as examples),
  b as (
    select (x.n - 1)::int as at, coalesce(x.b ->> 'type', '') as type, btrim(coalesce(x.b ->> 'text', '')) as text,
           coalesce(x.b ->> 'url', '') as url, coalesce(x.b ->> 'phone_number', '') as phone
      from d cross join jsonb_array_elements(d.buttons) with ordinality x(b, n)),
  v as (
    select k.key, split_part(k.key, '.', 1) as place, split_part(k.key, '.', case when k.key like 'button.%' then 3 else 2 end) as name, k.n
      from d cross join unnest(messaging.template_variables(d.header, d.body, d.buttons)) with ordinality k(key, n)),
  faults as (
    select 'name' as field, case when d.name = '' then 'required' when length(d.name) > 180 then 'too_long'
             when d.name !~ '^[a-z0-9_]+$' then 'characters' end as fault, 180 as most from d
    union all select 'language', case when d.language = '' then 'required' when d.language !~ '^[a-z]{2,3}(_[A-Z]{2})?$' then 'unknown' end, null from d
    union all select 'category', case when d.category not in ('MARKETING', 'UTILITY') then 'unknown' end, null from d
    union all select 'type', case when d.type not in ('TEXT', 'IMAGE', 'VIDEO', 'DOCUMENT') then 'unknown' end, null from d
    union all select 'body', case when btrim(d.body) = '' then 'required' when length(d.body) > 1024 then 'too_long' end, 1024 from d
    union all select 'body', case when btrim(d.body) ~ '^\{\{[^}]*\}\}' or btrim(d.body) ~ '\{\{[^}]*\}\}$' then 'variable_at_the_edge' end, null from d
    union all select 'body', case when d.body ~ '\}\}[[:space:]]*\{\{' then 'variables_side_by_side' end, null from d
    union all select 'body', case when d.body ~ E'\n{5,}' or d.body ~ E'\t| {5,}' then 'spaces' end, null from d
    union all select 'header', case when length(d.header) > 60 then 'too_long' when d.header ~ E'[\n*~`]' then 'characters' end, 60 from d where d.type = 'TEXT'
    union all select 'header', case when d.header <> '' then 'not_with_media' end, null from d where d.type <> 'TEXT'
    union all select 'footer', case when length(d.footer) > 60 then 'too_long' when d.footer ~ '\{\{' then 'no_variables' when d.footer ~ E'\n' then 'characters' end, 60 from d
    union all select 'media_url', case when d.media_url = '' then 'required' when d.media_url !~ '^https?://[^[:space:]]+$' then 'no_address' end, null
                from d where d.type in ('IMAGE', 'VIDEO', 'DOCUMENT')
    -- Placeholders are counted from 1 without a gap, each place for itself.
    union all select v.place, 'numbering', null from v where v.place in ('header', 'body')
               group by v.place having bool_or(v.name !~ '^[1-9][0-9]{0,2}$') or max(case when v.name ~ '^[0-9]{1,3}$' then v.name::int end) <> count(*)
    union all select 'header', 'too_many_variables', 1 from v where v.place = 'header' having count(*) > 1
    union all select 'examples.' || v.key, 'required', null from v cross join d where btrim(coalesce(d.examples ->> v.key, '')) = ''
    union all select 'buttons', case when count(*) > 10 then 'too_many' end, 10 from b
    union all select 'buttons', case when count(*) filter (where b.type = 'URL') > 2 then 'too_many_addresses' end, 2 from b
    union all select 'buttons', case when count(*) filter (where b.type = 'PHONE_NUMBER') > 1 then 'too_many_phones' end, 1 from b
    union all select 'buttons', case when count(*) > 1 then 'mixed' end, null
                from (select b.at, (b.type = 'QUICK_REPLY') is distinct from lag(b.type = 'QUICK_REPLY') over (order by b.at) and b.at > 0 as turns from b) t where t.turns
    union all select 'buttons.' || b.at || '.type', case when b.type not in ('QUICK_REPLY', 'URL', 'PHONE_NUMBER') then 'unknown' end, null from b
    union all select 'buttons.' || b.at || '.text', case when b.text = '' then 'required' when length(b.text) > 25 then 'too_long' when b.text ~ '\{\{' then 'no_variables' end, 25 from b
    union all select 'buttons.' || b.at || '.text', 'twice', null from b where exists (select from b o where o.text = b.text and o.at < b.at)
    union all select 'buttons.' || b.at || '.url', case when b.url !~ '^https?://[^[:space:]]+$' then 'no_address' when length(b.url) > 2000 then 'too_long'
                       when b.url ~ '\{\{.*\{\{' or b.url ~ '\}\}.' then 'variable_not_at_the_end' end, 2000 from b where b.type = 'URL'
    union all select 'buttons.' || b.at || '.phone_number', case when regexp_replace(b.phone, '[ ().-]', '', 'g') !~ '^\+?[0-9]{5,20}$' then 'no_phone' end, null from b where b.type = 'PHONE_NUMBER')
  select f.field, f.fault, case when f.fault like 'too_%' then f.most end from faults f where f.fault is not null
$$;
comment on function messaging.template_faults(jsonb) is
  'Directory. What WhatsApp would not take in a draft of a template, a row per field and fault.';
grant execute on function messaging.template_faults(jsonb) to whatsappb24_api;
