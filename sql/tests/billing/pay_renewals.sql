-- requirement: R2.1-b, R2.4-c
begin;
select plan(2);
select tests.at('2026-11-01 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.create_channel(:'portal', '2', '573001112222') as other \gset
select tenancy.change_channel(:'portal', :'other', 'disconnect') \g /dev/null
select is((select string_agg(concat_ws(' ', c.phone, r.step, r.reason, r.amount, r.key), ', ' order by c.phone)
    from unnest(billing.pay_renewals(array(select s from billing.subscription s))) r join tenancy.channel c on c.channel_id = (r.subscription).channel_id),
  '5215550001111 pay 0, 573001112222 rest 0', 'what costs nothing is paid, what is off rests');
select is(billing.pay_renewals('{}'), '{}'::billing.renewal[], 'nothing of nothing');
select * from finish();
rollback;
