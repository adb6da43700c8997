-- requirement: R4-c, R2.4-c
begin;
select plan(8);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
create function pg_temp.sets(p_portal uuid, p_user text, p_scope text, p_id text, p_period text, p_soft bigint, p_hard bigint) returns text language sql as $$
  select tests.refusal(format('select billing.set_cap(%L, %L, %L, %L, %L, %L, %L)', p_portal, p_user, p_scope, p_id, p_period, p_soft, p_hard))
$$;
select is(pg_temp.sets(:'portal', '1', 'portal', '', 'day', null, 5), 'WB404 no_wallet', 'caps are of a wallet');
select tests.publish_card('out service * 0.4 0.3 sent');
select tests.fund(:'portal');
select is(pg_temp.sets(:'portal', '12', 'portal', '', 'day', null, 5), 'WB403 permission', 'not everybody sets them');
select is(pg_temp.sets(:'portal', '1', 'channel', :'portal', 'day', null, 5), 'WB404 unknown_channel', 'a channel is one of the portal''s');
select is(pg_temp.sets(:'portal', '1', 'portal', '', 'week', null, 5), 'WB400 malformed_call', 'a day or a month');
select tests.held(:'portal', :'channel', tests.ids(2));
select is(pg_temp.sets(:'portal', '1', 'user', '7', 'month', null, 1000000), 'accepted', 'a cap may begin in the middle of a month');
select is(tests.held(:'portal', :'channel', tests.ids(1)), 'refused cap', 'and counts what was spent before');
select is(pg_temp.sets(:'portal', '1', 'user', '7', 'month', null, null), 'accepted', 'it may be taken away');
select is(tests.held(:'portal', :'channel', tests.ids(1)), 'held', 'then it holds nobody back');
select * from finish();
rollback;
