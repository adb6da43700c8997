-- Stores a customer's new data and keeps the fields that changed, before and after. Returns the version: the old one
-- where nothing changed. For whoever has locked the customer and checked the data. p_via_portal_id: from where (null: staff).
create or replace function tenancy.keep_customer(
  p_before tenancy.customer, p_after tenancy.customer, p_actor text, p_via_portal_id uuid) returns int
language plpgsql
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_before jsonb;
  v_after jsonb;
begin
  select coalesce(jsonb_object_agg(b.key, b.value), '{}'), coalesce(jsonb_object_agg(b.key, a.value), '{}') into v_before, v_after
    from jsonb_each(to_jsonb(p_before)) b
    join jsonb_each(to_jsonb(p_after)) a on a.key = b.key and a.value <> b.value;
  if v_before = '{}' then
    return p_before.version;
  end if;
  update tenancy.customer u
     set legal_name = p_after.legal_name, trade_name = p_after.trade_name, tax_id_type = p_after.tax_id_type, tax_id = p_after.tax_id,
         country = p_after.country, billing_address = p_after.billing_address, contacts = p_after.contacts,
         language = p_after.language, currency = p_after.currency, state = p_after.state, version = u.version + 1, updated_at = v_now
   where u.customer_id = p_before.customer_id;
  insert into tenancy.customer_change (customer_id, change_id, changed_at, actor, via_portal_id, before, after)
  values (p_before.customer_id, tenancy.new_id(), v_now, p_actor, p_via_portal_id, v_before, v_after);
  return p_before.version + 1;
end
$$;
comment on function tenancy.keep_customer(tenancy.customer, tenancy.customer, text, uuid) is
  'Internal. Stores a customer''s new data with a record of what changed; returns the version.';
