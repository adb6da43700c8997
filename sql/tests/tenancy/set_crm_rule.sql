-- requirement: R2.1-b, R2.4-c
begin;
select plan(14);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
create function pg_temp.sets(p_rule text, p_user text default '1') returns text language plpgsql as $$
declare v_portal uuid; v_channel uuid;
begin
  select portal_id, channel_id into v_portal, v_channel from tenancy.channel;
  return tests.refusal(format('select tenancy.set_crm_rule(%L, %L, %L, %L)', v_portal, v_channel, p_user, p_rule));
end $$;
set local role whatsappb24_api;
select tenancy.set_crm_rule(:'portal', :'channel', '1', '{"becomes": "deal", "category_id": 9, "stage_id": "C9:NEW", "responsible": "round_robin", "open_item": "another"}') as version \gset
reset role;
select is(:version, 1, 'a rule is set');
select is((select row(becomes, category_id, stage_id, responsible, open_item, changed_by) from tenancy.crm_rule), row('deal'::text, 9, 'C9:NEW'::text, 'round_robin'::text, 'another'::text, '1'::text), 'as it was said');
select is((select row(event, reason, actor) from tenancy.channel_history where event = 'crm'),
  row('crm'::text, 'becomes: portal → deal, category_id: – → 9, open_item: keep → another, responsible: first_to_answer → round_robin, stage_id: – → C9:NEW'::text, '1'::text), 'and who did it stands in the channel''s history');
select is(pg_temp.sets('{"becomes": "lead"}'), 'WB409 stale_version', 'nobody overwrites what he has not seen');
select is(tenancy.set_crm_rule(:'portal', :'channel', '1', '{"becomes": "deal", "category_id": 9, "stage_id": "C9:NEW", "responsible": "round_robin", "open_item": "another", "version": 1}'), 1, 'what changes nothing is no new version');
select is(tenancy.set_crm_rule(:'portal', :'channel', '1', '{"becomes": "contact", "category_id": 9, "stage_id": "C9:NEW", "version": 1}'), 2, 'another rule is');
select is((select row(becomes, category_id, stage_id) from tenancy.crm_rule), row('contact'::text, null::int, null::text), 'a contact has no funnel');
select is(pg_temp.sets('{"becomes": "company", "version": 2}'), 'WB400 malformed_item', 'what it becomes must be one of four');
select is(pg_temp.sets('{"becomes": "deal", "category_id": "nine", "version": 2}'), 'WB400 malformed_item', 'a funnel is a number');
select is(pg_temp.sets('{"becomes": "deal", "stage_id": "x; drop", "version": 2}'), 'WB400 malformed_item', 'a stage is a code');
select is(pg_temp.sets('{"becomes": "deal", "responsible": "me", "version": 2}'), 'WB400 malformed_item', 'the responsible is one of two ways');
select is(pg_temp.sets('{"becomes": "deal", "version": 2}', '7'), 'WB403 permission', 'who may not configure the channel may not this');
select tests.dialog_begins(:'portal', :'channel', null) \g /dev/null
update messaging.crm_client set state = 'failed', due_at = 'infinity', tries = 5;
select tenancy.set_crm_rule(:'portal', :'channel', '1', '{"becomes": "contact", "version": 2}') \g /dev/null
select is((select row(state, due_at, tries) from messaging.crm_client), row('due'::text, tenancy.now(), 0), 'clients whom a step failed for are looked up again');
update tenancy.channel set state = 'removed';
select is(pg_temp.sets('{"becomes": "contact", "version": 2}'), 'WB404 unknown_channel', 'a removed channel has no rule');
select * from finish();
rollback;
