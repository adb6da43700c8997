-- requirement: R2.1-c, R2.4-c
begin;
select plan(3);
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
select pg_temp.set(:'portal', '{"user_id": "7", "role": "auditor"}') \g /dev/null
select pg_temp.set(:'portal', '{"department_id": "2", "role": "supervisor"}') \g /dev/null
select set_eq(format('select actor_name, name, after ->> ''role'' from tenancy.role_changes(%L, ''1'')', :'portal'),
  $$values ('Ana Admin', 'Olga', 'auditor'), ('Ana Admin', 'Comercial', 'supervisor')$$, 'who changed whose role');
select is((select count(*) from tenancy.role_changes(:'portal', '7', 1)), 1::bigint, 'as many as are asked for, to an auditor too');
select is(tests.refusal(format('select tenancy.role_changes(%L, ''55'')', :'portal')), 'WB403 permission', 'not to an agent');
select * from finish();
rollback;
