-- requirement: R4-c, R2.4-c
begin;
select plan(1);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select is((select row(o.kind, o.amount::bigint, o.currency, o.key, o.actor, o.state, o.livemode) from billing.read_order(:'portal', '1', tests.order()) o),
  row('topup'::text, 20000000::bigint, 'USD'::text, 'order:k1'::text, '1'::text, 'created'::text, true), 'an order becomes the payment that it would be');
select * from finish();
rollback;
