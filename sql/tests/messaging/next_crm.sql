-- requirement: R2.2-a, R2.4-c
begin;
select plan(8);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.dialog_begins(:'portal', :'channel', '{"becomes": "lead"}') as conversation \gset
create function pg_temp.next(p_becomes text, p_known text, p_more jsonb default '{}') returns text language plpgsql as $$
declare v_client messaging.crm_client;
begin
  update tenancy.crm_rule set becomes = p_becomes, category_id = null, open_item = coalesce(p_more ->> 'open_item', 'keep');
  update messaging.crm_client set known = p_known::jsonb returning * into v_client;
  return (select concat_ws(' ', n.todo ->> 'do', n.todo ->> 'kind', n.todo ->> 'id') from messaging.next_crm(v_client) n(todo));
end $$;
select is(pg_temp.next('lead', '{"looked": true}'), 'add lead', 'a stranger becomes a lead');
select is(pg_temp.next('lead', '{"looked": true, "deal": 9, "contact": 5, "linked": true}'), '', 'a client with an open deal becomes none');
select is(pg_temp.next('lead', '{"looked": true, "contact": 5}'), 'add lead', 'one without becomes a repeated lead');
select is(pg_temp.next('contact', '{"looked": true}'), 'add contact', 'or a contact alone');
select is(pg_temp.next('contact', '{"looked": true, "contact": 5, "user_code": "u"}'), 'link contact 5', 'whom the CRM knows is only joined with the chat');
select is(pg_temp.next('deal', '{"looked": true, "company": 8}'), 'add deal', 'a company is a client, too');
select is(pg_temp.next('deal', '{"looked": true, "company": 8, "deal": 9, "user_code": "u"}'), 'link company 8', 'and joined with the chat');
select is(pg_temp.next('portal', '{}'), '', 'the portal''s own tracker is never doubled');
select * from finish();
rollback;
