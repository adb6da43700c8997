-- The digits under which a portal knows a customer: p_digits themselves, or the variant of them (messaging.number_variants)
-- that is known, or, where nobody is, p_digits as they are. So a number that is dialled in another way finds the
-- conversation that exists, and one that is known as it is written stays itself. Locks nothing; few look-ups by key.
create or replace function messaging.known_number(p_portal_id uuid, p_digits text) returns text
language sql stable
set search_path = ''
set enable_seqscan = off
as $$
  select coalesce((
    select i.value
      from messaging.identifier i
     where i.portal_id = p_portal_id and i.kind = any (array['wa', 'alias']) and i.value = any (array[p_digits] || messaging.number_variants(p_digits))
     order by i.value <> p_digits, i.kind = 'alias', i.created_at, i.value
     limit 1), p_digits)
$$;
comment on function messaging.known_number(uuid, text) is
  'Internal. The digits under which a portal knows a customer who is dialled as these; the same digits where nobody is known.';
