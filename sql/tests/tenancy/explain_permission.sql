-- requirement: R2.1-c, R2.4-c
begin;
select plan(13);
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
create function pg_temp.why(p_portal uuid, p_user text, p_permission text, p_channel uuid default null) returns text language sql as $$
  select e.is_allowed || ' ' || e.verdict || ' ' || e.party || ' ' || e.rule from tenancy.explain_permission(p_portal, '1', p_user, p_permission, p_channel) e
$$;
select is(pg_temp.why(:'portal', '7', 'conversation.write.own', :'ventas'), 'true allowed ours everybody', 'nothing hinders an agent');
select is(pg_temp.why(:'portal', '9', 'conversation.write.own', :'ventas'), 'false dismissed bitrix24 dismissed', 'Bitrix24 dismissed him');
select pg_temp.set(:'portal', '{"department_id": "2", "role": "auditor"}') \g /dev/null
select is(pg_temp.why(:'portal', '7', 'conversation.write.own', :'ventas'), 'false role ours department', 'an auditor only reads');
select is((select departments from tenancy.explain_permission(:'portal', '1', '7', 'conversation.write.own', :'ventas')), array['Comercial'], 'and the department is named that made her one');
select is((select needed from tenancy.explain_permission(:'portal', '1', '7', 'billing.topup')), array['billing_admin', 'owner'], 'and the roles that would do');
select pg_temp.set(:'portal', '{"user_id": "7", "role": "agent", "receives_new_clients": false}') \g /dev/null
select is(pg_temp.why(:'portal', '7', 'newclients.receive', :'ventas'), 'false receives_off ours user_portal', 'her setting gives her no new clients');
select pg_temp.set(:'portal', '{"user_id": "7", "role": "agent", "version": 1}') \g /dev/null
select is(pg_temp.why(:'portal', '7', 'newclients.receive', :'ventas'), 'true allowed ours user_portal', 'until it is changed');
select is(pg_temp.why(:'portal', '8', 'newclients.receive', :'ventas'), 'true not_in_queue bitrix24 everybody', 'Bitrix24 gives them to those in the line''s queue') from tenancy.set_role(:'portal', '1', '{"department_id": "2", "version": 1}');
select is(pg_temp.why(:'portal', '8', 'conversation.write.own', :'soporte'), 'true line_inactive bitrix24 everybody', 'a line that is switched off in Bitrix24 is named');
select tenancy.change_channel(:'portal', :'ventas', 'pause') \g /dev/null
select is(pg_temp.why(:'portal', '7', 'conversation.write.own', :'ventas'), 'true channel_state ours user_portal', 'and a channel that is paused');
select is((select verdict from tenancy.explain_permission(:'portal', '7', '7', 'user.roles')), 'role', 'anybody may ask about himself');
select is(tests.refusal(format('select tenancy.explain_permission(%L, ''7'', ''8'', ''user.roles'')', :'portal')), 'WB403 permission', 'about others only who gives roles');
select is(tests.refusal(format('select tenancy.explain_permission(%L, ''1'', ''8'', ''user.roles'', %L)', :'portal', :'portal')), 'WB404 unknown_channel', 'a channel that is none is named');
select * from finish();
rollback;
