-- requirement: R2.1-c, R2.4-c
begin;
select plan(3);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select is_empty(format('select * from tenancy.directory_reading_of(%L, ''1'')', :'portal'), 'what was never read has no reading');
select tenancy.keep_directory(:'portal', '{"lines": []}', '1', 'insufficient_scope') \g /dev/null
select results_eq(format('select actor_name, failure, succeeded_at, counts from tenancy.directory_reading_of(%L, ''1'')', :'portal'),
  $$values ('Ana Admin', 'insufficient_scope', null::timestamptz, '{"lines": 0}'::jsonb)$$, 'for whom it was read, what failed, what was read');
select is(tests.refusal(format('select tenancy.directory_reading_of(%L, ''7'')', :'portal')), 'WB403 permission', 'only who gives roles sees it');
select * from finish();
rollback;
