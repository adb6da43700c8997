-- Says what became of a recharge: succeeded (the payment itself is booked by its evidence), declined (back-off of 1, 2, 4 … h;
-- three in a row turn the order off), failed (nothing was charged and nobody is to blame: it may be decided again in ten
-- minutes). Portals' people hear of declines. Once; again it changes nothing. Returns the recharge's state. Raises WB404
-- unknown_recharge, WB400 malformed_call. Locks the wallet.
create or replace function billing.settle_recharge(p_portal_id uuid, p_recharge_id uuid, p_outcome text, p_detail jsonb default '{}') returns text
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_found billing.recharge;
  v_rule billing.recharge_rule;
begin
  if coalesce(p_outcome, '') not in ('succeeded', 'declined', 'failed') then
    perform trace.refuse('malformed_call', jsonb_build_object('argument', 'p_outcome'));
  end if;
  perform 1 from billing.wallet w where w.portal_id = p_portal_id for no key update;
  select * into v_found from billing.recharge r where r.portal_id = p_portal_id and r.recharge_id = p_recharge_id;
  if not found then
    perform trace.refuse('unknown_recharge', jsonb_build_object('recharge_id', p_recharge_id));
  end if;
  if v_found.state <> 'open' then
    return v_found.state;
  end if;
  update billing.recharge r
     set state = p_outcome, settled_at = v_now, detail = coalesce(p_detail, '{}')
   where r.portal_id = p_portal_id and r.recharge_id = p_recharge_id;
  update billing.recharge_rule r
     set failures = case p_outcome when 'succeeded' then 0 when 'declined' then r.failures + 1 else r.failures end,
         not_before = case p_outcome when 'declined' then v_now + interval '1 hour' * power(2, least(r.failures, 4))
                                     when 'failed' then v_now + interval '10 minutes' end,
         is_on = r.is_on and not (p_outcome = 'declined' and r.failures >= 2)
   where r.portal_id = p_portal_id
  returning * into v_rule;
  if p_outcome = 'declined' then
    insert into billing.alert (portal_id, alert_id, kind, detail, at, due_at)
    values (p_portal_id, tenancy.new_id(), case when v_rule.is_on then 'recharge_declined' else 'recharge_stopped' end,
            jsonb_build_object('amount', v_found.amount, 'currency', v_found.currency, 'failures', v_rule.failures), v_now, v_now);
  end if;
  return p_outcome;
end
$$;
comment on function billing.settle_recharge(uuid, uuid, text, jsonb) is
  'Tenant. Says what became of a recharge: succeeded, declined or failed.';
grant execute on function billing.settle_recharge(uuid, uuid, text, jsonb) to whatsappb24_worker;
