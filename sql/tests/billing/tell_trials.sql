-- requirement: R4-c, R2.4-c
begin;
select plan(8);
select tests.at('2026-11-15 12:00+00');
select tests.create_portal() as portal \gset
select tests.publish_plan('pro', '10', '{"trial_days": 14}');
select tests.create_channel(:'portal') as channel \gset
select tests.at('2026-11-27 12:00+00');
select is(billing.tell_trials(), 0, 'a trial that is followed by nothing to pay is no news');
update billing.subscription set plan_id = (select plan_id from billing.plan where code = 'pro');
select tests.at('2026-11-26 11:59+00');
select is(billing.tell_trials(), 0, 'neither is one that ends later');
select tests.at('2026-11-26 12:00+00');
select is(billing.tell_trials(), 1, 'three days before its end it is told');
select is(billing.tell_trials(), 0, 'once');
select is((select row(kind, detail, channel_id, due_at) from billing.alert), row('trial_ends'::text, '{"channel": "Ventas 1", "amount": 10000000, "currency": "USD", "until": "2026-11-29"}'::jsonb, :'channel'::uuid, tenancy.now()),
  'with its last day and what it costs then');
update billing.subscription set cancels_at_end = true;
select is_empty('select from billing.claim_alerts()', 'who cancels meanwhile hears nothing');
update billing.subscription set trial_told_at = null;
select is(billing.tell_trials(), 0, 'neither does who has cancelled');
update billing.subscription set cancels_at_end = false;
update tenancy.channel set state = 'disconnected';
select is(billing.tell_trials(), 0, 'nor who does not use the channel');
select * from finish();
rollback;
