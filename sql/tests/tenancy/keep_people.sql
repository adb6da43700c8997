-- requirement: R2.1-c, R2.4-c
begin;
select plan(8);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as ventas \gset
select tests.create_channel(:'portal', '2', '5215550002222') as soporte \gset
select tenancy.keep_directory(:'portal', '{
  "departments": [{"department_id": "1", "name": "Empresa"}, {"department_id": "2", "name": "Comercial", "parent_id": "1"},
                  {"department_id": "3", "name": "Norte", "parent_id": "2"}, {"department_id": "4", "name": "Soporte", "parent_id": "1"}],
  "people": [{"user_id": "1", "name": "Ana Admin", "is_active": true, "departments": ["1"]},
             {"user_id": "7", "name": "Olga", "is_active": true, "position": "Ejecutiva", "departments": ["3"]},
             {"user_id": "8", "name": "Beto", "is_active": true, "departments": ["3", "4"]},
             {"user_id": "9", "name": "Carlos", "is_active": false, "departments": ["4"]}],
  "lines": [{"line_id": "1", "name": "Ventas", "is_active": true, "operators": ["7"]}, {"line_id": "2", "name": "Soporte", "is_active": false, "operators": []}]}') \g /dev/null
create function pg_temp.set(p_portal uuid, p_change jsonb, p_actor text default '1') returns int language sql as $$ select tenancy.set_role(p_portal, p_actor, p_change) $$;
select tests.pass('1 day');
select tenancy.note_users(:'portal', '[{"user_id": "20", "name": "Bot"}]');
select tenancy.keep_people(:'portal', '[{"user_id": "1"}, {"user_id": "7", "departments": "?"}, {"user_id": "8", "departments": ["2"]}]', tenancy.now());
select is((select array_agg(user_id) from tenancy.portal_user where vanished_at is not null), array['9'], 'who is no longer on the list has vanished; who never was has not');
select is((select departments from tenancy.portal_user where user_id = '8'), array['2'], 'departments are those of the newest list');
select is((select departments from tenancy.portal_user where user_id = '7'), '{}', 'what is no list is none');
select tenancy.keep_people(:'portal', '[{"user_id": "9"}]', tenancy.now() + interval '1 hour');
select is((select vanished_at from tenancy.portal_user where user_id = '9'), null, 'who is named again is back');
select jsonb_agg(jsonb_build_object('user_id', n::text)) as twelve from generate_series(1, 12) n \gset
select ok(tenancy.keep_people(:'portal', :'twelve', tenancy.now() + interval '2 hours'), 'a longer list is believed');
select ok(not tenancy.keep_people(:'portal', '[{"user_id": "1"}, {"user_id": "7"}]', tenancy.now() + interval '3 hours'), 'a list without most of the people is not');
select is((select count(*)::int from tenancy.portal_user where vanished_at is not null), 0, 'and takes nobody away');
select jsonb_agg(jsonb_build_object('user_id', n::text)) as seven from generate_series(1, 7) n \gset
select tenancy.keep_people(:'portal', :'seven', tenancy.now() + interval '4 hours') \g /dev/null
select is((select count(*)::int from tenancy.portal_user where vanished_at is not null), 5, 'one without fewer than half is believed');
select * from finish();
rollback;
