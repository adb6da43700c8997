-- requirement: R4-c, R2.4-c
begin;
select plan(7);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.opened(:'portal') as payment \gset
create function pg_temp.asks() returns text language sql as $$
  select string_agg(concat_ws(' ', o.provider, o.state, o.attempt, o.asks, o.ids ->> 'checkout', o.is_stale), ', ') from billing.open_intents() o
$$;
select is(pg_temp.asks(), null, 'the webhook is given a little time');
select tests.pass('2 minutes');
select billing.note_payment(:'portal', :'payment', '{"outcome": "redirected", "url": "https://checkout.example/1", "expires_at": "2026-11-22T13:00:00Z", "ids": {"checkout": "cs_1"}}');
select is(pg_temp.asks(), 'stripe redirected 1 1 cs_1 f', 'then the provider is asked');
select tests.pass('1 minute');
select is(pg_temp.asks(), null, 'not again at once');
select tests.pass('1 minute');
select is(pg_temp.asks(), 'stripe redirected 1 2 cs_1 f', 'two minutes later');
select is((select ask_at - tenancy.now() from billing.payment), interval '4 minutes', 'then four');
select tests.pass('5 hours');
select is(pg_temp.asks(), 'stripe redirected 1 3 cs_1 t', 'an hour after its page ended nobody can pay it any more');
select tests.booked(tests.proof('topup', 20000000, 'stripe:pi:pi_1', '{"checkout": "cs_1", "payment": "pi_1"}'));
select tests.pass('1 day');
select is(pg_temp.asks(), null, 'what is paid is not asked about');
select * from finish();
rollback;
