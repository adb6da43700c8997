-- requirement: R2.2-e, R2.4-c
-- trace.error_code is the one table of refusals: nothing else is raised, and nothing in it is idle.
begin;
select plan(5);
create temp view ours as
select p.oid::regprocedure::text as name, p.prosrc from pg_proc p where p.pronamespace::regnamespace::text in ('tenancy', 'messaging', 'billing', 'trace');
create temp view raised as
select o.name, m[1] as reason from ours o cross join regexp_matches(o.prosrc, 'trace\.refuse\(\s*''([^'']*)''', 'g') m;
-- A message is refused with a reason of the same table: by the verdicts of decide_outgoing and the limits of read_outgoing.
create temp view refused as
select o.name, m[1] as reason from ours o cross join regexp_matches(substring(o.prosrc from 'case\s+when r\.outcome is not null.*?end as verdict'), 'then ''([a-z_]+)''', 'g') m
 where o.name like 'messaging.decide_outgoing(%'
union
select 'messaging.message', m.reason from messaging.message m where m.state = 'refused';

select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.customer_writes(:'portal', :'channel') as hello \gset
select tests.submitted(:'portal', repeat('largo', 1000), '101') \g /dev/null

select cmp_ok((select count(*) from raised), '>', 10::bigint, 'functions refuse');
select is_empty($$select name, reason from raised where reason not in (select reason from trace.error_code)$$, 'every reason that is raised is published');
select cmp_ok((select count(*) from refused), '>=', 5::bigint, 'messages are refused');
select is_empty($$select name, reason from refused where reason not in (select reason from trace.error_code)$$, 'every reason for which a message is refused is published');
select is_empty($$select reason from trace.error_code e where not exists (select from ours where prosrc like '%''' || e.reason || '''%')$$, 'every published reason is used');
select * from finish();
rollback;
