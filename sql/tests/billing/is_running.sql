-- requirement: R2.1-b, R2.4-c
begin;
select plan(2);
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
create function pg_temp.runs(p_portal uuid, p_channel uuid, p_state text) returns boolean language plpgsql as $$
begin
  perform tests.set_subscription(p_channel, p_state);
  return billing.is_running(p_portal, p_channel);
end $$;
select is((select string_agg(s, ' ' order by s) from unnest('{trialing,active,grace,suspended,paused,cancelled}'::text[]) s where pg_temp.runs(:'portal', :'channel', s)),
  'active grace trialing', 'a channel works in its trial, while it is paid for, and in the days of grace');
delete from billing.subscription_event;
delete from billing.subscription;
select ok(not billing.is_running(:'portal', :'channel'), 'without a subscription it does not');
select * from finish();
rollback;
