-- requirement: R4-c, R2.4-c
begin;
select plan(5);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.fund(:'portal', 1000000);
create function pg_temp.turned(p_state text) returns text language sql as $$
  select billing.turn_wallet((select portal_id from billing.wallet), p_state, 'eva', 'porque ' || p_state);
  select concat_ws(', ', state, state_reason) from billing.wallet;
$$;

select is(pg_temp.turned('frozen'), 'frozen, porque frozen', 'a frozen wallet knows why');
select is(pg_temp.turned('open'), 'open', 'an open one has nothing to explain');
select is(pg_temp.turned('open'), 'open', 'again it changes nothing');
select results_eq(
  $$select event, actor, reason from billing.wallet_change where actor = 'eva' order by event$$,
  $$values ('frozen', 'eva', 'porque frozen'), ('unfrozen', 'eva', 'porque open')$$, 'each turn is known once, by whom and why');
select is(tests.refusal(format('select billing.turn_wallet(%L, ''frozen'', '''', ''x'')', :'portal')), 'WB400 malformed_call', 'nobody is not an actor');
select * from finish();
rollback;
