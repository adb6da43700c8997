-- requirement: R2.1-c, R2.4-c
begin;
select plan(6);
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
select pg_temp.set(:'portal', '{"department_id": "2", "role": "auditor"}') \g /dev/null
select pg_temp.set(:'portal', jsonb_build_object('user_id', '7', 'channel_id', :'ventas', 'role', 'agent')) \g /dev/null
select results_eq(format('select name from tenancy.role_matrix(%L, ''1'')', :'portal'), array['Ana Admin', 'Beto', 'Olga', 'Carlos'], 'people by name, who was dismissed last');
select is((select jsonb_path_query_array(cells, '$[*].rule') from tenancy.role_matrix(:'portal', '1', 'olg')),
  '["department", "user_channel", "department"]', 'where she stands on the whole portal and on each channel');
select is((select jsonb_path_query_array(cells, '$[*].version') from tenancy.role_matrix(:'portal', '1', 'ejecutiva')), '[null, 1, null]', 'with the version of her own settings; a position is found too');
select is((select departments from tenancy.role_matrix(:'portal', '1', 'beto')), array['Norte', 'Soporte'], 'and her departments');
select is((select name || total from tenancy.role_matrix(:'portal', '1', null, 1, 1)), 'Beto4', 'page by page');
select is(tests.refusal(format('select tenancy.role_matrix(%L, ''7'')', :'portal')), 'WB403 permission', 'only who gives roles sees them');
select * from finish();
rollback;
