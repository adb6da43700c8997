-- requirement: R4-b, R2.4-c
begin;
select plan(3);
select results_eq($$select line, direction, category, country, count, reason from billing.read_quote('[{}, {"phone": "+57 300 111-2222", "category": "marketing", "count": "12"}]')$$,
  $$values (1, 'out', 'service', null, 1, null), (2, 'out', 'marketing', 'CO', 12, null)$$, 'what is left out is a service message out; a phone tells its country');
select is((select string_agg(coalesce(reason, 'good'), ' ') from billing.read_quote('["x", {"country": "mx"}, {"count": -1}, {"count": 1.5}, {"category": "chat"}, {"direction": "up"}]')),
  'malformed_item malformed_item malformed_item malformed_item malformed_item malformed_item', 'what is not as described says so');
select is((select count(*) from billing.read_quote('[]')), 0::bigint, 'nothing of nothing');
select * from finish();
rollback;
