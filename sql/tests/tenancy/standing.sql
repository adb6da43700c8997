-- requirement: R2.1-c, R2.4-c
begin;
select plan(12);
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
create function pg_temp.stands(p_portal uuid, p_user text, p_channel uuid default null) returns text language sql as $$
  select s.rule || ' ' || array_to_string(s.roles, ',') || case when s.receives then '' else ' receives none' end from tenancy.standing(p_portal, p_user, p_channel) s
$$;
select is(pg_temp.stands(:'portal', null), 'nobody ', 'nobody stands nowhere');
select is(pg_temp.stands(:'portal', 'key:1'), 'nobody ', 'nor does a key, which has scopes');
select is(pg_temp.stands(:'portal', '1'), 'administrator owner', 'an administrator is owner');
select is(pg_temp.stands(:'portal', '9'), 'dismissed ', 'who was dismissed has no role');
select is(pg_temp.stands(:'portal', '55'), 'everybody agent', 'whom we have not met is an agent');
select pg_temp.set(:'portal', '{"department_id": "1", "role": "auditor"}') \g /dev/null
select is(pg_temp.stands(:'portal', '7', :'ventas'), 'department auditor', 'the role of the company''s head comes down to everybody');
select is(pg_temp.stands(:'portal', '1', :'ventas'), 'administrator owner', 'but takes nothing from an administrator');
select pg_temp.set(:'portal', '{"department_id": "2", "role": "supervisor", "receives_new_clients": false}') \g /dev/null
select is(pg_temp.stands(:'portal', '7', :'ventas'), 'department supervisor receives none', 'a nearer department goes before it');
select is(pg_temp.stands(:'portal', '8', :'ventas'), 'department auditor,supervisor', 'who is in two departments has the roles of both');
select pg_temp.set(:'portal', jsonb_build_object('department_id', '2', 'role', 'agent', 'channel_id', :'soporte')) \g /dev/null
select is(pg_temp.stands(:'portal', '7', :'soporte'), 'department agent', 'the channel''s setting goes before that of the whole portal');
select pg_temp.set(:'portal', '{"user_id": "7", "role": "billing_admin"}') \g /dev/null
select is(pg_temp.stands(:'portal', '7', :'soporte'), 'user_portal billing_admin', 'a role of one''s own goes before every department''s');
select tests.pass('1 day');
select tenancy.keep_directory(:'portal', '{"people": [{"user_id": "1"}, {"user_id": "8"}]}') \g /dev/null
select is(pg_temp.stands(:'portal', '7'), 'vanished ', 'who is no longer on the portal''s list has no role, whatever was set');
select * from finish();
rollback;
