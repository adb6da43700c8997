-- requirement: R2.1-b, R2.4-c
begin;
select plan(12);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
create function pg_temp.add(p_portal uuid, p_line text, p_phone text, p_plan text default null) returns uuid language sql as $$
  select tenancy.add_channel(p_portal, '1', jsonb_build_object('connector', 'wab24', 'line_id', p_line, 'phone', p_phone, 'app_id', 'a', 'app_name', 'a', 'key_sealed', 'aa',
    'secrets_sealed', 'bb', 'route_digest', encode(sha256(p_line::bytea), 'hex'), 'header_digest', encode(sha256('h'), 'hex'), 'plan', p_plan))
$$;
select is(tests.subscription(:'channel'), 'basic trialing p0 2026-11-22 .. 2026-12-06', 'a channel begins with the trial of the default plan');
select is((select row(due_at, time_zone) from billing.subscription), row('2026-12-06 12:00+00'::timestamptz, 'America/Bogota'::text), 'which is due when it ends, on the portal''s clock');
select is((select row(event, from_state, to_state, actor, amount::bigint) from billing.subscription_event), row('begin'::text, null::text, 'trialing'::text, '1'::text, 0::bigint),
  'its history says who began it');
select tests.publish_plan('gratis', '0');
select is(tests.subscription(pg_temp.add(:'portal', '2', '573001112222', 'gratis')), 'gratis active p1 2026-11-22 .. 2026-12-22', 'a plan without a trial begins with its first period');
select is(tests.refusal(format('select pg_temp.add(%L, ''3'', ''573001113333'', ''nada'')', :'portal')), 'WB404 unknown_plan', 'a plan that is not on offer is refused');
select is((select count(*) from tenancy.channel), 2::bigint, 'and no channel is added');
select tenancy.change_channel(:'portal', :'channel', 'disconnect');
select tenancy.change_channel(:'portal', :'channel', 'remove');
select is(tests.subscription(pg_temp.add(:'portal', '4', '5215550001111')), 'basic active p1 2026-11-22 .. 2026-12-22', 'a number has one trial');
select is_empty($$select channel_id from tenancy.channel where channel_id not in (select channel_id from billing.subscription)$$, 'no channel is without a subscription');

-- A plan that is paid at once
select tests.publish_plan('pro', '10');
select is(tests.refusal(format('select pg_temp.add(%L, ''5'', ''573001115555'', ''pro'')', :'portal')), 'WB404 no_wallet', 'who has no wallet buys nothing');
select tests.fund(:'portal', 15000000) \g /dev/null
select matches(tests.subscription(pg_temp.add(:'portal', '5', '573001115555', 'pro')), '^pro active p1', 'who can pay does');
select is(tests.wallet(:'portal'), '5000000 0', 'at once');
select is(tests.refusal(format('select pg_temp.add(%L, ''6'', ''573001116666'', ''pro'')', :'portal')), 'WB402 balance', 'a second one is more than there is');
select * from finish();
rollback;
