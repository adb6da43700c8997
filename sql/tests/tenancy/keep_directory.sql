-- requirement: R2.1-c, R2.4-c
begin;
select plan(10);
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
select is((select counts from tenancy.directory_reading), '{"people": 4, "departments": 4, "lines": 2}', 'what was read is counted');
select is((select position || array_to_string(departments, ',') from tenancy.portal_user where user_id = '7'), 'Ejecutiva3', 'positions and departments are kept');
select tests.pass('1 day');
select tenancy.keep_directory(:'portal', '{"departments": [{"department_id": "1", "name": "Grupo"}], "lines": [{"line_id": "1", "name": "Ventas", "operators": "?"}, {"line_id": "x"}, null]}') \g /dev/null
select is((select array_agg(department_id order by department_id) from tenancy.department where vanished_at is not null), array['2', '3', '4'], 'a department that is no longer named has vanished');
select is((select name from tenancy.department where department_id = '1'), 'Grupo', 'one that is takes its new name');
select is((select array_agg(line_id) from tenancy.portal_line where vanished_at is not null), array['2'], 'so do lines; an item that is none is passed over');
select is((select count(*) from tenancy.portal_user where vanished_at is not null), 0::bigint, 'a list that was not read changes nothing');
select tenancy.keep_directory(:'portal', '{}', '1', 'insufficient_scope') \g /dev/null
select is((select failure || actor from tenancy.directory_reading), 'insufficient_scope1', 'a failure is remembered');
select is((select succeeded_at from tenancy.directory_reading), tenancy.now(), 'beside the last success');
select tests.pass('1 day');
select tenancy.keep_directory(:'portal', '{"departments": [{"department_id": "2", "name": "Comercial"}]}') \g /dev/null
select is((select vanished_at from tenancy.department where department_id = '2'), null, 'what is named again is back');
select tenancy.keep_directory(:'portal', '{"departments": [{"department_id": "2", "name": "Comercial"}]}') \g /dev/null
select is((select count(*) from tenancy.department where vanished_at is null), 1::bigint, 'said twice is said once');
select * from finish();
rollback;
