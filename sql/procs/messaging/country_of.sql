-- The country (ISO 3166 alpha-2) that an international number belongs to: the longest known beginning counts.
-- For prices. p_phone: digits, as WhatsApp gives them; anything else, and what begins like no country's, is null.
-- Locks nothing; at most seven index look-ups.
create or replace function messaging.country_of(p_phone text) returns text
language sql stable
set search_path = ''
as $$
  select c.country
    from messaging.calling_code c
   where c.prefix = any (array[
           left(p_phone, 1), left(p_phone, 2), left(p_phone, 3), left(p_phone, 4), left(p_phone, 5), left(p_phone, 6), left(p_phone, 7)])
     and p_phone ~ '^[0-9]{5,20}$'
   order by length(c.prefix) desc
   limit 1
$$;
comment on function messaging.country_of(text) is
  'Internal. The country of an international number (digits), by its longest known beginning; null where there is none.';
