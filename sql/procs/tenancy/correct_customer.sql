-- Changes the data of a customer by the provider's staff (the caller is trusted): p_changes and p_version as in
-- tenancy.change_customer(). What changes nothing leaves no trace. Returns the new version. Raises WB404 unknown_customer,
-- WB400 malformed_item with the field, WB409 stale_version. Locks the customer.
create or replace function tenancy.correct_customer(p_actor text, p_customer_id uuid, p_version int, p_changes jsonb) returns int
language plpgsql security definer
set search_path = ''
as $$
declare
  v_before tenancy.customer;
  v_after tenancy.customer;
begin
  select * into v_before from tenancy.customer u where u.customer_id = p_customer_id for update;
  if not found then
    perform trace.refuse('unknown_customer', jsonb_build_object('customer_id', p_customer_id));
  elsif v_before.version is distinct from p_version then
    perform trace.refuse('stale_version', jsonb_build_object('version', v_before.version));
  end if;
  v_after := tenancy.corrected_customer(v_before, p_changes);
  return tenancy.keep_customer(v_before, v_after, p_actor, null);
end
$$;
comment on function tenancy.correct_customer(text, uuid, int, jsonb) is
  'Directory. Changes the data of a customer by the provider''s staff; every change is kept. Returns the new version.';
grant execute on function tenancy.correct_customer(text, uuid, int, jsonb) to whatsappb24_api;
