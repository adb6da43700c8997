-- To which addresses a portal's customer is written about money: his contacts for billing (by their purpose, in any of our languages),
-- or where none is named so all of his contacts; at most ten, each once. Addresses that no mail server takes are left out. Locks nothing.
create or replace function billing.mail_recipients(p_portal_id uuid) returns text[]
language sql stable
set search_path = ''
as $$
  with c as (
    select lower(btrim(x ->> 'email')) as email,
           coalesce(x ->> 'purpose', '') ~* '(bill|invoic|payment|account|factur|cobr|pago|contab|fatur|pagam|financ)' as is_billing
      from tenancy.portal p
      join tenancy.customer u on u.customer_id = p.customer_id
     cross join jsonb_array_elements(u.contacts) x
     where p.portal_id = p_portal_id
       and btrim(x ->> 'email') ~ '^[A-Za-z0-9.!#$%&''*+/=?^_`{|}~-]{1,64}@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}$')
  select coalesce(array_agg(r.email order by r.email), '{}')
    from (select distinct c.email from c where c.is_billing or not exists (select from c b where b.is_billing) order by c.email limit 10) r
$$;
comment on function billing.mail_recipients(uuid) is 'Internal. To which addresses a portal''s customer is written about money.';
