-- Finds whose one evidence is, by the provider's objects that it names. For billing.match_evidence(). Refused: foreign_object (its objects
-- belong to several portals, or not to the one that the provider's metadata claims), test_mode (evidence of test mode for a payment in
-- earnest, or the reverse); unmatched: no object of it is known, or only a customer, which is no proof that a payment was ours.
-- Returns the row with its portal, or decided. Locks nothing.
create or replace function billing.place_evidence(p_row billing.proof) returns billing.proof
language plpgsql stable
set search_path = ''
as $$
declare
  v_row billing.proof := p_row;
  v_found record;
begin
  select array_agg(distinct o.portal_id) as portals, bool_or(o.kind <> 'customer') as is_ours,
         bool_or(p.livemode is distinct from v_row.livemode) filter (where p.payment_id is not null) as is_other_mode
    into v_found
    from jsonb_each_text(v_row.ids) k
    join billing.provider_object o on o.provider = v_row.provider and o.object_id = k.value
    left join billing.payment p on p.portal_id = o.portal_id and p.payment_id = o.payment_id
   where k.key not in ('portal_id', 'refund_id', 'method');
  if not coalesce(v_found.is_ours, false) then
    v_row.outcome := 'unmatched';
    v_row.reason := 'unknown_payment';
  elsif cardinality(v_found.portals) > 1 or coalesce(v_row.ids ->> 'portal_id' <> v_found.portals[1]::text, false) then
    v_row.outcome := 'refused';
    v_row.reason := 'foreign_object';
    v_row.detail := jsonb_build_object('portals', v_found.portals);
  elsif v_found.is_other_mode then
    v_row.outcome := 'refused';
    v_row.reason := 'test_mode';
    v_row.detail := jsonb_build_object('livemode', v_row.livemode);
  else
    v_row.portal_id := v_found.portals[1];
  end if;
  return v_row;
end
$$;
comment on function billing.place_evidence(billing.proof) is
  'Internal. Finds whose one evidence is, by the provider''s objects that it names.';
