-- requirement: R2.4-a, R2.4-c, R2.4-d
-- BI logs in with a role of its own and sees, through views, the portals it was granted.
begin;
select plan(6);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal('aaaa') as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.customer_writes(:'portal', :'channel', 'palabras') as hello \gset
select tests.create_portal('bbbb') as other \gset
select tests.create_channel(:'other') as other_channel \gset
select tests.customer_writes(:'other', :'other_channel') \g /dev/null
create role whatsappb24_test_reader in role whatsappb24_reader;
insert into tenancy.reader_grant (role_name, portal_id) values ('whatsappb24_test_reader', :'portal');

set session authorization whatsappb24_test_reader;
select string_agg(message_id::text || ' ' || state || ' ' || arrived_at, ', ') as messages from messaging.message_overview \gset
select string_agg(channel_id::text, ', ') as channels from tenancy.channel_overview \gset
reset session authorization;
select is(:'messages'::text, :'hello' || ' queued 2026-11-22 12:00:00+00', 'a reader sees the messages of the portal he was granted');
select is(:'channels'::text, :'channel'::text, 'and its channels');
select is_empty($$select table_schema || '.' || table_name from information_schema.columns where table_name like '%\_overview'
   and column_name in ('text', 'media', 'payload', 'key_sealed', 'secrets_sealed')$$, 'neither words nor keys stand in a view');

set session authorization whatsappb24_test_reader;
set local role whatsappb24_reader;
select count(*) as as_group from messaging.message_overview \gset
reset role;
reset session authorization;
select is(:as_group, 1, 'whatever role he takes on: it is who logged in that counts');
delete from tenancy.reader_grant;
set session authorization whatsappb24_test_reader;
select count(*) as afterwards from messaging.message_overview \gset
reset session authorization;
select is(:afterwards, 0, 'without a grant he sees nothing');
create function tests.peeks() returns text language plpgsql as $$
begin
  set local role whatsappb24_test_reader;
  return tests.refusal('select * from messaging.message');
end $$;
select is(tests.peeks(), '42501 permission denied for table message', 'the tables are closed to him');
select * from finish();
rollback;
