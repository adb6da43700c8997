-- requirement: R4-c
begin;
select plan(6);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
create function pg_temp.seen(p_portal uuid) returns text language sql as $$
  select string_agg(concat_ws(' ', provider, amount, currency, every, state, channel_id is not null, is_ending, last_paid_at is not null), ', ') from billing.schedules(p_portal, '1')
$$;
select is(pg_temp.seen(:'portal'), null, 'nothing repeats unless somebody orders it');
select tests.scheduled(:'portal', :'channel') as payment \gset
select is(pg_temp.seen(:'portal'), 'stripe 20000000 USD month pending t f f', 'an order waits while its page is open');
select billing.note_payment(:'portal', :'payment', '{"outcome": "expired"}') \g /dev/null
select is(pg_temp.seen(:'portal'), null, 'and is forgotten when nobody agreed');
select tests.agreed(:'payment') \g /dev/null
select tests.period(1) \g /dev/null
select is(pg_temp.seen(:'portal'), 'stripe 20000000 USD month active t f t', 'agreed to late it stands all the same');
select billing.cancel_schedule(:'portal', '1', :'payment') \g /dev/null
select is(pg_temp.seen(:'portal'), 'stripe 20000000 USD month active t t t', 'its end is on its way');
select throws_ok(format($$select * from billing.schedules(%L, 'stranger')$$, :'portal'), 'WB403', null, 'for those who may see money');
select * from finish();
rollback;
