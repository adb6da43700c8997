-- requirement: R4-c, R2.4-c
begin;
select plan(5);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
create function pg_temp.sets(p_portal uuid, p_user text, p_amounts text) returns text language sql as $$
  select tests.refusal(format('select billing.set_thresholds(%L, %L, %L)', p_portal, p_user, p_amounts))
$$;
select is(pg_temp.sets(:'portal', '1', '[5]'), 'WB404 no_wallet', 'thresholds are of a wallet');
select tests.fund(:'portal');
select is(pg_temp.sets(:'portal', '12', '[5]'), 'WB403 permission', 'not everybody sets them');
select is(pg_temp.sets(:'portal', '1', '[5, -1]') || ', ' || pg_temp.sets(:'portal', '1', '["x"]') || ', ' || pg_temp.sets(:'portal', '1', '{}'),
  'WB400 malformed_call, WB400 malformed_call, WB400 malformed_call', 'they are amounts');
select pg_temp.sets(:'portal', '1', '[5000000, 1000000]');
update billing.threshold set told_at = tenancy.now() where amount = 1000000;
select pg_temp.sets(:'portal', '1', '[1000000, 2000000]');
select results_eq('select amount::bigint, told_at is not null from billing.threshold order by 1', $$values (1000000::bigint, true), (2000000, false)$$, 'one that stays remembers that it was told');
select pg_temp.sets(:'portal', '1', '[]');
select is_empty('select from billing.threshold', 'none is possible');
select * from finish();
rollback;
