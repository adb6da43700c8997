-- requirement: R2.1-c, R2.5-b
begin;
select plan(19);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
create function pg_temp.refused(p_kind text, p_template uuid default null, p_draft jsonb default tests.draft(), p_actor text default '1') returns text language sql as $$
  select tests.refusal(format('select messaging.write_template(%L, %L, %L, %L, %L, %L)', portal_id, p_actor, p_kind, channel_id, p_template, p_draft)) from tenancy.channel
$$;
select messaging.write_template(:'portal', '1', 'create', :'channel', null, tests.draft()) as template \gset
select is((select row(name, category, status, footer) from messaging.template), row('cita'::text, 'utility'::text, 'submitting'::text, 'Gracias'::text), 'it is shown at once');
select is((select row(kind, draft ->> 'body') from messaging.claim_template_tasks()), row('create'::text, 'Hola {{1}}, su cita es el {{2}} en nuestra sede.'::text), 'and will be made at Gupshup');
select is(pg_temp.refused('create'), 'WB409 template_exists', 'a name is taken in its language');
select is(pg_temp.refused('create', null, tests.draft('{"language": "en"}')), 'accepted', 'and free in another');
select is(pg_temp.refused('create', null, tests.draft('{"body": ""}')), 'WB422 template_faults', 'faults are found before Gupshup sees them');
select is(
  tests.refusal_detail(format('select messaging.write_template(%L, ''1'', ''create'', %L, null, tests.draft(''{"name": "Mal"}''))', :'portal', :'channel')) -> 'faults',
  '[{"field": "name", "fault": "characters", "most": null}]', 'each with its field');
select is(pg_temp.refused('create', null, tests.draft('{"name": "otra"}'), '7'), 'WB403 permission', 'an agent writes none');
select is(pg_temp.refused('burn'), 'WB400 malformed_call', 'there are three wishes');
select is(pg_temp.refused('edit', gen_random_uuid()), 'WB404 unknown_template', 'about templates that exist');
select is(pg_temp.refused('edit', :'template'), 'WB409 template_busy', 'one after the other');
select messaging.settle_template_task(:'portal', task_id, token, '{"provider_id": "p1", "status": "PENDING"}') from messaging.template_task where template_id = :'template' and kind = 'create' \g /dev/null
select is(pg_temp.refused('edit', :'template'), 'WB409 template_state', 'what is under review cannot be edited');
update messaging.template set status = 'approved';
select is(pg_temp.refused('edit', :'template', tests.draft('{"name": "nuevo", "body": "Hola."}') || '{"examples": {}}'), 'accepted', 'what is approved can');
select is((select draft ->> 'name' from messaging.template_task where template_id = :'template' and kind = 'edit'), 'cita', 'but keeps its name');
update messaging.template_task set ended_at = tenancy.now();
select is(pg_temp.refused('delete', :'template', '{}'), 'accepted', 'it can be deleted');
update messaging.template_task set ended_at = tenancy.now();
update messaging.template set status = 'refused' where template_id = :'template';
select is(messaging.write_template(:'portal', '1', 'edit', null, :'template', tests.draft('{"body": "De nuevo."}')), :'template', 'what Gupshup did not take is sent again');
select is((select row(status, body) from messaging.template where template_id = :'template'), row('submitting'::text, 'De nuevo.'::text), 'with its new words');
update messaging.template_task set ended_at = tenancy.now();
update messaging.template set status = 'refused' where template_id = :'template';
select messaging.write_template(:'portal', '1', 'delete', null, :'template');
select is((select status from messaging.template where template_id = :'template'), 'gone', 'or forgotten without asking Gupshup');
update billing.plan set features = '{"send": true}';
select is(pg_temp.refused('create', null, tests.draft('{"name": "otra"}')), 'WB403 plan', 'the plan must name templates');
update tenancy.channel set state = 'disconnected';
select is(pg_temp.refused('create', null, tests.draft('{"name": "otra"}')), 'WB409 channel_state', 'a channel that is off takes none');
select * from finish();
rollback;
