-- requirement: R2.2-a, R2.4-c
begin;
select plan(4);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.dialog_begins(:'portal', :'channel') as conversation \gset
create function pg_temp.first() returns text language sql as $$ select messaging.first_to_answer(k) from messaging.crm_client k $$;
select is(pg_temp.first(), null, 'nobody yet');
select tests.submitted(:'portal', 'Hola', '101', '1', '5215551234567', '7') \g /dev/null
select tests.pass('1 second');
select tests.submitted(:'portal', 'Hola', '102', '1', '5215551234567', '8') \g /dev/null
select is(pg_temp.first(), '7', 'the first of two');
insert into tenancy.portal_user (portal_id, user_id, seen_at, is_active) values (:'portal', '7', tenancy.now(), false);
select is(pg_temp.first(), '8', 'who left the company gets no client');
update messaging.crm_client set began_at = tenancy.now() + interval '1 second';
select is(pg_temp.first(), null, 'what was written before this dialog is no answer to it');
select * from finish();
rollback;
