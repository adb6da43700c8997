-- requirement: R2.1-b, R4-a, R2.4-c
begin;
select plan(8);
select tests.at('2026-11-01 12:00+00');
select tests.create_portal() as portal \gset
select tests.publish_plan('pro', '0', '{"included_messages": 100, "trial_days": 14}');
select tests.create_channel(:'portal') as channel \gset
select tests.pass('1 second');
select tests.create_channel(:'portal', '2', '573001112222') as other \gset
select billing.change_plan(:'portal', '1', :'channel', 'pro') \g /dev/null
select tests.publish_card('out service * 1 1 sent');
select count(*) from billing.prices(jsonb_build_array(jsonb_build_object('portal_id', :'portal', 'channel_id', :'channel'))) \g /dev/null
select results_eq(format($$select phone, plan, price::bigint, state, next_action, who_acts, period_ends_at, included_messages, included_used from billing.subscriptions(%L, '1')$$, :'portal'),
  $$values ('5215550001111', 'pro', 0::bigint, 'trialing', 'choose_plan', 'administrator', '2026-11-15 12:00+00'::timestamptz, 100, 1),
           ('573001112222', 'basic', 0, 'trialing', 'choose_plan', 'administrator', '2026-11-15 12:00:01+00', 0, 0)$$, 'each channel has its own');
select is(tests.refusal(format('select billing.subscriptions(%L, ''7'')', :'portal')), 'WB403 permission', 'an agent does not see them');
select results_eq(format($$select phone, trial_ends_at, renews_at, may from billing.subscriptions(%L, '1', %L)$$, :'portal', :'other'),
  $$values ('573001112222', '2026-11-15 12:00:01+00'::timestamptz, '2026-11-15 12:00:01+00'::timestamptz, '{cancel,change}'::text[])$$, 'one of them, with what may be done');
select billing.cancel_subscription(:'portal', '1', :'other') \g /dev/null
select results_eq(format($$select renews_at, may from billing.subscriptions(%L, '1', %L)$$, :'portal', :'other'),
  $$values (null::timestamptz, '{change,keep}'::text[])$$, 'what ends is not renewed');
select tests.set_subscription(:'channel', 'active');
select is((select trial_ends_at from billing.subscriptions(:'portal', '1', :'channel')), null, 'a trial that is over does not end');
insert into tenancy.role_permission (role, permission) values ('auditor', 'billing.view') on conflict do nothing;
insert into tenancy.membership (portal_id, membership_id, user_id, role, changed_at) values (:'portal', tenancy.new_id(), '9', 'auditor', tenancy.now());
select is((select bool_or(may <> '{}') from billing.subscriptions(:'portal', '9')), false, 'who only looks may do nothing');
select tenancy.change_channel(:'portal', :'other', 'disconnect');
select is((select count(*) from billing.subscriptions(:'portal', '1')), 2::bigint, 'that of a channel that is off is shown');
select tenancy.change_channel(:'portal', :'other', 'remove');
select is((select count(*) from billing.subscriptions(:'portal', '1')), 1::bigint, 'that of a removed one is not');
select * from finish();
rollback;
