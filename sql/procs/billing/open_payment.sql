-- Opens a payment: writes the intent, before the provider is called. p_order: {provider, kind: topup | scheduled | method, amount
-- (millionths, net of tax; none for method), currency, every (week, month, year: scheduled), channel_id (scheduled: whose subscription
-- it renews, or none), livemode, key (the caller's, 1 to 100
-- characters), return_digest (hex, sha-256 of the opaque id in the return page's address)}. A portal without a wallet gets one in
-- its customer's currency. The same key with the same order is the same payment (outcome repeated; its page while it is open),
-- with another it is a conflict. Returns the payment, the attempt whose idempotency key the provider is to be called with, and
-- what the command needs. Needs billing.topup. Raises WB403 permission, WB404 unknown_channel, WB400 malformed_call, WB409 wallet_currency, conflict,
-- test_mode; WB422 not_offered, amount_limits (figures in detail); WB429 too_many_payments. Locks the wallet.
create or replace function billing.open_payment(p_portal_id uuid, p_user_id text, p_order jsonb)
returns table (
  outcome text, payment_id uuid, provider text, kind text, amount bigint, currency text, state text, attempt int, idempotency_key text,
  url text, url_expires_at timestamptz, customer text, language text)
language plpgsql security definer
set search_path = ''
as $$
declare
  v_order billing.payment;
  v_found billing.payment;
  v_fault text := billing.order_fault(p_order);
  v_channel uuid;
begin
  perform tenancy.demand(p_portal_id, p_user_id, 'billing.topup');
  if v_fault is not null then
    perform trace.refuse('malformed_call', jsonb_build_object('argument', 'p_order', 'field', v_fault));
  end if;
  v_order := billing.read_order(p_portal_id, p_user_id, p_order);
  v_channel := (p_order ->> 'channel_id')::uuid;
  if v_channel is not null and not exists (
    select from billing.subscription s where s.portal_id = p_portal_id and s.channel_id = v_channel) then
    perform trace.refuse('unknown_channel', jsonb_build_object('channel_id', v_channel));
  end if;
  perform billing.open_wallet(p_portal_id, billing.currency_of(p_portal_id), p_user_id)
    where not exists (select from billing.wallet w where w.portal_id = p_portal_id);
  perform 1 from billing.wallet w where w.portal_id = p_portal_id for no key update;
  select * into v_found from billing.payment p where p.portal_id = p_portal_id and p.key = v_order.key;
  if not found then
    perform billing.check_order(v_order);
    insert into billing.payment select v_order.*;
    insert into billing.payment_return (route_digest, portal_id, payment_id)
    values (decode(p_order ->> 'return_digest', 'hex'), p_portal_id, v_order.payment_id);
    insert into billing.provider_object (provider, object_id, kind, portal_id, payment_id, bound_at)
    values (v_order.provider, v_order.payment_id::text, 'payment_id', p_portal_id, v_order.payment_id, v_order.opened_at);
    insert into billing.payment_schedule (portal_id, payment_id, channel_id, changed_at)
    select p_portal_id, v_order.payment_id, v_channel, v_order.opened_at where v_order.kind = 'scheduled';
  elsif row(v_found.provider, v_found.kind, v_found.amount, v_found.currency, v_found.every)
        is distinct from row(v_order.provider, v_order.kind, v_order.amount, v_order.currency, v_order.every)
    or v_channel is distinct from (
      select s.channel_id from billing.payment_schedule s where s.portal_id = p_portal_id and s.payment_id = v_found.payment_id) then
    perform trace.refuse('conflict', jsonb_build_object('key', p_order ->> 'key'));
  end if;
  return query
    select case when v_found.payment_id is null then 'new' else 'repeated' end, p.payment_id, p.provider, p.kind, p.amount::bigint, p.currency,
           p.state, a.number, a.idempotency_key, p.url, p.url_expires_at,
           (select o.object_id from billing.provider_object o
             where o.portal_id = p_portal_id and o.provider = p.provider and o.kind = 'customer' order by o.bound_at desc limit 1),
           t.language
      from billing.payment p
      join tenancy.portal t on t.portal_id = p.portal_id
      left join lateral billing.begin_attempt(p_portal_id, p.payment_id) a on true
     where p.portal_id = p_portal_id and p.payment_id = coalesce(v_found.payment_id, v_order.payment_id);
end
$$;
comment on function billing.open_payment(uuid, text, jsonb) is
  'Tenant. Opens a payment before the provider is called; once per key.';
grant execute on function billing.open_payment(uuid, text, jsonb) to whatsappb24_api;
