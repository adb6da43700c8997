-- A provider says that a saved method is gone (detached, expired): it is not used any more. By the digest of its reference. Returns
-- how many portals had it. Locks the methods in the order of their key.
create or replace function billing.lose_method(p_provider text, p_reference_digest bytea) returns int
language plpgsql security definer
set search_path = ''
as $$
declare
  v_count int;
begin
  perform 1 from billing.payment_method m
   where m.provider = p_provider and m.reference_digest = p_reference_digest and m.is_usable
   order by m.portal_id, m.method_id for update;
  update billing.payment_method m set is_usable = false
   where m.provider = p_provider and m.reference_digest = p_reference_digest and m.is_usable;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function billing.lose_method(text, bytea) is 'Directory. A provider says that a saved method is gone.';
grant execute on function billing.lose_method(text, bytea) to whatsappb24_worker;
