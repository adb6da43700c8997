-- requirement: R2.2-a, R2.4-c
begin;
select plan(9);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal('aaaa') as one \gset
select tests.create_channel(:'one') as channel_one \gset
select tests.create_portal('bbbb') as two \gset
select tests.create_channel(:'two') as channel_two \gset
select tests.create_portal('cccc') as idle \gset

select is_empty($$select messaging.portals_with_work('in')$$, 'nobody has written');
select tests.customer_writes(:'one', :'channel_one', 'uno', '5215551111111') as hello \gset
select tests.customer_writes(:'one', :'channel_one', 'dos', '5215552222222') \g /dev/null
select tests.customer_writes(:'two', :'channel_two') \g /dev/null
set local role whatsappb24_worker;
select string_agg(p::text, ' ' order by p) as found from messaging.portals_with_work('in') p \gset
reset role;
select is(:'found', concat_ws(' ', least(:'one'::uuid, :'two'::uuid), greatest(:'one'::uuid, :'two'::uuid)), 'each portal that has something due is named once');
select is_empty($$select messaging.portals_with_work('out')$$, 'in its direction');
select tests.claimed(:'one', 'in') \g /dev/null
select set_eq($$select messaging.portals_with_work('in')$$, array[:'two'::uuid], 'what is claimed is not due');
select tests.settled(:'one', :'hello', 'retry', '{"retry_after_s": 10}') \g /dev/null
select set_eq($$select messaging.portals_with_work('in')$$, array[:'two'::uuid], 'nor what waits for its retry');
select tests.pass('10 seconds');
select set_eq($$select messaging.portals_with_work('in')$$, array[:'one'::uuid, :'two'::uuid], 'until its time comes');

select messaging.give_notice('trouble', array[:'one'::uuid], array[:'hello'::uuid]);
select set_eq($$select messaging.portals_with_work('notice')$$, array[:'one'::uuid], 'notices are work of their own');
select tenancy.uninstall_portal(:'one');
select is_empty($$select messaging.portals_with_work('notice')$$, 'a portal that cannot be told anything has none');
select is_empty($$select messaging.portals_with_work('sideways')$$, 'a direction that does not exist has no work');
select * from finish();
rollback;
