-- Credits (p_amount > 0) or debits the wallet by hand, against promotions. For the provider's staff (the caller is trusted).
-- p_key makes it happen once; the same key with another amount or reason is a conflict. Above the currency's limit
-- (billing.currency.second_eyes_above) it is only proposed, and a second person decides (billing.decide_adjustment).
-- Returns the adjustment and its state, posted or proposed. Raises WB400 malformed_call, WB404 no_wallet, WB409 conflict,
-- WB402 balance or frozen. Locks the wallet.
create or replace function billing.adjust(p_portal_id uuid, p_actor text, p_amount bigint, p_reason text, p_key text)
returns table (adjustment_id uuid, state text)
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_limit bigint;
  v_found billing.adjustment;
begin
  if coalesce(p_actor, '') = '' or coalesce(length(p_reason), 0) not between 3 and 500 or coalesce(length(p_key), 0) not between 1 and 100
     or p_amount is null or p_amount = 0 or abs(p_amount) > 1000000000000000 then
    perform trace.refuse('malformed_call', '{"argument": "p_actor, p_amount, p_reason, p_key"}');
  end if;
  select c.second_eyes_above into v_limit
    from billing.wallet w
    join billing.currency c on c.currency = w.currency
   where w.portal_id = p_portal_id
     for no key update of w;
  if not found then
    perform trace.refuse('no_wallet', jsonb_build_object('portal_id', p_portal_id));
  end if;
  select * into v_found from billing.adjustment a where a.portal_id = p_portal_id and a.key = p_key;
  if not found then
    v_found := row(p_portal_id, tenancy.new_id(), p_key, p_amount, p_reason,
      case when abs(p_amount) > v_limit then 'proposed' else 'posted' end, p_actor, v_now, null, null);
    insert into billing.adjustment select v_found.*;
    if v_found.state = 'posted' then
      perform billing.post_adjustment(v_found);
    end if;
  elsif v_found.amount <> p_amount or v_found.reason <> p_reason then
    perform trace.refuse('conflict', jsonb_build_object('key', p_key));
  end if;
  return query select v_found.adjustment_id, v_found.state;
end
$$;
comment on function billing.adjust(uuid, text, bigint, text, text) is
  'Tenant. Credits or debits the wallet by hand, once per key; above a limit it is only proposed.';
grant execute on function billing.adjust(uuid, text, bigint, text, text) to whatsappb24_api;
