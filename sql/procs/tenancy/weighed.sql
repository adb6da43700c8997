-- The sum of a text's characters (0-9 as their value, A-Z as 17 and on: ASCII less 48), each times its weight, modulo 11:
-- what the check digits of Latin American tax ids are made of.
create or replace function tenancy.weighed(p_text text, p_weights int[]) returns int
language sql immutable
set search_path = ''
as $$
  select coalesce(sum((ascii(substring(p_text from i::int for 1)) - 48) * w), 0)::int % 11
    from unnest(p_weights) with ordinality u(w, i)
   where i <= length(p_text)
$$;
comment on function tenancy.weighed(text, int[]) is 'Internal. A weighed sum of a text''s characters, modulo 11.';
