-- Gives a portal to another customer, who then owns several: staff have found out that two portals are one company's.
-- For the provider's staff (the caller is trusted). A customer that owns no portal any more is closed, one
-- that gets one is open. The currency must be the same, since the portal's prices and wallet are in it. Giving it to its owner changes nothing.
-- Raises WB404 unknown_portal, WB404 unknown_customer, WB409 customer_currency. Locks the portal, then the customers.
create or replace function tenancy.assign_portal(p_actor text, p_portal_id uuid, p_customer_id uuid) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_old_id uuid;
  v_old tenancy.customer;
  v_new tenancy.customer;
begin
  select p.customer_id into v_old_id from tenancy.portal p where p.portal_id = p_portal_id for no key update;
  if not found then
    perform trace.refuse('unknown_portal');
  elsif v_old_id = p_customer_id then
    return;
  end if;
  perform 1 from tenancy.customer u where u.customer_id in (v_old_id, p_customer_id) order by u.customer_id for update;
  select * into v_new from tenancy.customer u where u.customer_id = p_customer_id;
  if not found then
    perform trace.refuse('unknown_customer', jsonb_build_object('customer_id', p_customer_id));
  end if;
  select * into v_old from tenancy.customer u where u.customer_id = v_old_id;
  if v_old.currency <> v_new.currency then
    perform trace.refuse('customer_currency', jsonb_build_object('currency', v_old.currency, 'other', v_new.currency));
  end if;
  update tenancy.portal p set customer_id = p_customer_id, updated_at = v_now where p.portal_id = p_portal_id;
  perform tenancy.turn_customer(p_actor, p_customer_id, 'active');
  v_new := v_old;
  if not exists (select from tenancy.portal p where p.customer_id = v_old_id) then
    v_new.state := 'closed';
  end if;
  perform tenancy.keep_customer(v_old, v_new, p_actor, null);
end
$$;
comment on function tenancy.assign_portal(text, uuid, uuid) is 'Directory. Gives a portal to another customer, who then owns several.';
grant execute on function tenancy.assign_portal(text, uuid, uuid) to whatsappb24_api;
