-- requirement: R2.1-b, R2.4-c
-- The state machine of a subscription as data: what billing.subscription_state and _transition publish.
begin;
select plan(8);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select results_eq('select state, runs, next_action from billing.subscription_state order by state',
  $$values ('active', true, 'none'), ('cancelled', false, 'restart'), ('grace', true, 'top_up'), ('paused', false, 'resume'), ('suspended', false, 'top_up'),
           ('trialing', true, 'choose_plan')$$, 'every state has a name, one next action, and says whether the channel works');
select set_eq($$with recursive reached(state) as (values ('trialing') union select t.to_state from reached r join billing.subscription_transition t on t.from_state = r.state) select state from reached$$,
  'select state from billing.subscription_state', 'every state is reached from a trial');
select set_eq($$with recursive ends(state) as (values ('active') union select t.from_state from ends e join billing.subscription_transition t on t.to_state = e.state) select state from ends$$,
  'select state from billing.subscription_state', 'and from every state there is a way back to a paid one');
select set_eq($$select from_state from billing.subscription_transition where event = 'cancel'$$, $$select state from billing.subscription_state where state <> 'cancelled'$$,
  'whatever it is, it can be cancelled');
select set_eq($$select event from billing.subscription_transition where from_state = 'cancelled'$$, array['restart'], 'which only beginning anew undoes');
select is_empty($$select from_state, event from billing.subscription_transition where from_state = 'trialing' and event = 'pause'$$, 'a trial cannot be saved up');

create temporary table applied as
select s.state as from_state, e.event, null::text as became from billing.subscription_state s cross join (select distinct event from billing.subscription_transition) e;
create function pg_temp.apply_all() returns void language plpgsql as $$
declare r record;
begin
  for r in select * from applied loop
    update billing.subscription set state = r.from_state;
    update tenancy.channel set state = 'active';
    update applied set became = tests.refusal(format('select billing.store_subscription(s, %L, null, null) from billing.subscription s', r.event))
     where from_state = r.from_state and event = r.event;
    update applied set became = (select state from billing.subscription) where from_state = r.from_state and event = r.event and became = 'accepted';
  end loop;
end $$;
select pg_temp.apply_all();
select set_eq($$select from_state, event, became from applied where became !~ '^WB'$$, 'select from_state, event, to_state from billing.subscription_transition', 'every listed transition happens');
select set_eq($$select distinct became from applied where became ~ '^WB'$$, array['WB409 subscription_state'], 'everything else is refused');
select * from finish();
rollback;
