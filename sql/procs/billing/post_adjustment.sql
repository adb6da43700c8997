-- Posts an adjustment that is decided: promotions pay a credit and receive a debit. For billing.adjust() and
-- billing.decide_adjustment(), which hold the wallet. Raises WB402 balance or frozen.
create or replace function billing.post_adjustment(p_adjustment billing.adjustment) returns void
language plpgsql
set search_path = ''
as $$
declare
  v_item jsonb := jsonb_build_object(
    'portal_id', p_adjustment.portal_id, 'key', 'adj:' || p_adjustment.adjustment_id, 'amount', abs(p_adjustment.amount), 'reason', 'adjustment',
    'from', case when p_adjustment.amount > 0 then 'promotions' else 'wallet' end,
    'to', case when p_adjustment.amount > 0 then 'wallet' else 'promotions' end,
    'detail', jsonb_build_object('actor', p_adjustment.proposed_by, 'approved_by', p_adjustment.decided_by, 'reason', p_adjustment.reason));
  v_done record;
begin
  select d.outcome, d.reason, d.detail into v_done from billing.debit(jsonb_build_array(v_item)) d;
  if v_done.outcome = 'refused' then
    perform trace.refuse(v_done.reason, v_done.detail);
  end if;
end
$$;
comment on function billing.post_adjustment(billing.adjustment) is
  'Internal. Posts an adjustment that is decided.';
