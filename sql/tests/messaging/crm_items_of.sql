-- requirement: R2.2-a, R2.4-c
begin;
select plan(4);
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.dialog_begins(:'portal', :'channel', null) as conversation \gset
select is(messaging.crm_items_of(:'portal', :'conversation'), '{}', 'what the portal''s own tracker made, the chat tells');
select tests.dialog_begins(:'portal', :'channel') \g /dev/null
select is(messaging.crm_items_of(:'portal', :'conversation'), '{}', 'nothing was made yet');
update messaging.crm_client set known = '{"deal": 9, "contact": 5, "made": ["deal"], "user_code": "u"}';
select is(messaging.crm_items_of(:'portal', :'conversation'), '{"deal": 9, "contact": 5}', 'what our rule made');
update tenancy.crm_rule set becomes = 'portal', category_id = null;
select is(messaging.crm_items_of(:'portal', :'conversation'), '{}', 'until the tracker takes over again');
select * from finish();
rollback;
