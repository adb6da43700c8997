-- requirement: R2.3-a, R2.4-c
begin;
select plan(8);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.billed(:'portal', :'channel', 'one') \g /dev/null
select tests.pass('1 hour');
select tests.billed(:'portal', :'channel', 'two') \g /dev/null
select tests.billed(:'portal', :'channel', 'three', '{"billable": false}') \g /dev/null
select tests.pass('30 hours');
select billing.reconcile() \g /dev/null
create function pg_temp.shown(p_portal uuid, p_more text default '') returns text language plpgsql as $$
declare v_shown text;
begin
  execute format('select string_agg(kind || to_char(at at time zone ''UTC'', '' HH24''), '', '') from billing.differences(%L, ''1''%s)', p_portal, p_more) into v_shown;
  return v_shown;
end $$;
select is(pg_temp.shown(:'portal'), 'unknown_message 13, unknown_message 13, unknown_message 12', 'the newest first');
select is((select string_agg(b.cursor, '' order by b.cursor) from (select cursor from billing.differences(:'portal', '1', p_limit => 1) union all
  select n.cursor from billing.differences(:'portal', '1', p_limit => 1) o cross join billing.differences(:'portal', '1', p_after => o.cursor) n) b),
  (select string_agg(cursor, '' order by cursor) from billing.differences(:'portal', '1')), 'page by page, none twice');
select is(pg_temp.shown(:'portal', $$, p_from => '2026-11-22 13:00+00'$$), 'unknown_message 13, unknown_message 13', 'of a time');
select is(pg_temp.shown(:'portal', $$, p_to => '2026-11-22 13:00+00'$$), 'unknown_message 12', 'up to one');
select is(pg_temp.shown(:'portal', $$, p_kind => 'other_country'$$), null, 'of a kind');
select is((select said ->> 'billable' from billing.differences(:'portal', '1', p_to => '2026-11-22 13:00+00')), 'true', 'with what is said there');
select is(tests.refusal(format('select billing.differences(%L, %L)', :'portal', '12')), 'WB403 permission', 'for who may see the money');
select is(tests.refusal(format('select billing.differences(%L, %L, p_after => %L)', :'portal', '1', '1/x')), 'WB400 malformed_call', 'a cursor is one of ours');
select * from finish();
rollback;
