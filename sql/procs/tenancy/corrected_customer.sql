-- A customer as it will stand after p_changes (as in tenancy.change_customer()): a tax id loses its dots, dashes and spaces, and
-- is checked beside the country and the kind that will stand beside it. Raises WB400 malformed_item with the field. Stores nothing.
create or replace function tenancy.corrected_customer(p_before tenancy.customer, p_changes jsonb) returns tenancy.customer
language plpgsql stable
set search_path = ''
as $$
declare
  v_field text;
begin
  if jsonb_typeof(p_changes) is distinct from 'object' then
    perform trace.refuse('malformed_item', jsonb_build_object('field', 'changes'));
  end if;
  if p_changes ->> 'tax_id' is not null then
    p_changes := p_changes || jsonb_build_object('tax_id', regexp_replace(upper(p_changes ->> 'tax_id'), '[ ./-]', '', 'g'));
  end if;
  v_field := tenancy.customer_fault(p_changes,
    case when p_changes ? 'tax_id_type' then p_changes ->> 'tax_id_type' else p_before.tax_id_type end,
    case when p_changes ? 'country' then p_changes ->> 'country' else p_before.country end,
    case when p_changes ? 'tax_id' then p_changes ->> 'tax_id' else p_before.tax_id end);
  if v_field is not null then
    perform trace.refuse('malformed_item', jsonb_build_object('field', v_field));
  end if;
  return jsonb_populate_record(p_before, p_changes);
end
$$;
comment on function tenancy.corrected_customer(tenancy.customer, jsonb) is
  'Internal. A customer as it will stand after a change of its data, which is checked.';
