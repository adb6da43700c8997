-- requirement: R2.4-b, R2.4-c
begin;
select plan(8);
select tests.at('2031-03-01 12:00+00');
select tenancy.ensure_partitions();
insert into trace.log (log_id, level, event) values (tenancy.id_at('2031-03-01 08:00+00'), 'INFO', 'first'), (tenancy.id_at('2031-03-02 08:00+00'), 'INFO', 'second');
create function pg_temp.dropped(p_keep_trace interval default null) returns setof text language sql as $$
  select d from tenancy.drop_partitions(p_keep_trace) d where d ~ '_2031'
$$;

select tests.at('2031-03-31 23:59+00');
select is_empty('select pg_temp.dropped()', 'the log is kept for 30 days after the day is over');
select tests.at('2031-04-01 00:00+00');
select set_eq('select pg_temp.dropped()', array['trace.log_20310301'], 'then the day is dropped');
select set_eq('select event from trace.log', array['second'], 'with its rows, and no others');
select set_eq('select pg_temp.dropped(''28 days'')', array['trace.log_20310302', 'trace.log_20310303'], 'it may be kept for less');
select tests.at('2031-06-29 23:59+00');
select is_empty('select pg_temp.dropped(''1 year'')', 'or for more');
select tests.at('2031-06-30 00:00+00');
select set_eq('select pg_temp.dropped(''1 year'')', array['messaging.raw_203103'], 'raw bytes are kept for 90 days after their month');
select tests.at('2051-01-01 00:00+00');
select is_empty(
  $$select d from pg_temp.dropped() d where d ~ 'message_|receipt_'$$, 'messages and receipts are kept for ever');
select has_table('trace'::name, 'log_default'::name, 'what had no partition of its own is not dropped blindly');
select * from finish();
rollback;
