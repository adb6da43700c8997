-- requirement: R2.1-c, R2.4-c
begin;
select plan(7);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tenancy.set_crm_rule(:'portal', :'channel', '1', '{"becomes": "deal", "responsible": "round_robin"}') \g /dev/null
create function pg_temp.turn() returns text language plpgsql as $$
begin
  perform tests.pass('1 second');
  return (select tenancy.give_client(portal_id, channel_id) from tenancy.channel);
end $$;
select is(pg_temp.turn(), null, 'where nobody is known there is nobody to give a client to');
select tenancy.keep_directory(:'portal', '{"people": [{"user_id": "1", "name": "Ana", "is_active": true}, {"user_id": "7", "name": "Beto", "is_active": true}, {"user_id": "8", "name": "Carla", "is_active": true}, {"user_id": "9", "name": "Dani", "is_active": true}],
  "lines": [{"line_id": "1", "name": "Ventas", "is_active": true, "operators": ["9", "8", "7"]}]}');
select is(array[pg_temp.turn(), pg_temp.turn(), pg_temp.turn(), pg_temp.turn()], '{7,8,9,7}', 'those in the line''s queue have a turn each');
select tenancy.set_role(:'portal', '1', jsonb_build_object('user_id', '8', 'role', 'agent', 'receives_new_clients', false)) \g /dev/null
select is(array[pg_temp.turn(), pg_temp.turn()], '{9,7}', 'who receives no new clients has none');
select tenancy.set_role(:'portal', '1', jsonb_build_object('user_id', '9', 'role', 'auditor')) \g /dev/null
select is(array[pg_temp.turn(), pg_temp.turn()], '{7,7}', 'nor has whose role may not');
update tenancy.portal_user set is_active = false where user_id = '7';
select is(pg_temp.turn(), null, 'nor who left');
delete from tenancy.portal_line;
select tenancy.set_role(:'portal', '1', jsonb_build_object('user_id', '8', 'role', 'agent', 'receives_new_clients', true, 'version', 1)) \g /dev/null
select is(pg_temp.turn(), '8', 'where the line was not read, those with a role of their own');
select is((select count(*)::int from tenancy.new_client_turn), 3, 'each turn is kept once');
select * from finish();
rollback;
