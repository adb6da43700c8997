-- requirement: R2.4-a, R2.4-c
begin;
select plan(17);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.create_portal('b223') as other_portal \gset
create function pg_temp.may_send(p_portal uuid, p_channel uuid, p_portal_state text, p_channel_state text) returns boolean language plpgsql as $$
begin
  update tenancy.portal set state = p_portal_state where portal_id = p_portal;
  update tenancy.channel set state = p_channel_state where channel_id = p_channel;
  return billing.entitled(p_portal, p_channel, 'send');
end $$;

select ok(pg_temp.may_send(:'portal', :'channel', 'installed', 'active'), 'a channel of an installed portal may send');
select ok(pg_temp.may_send(:'portal', :'channel', 'needs_reauth', 'active'), 'even while the portal waits for an administrator');
select ok(pg_temp.may_send(:'portal', :'channel', 'installed', 'attention'), 'trouble is no question of entitlement: the message waits');
select ok(not pg_temp.may_send(:'portal', :'channel', 'installed', 'suspended'), 'a suspended channel may not');
select ok(not pg_temp.may_send(:'portal', :'channel', 'installed', 'removed'), 'nor a removed one');
select ok(not pg_temp.may_send(:'portal', :'channel', 'suspended', 'active'), 'nor any channel of a suspended portal');
select ok(not pg_temp.may_send(:'portal', :'channel', 'uninstalled', 'active'), 'or of one that left');
select ok(billing.entitled(:'portal', :'channel', 'receive'), 'receiving is never refused: what arrives is stored');
select pg_temp.may_send(:'portal', :'channel', 'installed', 'active');
select ok(not billing.entitled(:'other_portal', :'channel', 'send'), 'another portal''s channel is nobody''s service');
select ok(not billing.entitled(:'portal', :'channel', 'fly'), 'what is no feature is available to nobody');

-- What the plan names
create function pg_temp.sends_in(p_portal uuid, p_channel uuid, p_state text) returns boolean language plpgsql as $$
begin
  perform tests.set_subscription(p_channel, p_state);
  return billing.entitled(p_portal, p_channel, 'send');
end $$;
select tests.publish_plan('mudo', '0', '{"features": {"send": false, "api": true}}');
select tests.set_subscription(:'channel', 'active', 'mudo');
select ok(not billing.entitled(:'portal', :'channel', 'send') and billing.entitled(:'portal', :'channel', 'api'), 'a plan says what is included and what is not');
select tests.set_subscription(:'channel', 'active', 'basic');
select is((select string_agg(s, ' ' order by s) from unnest('{trialing,active,grace,suspended,paused,cancelled}'::text[]) s
  where pg_temp.sends_in(:'portal', :'channel', s)), 'active grace trialing', 'only while the subscription runs');

-- Suspended, disconnected, connected: no way around
select tests.set_subscription(:'channel', 'active');
select billing.store_subscription(s, 'suspend', 'balance', 'renewal') from billing.subscription s where s.channel_id = :'channel' and exists (
  select from billing.subscription_transition where from_state = 'active' and event = 'suspend') \g /dev/null
select tenancy.change_channel(:'portal', :'channel', 'disconnect', null, '1') \g /dev/null
select is(tenancy.change_channel(:'portal', :'channel', 'connect', null, '1'), 'suspended', 'a channel that is connected again is what it was: suspended');
select is((select state_reason from tenancy.channel), 'subscription_suspended', 'and says why');
select is((select due_at from billing.subscription), tenancy.now(), 'its payment is tried at once');
select tests.renew() \g /dev/null
select is((select state from tenancy.channel), 'connecting', 'and when it succeeds the channel connects');
select tenancy.change_channel(:'portal', :'channel', 'connected') \g /dev/null

-- The doors ask nothing else.
select tests.customer_writes(:'portal', :'channel') as hello \gset
select tests.claimed(:'portal', 'in');
select tests.settled(:'portal', :'hello', 'accepted', '{"chat_id": "1807"}');
select tenancy.change_channel(:'portal', :'channel', 'suspend', 'renewal');
select is(
  (select reason from tests.operator_writes(:'portal') s(item int, part int, outcome text, reason text, detail jsonb, message_id uuid)),
  'plan', 'an operator who writes on a suspended channel is told that it is the plan');
select * from finish();
rollback;
