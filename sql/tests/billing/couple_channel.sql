-- requirement: R2.1-b, R2.4-c
begin;
select plan(6);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
create function pg_temp.coupled(p_portal uuid, p_channel uuid, p_subscription text, p_channel_state text default null, p_reason text default null) returns text language plpgsql as $$
begin
  perform tests.set_subscription(p_channel, p_subscription);
  update tenancy.channel set state = coalesce(p_channel_state, state), state_reason = case when p_channel_state is null then state_reason else p_reason end where channel_id = p_channel;
  perform billing.couple_channel(p_portal, p_channel);
  return (select concat_ws(' ', state, state_reason) from tenancy.channel where channel_id = p_channel);
end $$;
select is(pg_temp.coupled(:'portal', :'channel', 'suspended'), 'suspended subscription_suspended', 'a channel does not work without what it has bought');
select is(pg_temp.coupled(:'portal', :'channel', 'active'), 'connecting', 'it comes back with it');
select is(pg_temp.coupled(:'portal', :'channel', 'paused', 'attention'), 'suspended subscription_paused', 'whatever it was doing');
select is(pg_temp.coupled(:'portal', :'channel', 'active', 'suspended', 'terms'), 'suspended terms', 'a suspension of another reason stays');
select is(pg_temp.coupled(:'portal', :'channel', 'cancelled', 'disconnected'), 'disconnected', 'what is off stays off');
select is((select string_agg(distinct actor, ' ') from tenancy.channel_history where event in ('suspend', 'resume')), 'billing', 'the history says who did it');
select * from finish();
rollback;
