-- requirement: R4-c, R2.4-c
begin;
select plan(1);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select billing.open_wallet(:'portal', 'USD', 'eva');
select is((select row(p.state, p.captured::bigint, p.asks, p.opened_at, p.ask_at) from billing.new_payment(jsonb_populate_record(null::billing.payment, jsonb_build_object('portal_id', :'portal', 'provider', 'stripe'))) p),
  row('created'::text, 0::bigint, 0, tenancy.now(), tenancy.now() + interval '2 minutes'), 'a payment begins empty, and is asked about in two minutes');
select * from finish();
rollback;
