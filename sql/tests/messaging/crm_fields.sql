-- requirement: R2.2-a, R2.4-c
begin;
select plan(4);
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.dialog_begins(:'portal', :'channel', '{"becomes": "lead", "stage_id": "NEW"}') as conversation \gset
create function pg_temp.fields(p_kind text, p_name text, p_responsible text) returns jsonb language sql as $$
  select messaging.crm_fields(k, r, p_kind, p_name, p_responsible) - array['originId', 'originatorId', 'fm'] from messaging.crm_client k, tenancy.crm_rule r
$$;
select is(pg_temp.fields('lead', 'Carla', '7'), '{"name": "Carla", "title": "Carla · WhatsApp", "stageId": "NEW", "assignedById": 7}', 'a lead with its stage and its responsible');
select is(pg_temp.fields('contact', '', null), '{"name": "+5215551234567"}', 'who has no name is called by the number');
select is(pg_temp.fields('contact', repeat('ñ', 80), null), jsonb_build_object('name', repeat('ñ', 50)), 'a long name is cut');
update messaging.crm_client set known = '{"company": 8}';
select is(pg_temp.fields('deal', 'Carla', null), '{"title": "Carla · WhatsApp", "stageId": "NEW", "companyId": 8, "categoryId": 0}', 'a deal belongs to whom the number belongs');
select * from finish();
rollback;
