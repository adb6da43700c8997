-- Ends the use of a saved method: a person removes it, or the provider says that it is gone. Again it changes nothing. Returns its
-- provider and sealed reference, so that it can be removed there too. Needs billing.topup. Raises WB403 permission, WB404
-- unknown_method. Locks the method.
create or replace function billing.remove_method(p_portal_id uuid, p_user_id text, p_method_id uuid)
returns table (provider text, reference_sealed bytea)
language plpgsql security definer
set search_path = ''
as $$
begin
  perform tenancy.demand(p_portal_id, p_user_id, 'billing.topup');
  return query
    update billing.payment_method m set is_usable = false
     where m.portal_id = p_portal_id and m.method_id = p_method_id
    returning m.provider, m.reference_sealed;
  if not found then
    perform trace.refuse('unknown_method', jsonb_build_object('method_id', p_method_id));
  end if;
end
$$;
comment on function billing.remove_method(uuid, text, uuid) is 'Tenant. Ends the use of a saved method.';
grant execute on function billing.remove_method(uuid, text, uuid) to whatsappb24_api;
