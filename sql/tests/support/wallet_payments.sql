-- Builders and readers for stories about payments. After wallet.sql.
create function tests.order(p_more jsonb default '{}') returns jsonb language sql as $$
  select jsonb_build_object('provider', 'stripe', 'kind', 'topup', 'amount', 20000000, 'currency', 'USD', 'livemode', true, 'key', 'k1',
    'return_digest', encode(sha256(convert_to(coalesce(p_more ->> 'key', 'k1'), 'UTF8')), 'hex')) || p_more
$$;
comment on function tests.order(jsonb) is 'An order for billing.open_payment(): 20 USD with Stripe, in earnest, unless p_more says otherwise.';

create function tests.opened(p_portal_id uuid, p_more jsonb default '{}') returns uuid language sql as $$
  select payment_id from billing.open_payment(p_portal_id, '1', tests.order(p_more))
$$;
comment on function tests.opened(uuid, jsonb) is 'Administrator 1 opens a payment; returns it.';

create function tests.proof(p_kind text, p_amount bigint, p_key text, p_ids jsonb default '{}', p_more jsonb default '{}') returns jsonb language sql as $$
  select jsonb_build_object('provider', split_part(p_key, ':', 1), 'business_key', p_key, 'kind', p_kind, 'amount', p_amount, 'currency', 'USD',
    'ids', p_ids, 'at', tenancy.now(), 'livemode', true) || p_more
$$;
comment on function tests.proof(text, bigint, text, jsonb, jsonb) is 'An item for billing.settle_payment().';

create function tests.booked(variadic p_items jsonb[]) returns text language sql as $$
  select string_agg(concat_ws(' ', s.outcome, s.reason), ', ' order by s.item) from billing.settle_payment(to_jsonb(p_items)) s
$$;
comment on function tests.booked(jsonb[]) is 'Calls billing.settle_payment(); returns what became of each item: "done, refused foreign_object".';

create function tests.top_up(p_portal_id uuid, p_amount bigint default 20000000, p_money text default 'pi_1', p_more jsonb default '{}') returns uuid language plpgsql as $$
declare v_payment uuid := tests.opened(p_portal_id, jsonb_build_object('key', p_money, 'amount', p_amount));
begin
  perform tests.booked(tests.proof('topup', p_amount, 'stripe:pi:' || p_money, jsonb_build_object('payment_id', v_payment, 'payment', p_money), p_more));
  return v_payment;
end $$;
comment on function tests.top_up(uuid, bigint, text, jsonb) is 'A top-up with Stripe, opened and paid; p_money is its payment intent. Returns the payment.';

create function tests.payment(p_payment_id uuid) returns text language sql as $$
  select concat_ws(' ', p.state, p.captured, p.refunded, p.disputed) from billing.payment p where p.payment_id = p_payment_id
$$;
comment on function tests.payment(uuid) is 'A payment: "state captured refunded disputed".';

create function tests.saved(p_portal_id uuid, p_reference text default 'pm_1', p_provider text default 'stripe') returns uuid language sql as $$
  select billing.keep_method(p_portal_id, jsonb_build_object('provider', p_provider, 'reference_digest', encode(sha256(convert_to(p_reference, 'UTF8')), 'hex'),
    'reference_sealed', encode(convert_to('sealed ' || p_reference, 'UTF8'), 'hex'), 'label', 'visa •••• 4242', 'expires', '2030-12'))
$$;
comment on function tests.saved(uuid, text, text) is 'A card is saved; returns the method.';

create function tests.recharge(p_portal_id uuid) returns uuid language plpgsql as $$
begin
  perform billing.set_recharge(p_portal_id, '1', '{"is_on": true, "threshold": 5000000, "amount": 10000000, "monthly_cap": 90000000, "consent": {"text_version": "1"}}');
  perform tests.debited(jsonb_build_array(tests.item(p_portal_id, 'spent ' || gen_random_uuid(), (select balance - 1000000 from billing.wallet where portal_id = p_portal_id))));
  return (select recharge_id from billing.recharge where portal_id = p_portal_id and state = 'open');
end $$;
comment on function tests.recharge(uuid) is 'A recharge of 10 USD below 5 USD is ordered, and the balance falls to 1 USD; returns the recharge that was decided.';

create function tests.event(p_event_id text default 'evt_1', p_provider text default 'stripe') returns text language sql as $$
  select billing.keep_event(p_provider, p_event_id, 'payment_intent.succeeded', true, convert_to('{"id": "' || p_event_id || '"}', 'UTF8'), '{}', 'hmac:1')
$$;
comment on function tests.event(text, text) is 'An event of a provider arrives; returns new or seen.';

create function tests.scheduled(p_portal_id uuid, p_channel_id uuid default null) returns uuid language sql as $$
  select tests.opened(p_portal_id, jsonb_build_object('kind', 'scheduled', 'every', 'month', 'channel_id', p_channel_id, 'key', 's1'))
$$;
comment on function tests.scheduled(uuid, uuid) is 'Administrator 1 orders 20 USD every month with Stripe, for the channel''s subscription or none; returns the payment.';

create function tests.agreed(p_payment_id uuid, p_state text default 'active') returns text language sql as $$
  select billing.note_schedule('stripe', jsonb_build_object('state', p_state, 'ids', jsonb_build_object('payment_id', p_payment_id, 'subscription', 'sub_1')))
$$;
comment on function tests.agreed(uuid, text) is 'The provider says how that stands; returns its state.';

create function tests.period(p_n int, p_amount bigint default 20000000) returns text language sql as $$
  select tests.booked(tests.proof('topup', p_amount, 'stripe:in:in_' || p_n, jsonb_build_object('payment', 'pi_s' || p_n, 'subscription', 'sub_1')))
$$;
comment on function tests.period(int, bigint) is 'The money of the p_n-th period of it comes; returns what became of it.';

create function tests.schedule(p_payment_id uuid) returns text language sql as $$
  select concat_ws(' ', s.state, p.state, case when s.due_at < 'infinity' then s.due_at - tenancy.now() end, s.failure)
    from billing.payment_schedule s join billing.payment p using (portal_id, payment_id) where s.payment_id = p_payment_id
$$;
comment on function tests.schedule(uuid) is 'A schedule: "state, state of its intent, when the worker ends it, why it could not".';
