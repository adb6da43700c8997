-- requirement: R4-c, R2.4-c
begin;
select plan(4);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.fund(:'portal', 1000000);
create function pg_temp.posted(p_items jsonb, p_from text, p_to text) returns text language sql as $$
  select string_agg(concat_ws(' ', r.item, r.outcome, r.reason, r.balance), ', ' order by r.item) from billing.post_items(p_items, p_from, p_to) r
$$;

select is(
  pg_temp.posted(jsonb_build_array(tests.item(:'portal', 'a', 1), tests.item(:'portal', 'b', 2, '{"to": "tax"}')), 'wallet', 'revenue') || '; ' || tests.accounts(:'portal'),
  '1 done 999999, 2 done 999997; clearing_stripe -1000000, revenue 1, tax 2, wallet 999997', 'an item names its accounts or takes the call''s');
select is(
  pg_temp.posted(jsonb_build_array(tests.item(:'portal', 'c', 3), tests.item(:'portal', 'c', 3)), 'wallet', 'revenue'),
  '1 done 999994, 2 repeated 999994', 'a key that stands twice in a call is one posting, told twice');
select is(
  pg_temp.posted(jsonb_build_array(tests.item(:'portal', 'd', 9000000), tests.item(:'portal', 'd', 9000000)), 'wallet', 'revenue'),
  '1 refused balance 999994, 2 refused balance 999994', 'also where it was refused');
select is(tests.refusal($$select * from billing.post_items('{}', 'wallet', 'revenue')$$), 'WB400 malformed_call', 'items are a list');
select * from finish();
rollback;
