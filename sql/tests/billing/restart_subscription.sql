-- requirement: R2.1-b, R4-a, R2.4-c
begin;
select plan(10);
select tests.at('2026-11-01 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
create function pg_temp.restarted(p_portal uuid, p_channel uuid, p_plan text default null, p_user text default '1') returns text language sql as $$
  select tests.refusal(format('select billing.restart_subscription(%L, %L, %L, %L)', p_portal, p_user, p_channel, p_plan))
$$;
select is(pg_temp.restarted(:'portal', :'channel'), 'WB409 subscription_state', 'what runs is not begun anew');
select billing.cancel_subscription(:'portal', '1', :'channel') \g /dev/null
select tests.at('2026-11-20 12:00+00');
select tests.renew() \g /dev/null
select is(billing.restart_subscription(:'portal', '1', :'channel'), '2026-12-20 12:00+00'::timestamptz, 'what is cancelled is, with a first period');
select is(tests.subscription(:'channel'), 'basic active p1 2026-11-20 .. 2026-12-20', 'of the plan it had');
select is((select state from tenancy.channel), 'connecting', 'the channel connects');
select tests.publish_plan('gratis', '0');
select tests.set_subscription(:'channel', 'cancelled');
select is(pg_temp.restarted(:'portal', :'channel', 'gratis'), 'accepted', 'or of another one');
select is(tests.subscription(:'channel'), 'gratis active p2 2026-11-20 .. 2026-12-20', 'the count of its periods goes on');
select is(pg_temp.restarted(:'portal', :'channel', p_user => '7'), 'WB403 permission', 'an agent begins nothing');
select tenancy.change_channel(:'portal', :'channel', 'disconnect');
select tenancy.change_channel(:'portal', :'channel', 'remove');
select is(pg_temp.restarted(:'portal', :'channel'), 'WB404 unknown_channel', 'a removed channel does not come back');

select tests.create_channel(:'portal', '2', '573001112222') as paid \gset
select tests.publish_plan('pro', '10');
select tests.set_subscription(:'paid', 'cancelled', 'pro');
select is(pg_temp.restarted(:'portal', :'paid'), 'WB404 no_wallet', 'a plan with a price is paid before it begins');
select tests.fund(:'portal', 10000000) \g /dev/null
select is(pg_temp.restarted(:'portal', :'paid') || ' ' || tests.wallet(:'portal'), 'accepted 0 0', 'and then begins');
select * from finish();
rollback;
