-- requirement: R2.1-c, R2.4-c
begin;
select plan(19);
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
select is(pg_temp.set(:'portal', '{"user_id": "7", "role": "auditor"}'), 1, 'a first setting is version 1');
select is(tenancy.roles_of(:'portal', '7'), array['auditor'], 'and holds at once');
select is(pg_temp.set(:'portal', '{"user_id": "7", "role": "supervisor", "version": 1}'), 2, 'each change is another version');
select is(tests.refusal(format('select pg_temp.set(%L, ''{"user_id": "7", "role": "agent", "version": 1}'')', :'portal')), 'WB409 stale_version', 'who saw an older one overwrites nothing');
select is(tests.refusal(format('select pg_temp.set(%L, ''{"user_id": "7", "role": "agent"}'')', :'portal')), 'WB409 stale_version', 'nor does who saw none');
select is(pg_temp.set(:'portal', '{"user_id": "7", "role": "supervisor", "version": 2}'), 2, 'what changes nothing is no version');
select is(pg_temp.set(:'portal', jsonb_build_object('user_id', '7', 'channel_id', :'ventas', 'role', 'agent', 'receives_new_clients', false)), 1, 'a channel has a setting of its own');
select is(tenancy.roles_of(:'portal', '7', :'soporte'), array['supervisor'], 'that leaves the others alone');
select is(pg_temp.set(:'portal', '{"user_id": "7", "version": 2}'), null, 'without a role the setting is removed');
select is(tenancy.roles_of(:'portal', '7'), array['agent'], 'and never allows again');
select bag_eq($$select before ->> 'role' as was, after ->> 'role' as is_now from tenancy.membership_change$$,
  $$values (null, 'auditor'), ('auditor', 'supervisor'), (null, 'agent'), ('supervisor', null)$$, 'each change is kept, and nothing else');
select is(tests.refusal(format('select pg_temp.set(%L, ''{"user_id": "1", "role": "agent"}'')', :'portal')), 'WB409 no_owner_left', 'the last owner stays one');
select pg_temp.set(:'portal', '{"department_id": "4", "role": "owner"}') \g /dev/null
select is(pg_temp.set(:'portal', '{"user_id": "1", "role": "agent"}'), 1, 'unless another may give roles');
select is(tests.refusal(format('select pg_temp.set(%L, ''{"user_id": "7", "role": "owner"}'')', :'portal')), 'WB403 permission', 'who is no owner gives none');
select is(tests.refusal(format('select pg_temp.set(%L, ''{"user_id": "7", "role": "king"}'', ''8'')', :'portal')), 'WB400 malformed_item', 'a role that is none is refused');
select is(tests.refusal(format('select pg_temp.set(%L, ''{"user_id": "7", "role": "agent", "channel_id": "%s"}'', ''8'')', :'portal', :'portal')), 'WB404 unknown_channel', 'and so is a channel');
select is(tests.refusal(format('select pg_temp.set(%L, ''{"user_id": "70", "role": "agent"}'', ''8'')', :'portal')), 'WB404 unknown_colleague', 'somebody whom nobody knows can have no role');
select is(tests.refusal(format('select pg_temp.set(%L, ''{"department_id": "70", "role": "agent"}'', ''8'')', :'portal')), 'WB404 unknown_department', 'nor can a department');
select is(pg_temp.set(:'portal', '{"user_id": "9", "role": "agent"}', '8'), 1, 'who was dismissed is known, and his settings can be made and removed');
select * from finish();
rollback;
