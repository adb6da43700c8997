-- Books evidence of payments, read and verified from a provider: the only way in which money of payments reaches the books. Once
-- per business key, in any order, however often. p_evidence: [{provider, business_key (begins with the provider), kind
-- (billing.evidence_kind), amount (millionths; of a top-up what the payer paid, tax included), tax, fee, currency, ids {kind:
-- object id}, at, livemode, reason, retry, status, due_by}]. Net of tax to the wallet, tax to the tax account, our bonus from
-- promotions; refunds and withdrawals take tax and bonus back in proportion, what the wallet lacks is owed.
-- Renewals that waited for money are due at once, the one that a repeating top-up is for is made
-- or its money kept for it (billing.renew_paid), a recharge is told its outcome, documents are issued.
-- Returns a row per item: done; repeated; waits (kept, until what it builds on comes); moot (says nothing any more);
-- conflict (the key is known with another amount); refused (malformed_item, unknown_currency, foreign_object, test_mode,
-- wallet_currency); unmatched (belongs to nothing of ours). An item never fails its siblings. Raises WB400 malformed_call.
-- Locks the objects, the portal's subscriptions, the wallets, each in the order of their key; the issuer's row at the end.
create or replace function billing.settle_payment(p_evidence jsonb)
returns table (item int, outcome text, reason text, detail jsonb, portal_id uuid, payment_id uuid)
language plpgsql security definer
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
declare
  v_rows billing.proof[];
  v_key record;
begin
  if p_evidence is null or jsonb_typeof(p_evidence) <> 'array' then
    perform trace.refuse('malformed_call', jsonb_build_object('argument', 'p_evidence'));
  end if;
  v_rows := billing.match_evidence(array(select r from billing.read_evidence(p_evidence) r order by r.item));
  for v_key in
    select distinct r.portal_id from unnest(v_rows) r
     where r.outcome is null and r.kind in ('topup', 'refund_failed', 'dispute_reinstated')
       and not exists (select from billing.evidence e where e.portal_id = r.portal_id and e.business_key = r.business_key)
     order by r.portal_id
  loop
    perform billing.wake_subscriptions(v_key.portal_id);
  end loop;
  perform 1
    from (select distinct r.portal_id from unnest(v_rows) r where r.outcome is null) k
    join billing.wallet w on w.portal_id = k.portal_id
   order by w.portal_id
     for no key update of w;
  v_rows := billing.keep_evidence(v_rows);
  for v_key in
    select distinct r.portal_id, r.payment_id from unnest(v_rows) r
     where r.payment_id is not null and r.outcome is distinct from 'conflict' order by 1, 2
  loop
    perform billing.apply_evidence(v_key.portal_id, v_key.payment_id);
  end loop;
  for v_key in
    select r.portal_id, r.payment_id from unnest(v_rows) r
      join billing.evidence e on e.portal_id = r.portal_id and e.business_key = r.business_key
     where r.kind = 'topup' and r.outcome is null and e.state = 'posted' order by 1, 2
  loop
    perform billing.renew_paid(v_key.portal_id, v_key.payment_id);
  end loop;
  return query
    select r.item, coalesce(r.outcome, case e.state when 'posted' then 'done' else e.state end), r.reason, r.detail, r.portal_id, r.payment_id
      from unnest(v_rows) r
      left join billing.evidence e on e.portal_id = r.portal_id and e.business_key = r.business_key
     order by r.item;
end
$$;
comment on function billing.settle_payment(jsonb) is
  'Directory. Books evidence of payments, once per business key, in any order; a row per item.';
grant execute on function billing.settle_payment(jsonb) to whatsappb24_api, whatsappb24_worker;
