-- Orders recharges of the balance, changes the order or turns it off. p_rule: {is_on, threshold, amount or target, monthly_cap
-- (millionths), method_id (a saved method; the newest unless told), consent: {text_version, ip}}; turned off it may stand alone. Off
-- until a person turns it on; turning it on ends a back-off. The consent is kept with who gave it, when, and to which rule and cap.
-- What is charged at once is at least what the method's provider charges. Needs billing.topup. Raises WB403 permission, WB400
-- malformed_call, WB404 no_wallet, unknown_method; WB422 amount_limits. Locks the wallet.
create or replace function billing.set_recharge(p_portal_id uuid, p_user_id text, p_rule jsonb) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_on boolean := coalesce(p_rule ->> 'is_on', '') = 'true';
  v_whole text := '^[0-9]{1,15}$';
  v_least bigint;
begin
  perform tenancy.demand(p_portal_id, p_user_id, 'billing.topup');
  perform 1 from billing.wallet w where w.portal_id = p_portal_id for no key update;
  if not found then
    perform trace.refuse('no_wallet', jsonb_build_object('portal_id', p_portal_id));
  end if;
  if not v_on then
    update billing.recharge_rule r set is_on = false where r.portal_id = p_portal_id;
  elsif coalesce(p_rule ->> 'threshold', '') !~ v_whole or coalesce(p_rule ->> 'monthly_cap', '') !~ '^[1-9][0-9]{0,14}$'
     or coalesce(p_rule ->> 'amount', p_rule ->> 'target', '') !~ '^[1-9][0-9]{0,14}$'
     or (p_rule ->> 'amount' is null) = (p_rule ->> 'target' is null)
     or coalesce((p_rule ->> 'target')::bigint <= (p_rule ->> 'threshold')::bigint, false)
     or coalesce(p_rule -> 'consent' ->> 'text_version', '') = '' then
    perform trace.refuse('malformed_call', '{"argument": "p_rule"}');
  elsif p_rule ->> 'method_id' is not null and not exists (
    select from billing.payment_method m
     where m.portal_id = p_portal_id and m.method_id::text = p_rule ->> 'method_id' and m.is_usable) then
    perform trace.refuse('unknown_method', jsonb_build_object('method_id', p_rule ->> 'method_id'));
  else
    select max(c.minimum) into v_least
      from billing.wallet w
      join billing.provider_currency c on c.currency = w.currency
      join billing.provider p on p.provider = c.provider and 'auto_recharge' = any (p.capabilities)
     where w.portal_id = p_portal_id;
    if coalesce((p_rule ->> 'amount')::bigint, (p_rule ->> 'target')::bigint - (p_rule ->> 'threshold')::bigint) < v_least then
      perform trace.refuse('amount_limits', jsonb_build_object('minimum', v_least));
    end if;
    insert into billing.recharge_rule (portal_id, is_on, threshold, amount, target, monthly_cap, consent, method_id)
    values (p_portal_id, true, (p_rule ->> 'threshold')::bigint, (p_rule ->> 'amount')::bigint, (p_rule ->> 'target')::bigint,
            (p_rule ->> 'monthly_cap')::bigint,
            (p_rule -> 'consent') || jsonb_build_object('user_id', p_user_id, 'at', v_now, 'rule', p_rule - 'consent' - 'is_on'),
            (p_rule ->> 'method_id')::uuid)
    on conflict (portal_id) do update
      set is_on = true, threshold = excluded.threshold, amount = excluded.amount, target = excluded.target,
          monthly_cap = excluded.monthly_cap, consent = excluded.consent, method_id = excluded.method_id, failures = 0, not_before = null, cap_told = null;
  end if;
  insert into billing.wallet_change (portal_id, change_id, event, actor, detail, at)
  values (p_portal_id, tenancy.new_id(), 'recharge', p_user_id, p_rule, v_now);
end
$$;
comment on function billing.set_recharge(uuid, text, jsonb) is
  'Tenant. Orders, changes or turns off automatic recharges, with the customer''s consent.';
grant execute on function billing.set_recharge(uuid, text, jsonb) to whatsappb24_api;
