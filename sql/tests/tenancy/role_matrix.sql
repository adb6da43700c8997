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
select pg_temp.set(:'portal', '{"department_id": "2", "role": "auditor"}') \g /dev/null
select pg_temp.set(:'portal', jsonb_build_object('user_id', '7', 'channel_id', :'ventas', 'role', 'agent')) \g /dev/null
create function pg_temp.seen(p_portal uuid, p_path text, p_search text default null, p_offset int default 0, p_limit int default 50, p_department text default null)
returns text language sql as $$
  select m.total || jsonb_path_query_array(m.people, p_path::jsonpath)::text from tenancy.role_matrix(p_portal, '1', p_search, p_offset, p_limit, p_department) m
$$;
select is(pg_temp.seen(:'portal', '$[*].name'), '4["Ana Admin", "Beto", "Olga", "Carlos"]', 'people by name, who was dismissed last');
select is(pg_temp.seen(:'portal', '$[*].cells[*].rule', 'olg'), '1["department", "user_channel", "department"]', 'where she stands on the whole portal and on each channel');
select is(pg_temp.seen(:'portal', '$[*].cells[*].version', 'ejecutiva'), '1[null, 1, null]', 'with the version of her own settings; a position is found too');
select is(pg_temp.seen(:'portal', '$[*].cells[*].own_role', 'olg'), '1[null, "agent", null]', 'and what her own settings say');
select is(pg_temp.seen(:'portal', '$[*].departments', 'beto'), '1[["Norte", "Soporte"]]', 'and her departments');
select is(pg_temp.seen(:'portal', '$[*].name', null, 1, 1), '4["Beto"]', 'page by page');
select is(pg_temp.seen(:'portal', '$[*].name', null, 50), '4[]', 'past the last page there is nobody, and still so many');
select is(pg_temp.seen(:'portal', '$[*].name', null, 0, 50, '2'), '2["Beto", "Olga"]', 'a department''s people are those in it and below it');
select pg_temp.set(:'portal', '{"user_id": "9", "role": "auditor"}') \g /dev/null
select is((select m.people -> 0 -> 'cells' -> 0 ->> 'rule' || ' ' || (m.people -> 0 -> 'cells' -> 0 ->> 'own_role') from tenancy.role_matrix(:'portal', '1', 'carlos') m),
  'dismissed auditor', 'who was dismissed may nothing, and his setting is shown all the same');
select is(tests.refusal(format('select tenancy.role_matrix(%L, ''7'')', :'portal')), 'WB403 permission', 'only who gives roles sees them');
select * from finish();
rollback;
