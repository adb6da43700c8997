-- requirement: R4-c, R2.4-c
begin;
select plan(9);
select tests.at('2026-11-30 12:00+00');
select tests.create_portal() as portal \gset
select tests.publish_plan('pro', '10');
select tests.create_channel(:'portal') as channel \gset
select tests.set_subscription(:'channel', 'active', 'pro');
update billing.subscription set period_no = 1, anchor_at = tenancy.now(), anchor_n = 0, period_ends_at = tenancy.now(), due_at = tenancy.now();
create function pg_temp.told() returns text language sql as $$
  select string_agg(concat_ws(' ', kind, detail ->> 'channel', detail ->> 'amount', detail ->> 'currency', detail ->> 'reason', detail ->> 'until'), ', ') from billing.claim_alerts()
$$;
select tests.renew() \g /dev/null
select is(pg_temp.told(), 'subscription_grace Ventas 1 10000000 USD no_wallet 2026-12-05', 'a renewal that could not be paid is told, with the last day and the price, also without a wallet');
delete from billing.alert;
select tests.pass('1 day');
select tests.renew() \g /dev/null
select is(pg_temp.told(), null, 'the tries of the next days say nothing');
select tests.pass('5 days');
select tests.renew() \g /dev/null
select is(pg_temp.told(), 'subscription_suspended Ventas 1 10000000 USD no_wallet', 'the suspension is told');
delete from billing.alert;
select tests.pass('1 day');
select tests.renew() \g /dev/null
select is(pg_temp.told(), null, 'once');
select tests.fund(:'portal', 15000000) \g /dev/null
select tests.pass('1 day');
select tests.renew() \g /dev/null
select is(pg_temp.told(), 'subscription_resumed Ventas 1 10000000 USD 2027-01-03', 'and so is that the channel works again');
delete from billing.alert;
select tests.at('2027-01-04 17:00+00');
select tests.renew() \g /dev/null
select is((select count(*) from billing.alert where kind = 'subscription_grace'), 1::bigint, 'the next time is told again');
select tests.fund(:'portal', 15000000, 'stripe:pi:2') \g /dev/null
select tests.pass('1 day');
select tests.renew() \g /dev/null
select is((select state from billing.subscription), 'active', 'what was paid before anybody was told');
select is(pg_temp.told() || (select count(*) from billing.alert), null, 'is not told any more');
select billing.store_subscription(s, 'suspend', 'channel_off', 'renewal') from billing.subscription s \g /dev/null
select is(pg_temp.told(), null, 'a channel that somebody switched off is no news');
select * from finish();
rollback;
