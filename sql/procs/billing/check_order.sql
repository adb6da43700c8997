-- Refuses an order that its provider cannot take or that our rules do not allow. For billing.open_payment(), which holds the wallet.
-- Raises WB409 wallet_currency, test_mode (a portal that has paid in earnest takes no test payments); WB422 not_offered (the
-- provider, or what is asked of it, or the currency with it), amount_limits; WB429 too_many_payments (20 in an hour). Locks nothing.
create or replace function billing.check_order(p_payment billing.payment) returns void
language plpgsql stable
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_offer record;
  v_wallet text;
begin
  select w.currency into v_wallet from billing.wallet w where w.portal_id = p_payment.portal_id;
  if v_wallet <> p_payment.currency then
    perform trace.refuse('wallet_currency', jsonb_build_object('currency', p_payment.currency, 'wallet', v_wallet));
  end if;
  select greatest(r.minimum, c.minimum) as minimum, r.maximum, c.grain
    into v_offer
    from billing.provider p
    join billing.provider_currency c on c.provider = p.provider and c.currency = p_payment.currency and not c.in_country_only
    join billing.topup_rule r on r.currency = c.currency
   where p.provider = p_payment.provider
     and case p_payment.kind when 'method' then 'save_method' when 'scheduled' then 'subscription' else 'topup' end = any (p.capabilities);
  if not found then
    perform trace.refuse('not_offered', jsonb_build_object('provider', p_payment.provider, 'kind', p_payment.kind, 'currency', p_payment.currency));
  elsif p_payment.kind <> 'method'
    and (p_payment.amount not between v_offer.minimum and v_offer.maximum or p_payment.amount % v_offer.grain <> 0) then
    perform trace.refuse('amount_limits', jsonb_build_object('amount', p_payment.amount, 'currency', p_payment.currency,
      'minimum', v_offer.minimum, 'maximum', v_offer.maximum, 'grain', v_offer.grain));
  elsif not p_payment.livemode
    and exists (select from billing.payment x where x.portal_id = p_payment.portal_id and x.livemode and x.captured > 0) then
    perform trace.refuse('test_mode', jsonb_build_object('provider', p_payment.provider));
  elsif (select count(*) from billing.payment x
          where x.portal_id = p_payment.portal_id and x.payment_id >= tenancy.id_floor(v_now - interval '1 hour')
            and x.opened_at > v_now - interval '1 hour' and x.actor = p_payment.actor) >= 20 then
    perform trace.refuse('too_many_payments', '{"limit": 20, "minutes": 60}');
  end if;
end
$$;
comment on function billing.check_order(billing.payment) is
  'Internal. Refuses an order that its provider cannot take or that our rules do not allow.';
