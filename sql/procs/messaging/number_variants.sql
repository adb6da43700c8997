-- The other ways in which the same subscriber's number is written in Mexico, Argentina and Brazil, where WhatsApp and
-- people do not agree on digits that were added: MX 52 1 before mobile numbers; AR 54 9 before them, or 15 behind the area
-- code; BR the ninth digit of mobile numbers. p_digits: international, digits only; anything else has none.
-- A number is never made another subscriber's: in Brazil a landline (2 to 5 behind the area code) has no ninth digit, and
-- in Mexico and Argentina a subscriber's ten digits are given once, to a mobile or to a landline.
create or replace function messaging.number_variants(p_digits text) returns text[]
language sql immutable
set search_path = ''
as $$
  select case
    when p_digits ~ '^521[2-9][0-9]{9}$' then array['52' || substr(p_digits, 4)]
    when p_digits ~ '^52[2-9][0-9]{9}$' then array['521' || substr(p_digits, 3)]
    when p_digits ~ '^549[123][0-9]{9}$' then array['54' || substr(p_digits, 4)]
    when p_digits ~ '^54[123][0-9]{9}$' then array['549' || substr(p_digits, 3)]
    when p_digits ~ '^54(1115[0-9]{8}|[23][0-9]{2}15[0-9]{7}|[23][0-9]{3}15[0-9]{6})$' then (
      select array['549' || n, '54' || n]
        from (select regexp_replace(substr(p_digits, 3), '^(11(?=15.{8}$)|...(?=15.{7}$)|....(?=15.{6}$))15', '\1') as n) x)
    when p_digits ~ '^55[1-9]{2}9[6-9][0-9]{7}$' then array['55' || substr(p_digits, 3, 2) || substr(p_digits, 6)]
    when p_digits ~ '^55[1-9]{2}[6-9][0-9]{7}$' then array['55' || substr(p_digits, 3, 2) || '9' || substr(p_digits, 5)]
    else '{}'::text[]
  end
$$;
comment on function messaging.number_variants(text) is
  'Internal. The other ways in which a subscriber''s number is written in Mexico, Argentina and Brazil; landlines stay themselves.';
