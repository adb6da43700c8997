-- The currency in which a portal is charged: its customer's.
create or replace function billing.currency_of(p_portal_id uuid) returns text
language sql stable
set search_path = ''
as $$
  select u.currency
    from tenancy.portal p
    join tenancy.customer u on u.customer_id = p.customer_id
   where p.portal_id = p_portal_id
$$;
comment on function billing.currency_of(uuid) is 'Internal. The currency in which a portal is charged.';
