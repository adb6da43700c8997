-- requirement: R2.4-b, R2.4-c
begin;
select plan(9);
select tests.at('2031-03-01 12:00+00');
set local timezone = 'America/Bogota';

select is(tenancy.ensure_partitions(), 18, 'from now to 14 days ahead: 15 days of the log, this month of messages, receipts and raw bytes');
select is(tenancy.ensure_partitions(), 0, 'once is enough');
select tests.pass('1 day');
select is(tenancy.ensure_partitions(), 1, 'each day brings one more');
select is(tenancy.ensure_partitions('30 days'), 19, 'or as many as are wanted: 16 days and the next month of three');

select is(
  pg_get_expr((select relpartbound from pg_class where oid = 'trace.log_20310301'::regclass), 'trace.log_20310301'::regclass),
  format('FOR VALUES FROM (%L) TO (%L)', tenancy.id_floor('2031-03-01 00:00+00'), tenancy.id_floor('2031-03-02 00:00+00')),
  'a day is a day in UTC, whatever the session''s time zone');
select ok('fillfactor=70' = any (reloptions), 'messages leave room for their changes of state')
  from pg_class where oid = 'messaging.message_203103'::regclass;
select is(
  (select relowner::regrole::text from pg_class where oid = 'trace.log_20310301'::regclass), 'whatsappb24_owner', 'whoever calls, partitions belong to the owner');

-- A range whose rows already lie in the default partition can not be made silently.
insert into trace.log (log_id, level, event) values (tenancy.id_at('2031-06-10 08:00+00'), 'INFO', 'early');
select tests.at('2031-06-10 12:00+00');
select throws_ok('select tenancy.ensure_partitions()', '23514', null, 'rows in the default partition are reported, not hidden');
delete from trace.log where event = 'early';
select lives_ok('select tenancy.ensure_partitions()', 'once they are moved out, the partition is made');
select * from finish();
rollback;
