-- Every way in which the CRM may have written a WhatsApp number: p_digits (country code first) as it is and, where WhatsApp
-- and the telephone network number the same mobile differently, the other way, each with and without a plus. Mexico: 52 and
-- 521; Argentina: 549 also as 54; Brazil: a mobile with and without the ninth digit. Landlines have no variants: those of
-- Brazil begin with 2 to 5, and an Argentinian number without the 9 is one. At most four. Locks nothing.
create or replace function messaging.phone_variants(p_digits text) returns text[]
language sql immutable security definer
set search_path = ''
begin atomic
  select array_agg(w.sign || v.digits order by v.place, w.sign desc)
    from (values
      (1, p_digits),
      (2, case
        when p_digits ~ '^521[0-9]{10}$' then '52' || substr(p_digits, 4)
        when p_digits ~ '^52[2-9][0-9]{9}$' then '521' || substr(p_digits, 3)
        when p_digits ~ '^549[0-9]{10}$' then '54' || substr(p_digits, 4)
        when p_digits ~ '^55[1-9][0-9]9[6-9][0-9]{7}$' then substr(p_digits, 1, 4) || substr(p_digits, 6)
        when p_digits ~ '^55[1-9][0-9][6-9][0-9]{7}$' then substr(p_digits, 1, 4) || '9' || substr(p_digits, 5)
      end)) v(place, digits)
   cross join (values ('+'), ('')) w(sign)
   where v.digits ~ '^[0-9]{5,20}$';
end;
comment on function messaging.phone_variants(text) is
  'Internal. How a CRM may have written this WhatsApp number: Mexico, Argentina and Brazil number the same mobile in two ways.';
