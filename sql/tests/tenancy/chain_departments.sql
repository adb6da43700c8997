-- requirement: R2.1-c, R2.4-c
begin;
select plan(4);
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
create function pg_temp.way(p_user text) returns text language sql as $$
  select string_agg(own_id || ':' || department_id, ' ' order by own_id, depth) from tenancy.department_chain where user_id = p_user
$$;
select is(pg_temp.way('7'), '3:3 3:2 3:1', 'the way up from a department');
select is(pg_temp.way('8'), '3:3 3:2 3:1 4:4 4:1', 'and from each of several');
update tenancy.department set vanished_at = tenancy.now() where department_id = '2';
select tenancy.chain_departments(:'portal');
select is(pg_temp.way('7'), '3:3', 'ends where a department has vanished');
update tenancy.department set parent_id = '4' where department_id = '1';
select tenancy.chain_departments(:'portal');
select is((select max(depth)::int from tenancy.department_chain), 50, 'and in a circle after fifty steps');
select * from finish();
rollback;
