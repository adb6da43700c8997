-- requirement: R2.1-b, R2.4-c
begin;
select plan(5);
select tests.at('2026-11-01 12:00+00');
select tests.publish_plan('pro', '10');
select tests.publish_plan('mini', '3');
select tests.create_portal() as portal \gset
select tests.create_portal('b223') as poor \gset
select tests.create_channel(:'portal') as free \gset
select tests.create_channel(:'portal', '2', '573001112222') as off \gset
select tests.create_channel(:'portal', '3', '573001113333') as first \gset
select tests.create_channel(:'portal', '4', '573001114444') as second \gset
select tests.create_channel(:'poor', '5', '573001115555') as other \gset
select tests.set_subscription(c, 'active', 'pro') from unnest(array[:'off', :'first', :'second', :'other']::uuid[]) c;
select tenancy.change_channel(:'portal', :'off', 'disconnect') \g /dev/null
select tests.fund(:'portal', 15000000) \g /dev/null
create function pg_temp.paid() returns text language sql as $$
  select string_agg(concat_ws(' ', right(c.phone, 4), r.step, r.reason, r.amount), ', ' order by right(c.phone, 4))
    from unnest(billing.pay_renewals(array(select s from billing.subscription s order by s.portal_id, s.channel_id))) r join tenancy.channel c on c.channel_id = (r.subscription).channel_id
$$;
select matches(pg_temp.paid(), '^1111 pay 0, 2222 rest 10000000, 3333 (pay 10000000, 4444 fail balance|fail balance 10000000, 4444 pay) 10000000, 5555 fail no_wallet 10000000$',
  'what costs nothing is paid, what is off rests, a wallet pays as far as it goes, and one that does not exist pays nothing');
select is(tests.wallet(:'portal'), '5000000 0', 'one of two was paid');
select matches(pg_temp.paid(), 'pay 10000000', 'asked again');
select is(tests.wallet(:'portal'), '5000000 0', 'nothing is paid twice');
select is(billing.pay_renewals('{}'), '{}'::billing.renewal[], 'nothing of nothing');
select * from finish();
rollback;
