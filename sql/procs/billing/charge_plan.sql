-- Takes what a person has asked to pay for a subscription, now. For functions in which somebody waits; renewals have
-- their own. Nothing for nothing: a price of zero asks nobody. p_key: the business key in the ledger.
-- Raises what the wallet answers (WB402 balance among others, figures in the detail). Locks the wallet.
create or replace function billing.charge_plan(p_portal_id uuid, p_key text, p_amount bigint, p_currency text, p_detail jsonb) returns void
language plpgsql
set search_path = ''
as $$
declare
  v_outcome text;
  v_reason text;
  v_detail jsonb;
begin
  if p_amount <= 0 then
    return;
  end if;
  select d.outcome, d.reason, d.detail into v_outcome, v_reason, v_detail
    from billing.debit(jsonb_build_array(jsonb_build_object(
           'portal_id', p_portal_id, 'key', p_key, 'amount', p_amount, 'currency', p_currency, 'reason', 'subscription',
           'detail', p_detail))) d;
  if v_outcome not in ('done', 'repeated') then
    perform trace.refuse(coalesce(v_reason, v_outcome), v_detail);
  end if;
end
$$;
comment on function billing.charge_plan(uuid, text, bigint, text, jsonb) is
  'Internal. Takes the price of a subscription from the wallet now, or refuses with what the wallet says.';
