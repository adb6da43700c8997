-- With which saved method a portal is recharged: the one that its order names, else the newest, while it is usable and its provider
-- can charge it. Null: none. Locks nothing.
create or replace function billing.recharge_method(p_portal_id uuid) returns billing.payment_method
language sql stable
set search_path = ''
as $$
  select m
    from billing.payment_method m
    join billing.provider p on p.provider = m.provider and 'auto_recharge' = any (p.capabilities)
    left join billing.recharge_rule r on r.portal_id = m.portal_id
   where m.portal_id = p_portal_id and m.is_usable and (r.method_id is null or r.method_id = m.method_id)
   order by m.saved_at desc, m.method_id
   limit 1
$$;
comment on function billing.recharge_method(uuid) is 'Internal. With which saved method a portal is recharged.';
