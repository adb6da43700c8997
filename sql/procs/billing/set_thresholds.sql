-- Sets the balances (less what is held) below which the portal's people are told. p_amounts: at most ten amounts in millionths,
-- [] for none; a threshold that stays is not told again. Needs billing.caps. Raises WB403 permission, WB400 malformed_call,
-- WB404 no_wallet. Locks the wallet.
create or replace function billing.set_thresholds(p_portal_id uuid, p_user_id text, p_amounts jsonb) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
begin
  perform tenancy.demand(p_portal_id, p_user_id, 'billing.caps');
  if jsonb_typeof(p_amounts) is distinct from 'array' or jsonb_array_length(case jsonb_typeof(p_amounts) when 'array' then p_amounts else '[]' end) > 10
     or jsonb_path_exists(p_amounts, '$[*] ? (@.type() != "number")')
     or jsonb_path_exists(p_amounts, '$[*] ? (@ < 0 || @ > 1000000000000000)') then
    perform trace.refuse('malformed_call', '{"argument": "p_amounts"}');
  end if;
  perform 1 from billing.wallet w where w.portal_id = p_portal_id for no key update;
  if not found then
    perform trace.refuse('no_wallet', jsonb_build_object('portal_id', p_portal_id));
  end if;
  delete from billing.threshold t
   where t.portal_id = p_portal_id and t.amount not in (select trunc(a.value::numeric)::bigint from jsonb_array_elements_text(p_amounts) a);
  insert into billing.threshold (portal_id, amount)
  select distinct p_portal_id, trunc(a.value::numeric)::bigint from jsonb_array_elements_text(p_amounts) a
  on conflict (portal_id, amount) do nothing;
  insert into billing.wallet_change (portal_id, change_id, event, actor, detail, at)
  values (p_portal_id, tenancy.new_id(), 'threshold', p_user_id, jsonb_build_object('amounts', p_amounts), v_now);
end
$$;
comment on function billing.set_thresholds(uuid, text, jsonb) is
  'Tenant. Sets the balances below which the portal''s people are told.';
grant execute on function billing.set_thresholds(uuid, text, jsonb) to whatsappb24_api;
