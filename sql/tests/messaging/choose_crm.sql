-- requirement: R2.2-a, R2.4-c
begin;
select plan(9);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.dialog_begins(:'portal', :'channel') as conversation \gset
insert into tenancy.portal_user (portal_id, user_id, seen_at, is_active) values (:'portal', '7', tenancy.now(), true), (:'portal', '8', tenancy.now(), false);
create function pg_temp.chosen(p_facts text) returns jsonb language sql as $$
  select messaging.choose_crm(k, p_facts::jsonb) - array['looked', 'made'] from messaging.crm_client k
$$;
select is(pg_temp.chosen('{"contacts": [{"id": 90}, {"id": 12}]}'), '{"contact": 12}', 'of several with this number the oldest contact');
select is(pg_temp.chosen('{"contacts": [{"id": 90}, {"id": 12}], "linked": {"contact": 90}}'), '{"contact": 90}', 'but before it whom the portal''s tracker linked');
select is(pg_temp.chosen(format('{"contacts": [{"id": 12}, {"id": 99, "origin": "%s"}], "linked": {"contact": 12}}', :'conversation')), '{"contact": 99}', 'and before all whom we made');
select is(pg_temp.chosen('{"deals": [{"id": 3, "is_open": true}, {"id": 4, "is_open": true}, {"id": 5, "is_open": false}]}'), '{"deal": 4}', 'of the deals the newest open one');
select is(pg_temp.chosen('{"contacts": [{"id": 1, "responsible": "7"}]}'), '{"contact": 1, "responsible": "7"}', 'whoever has the client keeps him');
select is(pg_temp.chosen('{"contacts": [{"id": 1, "responsible": "8"}]}'), '{"contact": 1}', 'unless he left the company');
select is(pg_temp.chosen('{"contacts": [{"id": 1, "responsible": "8"}], "deals": [{"id": 2, "responsible": "7", "is_open": true}]}'), '{"deal": 2, "contact": 1, "responsible": "7"}', 'the deal''s before the contact''s');
select is(pg_temp.chosen('{"contacts": [{"id": 1, "reached": true}]}'), '{"contact": 1, "linked": true}', 'a chat that leads to him already is joined no second time');
update tenancy.crm_rule set open_item = 'another';
select is(pg_temp.chosen('{"deals": [{"id": 3, "is_open": true}], "leads": [{"id": 4, "is_open": true}]}'), '{}', 'where every dialog makes another, open ones are not his');
select * from finish();
rollback;
