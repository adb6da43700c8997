-- Closes a customer who left, or opens it again: p_state active or closed. None of a closed customer's portals has the
-- application; a portal that is given to it, or installs again, opens it. For the provider's staff (the caller is trusted). The
-- same again changes nothing. Raises WB400 malformed_item, WB404 unknown_customer, WB409 customer_in_use with the portal.
-- Locks the customer.
create or replace function tenancy.turn_customer(p_actor text, p_customer_id uuid, p_state text) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_before tenancy.customer;
  v_after tenancy.customer;
  v_domain text;
begin
  if p_state is null or p_state not in ('active', 'closed') then
    perform trace.refuse('malformed_item', jsonb_build_object('field', 'state'));
  end if;
  select * into v_before from tenancy.customer u where u.customer_id = p_customer_id for update;
  if not found then
    perform trace.refuse('unknown_customer', jsonb_build_object('customer_id', p_customer_id));
  end if;
  if p_state = 'closed' then
    select p.domain into v_domain from tenancy.portal p
     where p.customer_id = p_customer_id and p.state <> 'uninstalled' order by p.portal_id limit 1;
    if found then
      perform trace.refuse('customer_in_use', jsonb_build_object('domain', v_domain));
    end if;
  end if;
  v_after := v_before;
  v_after.state := p_state;
  perform tenancy.keep_customer(v_before, v_after, p_actor, null);
end
$$;
comment on function tenancy.turn_customer(text, uuid, text) is 'Directory. Closes a customer who left, or opens it again.';
grant execute on function tenancy.turn_customer(text, uuid, text) to whatsappb24_api;
