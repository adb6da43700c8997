-- requirement: R2.2-a, R2.4-c
begin;
select plan(5);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.dialog_begins(:'portal', :'channel') as conversation \gset
create function pg_temp.learns(p_item jsonb) returns jsonb language sql as $$ select messaging.learn_crm(k, p_item) from messaging.crm_client k $$;
select is(pg_temp.learns('{"step": "look", "facts": {"contacts": [{"id": 5}]}}'), '{"made": [], "looked": true, "contact": 5}', 'a look brings what the CRM has');
select is(pg_temp.learns('{"step": "add", "kind": "lead", "id": 9}'), '{"lead": 9, "made": ["lead"], "linked": true}', 'what was made is ours, and the chat leads to it');
select is(pg_temp.learns('{"step": "add", "kind": "deal", "id": 9}'), '{"deal": 9, "made": ["deal"]}', 'a deal is reached through its contact');
select is(pg_temp.learns('{"step": "link"}'), '{"linked": true}', 'a chat that was joined is');
select is(pg_temp.learns('{"step": "assign", "user_id": "7"}'), '{"responsible": "7"}', 'and so is whoever got the client');
select * from finish();
rollback;
