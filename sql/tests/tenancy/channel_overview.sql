-- requirement: R2.4-d, R2.4-c
begin;
select plan(4);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.create_channel(tests.create_portal('b223')) as foreign_channel \gset

select is_empty('select from tenancy.channel_overview', 'a role that was granted no portal sees none');
insert into tenancy.reader_grant (role_name, portal_id) values (session_user, :'portal');
select results_eq(
  'select channel_id, state, next_action, who_acts from tenancy.channel_overview',
  format($$values (%L::uuid, 'active', 'write', 'nobody')$$, :'channel'), 'a role sees the channels of the portals it was granted');
set local role whatsappb24_reader;
select count(*) as seen from tenancy.channel_overview \gset
reset role;
select is(:seen, 1, 'and by changing its role it sees no more: what counts is who logged in');
select is_empty(
  $$select column_name from information_schema.columns
     where table_schema = 'tenancy' and table_name = 'channel_overview' and column_name ~ 'sealed|digest|app_id'$$, 'secrets are not in it');
select * from finish();
rollback;
