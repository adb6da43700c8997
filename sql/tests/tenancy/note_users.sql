-- requirement: R2.1-c, R2.4-c
begin;
select plan(11);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
create function pg_temp.known(p_user text) returns text language sql as $$
  select u.name || case when u.is_admin then ' admin' else '' end || case when u.is_active then '' else ' gone' end
    from tenancy.portal_user u where u.user_id = p_user
$$;

select tenancy.note_users(:'portal', '[{"user_id": "7", "name": "Olga"}, {"user_id": "8", "name": "Beto", "is_admin": true}]');
select is(pg_temp.known('7'), 'Olga', 'a user whom we meet is active and no administrator');
select is(pg_temp.known('8'), 'Beto admin', 'unless it is said');

select tests.pass('1 day');
select tenancy.note_users(:'portal', '[{"user_id": "8", "name": "Alberto"}, {"user_id": "7", "is_active": false}, {"user_id": "1"}]');
select is(pg_temp.known('8'), 'Alberto admin', 'what is not said stays as it is known');
select is(pg_temp.known('7'), 'Olga gone', 'a dismissed user keeps his name');
select is(pg_temp.known('1'), 'Ana Admin admin', 'a name is not lost');
select is((select seen_at from tenancy.portal_user where user_id = '1'), tenancy.now(), 'he was seen now');

-- One bad item never fails its siblings
select tenancy.note_users(:'portal', '[
  {"user_id": "9", "name": "Eva"}, {"user_id": "bot"}, {"name": "nobody"}, "8", null, {"user_id": 10, "name": "Ivo"},
  {"user_id": "8", "name": "Beto", "is_admin": "perhaps"}, {"user_id": "9", "name": "Eva María", "is_active": "Y"}]');
select is(pg_temp.known('9'), 'Eva María', 'of a user named twice the last word counts');
select is(pg_temp.known('10'), 'Ivo', 'a number is an id too');
select is(pg_temp.known('8'), 'Beto admin', 'what is not yes or no changes nothing');
select is((select count(*) from tenancy.portal_user), 5::bigint, 'what is no user is passed over');
select is(tests.refusal(format('select tenancy.note_users(%L, ''{}'')', :'portal')), 'WB400 malformed_call', 'a call without a list is refused');
select * from finish();
rollback;
