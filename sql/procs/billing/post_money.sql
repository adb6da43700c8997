-- Posts the movements of one evidence between accounts, as one group; those of nothing are left out. p_moves: [{key, from, to,
-- amount, reason, currency (the evidence's unless told)}]. What the wallet lacks is owed. For evidence of payments, under the wallet's
-- lock. Raises WB409 conflict where a key was used for something else.
create or replace function billing.post_money(p_evidence billing.evidence, p_moves jsonb) returns void
language plpgsql
set search_path = ''
as $$
declare
  v_group uuid := tenancy.new_id();
  v_wrong record;
begin
  select r.outcome, r.reason, r.detail into v_wrong
    from billing.post_items((
      select coalesce(jsonb_agg(jsonb_build_object('portal_id', p_evidence.portal_id, 'currency', p_evidence.currency, 'shortfall', 'receivable',
               'detail', jsonb_build_object('payment_id', p_evidence.payment_id, 'provider', p_evidence.provider)) || m.move
               || jsonb_build_object('group_id', v_group) order by m.i), '[]')
        from (select x.move, x.i from jsonb_array_elements(p_moves) with ordinality x(move, i)) m
       where (m.move ->> 'amount')::bigint > 0), null, null) r
   where r.outcome not in ('done', 'repeated')
   limit 1;
  if found then
    perform trace.refuse('conflict', coalesce(v_wrong.detail, '{}') || jsonb_build_object('key', p_evidence.business_key, 'wallet', v_wrong.reason));
  end if;
end
$$;
comment on function billing.post_money(billing.evidence, jsonb) is
  'Internal. Posts the movements of one evidence between accounts, as one group.';
